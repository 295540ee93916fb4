/// What a reading is of. The closed list: profiles can name no other kind and no other value.
///
/// Codes: LOINC as HL7 publishes them in FHIR R4 and its guides, MDC from ISO/IEEE 11073-10101.
/// Plausible ranges are our own, wide enough to keep every crisis.
package enum Kind: String, Sendable, Hashable, CaseIterable {
    case bloodPressure = "blood-pressure"
    case bodyWeight = "body-weight"
    case bloodGlucose = "blood-glucose"
    case bodyTemperature = "body-temperature"

    /// A value a reading of this kind may carry. `qualifier` narrows the code: the sample of a glucose, the site of a temperature.
    package struct Value: Sendable, Hashable {
        package let name: String
        package let qualifier: String?
        package let vital: Vital
    }

    package var values: [Value] { Kind.table[self] ?? [] }

    /// The vital that `name` stands for. An unknown or absent qualifier falls back to the unqualified code.
    package func vital(_ name: String, qualifier: String? = nil) -> Vital? {
        values.first { $0.name == name && $0.qualifier == qualifier }?.vital
            ?? values.first { $0.name == name && $0.qualifier == nil }?.vital
    }

    /// What qualifies values of this kind: the word under which profiles and messages give it.
    package var qualifierWord: String? {
        switch self {
        case .bloodGlucose: "sample"
        case .bodyTemperature: "site"
        case .bloodPressure, .bodyWeight: nil
        }
    }

    /// The words that may qualify a value of this kind.
    package var qualifiers: [String] { values.compactMap(\.qualifier) }

    private static let table: [Kind: [Value]] = [
        .bloodPressure: bloodPressureValues,
        .bodyWeight: bodyWeightValues,
        .bloodGlucose: bloodGlucoseValues,
        .bodyTemperature: bodyTemperatureValues,
    ]

    private static let bloodPressureValues = [
        Value("systolic", Vital(
            "blood-pressure.systolic", "Systolic blood pressure", loinc: "8480-6", mdc: 150021,
            in: .mmHg, precision: 0, plausible: ("30", "300"))),
        Value("diastolic", Vital(
            "blood-pressure.diastolic", "Diastolic blood pressure", loinc: "8462-4", mdc: 150022,
            in: .mmHg, precision: 0, plausible: ("10", "220"))),
        Value("mean", Vital(
            "blood-pressure.mean", "Mean blood pressure", loinc: "8478-0", mdc: 150023,
            in: .mmHg, precision: 0, plausible: ("20", "250"))),
        Value("pulse", Vital(
            "blood-pressure.pulse", "Pulse rate by cuff", loinc: "8867-4", mdc: 149546,
            in: .perMinute, precision: 0, plausible: ("20", "300"))),
    ]

    private static let bodyWeightValues = [
        Value("weight", Vital(
            "body-weight.weight", "Body weight", loinc: "29463-7", mdc: 188736,
            in: .kilogram, precision: 2, plausible: ("0.5", "500"))),
        Value("height", Vital(
            "body-weight.height", "Body height", loinc: "8302-2", mdc: 188740,
            in: .centimetre, precision: 1, plausible: ("20", "272"))),
        Value("bmi", Vital(
            "body-weight.bmi", "Body mass index", loinc: "39156-5", mdc: 188752,
            in: .kilogramPerSquareMetre, precision: 1, plausible: ("5", "150"))),
        Value("impedance", Vital(
            "body-weight.impedance", "Body electrical impedance", mdc: 188780,
            in: .ohm, precision: 1, plausible: ("1", "6553.5"))),
    ]

    private static func glucose(_ qualifier: String?, _ display: String, loinc: String, mdc: Int) -> Value {
        Value("glucose", qualifier: qualifier, Vital(
            "blood-glucose.glucose" + (qualifier.map { ".\($0)" } ?? ""), display, loinc: loinc, mdc: mdc,
            in: .milligramPerDecilitre, precision: 0, plausible: ("10", "1000")))
    }

    private static let bloodGlucoseValues = [
        glucose(nil, "Glucose in blood", loinc: "2339-0", mdc: 160364),
        glucose("capillary-blood", "Glucose in capillary blood", loinc: "41653-7", mdc: 160184),
        glucose("capillary-plasma", "Glucose in capillary plasma", loinc: "2345-7", mdc: 160188),
        glucose("venous-blood", "Glucose in venous blood", loinc: "2339-0", mdc: 160192),
        glucose("venous-plasma", "Glucose in venous plasma", loinc: "2345-7", mdc: 160196),
        glucose("arterial-blood", "Glucose in arterial blood", loinc: "2339-0", mdc: 160200),
        glucose("arterial-plasma", "Glucose in arterial plasma", loinc: "2345-7", mdc: 160204),
        glucose("blood", "Glucose in blood, sample not stated", loinc: "2339-0", mdc: 160364),
        glucose("plasma", "Glucose in plasma, sample not stated", loinc: "2345-7", mdc: 160368),
        glucose("interstitial", "Glucose in interstitial fluid", loinc: "99504-3", mdc: 160212),
    ]

    private static func temperature(
        _ qualifier: String?, _ display: String, loinc: String = "8310-5", mdc: Int, from lowest: String = "25"
    ) -> Value {
        Value("temperature", qualifier: qualifier, Vital(
            "body-temperature.temperature" + (qualifier.map { ".\($0)" } ?? ""), display, loinc: loinc, mdc: mdc,
            in: .celsius, precision: 1, plausible: (lowest, "45")))
    }

    private static let bodyTemperatureValues = [
        temperature(nil, "Body temperature", mdc: 150364),
        temperature("body", "Body temperature", mdc: 150364),
        temperature("armpit", "Axillary temperature", loinc: "8328-7", mdc: 188452),
        temperature("ear", "Ear temperature", mdc: 188428),
        temperature("finger", "Finger temperature", mdc: 188432, from: "15"),
        temperature("gastrointestinal", "Gastro-intestinal temperature", mdc: 188456),
        temperature("mouth", "Oral temperature", loinc: "8331-1", mdc: 188424),
        temperature("rectum", "Rectal temperature", loinc: "8332-9", mdc: 188420),
        temperature("toe", "Toe temperature", mdc: 188448, from: "15"),
        temperature("tympanum", "Tympanic temperature", loinc: "8333-7", mdc: 150392),
    ]
}

extension Kind.Value {
    fileprivate init(_ name: String, qualifier: String? = nil, _ vital: Vital) {
        self.init(name: name, qualifier: qualifier, vital: vital)
    }
}
