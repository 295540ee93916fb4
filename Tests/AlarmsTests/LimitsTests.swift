import Alarms
import Readings
import Testing

struct LimitsTests {
    private func number(_ text: String) -> ExactDecimal { ExactDecimal(text)! }

    /// 40 and 50, 100 and 131, as for a pulse.
    private var pulse: Limits {
        Limits(lowCritical: number("40"), lowWarning: number("50"), highWarning: number("100"), highCritical: number("131"))!
    }

    @Test(arguments: [
        ("0", AlarmLevel.critical, AlarmSide.low, "40"), ("40", .critical, .low, "40"), ("40.0", .critical, .low, "40"),
        ("40.1", .warning, .low, "50"), ("50", .warning, .low, "50"), ("100", .warning, .high, "100"), ("130.9", .warning, .high, "100"),
        ("131", .critical, .high, "131"), ("300", .critical, .high, "131"), ("-5", .critical, .low, "40"),
    ])
    func `a value on a limit has reached it, and the most urgent one counts`(
        value: String, level: AlarmLevel, side: AlarmSide, limit: String
    ) {
        let breach = pulse.breach(by: number(value))
        #expect(breach?.level == level)
        #expect(breach?.side == side)
        #expect(breach?.limit == number(limit))
    }

    @Test(arguments: ["50.1", "51", "75", "99", "99.9"])
    func `between the limits nothing is wrong`(value: String) {
        #expect(pulse.breach(by: number(value)) == nil)
    }

    @Test func `a side without limits is not watched`() {
        let high = Limits(highWarning: number("85"))!
        #expect(high.breach(by: number("-1000")) == nil)
        #expect(high.breach(by: number("1000"))?.level == .warning)
        #expect(Limits()!.breach(by: number("0")) == nil)
    }

    @Test func `limits that do not ascend are no limits`() {
        #expect(Limits(lowCritical: number("50"), lowWarning: number("40")) == nil)
        #expect(Limits(lowWarning: number("100"), highWarning: number("100.0")) == nil)
        #expect(Limits(lowCritical: number("40"), highCritical: number("30")) == nil)
        #expect(Limits(highWarning: number("131"), highCritical: number("100")) == nil)
    }

    @Test func `presets are of vitals that exist, and lie within what a person can show`() throws {
        let vitals = Dictionary(Kind.allCases.flatMap(\.values).map { ($0.vital.id, $0.vital) }, uniquingKeysWith: { first, _ in first })
        #expect(Presets.limits.count == 5)
        for (id, limits) in Presets.limits {
            let vital = try #require(vitals[id], "\(id)")
            let given = [limits.lowCritical, limits.lowWarning, limits.highWarning, limits.highCritical].compactMap { $0 }
            #expect(given == given.sorted() && Set(given).count == given.count, "\(id)")
            #expect(given.allSatisfy(vital.plausible.contains), "\(id)")
        }
    }

    /// NEWS2 (RCP 2017), ADA 2024 and the crisis of ACC/AHA, from their own texts.
    @Test(arguments: [
        ("blood-pressure.systolic", "120", nil, nil), ("blood-pressure.systolic", "181", AlarmLevel.critical, AlarmSide.high),
        ("blood-pressure.systolic", "180", .warning, .high), ("blood-pressure.systolic", "90", .warning, .low),
        ("blood-pressure.systolic", "79", .critical, .low), ("blood-pressure.diastolic", "121", .critical, .high),
        ("blood-pressure.diastolic", "40", nil, nil), ("blood-pressure.pulse", "40", .critical, .low),
        ("blood-pressure.pulse", "131", .critical, .high), ("blood-pressure.pulse", "72", nil, nil),
        ("blood-glucose.glucose", "69", .warning, .low), ("blood-glucose.glucose", "70", nil, nil),
        ("blood-glucose.glucose", "53", .critical, .low), ("blood-glucose.glucose", "54", .warning, .low),
        ("blood-glucose.glucose", "250", nil, nil), ("blood-glucose.glucose", "251", .warning, .high),
        ("body-temperature.temperature", "36.6", nil, nil), ("body-temperature.temperature", "38.1", .warning, .high),
        ("body-temperature.temperature", "39.1", .critical, .high), ("body-temperature.temperature", "35.0", .critical, .low),
    ] as [(String, String, AlarmLevel?, AlarmSide?)])
    func `presets say what the guidelines say`(vital: String, value: String, level: AlarmLevel?, side: AlarmSide?) throws {
        let breach = try #require(Presets.limits[vital]).breach(by: number(value))
        #expect(breach?.level == level)
        #expect(breach?.side == side)
    }
}
