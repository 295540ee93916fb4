import Readings

/// Limits that a clinician may start from. Presets, not advice: nothing is watched until a named person accepts them.
package enum Presets {
    package static let limits: [String: Limits] = [
        // High warning: ESC 2024, home readings ≥ 135/85. High critical: ACC/AHA crisis > 180 and/or > 120.
        // Low: NEWS2 ≤ 90; BEAT-HF trial, urgent < 80.
        "blood-pressure.systolic": of("79", "90", "135", "181"),
        "blood-pressure.diastolic": of(nil, nil, "85", "121"),
        // NEWS2: 3 points at ≤ 40 and ≥ 131, 1 point at 41-50 and 91-110; home chart: call from 100.
        "blood-pressure.pulse": of("40", "50", "100", "131"),
        // ADA 2024: level 1 < 70, level 2 < 54 mg/dL. High: consensus level 2 > 250; 300 is a common programme limit.
        "blood-glucose.glucose": of("53", "69", "251", "300"),
        // NEWS2: 3 points at ≤ 35.0, 1 point from 38.1, 2 points from 39.1.
        "body-temperature.temperature": of("35.0", nil, "38.1", "39.1"),
    ]

    private static func of(_ texts: String?...) -> Limits {
        let values = texts.map { $0.flatMap { ExactDecimal($0) } }
        // The literals above ascend; a mistake in them stops the first test that touches the table.
        return Limits(lowCritical: values[0], lowWarning: values[1], highWarning: values[2], highCritical: values[3])!
    }
}
