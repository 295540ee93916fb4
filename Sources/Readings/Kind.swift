/// What a reading is of. The closed list: profiles can name no other kind and no other value.
///
/// Codes: LOINC as HL7 publishes them in FHIR R4 and its guides, MDC from ISO/IEEE 11073-10101. Where neither is given,
/// none was found: a code is never guessed.
/// Plausible ranges are our own, wide enough to keep every crisis.
package enum Kind: String, Sendable, Hashable, CaseIterable {
    case bloodPressure = "blood-pressure"
    case bodyWeight = "body-weight"
    case bodyComposition = "body-composition"
    case bodyMeasures = "body-measures"
    case bloodGlucose = "blood-glucose"
    case bloodKetone = "blood-ketone"
    case lipids
    case hba1c
    case coagulation
    case uricAcid = "uric-acid"
    case hemoglobin
    case bodyTemperature = "body-temperature"
    case oxygenSaturation = "oxygen-saturation"
    case heartRate = "heart-rate"
    case rrInterval = "rr-interval"
    case heartRateVariability = "heart-rate-variability"
    case ecg
    case respiration
    case spirometry
    case activity
    case sleep
    case battery

    /// A value a reading of this kind may carry. `qualifier` narrows the code: the sample of a glucose, the site of a temperature.
    package struct Value: Sendable, Hashable {
        package let name: String
        package let qualifier: String?
        package let vital: Vital

        init(_ name: String, qualifier: String? = nil, _ vital: Vital) {
            self.name = name
            self.qualifier = qualifier
            self.vital = vital
        }
    }

    package var values: [Value] { Kind.table[self] ?? [] }

    /// The names of the values, each once.
    package var names: [String] {
        var seen: Set<String> = []
        return values.map(\.name).filter { seen.insert($0).inserted }
    }

    /// The vital that `name` stands for. An unknown or absent qualifier falls back to the unqualified code.
    package func vital(_ name: String, qualifier: String? = nil) -> Vital? {
        values.first { $0.name == name && $0.qualifier == qualifier }?.vital
            ?? values.first { $0.name == name && $0.qualifier == nil }?.vital
    }

    /// Whether it tells of the day or of the device what changes slowly: with samples of a stream it is told once a minute.
    package var goesAlong: Bool { self == .battery || self == .activity }

    /// What qualifies values of this kind: the word under which profiles and messages give it.
    package var qualifierWord: String? {
        switch self {
        case .bloodGlucose: "sample"
        case .bodyTemperature: "site"
        case .heartRate: "basis"
        case .activity: "period"
        default: nil
        }
    }

    /// The words that may qualify a value of this kind, each once.
    package var qualifiers: [String] {
        var seen: Set<String> = []
        return values.compactMap(\.qualifier).filter { seen.insert($0).inserted }
    }

    /// The code under which the values of one reading stand together.
    package var panel: (loinc: String, mdc: Int)? {
        switch self {
        case .bloodPressure: ("85354-9", 150020)
        default: nil
        }
    }

    /// Where a value's vital belongs to another kind: `body-composition.weight` is told as `body-weight.weight`.
    package static let sharedVitals: [String: String] = {
        var shared: [String: String] = [:]
        for kind in allCases {
            for value in kind.values where value.qualifier == nil {
                let place = "\(kind.rawValue).\(value.name)"
                if value.vital.id != place { shared[place] = value.vital.id }
            }
        }
        return shared
    }()

    private static let table: [Kind: [Value]] = [
        .bloodPressure: bloodPressureValues,
        .bodyWeight: bodyWeightValues,
        .bodyComposition: bodyCompositionValues,
        .bodyMeasures: bodyMeasuresValues,
        .bloodGlucose: bloodGlucoseValues,
        .bloodKetone: bloodKetoneValues,
        .lipids: lipidsValues,
        .hba1c: hba1cValues,
        .coagulation: coagulationValues,
        .uricAcid: uricAcidValues,
        .hemoglobin: hemoglobinValues,
        .bodyTemperature: bodyTemperatureValues,
        .oxygenSaturation: oxygenSaturationValues,
        .heartRate: heartRateValues,
        .rrInterval: rrIntervalValues,
        .heartRateVariability: heartRateVariabilityValues,
        .ecg: ecgValues,
        .respiration: respirationValues,
        .spirometry: spirometryValues,
        .activity: activityValues,
        .sleep: sleepValues,
        .battery: batteryValues,
    ]
}
