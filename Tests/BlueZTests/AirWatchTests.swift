import Testing

@testable import BlueZ

@Suite("Silence of the air") struct AirWatchTests {
    private func learned(_ quiet: Int = 0) -> AirWatch {
        var air = AirWatch()
        for _ in 0..<AirWatch.apprenticeship {
            air.hear()
            _ = air.turn()
            for _ in 0..<quiet { #expect(air.turn() == .fine) }
        }
        air.hear()
        _ = air.turn()
        return air
    }

    @Test("A lively air that falls silent is mended in tiers, then taken as it is") func tiers() {
        var lively = learned()
        #expect((1...12).map { _ in lively.turn() } == [
            .fine, .fine, .fine, .restart, .fine, .fine, .fine, .powerCycle, .fine, .fine, .fine, .giveUp,
        ])
        for _ in 0..<1000 { #expect(lively.turn() == .fine) }
    }

    @Test("A home whose devices sleep for minutes is judged by three times its longest silence") func quiet() {
        var quiet = learned(17)
        #expect((1...51).map { _ in quiet.turn() }.allSatisfy { $0 == .fine } == false)
        var again = learned(17)
        #expect((1...50).allSatisfy { _ in again.turn() == .fine })
        #expect(again.turn() == .restart)
    }

    @Test("What has not been heard for an hour altogether is no habit") func young() {
        var young = AirWatch()
        for _ in 0..<100 {
            for _ in 0..<40 { young.hear() }
            #expect(young.turn() == .fine)
        }
        for _ in 0..<1000 { #expect(young.turn() == .fine) }
    }
}
