// Oxygen, breath and warmth.
extension Kind {
    static let oxygenSaturationValues = [
        // 59408-5 is the pulse oximeter's; FHIR's vital-signs profile asks for 2708-6 beside it.
        Value("spo2", Vital(
            "oxygen-saturation.spo2", "Oxygen saturation by pulse oximetry", loinc: "59408-5", mdc: 150456,
            in: .percent, precision: 0, plausible: ("30", "100"))),
        Value("pulse", Vital(
            "oxygen-saturation.pulse", "Pulse rate by pulse oximetry", loinc: "8867-4", mdc: 149530,
            in: .perMinute, precision: 0, plausible: ("20", "300"))),
        // The SIG's pulse amplitude index. Limits: all that a percentage can be.
        Value("perfusion", Vital(
            "oxygen-saturation.perfusion", "Perfusion index by pulse oximetry", loinc: "61006-3", mdc: 150448,
            in: .percent, precision: 1, plausible: ("0", "100"))),
    ]

    static let respirationValues = [
        Value("rate", Vital(
            "respiration.rate", "Respiratory rate", loinc: "9279-1", mdc: 151562,
            in: .perMinute, precision: 0, plausible: ("1", "100"))),
    ]

    static let spirometryValues = [
        Value("fev1", Vital(
            "spirometry.fev1", "Forced expiratory volume in one second", loinc: "20150-9", mdc: 152586,
            in: .litre, precision: 2, plausible: ("0.3", "9"))),
        Value("fvc", Vital(
            "spirometry.fvc", "Forced vital capacity", loinc: "19870-5", mdc: 188928,
            in: .litre, precision: 2, plausible: ("0.3", "10"))),
        Value("pef", Vital(
            "spirometry.pef", "Peak expiratory flow", loinc: "19935-6", mdc: 152584,
            in: .litrePerMinute, precision: 0, plausible: ("30", "1000"))),
        Value("fev1-fvc", Vital(
            "spirometry.fev1-fvc", "Share of the vital capacity expired in one second", loinc: "19926-5", mdc: 188948,
            in: .percent, precision: 0, plausible: ("20", "100"))),
    ]

    private static func temperature(
        _ qualifier: String?, _ display: String, loinc: String = "8310-5", mdc: Int? = nil, from lowest: String = "25"
    ) -> Value {
        Value("temperature", qualifier: qualifier, Vital(
            "body-temperature.temperature" + (qualifier.map { ".\($0)" } ?? ""), display, loinc: loinc, mdc: mdc,
            in: .celsius, precision: 1, plausible: (lowest, "45")))
    }

    static let bodyTemperatureValues = [
        temperature(nil, "Body temperature", mdc: 150364),
        temperature("body", "Body temperature", mdc: 150364),
        temperature("armpit", "Axillary temperature", loinc: "8328-7", mdc: 188452),
        temperature("ear", "Ear temperature", mdc: 188428),
        temperature("finger", "Finger temperature", mdc: 188432, from: "15"),
        // No code of its own in our sources.
        temperature("forehead", "Forehead temperature"),
        temperature("gastrointestinal", "Gastro-intestinal temperature", mdc: 188456),
        temperature("mouth", "Oral temperature", loinc: "8331-1", mdc: 188424),
        temperature("rectum", "Rectal temperature", loinc: "8332-9", mdc: 188420),
        temperature("toe", "Toe temperature", mdc: 188448, from: "15"),
        temperature("tympanum", "Tympanic temperature", loinc: "8333-7", mdc: 150392),
    ]
}
