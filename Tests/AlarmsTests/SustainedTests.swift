import Readings
import Testing

@testable import Alarms

/// Alarms of continuous vitals: by what holds, not by samples.
struct SustainedTests {
    private let oximeter = DeviceID(address: "00:11:22:33:44:99")!
    private let start: Int64 = 1_767_268_800_000
    var watch = Watch(
        limits: ["oxygen-saturation.spo2": Limits(lowCritical: ExactDecimal("85")!, lowWarning: ExactDecimal("92")!)!], delay: 10_000)

    /// One sample a second from `second` on.
    private mutating func take(_ values: [Int], from second: Int) -> [String] {
        values.enumerated().flatMap { index, value -> [String] in
            let at = Instant(milliseconds: start + Int64(second + index) * 1000)
            let sample = Reading(
                .oxygenSaturation, [Reading.Value("spo2", Quantity(ExactDecimal(Int64(value)), .percent), Kind.oxygenSaturation.vital("spo2")!)],
                isContinuous: true)
            return watch.take(sample: sample, of: ReadingIdentity("M"), from: oximeter, measuredAt: MeasuredAt(at, .arrival)).map { event in
                let since = event.episode.since.map { ($0.milliseconds - start) / 1000 } ?? -1
                let until = event.episode.until.map { " until \(($0.milliseconds - start) / 1000)" } ?? ""
                return "\(second + index): \(event.phase.rawValue) \(event.episode.level.rawValue) at \(event.value.text) since \(since), "
                    + "extreme \(event.episode.extreme?.text ?? "none")\(until)"
            }
        }
    }

    @Test mutating func `a single low sample is no alarm, nor are nine seconds of them`() {
        #expect(take(Array(repeating: 97, count: 30) + [82] + Array(repeating: 97, count: 30), from: 0) == [])
        #expect(take(Array(repeating: 82, count: 10) + Array(repeating: 97, count: 30), from: 61) == [])
    }

    @Test mutating func `what holds for ten seconds is an episode with a beginning, an extreme and an end`() {
        let told = take(Array(repeating: 97, count: 20) + Array(repeating: 90, count: 8) + [88, 87, 88] + Array(repeating: 89, count: 9)
            + Array(repeating: 96, count: 20), from: 0)
        #expect(told == [
            "30: raised warning at 88 % since 20, extreme 87", "50: cleared warning at 96 % since 20, extreme 87 until 40",
        ])
        #expect(watch.active.isEmpty)
    }

    @Test mutating func `a more urgent limit changes the episode once it has held too`() {
        let told = take(Array(repeating: 91, count: 15) + Array(repeating: 80, count: 15), from: 0)
        #expect(told == ["10: raised warning at 91 % since 0, extreme 91", "25: changed critical at 80 % since 0, extreme 80"])
    }

    @Test mutating func `one sample within the limits does not end an episode`() {
        _ = take(Array(repeating: 80, count: 12), from: 0)
        #expect(take([97], from: 12) == [])
        #expect(take(Array(repeating: 80, count: 8), from: 13) == [])
        #expect(watch.active.count == 1)
    }

    @Test mutating func `nobody knows what held while nothing valid came`() {
        #expect(take([82, 82, 82], from: 0) == [])
        #expect(take([82], from: 20) == [])
        #expect(take([82], from: 30) == ["30: raised critical at 82 % since 20, extreme 82"])
    }

    @Test mutating func `what was heard before a restart counts towards the time, and raises nothing by itself`() {
        for second in 0..<40 {
            let sample = Reading(
                .oxygenSaturation, [Reading.Value("spo2", Quantity(ExactDecimal(80), .percent), Kind.oxygenSaturation.vital("spo2")!)],
                isContinuous: true)
            watch.hear(again: sample, from: oximeter, at: Instant(milliseconds: start + Int64(second) * 1000))
        }
        #expect(watch.active.isEmpty)
        #expect(take([80], from: 40) == ["40: raised critical at 80 % since 0, extreme 80"])
    }
}
