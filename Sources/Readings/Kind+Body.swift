// What scales and tape measures tell.
extension Kind {
    private static let weight = Vital(
        "body-weight.weight", "Body weight", loinc: "29463-7", mdc: 188736,
        in: .kilogram, precision: 2, plausible: ("0.5", "500"))
    private static let height = Vital(
        "body-weight.height", "Body height", loinc: "8302-2", mdc: 188740,
        in: .centimetre, precision: 1, plausible: ("20", "272"))
    private static let bmi = Vital(
        "body-weight.bmi", "Body mass index", loinc: "39156-5", mdc: 188752,
        in: .kilogramPerSquareMetre, precision: 1, plausible: ("5", "150"))
    // Limits: what the SIG's field can say, 16 bits of a tenth of an ohm.
    private static let impedance = Vital(
        "body-weight.impedance", "Body electrical impedance", mdc: 188780,
        in: .ohm, precision: 1, plausible: ("0", "6553.5"))
    // The second, higher frequency of scales that use two.
    private static let highImpedance = Vital(
        "body-weight.impedance-high", "Body electrical impedance at the higher frequency",
        in: .ohm, precision: 1, plausible: ("0", "6553.5"))
    private static let pulse = Vital(
        "body-weight.pulse", "Heart rate by scale", loinc: "8867-4",
        in: .perMinute, precision: 0, plausible: ("20", "300"))

    static let bodyWeightValues = [
        Value("weight", weight), Value("height", height), Value("bmi", bmi), Value("impedance", impedance),
        Value("impedance-high", highImpedance), Value("pulse", pulse),
    ]

    static let bodyMeasuresValues = [
        Value("height", height),
        Value("waist", Vital(
            "body-measures.waist", "Waist circumference", loinc: "8280-0",
            in: .centimetre, precision: 1, plausible: ("40", "200"))),
    ]

    private static func composition(
        _ name: String, _ display: String, loinc: String? = nil, mdc: Int? = nil, in unit: Unit, precision: Int,
        of substance: Substance? = nil, plausible: (String, String)
    ) -> Value {
        Value(name, Vital(
            "body-composition.\(name)", display, loinc: loinc, mdc: mdc, in: unit, precision: precision,
            of: substance, plausible: plausible))
    }

    /// Limits of `soft-lean-mass`, `protein`, `visceral-fat-area`, `subcutaneous-fat` and `metabolic-age` are ours and generous.
    static let bodyCompositionValues = [
        Value("weight", weight), Value("height", height), Value("bmi", bmi),
        composition(
            "body-fat", "Body fat", loinc: "41982-0", mdc: 188748, in: .percent, precision: 1, plausible: ("1", "75")),
        composition("fat-mass", "Body fat mass", loinc: "73708-0", in: .kilogram, precision: 2, plausible: ("1", "200")),
        composition(
            "lean-mass", "Lean body mass, all but the fat", loinc: "88334-8", mdc: 188756,
            in: .kilogram, precision: 2, plausible: ("20", "150")),
        composition(
            "soft-lean-mass", "Soft lean mass, all but fat and bone", mdc: 188760,
            in: .kilogram, precision: 2, plausible: ("1", "300")),
        composition(
            "muscle-mass", "Muscle mass", loinc: "73964-9", mdc: 188776, in: .kilogram, precision: 2, plausible: ("10", "100")),
        composition(
            "muscle", "Muscle share of body weight", loinc: "73965-6", mdc: 188772,
            in: .percent, precision: 1, plausible: ("0", "100")),
        composition("bone-mass", "Bone mass", loinc: "101685-6", in: .kilogram, precision: 1, plausible: ("0.5", "10")),
        composition(
            "water-mass", "Body water mass", loinc: "101683-1", mdc: 188764,
            in: .kilogram, precision: 1, of: .water, plausible: ("10", "80")),
        composition("water", "Body water", loinc: "101684-9", in: .percent, precision: 1, plausible: ("20", "80")),
        composition("protein", "Protein share of body weight", in: .percent, precision: 1, plausible: ("0", "100")),
        composition(
            "bmr", "Basal metabolic rate", loinc: "69429-9", mdc: 188768,
            in: .kilocaloriePerDay, precision: 0, plausible: ("500", "5000")),
        // A rating of the maker's; LOINC 73707-2 is the area below.
        composition("visceral-fat", "Visceral fat rating", in: .score, precision: 0, plausible: ("1", "59")),
        composition(
            "visceral-fat-area", "Visceral fat area", loinc: "73707-2",
            in: .squareCentimetre, precision: 1, plausible: ("0", "1000")),
        composition(
            "subcutaneous-fat", "Subcutaneous fat share of body weight", in: .percent, precision: 1, plausible: ("0", "100")),
        composition("metabolic-age", "Metabolic age", in: .year, precision: 0, plausible: ("1", "150")),
        Value("impedance", impedance), Value("impedance-high", highImpedance), Value("pulse", pulse),
    ]
}
