// What strips, sensors and cartridges find in blood.
extension Kind {
    private static func glucose(
        _ qualifier: String?, _ display: String, loinc: String, molar: String?, mdc: Int
    ) -> Value {
        Value("glucose", qualifier: qualifier, Vital(
            "blood-glucose.glucose" + (qualifier.map { ".\($0)" } ?? ""), display, loinc: loinc, molar: molar, mdc: mdc,
            in: .milligramPerDecilitre, precision: 0, of: .glucose, plausible: ("10", "1000")))
    }

    private static let glycatedHemoglobin = Vital(
        "hba1c.hba1c", "Glycated hemoglobin", loinc: "4548-4", molar: "59261-8", mdc: 160220,
        in: .percent, precision: 1, of: .glycatedHemoglobin, plausible: ("0", "20"))

    static let bloodGlucoseValues = [
        glucose(nil, "Glucose in blood", loinc: "2339-0", molar: "15074-8", mdc: 160364),
        glucose("capillary-blood", "Glucose in capillary blood", loinc: "41653-7", molar: "14743-9", mdc: 160184),
        glucose("capillary-plasma", "Glucose in capillary plasma", loinc: "2345-7", molar: "14749-6", mdc: 160188),
        glucose("venous-blood", "Glucose in venous blood", loinc: "2339-0", molar: "15074-8", mdc: 160192),
        glucose("venous-plasma", "Glucose in venous plasma", loinc: "2345-7", molar: "14749-6", mdc: 160196),
        glucose("arterial-blood", "Glucose in arterial blood", loinc: "2339-0", molar: "15074-8", mdc: 160200),
        glucose("arterial-plasma", "Glucose in arterial plasma", loinc: "2345-7", molar: "14749-6", mdc: 160204),
        glucose("blood", "Glucose in blood, sample not stated", loinc: "2339-0", molar: "15074-8", mdc: 160364),
        glucose("plasma", "Glucose in plasma, sample not stated", loinc: "2345-7", molar: "14749-6", mdc: 160368),
        glucose("interstitial", "Glucose in interstitial fluid", loinc: "99504-3", molar: "105272-9", mdc: 160212),
        // Limits: ours; a sensor that sees more than 50 mg/dL a minute sees its own fault.
        Value("trend", Vital(
            "blood-glucose.trend", "Change of glucose",
            in: .milligramPerDecilitrePerMinute, precision: 1, of: .glucose, plausible: ("-50", "50"))),
        Value("hba1c", glycatedHemoglobin),
        // What the person says to have eaten. Limits: ours.
        Value("carbohydrates", Vital(
            "blood-glucose.carbohydrates", "Carbohydrates eaten", in: .gram, precision: 0, plausible: ("0", "1000"))),
    ]

    static let bloodKetoneValues = [
        // No MDC: 160228 is ketone in urine.
        Value("ketone", Vital(
            "blood-ketone.ketone", "Ketones in blood", loinc: "53061-8",
            in: .millimolePerLitre, precision: 1, of: .ketone, plausible: ("0", "20"))),
    ]

    private static func lipid(
        _ name: String, _ display: String, loinc: String, molar: String, of substance: Substance, plausible: (String, String)
    ) -> Value {
        Value(name, Vital(
            "lipids.\(name)", display, loinc: loinc, molar: molar, in: .milligramPerDecilitre, precision: 0,
            of: substance, plausible: plausible))
    }

    /// Limits are ours: familial disorders reach 1000 mg/dL of cholesterol and 10 000 of triglycerides.
    static let lipidsValues = [
        lipid("total-cholesterol", "Total cholesterol", loinc: "2093-3", molar: "14647-2", of: .cholesterol, plausible: ("10", "2000")),
        lipid("hdl", "HDL cholesterol", loinc: "2085-9", molar: "14646-4", of: .cholesterol, plausible: ("1", "500")),
        // 13457-7 is "by calculation": meters compute it (Friedewald). The molar code names no method.
        lipid("ldl", "LDL cholesterol, calculated", loinc: "13457-7", molar: "22748-8", of: .cholesterol, plausible: ("1", "1500")),
        lipid("triglycerides", "Triglycerides", loinc: "2571-8", molar: "14927-8", of: .triglyceride, plausible: ("5", "20000")),
    ]

    static let hba1cValues = [Value("hba1c", glycatedHemoglobin)]

    static let coagulationValues = [
        Value("inr", Vital(
            "coagulation.inr", "International normalized ratio", loinc: "46418-0", mdc: 160260,
            in: .internationalNormalizedRatio, precision: 1, plausible: ("0.5", "10"))),
    ]

    static let uricAcidValues = [
        // Limits: ours; tumour lysis exceeds 20 mg/dL.
        Value("uric-acid", Vital(
            "uric-acid.uric-acid", "Uric acid", loinc: "3084-1", molar: "14933-6",
            in: .milligramPerDecilitre, precision: 1, of: .urate, plausible: ("0.1", "60"))),
    ]

    static let hemoglobinValues = [
        // Limits: ours; survivors below 2 g/dL are on record.
        Value("hemoglobin", Vital(
            "hemoglobin.hemoglobin", "Hemoglobin in blood", loinc: "718-7",
            in: .gramPerDecilitre, precision: 1, plausible: ("1", "30"))),
        Value("hematocrit", Vital(
            "hemoglobin.hematocrit", "Hematocrit", in: .percent, precision: 0, plausible: ("1", "99"))),
    ]
}
