import Alarms
import Readings
import Testing

struct WatchTests {
    let cuff = DeviceID(address: "A4:C1:38:00:11:22")!
    var watch = Watch(limits: ["blood-pressure.systolic": Limits(
        lowCritical: ExactDecimal("80")!, highWarning: ExactDecimal("135")!, highCritical: ExactDecimal("181")!)!])

    private func time(_ minute: Int) -> MeasuredAt {
        MeasuredAt(Instant(milliseconds: 1_718_452_800_000 + Int64(minute) * 60_000), .device)
    }

    private func pressure(_ systolic: String, _ unit: Unit = .mmHg) -> Reading {
        Reading(.bloodPressure, [
            Reading.Value("systolic", Quantity(ExactDecimal(systolic)!, unit), Kind.bloodPressure.vital("systolic")!)
        ])
    }

    private mutating func take(_ systolic: String, at minute: Int, unit: Unit = .mmHg, device: DeviceID? = nil) -> [AlarmEvent] {
        watch.take(pressure(systolic, unit), ReadingIdentity("R\(minute)"), from: device ?? cuff, measuredAt: time(minute))
    }

    @Test mutating func `an alarm is raised, grows, shrinks and is cleared, and stays one episode`() {
        #expect(take("120", at: 0).isEmpty)

        let raised = take("140", at: 1)
        #expect(raised.map(\.phase) == [.raised])
        #expect(raised[0].episode == Episode(
            id: "R1/blood-pressure.systolic", condition: Condition(device: cuff, vital: "blood-pressure.systolic"),
            level: .warning, side: .high, raisedAt: time(1).instant, newest: time(1).instant))
        #expect(raised[0].value.text == "140 mmHg")
        #expect(raised[0].limit == ExactDecimal("135"))
        #expect(raised[0].reading.description == "R1")
        #expect(raised[0].measuredAt == time(1))

        // As before: nothing to tell.
        #expect(take("150", at: 2).isEmpty)

        let grown = take("181", at: 3)
        #expect(grown.map(\.phase) == [.changed])
        #expect(grown[0].episode.level == .critical)
        #expect(grown[0].limit == ExactDecimal("181"))

        let other = take("80", at: 4)
        #expect(other.map(\.phase) == [.changed])
        #expect(other[0].episode.side == .low)

        let shrunk = take("136", at: 5)
        #expect(shrunk.map(\.phase) == [.changed])
        #expect(shrunk[0].episode.level == .warning)

        let cleared = take("134", at: 6)
        #expect(cleared.map(\.phase) == [.cleared])
        #expect(cleared[0].limit == nil)
        #expect(cleared[0].value.text == "134 mmHg")
        #expect(Set([raised, grown, other, shrunk, cleared].map { $0[0].episode.id }) == ["R1/blood-pressure.systolic"])
        #expect(watch.active.isEmpty)

        // The next one is another episode.
        #expect(take("140", at: 7).map(\.episode.id) == ["R7/blood-pressure.systolic"])
    }

    @Test mutating func `a late reading may raise and make worse, and never clears or makes better`() {
        #expect(take("140", at: 10).map(\.phase) == [.raised])
        #expect(take("120", at: 9).isEmpty)
        #expect(watch.active.count == 1)
        #expect(take("185", at: 8).map(\.phase) == [.changed])
        // Not better by a value from before, nor on the other side by one.
        #expect(take("140", at: 9).isEmpty)
        #expect(take("70", at: 9).isEmpty)
        #expect(watch.active.first?.value.level == .critical)
        #expect(watch.active.first?.value.side == .high)
        #expect(watch.active.first?.value.newest == time(10).instant)
        // At the same minute it is not late.
        #expect(take("120", at: 10).map(\.phase) == [.cleared])
    }

    @Test mutating func `a reading that tells nothing new still counts as the latest`() {
        #expect(take("140", at: 1).count == 1)
        #expect(take("141", at: 20).isEmpty)
        #expect(take("120", at: 10).isEmpty)
        #expect(watch.active.count == 1)
        #expect(take("120", at: 21).map(\.phase) == [.cleared])
    }

    @Test mutating func `a reading that reaches back raises`() {
        #expect(take("120", at: 30).isEmpty)
        #expect(take("185", at: 5).map(\.phase) == [.raised])
    }

    @Test mutating func `values are judged in the canonical unit`() {
        // 24.2 kPa = 181.51 mmHg, 24.1 kPa = 180.76.
        #expect(take("24.1", at: 1, unit: .kPa).map(\.episode.level) == [.warning])
        #expect(take("24.2", at: 2, unit: .kPa).map(\.value.text) == ["181.51 mmHg"])
    }

    @Test mutating func `each device has its own alarm`() {
        let other = DeviceID(address: "A4:C1:38:00:11:23")!
        #expect(take("140", at: 1).count == 1)
        #expect(take("140", at: 2, device: other).map(\.phase) == [.raised])
        #expect(take("120", at: 3, device: other).map(\.phase) == [.cleared])
        #expect(watch.active.keys.map(\.device) == [cuff])
    }

    @Test mutating func `a restart goes on where it was`() {
        #expect(take("140", at: 10).count == 1)
        watch = Watch(limits: watch.limits, active: Array(watch.active.values))
        #expect(take("120", at: 9).isEmpty)
        #expect(take("141", at: 11).isEmpty)
        #expect(take("120", at: 12).map(\.episode.id) == ["R10/blood-pressure.systolic"])
    }

    @Test func `what has no limits is not watched`() {
        var watch = Watch(limits: [:])
        #expect(watch.take(pressure("250"), ReadingIdentity("R"), from: cuff, measuredAt: time(1)).isEmpty)
    }

    @Test func `a qualified value falls back to the limits without qualifier, and has an alarm with them`() {
        func glucose(_ value: String, _ sample: String?) -> Reading {
            Reading(.bloodGlucose, [Reading.Value(
                "glucose", Quantity(ExactDecimal(value)!, .milligramPerDecilitre),
                Kind.bloodGlucose.vital("glucose", qualifier: sample)!)], qualifier: sample)
        }
        let low = Limits(lowWarning: ExactDecimal("69")!)!
        var watch = Watch(limits: ["blood-glucose.glucose": low])
        let raised = watch.take(glucose("60", "capillary-blood"), ReadingIdentity("R1"), from: cuff, measuredAt: time(1))
        #expect(raised.map(\.episode.condition.vital) == ["blood-glucose.glucose"])
        let cleared = watch.take(glucose("100", "venous-plasma"), ReadingIdentity("R2"), from: cuff, measuredAt: time(2))
        #expect(cleared.map(\.phase) == [.cleared])

        // Limits of its own come first.
        watch = Watch(limits: [
            "blood-glucose.glucose": low, "blood-glucose.glucose.interstitial": Limits(lowWarning: ExactDecimal("50")!)!,
        ])
        #expect(watch.take(glucose("60", "interstitial"), ReadingIdentity("R3"), from: cuff, measuredAt: time(3)).isEmpty)
        #expect(watch.take(glucose("50", "interstitial"), ReadingIdentity("R4"), from: cuff, measuredAt: time(4))
            .map(\.episode.condition.vital) == ["blood-glucose.glucose.interstitial"])
    }

    @Test func `events come in the order of the values`() {
        let reading = Reading(.bloodPressure, ["diastolic", "systolic"].map { name in
            Reading.Value(name, Quantity(ExactDecimal("150")!, .mmHg), Kind.bloodPressure.vital(name)!)
        })
        var watch = Watch(limits: Presets.limits)
        #expect(watch.take(reading, ReadingIdentity("R"), from: cuff, measuredAt: time(1)).map(\.episode.condition.vital)
            == ["blood-pressure.diastolic", "blood-pressure.systolic"])
    }

    @Test func `a batch that was not committed is forgotten by keeping the old value`() {
        let before = watch
        var after = before
        #expect(after.take(pressure("140"), ReadingIdentity("R"), from: cuff, measuredAt: time(1)).count == 1)
        #expect(before.active.isEmpty)
        #expect(after.active.count == 1)
    }
}
