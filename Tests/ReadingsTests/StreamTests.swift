import Readings
import Testing

private func oximetry(_ spo2: String, _ pulse: String? = "70") -> Reading {
    let kind = Kind.oxygenSaturation
    func value(_ name: String, _ text: String, _ unit: Readings.Unit) -> Reading.Value {
        Reading.Value(name, Quantity(ExactDecimal(text)!, unit), kind.vital(name)!)
    }
    return Reading(kind, [value("spo2", spo2, .percent)] + (pulse.map { [value("pulse", $0, .perMinute)] } ?? []), isContinuous: true)
}

private func beat(_ rate: String) -> Reading {
    Reading(
        .heartRate, [Reading.Value("rate", Quantity(ExactDecimal(rate)!, .perMinute), Kind.heartRate.vital("rate")!)], isContinuous: true)
}

struct MinuteTallyTests {
    var tally = MinuteTally()

    private mutating func take(_ reading: Reading, at offset: Int64) {
        tally.countFrame()
        tally.take(reading, at: offset, period: 1000)
    }

    private var summary: MinuteSummary { get throws { try #require(tally.readings.first?.summary) } }

    @Test mutating func `a minute has its least, its most, and its mean to two decimals more than the vital`() throws {
        for (second, spo2) in ["97", "96", "96"].enumerated() { take(oximetry(spo2), at: Int64(second) * 1000) }
        let reading = try #require(tally.readings.first)
        // 289 / 3 = 96.333…
        #expect(reading.values.map(\.reported.text) == ["96.33 %", "70 /min"])
        #expect(reading.isContinuous)
        let range = try #require(try summary.range(of: "spo2"))
        #expect((range.least.text, range.most.text, range.count) == ("96", "97", 3))
    }

    @Test(arguments: [
        // Sums of 200 samples: 96.005 and 96.015 lie half way between two decimals.
        (["96": 199, "97": 1], "96"), (["96": 197, "97": 3], "96.02"),
    ])
    mutating func `half a digit goes to the even one`(_ case: ([String: Int], String)) throws {
        for (value, count) in `case`.0 { for _ in 0..<count { take(oximetry(value, nil), at: 0) } }
        #expect(tally.readings.first?.values.first?.reported.value.text == `case`.1)
    }

    @Test mutating func `units are those in which the codes are said, whatever the device says`() throws {
        let kind = Kind.rrInterval
        for _ in 0..<2 {
            take(Reading(kind, [Reading.Value("interval", Quantity(ExactDecimal(819), .per1024thSecond), kind.vital("interval")!)], isContinuous: true), at: 0)
        }
        #expect(tally.readings.first?.values.first?.reported.text == "799.8 ms")
    }

    @Test mutating func `seconds are counted once, however many samples they have, and gaps are told`() throws {
        for offset in stride(from: Int64(0), to: 20_000, by: 16) { take(oximetry("97"), at: offset) }
        for offset in stride(from: Int64(40_000), to: 60_000, by: 16) { take(oximetry("97"), at: offset) }
        let summary = try summary
        #expect(summary.valid == 2500)
        #expect(summary.spans == [0...20, 40...59])
        #expect(summary.validSeconds == 41)
        #expect(summary.gaps == [21...39])
    }

    @Test mutating func `a second that a sample falls out of by a little is no gap`() throws {
        // 1.02 s apart: second 50 has none of its own.
        for sample in 0..<58 { take(oximetry("97"), at: Int64(sample) * 1020) }
        #expect(try summary.gaps == [])
        #expect(try summary.validSeconds == 60)
    }

    @Test mutating func `what nobody should believe is left out and counted, and so is what says nothing`() throws {
        take(oximetry("97"), at: 0)
        take(oximetry("12"), at: 1000)
        tally.countFrame()
        tally.drop("missing-value")
        let summary = try summary
        #expect((summary.frames, summary.valid) == (3, 1))
        #expect(summary.dropped == ["implausible-value": 1, "missing-value": 1])
        #expect(summary.range(of: "spo2")?.least.text == "97")
    }

    @Test mutating func `each kind has its own summary, and the battery is told once`() throws {
        for level in ["80", "79"] {
            take(oximetry("97"), at: 0)
            take(beat("71"), at: 0)
            tally.note(Reading(.battery, [Reading.Value("level", Quantity(ExactDecimal(level)!, .percent), Kind.battery.vital("level")!)]))
        }
        #expect(tally.readings.map(\.kind) == [.oxygenSaturation, .heartRate, .battery])
        #expect(tally.readings.last?.values.first?.reported.text == "79 %")
        #expect(tally.readings.last?.summary == nil)
    }

    @Test mutating func `numbers beyond all use and times outside the minute break nothing`() throws {
        take(oximetry("97"), at: .min)
        take(oximetry("97"), at: .max)
        var huge = beat("70")
        huge.values[0].reported.value = ExactDecimal(.max, exponent: 127)
        take(huge, at: 0)
        huge.values[0].reported.value = ExactDecimal(0, exponent: 127)
        take(huge, at: 0)
        let summary = try summary
        #expect(summary.validSeconds == 2)
        #expect(summary.dropped == ["implausible-value": 2])
    }
}

struct SettlingTests {
    var settling = Settling()

    /// The seconds at which a spot was told, of one sample a second.
    private mutating func spots(_ samples: [(Int, String)]) -> [Int] {
        samples.filter { settling.take(oximetry($0.1), at: Instant(milliseconds: Int64($0.0) * 1000)) }.map(\.0)
    }

    @Test mutating func `ten seconds within the band make one spot, and no second one in that session`() {
        #expect(spots((0..<120).map { ($0, ["97", "98", "96"][$0 % 3]) }) == [10])
    }

    @Test mutating func `what leaves the band begins anew`() {
        #expect(spots((0..<30).map { ($0, $0 < 9 ? "90" : "97") }) == [19])
    }

    @Test mutating func `a hole of more than three seconds begins anew, one of thirty another session`() {
        #expect(spots([0, 1, 2, 3, 4, 5, 6, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20].map { ($0, "97") }) == [20])
        #expect(spots((49..<70).map { ($0, "97") }) == [])
        #expect(spots((99..<120).map { ($0, "97") }) == [109])
    }

    @Test mutating func `a value that never holds still makes no spot`() {
        #expect(spots((0..<300).map { ($0, $0 % 2 == 0 ? "90" : "97") }) == [])
    }
}
