import Testing

@testable import BlueZ

@Suite("Silence of the air") struct AirWatchTests {
    @Test("A lively air that falls silent is mended in tiers; what is never heard is no fault") func tiers() {
        var lively = AirWatch()
        for _ in 0..<5 {
            for _ in 0..<40 { lively.hear() }
            #expect(lively.turn() == .fine)
        }
        #expect((1...12).map { _ in lively.turn() } == [
            .fine, .fine, .fine, .restart, .fine, .fine, .fine, .powerCycle, .fine, .fine, .fine, .giveUp,
        ])
        #expect(lively.turn() == .fine)
        var quiet = AirWatch()
        for _ in 0..<100 { #expect(quiet.turn() == .fine) }
        var rare = AirWatch()
        rare.hear()
        for _ in 0..<100 { #expect(rare.turn() == .fine) }
    }
}
