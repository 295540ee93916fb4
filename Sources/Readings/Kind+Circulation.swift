// Pressure, pulse and the electricity of the heart.
extension Kind {
    static let bloodPressureValues = [
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

    private static func rate(
        _ qualifier: String?, _ display: String, loinc: String = "8867-4", mdc: Int?, to highest: String = "300"
    ) -> Value {
        Value("rate", qualifier: qualifier, Vital(
            "heart-rate.rate" + (qualifier.map { ".\($0)" } ?? ""), display, loinc: loinc, mdc: mdc,
            in: .perMinute, precision: 0, plausible: ("20", highest)))
    }

    static let heartRateValues = [
        // MDC_HF_HR, of health and fitness devices: it says nothing of how the heart was heard.
        rate(nil, "Heart rate", mdc: 8_454_258),
        rate("fitness", "Heart rate by a fitness device", mdc: 8_454_258),
        rate("ecg", "Heart rate by electrodes", mdc: 147842),
        // Computed by the maker over a day; no MDC code found.
        rate("resting", "Resting heart rate", loinc: "40443-4", mdc: nil, to: "200"),
        Value("energy", energy),
    ]

    static let rrIntervalValues = [
        // Limits: the intervals of 300 and of 20 beats per minute.
        Value("interval", Vital(
            "rr-interval.interval", "Interval between two heart beats", mdc: 147240,
            in: .millisecond, precision: 0, plausible: ("200", "3000"))),
    ]

    static let heartRateVariabilityValues = [
        Value("sdnn", Vital(
            "heart-rate-variability.sdnn", "Standard deviation of the heart beat intervals", loinc: "80404-7",
            in: .millisecond, precision: 1, plausible: ("1", "500"))),
        // No LOINC: 80404-7 is SDNN, another number.
        Value("rmssd", Vital(
            "heart-rate-variability.rmssd", "Root mean square of successive heart beat interval differences",
            in: .millisecond, precision: 1, plausible: ("1", "500"))),
    ]

    static let ecgValues = [
        // MDC_ECG_ELEC_POTL, lead not stated. Limits: ours, a volt of electrode offset is the most an amplifier sees.
        Value("potential", Vital(
            "ecg.potential", "Electrical potential of the heart", loinc: "11524-6", mdc: 131328,
            in: .microvolt, precision: 0, plausible: ("-1000000", "1000000"))),
    ]
}
