// What is counted over a day or a night, and the device's own state.
extension Kind {
    /// Energy spent in movement; heart-rate straps tell the same.
    static let energy = Vital(
        "activity.energy", "Energy burned", loinc: "41981-2", mdc: 8_454_263,
        in: .kilocalorie, precision: 0, plausible: ("0", "10000"))

    /// A period is `day` (all since midnight) or `interval` (some other time).
    ///
    /// MDC has no metric of steps: they are MDC_HF_DISTANCE in the unit step.
    static let activityValues = [
        Value("steps", steps(nil, "Steps", loinc: "55423-8", in: .steps)),
        Value("steps", qualifier: "day", steps("day", "Steps in a day", loinc: "41950-7", in: .stepsPerDay)),
        Value("steps", qualifier: "interval", steps("interval", "Steps in an interval", loinc: "55423-8", in: .steps)),
        // 41953-1 is of 24 hours; for other times no confirmed code.
        Value("distance", distance(nil, "Distance walked", loinc: nil)),
        Value("distance", qualifier: "day", distance("day", "Distance walked in a day", loinc: "41953-1")),
        Value("distance", qualifier: "interval", distance("interval", "Distance walked in an interval", loinc: nil)),
        Value("energy", energy),
        Value("energy", qualifier: "day", Vital(
            "activity.energy.day", "Energy burned in a day", loinc: "41979-6", mdc: 8_454_263,
            in: .kilocalorie, precision: 0, plausible: ("0", "10000"))),
        Value("energy", qualifier: "interval", Vital(
            "activity.energy.interval", "Energy burned in an interval", loinc: "55424-6", mdc: 8_454_263,
            in: .kilocalorie, precision: 0, plausible: ("0", "10000"))),
    ]

    private static func steps(_ period: String?, _ display: String, loinc: String, in unit: Unit) -> Vital {
        Vital(
            "activity.steps" + (period.map { ".\($0)" } ?? ""), display, loinc: loinc, mdc: 8_454_247,
            in: unit, precision: 0, plausible: ("0", "100000"))
    }

    private static func distance(_ period: String?, _ display: String, loinc: String?) -> Vital {
        Vital(
            "activity.distance" + (period.map { ".\($0)" } ?? ""), display, loinc: loinc, mdc: 8_454_247,
            in: .metre, precision: 0, plausible: ("0", "100000"))
    }

    private static func phase(_ name: String, _ display: String, loinc: String?, to longest: String) -> Value {
        Value(name, Vital(
            "sleep.\(name)", display, loinc: loinc, in: .minute, precision: 0, plausible: ("0", longest)))
    }

    static let sleepValues = [
        Value("duration", Vital(
            "sleep.duration", "Sleep duration", loinc: "93832-4", in: .hour, precision: 2, plausible: ("0", "24"))),
        phase("light", "Light sleep", loinc: "93830-8", to: "600"),
        phase("deep", "Deep sleep", loinc: "93831-6", to: "600"),
        phase("rem", "REM sleep", loinc: "93829-0", to: "600"),
        // Limit: ours, a whole day.
        phase("awake", "Awake in bed", loinc: nil, to: "1440"),
    ]

    static let batteryValues = [
        // Of the device, not of the person. No LOINC.
        Value("level", Vital(
            "battery.level", "Battery level of the device", mdc: 67996, in: .percent, precision: 0, plausible: ("0", "100"))),
    ]
}
