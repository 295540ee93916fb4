import Readings

/// One observation as the standards code it, next to where the product keeps it.
///
/// Origin: the code columns of a survey of HL7 FHIR R4 4.0.1 and its guides (US Core, PHD, CGM, physical activity), LOINC codes as
/// HL7's terminology caches carry them, ISO/IEEE 11073-10101 (partition · 65536 + term) and UCUM. Limits are proposals of that
/// survey. Rows that end in `_molar` are the same observation in mmol/L. nil: the survey found none.
struct ObservationRow: Sendable, CustomStringConvertible {
    let key: String
    /// Kind, value and, where narrowed, qualifier.
    let place: [String]
    let loinc: String?
    let mdc: Int?
    let ucum: String
    let lowest: String?
    let highest: String?
    let precision: Int?

    var description: String { key }
    var isMolar: Bool { key.hasSuffix("_molar") }
    var vital: Vital? { Kind(rawValue: place[0])?.vital(place[1], qualifier: place.count > 2 ? place[2] : nil) }

    init(
        _ key: String, _ place: String, loinc: String?, mdc: Int?, _ ucum: String, from lowest: String?, to highest: String?,
        precision: Int?
    ) {
        self.key = key
        self.place = place.split(separator: " ").map(String.init)
        self.loinc = loinc
        self.mdc = mdc
        self.ucum = ucum
        self.lowest = lowest
        self.highest = highest
        self.precision = precision
    }

    private typealias Row = ObservationRow

    /// All but the rows that are no values: the pressure panel, contexts of a glucose, the control solution, the flag of an
    /// irregular pulse.
    static let all: [ObservationRow] = [
        Row("bp_systolic", "blood-pressure systolic", loinc: "8480-6", mdc: 150021, "mm[Hg]", from: "30", to: "300", precision: 0),
        Row("bp_diastolic", "blood-pressure diastolic", loinc: "8462-4", mdc: 150022, "mm[Hg]", from: "10", to: "220", precision: 0),
        Row("bp_mean", "blood-pressure mean", loinc: "8478-0", mdc: 150023, "mm[Hg]", from: "20", to: "250", precision: 0),
        Row("pulse_rate_nibp", "blood-pressure pulse", loinc: "8867-4", mdc: 149546, "/min", from: "20", to: "300", precision: 0),
        Row("pulse_rate_spo2", "oxygen-saturation pulse", loinc: "8867-4", mdc: 149530, "/min", from: "20", to: "300", precision: 0),
        Row("heart_rate_ecg", "heart-rate rate ecg", loinc: "8867-4", mdc: 147842, "/min", from: "20", to: "300", precision: 0),
        Row("heart_rate_fitness", "heart-rate rate fitness", loinc: "8867-4", mdc: 8454258, "/min", from: "20", to: "300", precision: 0),
        Row("heart_rate_resting", "heart-rate rate resting", loinc: "40443-4", mdc: nil, "/min", from: "20", to: "200", precision: 0),
        Row("spo2", "oxygen-saturation spo2", loinc: "59408-5", mdc: 150456, "%", from: "30", to: "100", precision: 0),
        Row("perfusion_index", "oxygen-saturation perfusion", loinc: "61006-3", mdc: 150448, "%", from: nil, to: nil, precision: 1),
        Row("respiratory_rate", "respiration rate", loinc: "9279-1", mdc: 151562, "/min", from: "1", to: "100", precision: 0),
        Row("body_temp", "body-temperature temperature", loinc: "8310-5", mdc: 150364, "Cel", from: "25", to: "45", precision: 1),
        Row("body_temp_oral", "body-temperature temperature mouth", loinc: "8331-1", mdc: 188424, "Cel", from: "25", to: "45", precision: 1),
        Row("body_temp_axillary", "body-temperature temperature armpit", loinc: "8328-7", mdc: 188452, "Cel", from: "25", to: "45", precision: 1),
        Row("body_temp_rectal", "body-temperature temperature rectum", loinc: "8332-9", mdc: 188420, "Cel", from: "25", to: "45", precision: 1),
        Row("body_temp_tympanic", "body-temperature temperature tympanum", loinc: "8333-7", mdc: 150392, "Cel", from: "25", to: "45", precision: 1),
        Row("body_temp_ear", "body-temperature temperature ear", loinc: "8310-5", mdc: 188428, "Cel", from: "25", to: "45", precision: 1),
        Row("body_temp_finger", "body-temperature temperature finger", loinc: "8310-5", mdc: 188432, "Cel", from: "15", to: "45", precision: 1),
        Row("body_temp_toe", "body-temperature temperature toe", loinc: "8310-5", mdc: 188448, "Cel", from: "15", to: "45", precision: 1),
        Row("body_temp_git", "body-temperature temperature gastrointestinal", loinc: "8310-5", mdc: 188456, "Cel", from: "25", to: "45", precision: 1),
        Row("glucose_capillary", "blood-glucose glucose capillary-blood", loinc: "41653-7", mdc: 160184, "mg/dL", from: "10", to: "1000", precision: 0),
        Row("glucose_capillary_molar", "blood-glucose glucose capillary-blood", loinc: "14743-9", mdc: 160184, "mmol/L", from: "0.6", to: "55.5", precision: 1),
        Row("glucose_capillary_plasma", "blood-glucose glucose capillary-plasma", loinc: "2345-7", mdc: 160188, "mg/dL", from: "10", to: "1000", precision: 0),
        Row("glucose_plasma_molar", "blood-glucose glucose plasma", loinc: "14749-6", mdc: 160368, "mmol/L", from: "0.6", to: "55.5", precision: 1),
        Row("glucose_blood", "blood-glucose glucose blood", loinc: "2339-0", mdc: 160364, "mg/dL", from: "10", to: "1000", precision: 0),
        Row("glucose_blood_molar", "blood-glucose glucose blood", loinc: "15074-8", mdc: 160364, "mmol/L", from: "0.6", to: "55.5", precision: 1),
        Row("glucose_isf", "blood-glucose glucose interstitial", loinc: "99504-3", mdc: 160212, "mg/dL", from: "10", to: "1000", precision: 0),
        Row("glucose_isf_molar", "blood-glucose glucose interstitial", loinc: "105272-9", mdc: 160212, "mmol/L", from: "0.6", to: "55.5", precision: 1),
        Row("ketone", "blood-ketone ketone", loinc: "53061-8", mdc: nil, "mmol/L", from: "0", to: "20", precision: 1),
        Row("cholesterol", "lipids total-cholesterol", loinc: "2093-3", mdc: nil, "mg/dL", from: nil, to: nil, precision: 0),
        Row("hdl", "lipids hdl", loinc: "2085-9", mdc: nil, "mg/dL", from: nil, to: nil, precision: 0),
        Row("ldl", "lipids ldl", loinc: "13457-7", mdc: nil, "mg/dL", from: nil, to: nil, precision: 0),
        Row("triglycerides", "lipids triglycerides", loinc: "2571-8", mdc: nil, "mg/dL", from: nil, to: nil, precision: 0),
        Row("hba1c", "hba1c hba1c", loinc: "4548-4", mdc: 160220, "%", from: "0", to: "20", precision: 1),
        Row("inr", "coagulation inr", loinc: "46418-0", mdc: 160260, "{INR}", from: "0.5", to: "10", precision: 1),
        Row("uric_acid", "uric-acid uric-acid", loinc: "3084-1", mdc: nil, "mg/dL", from: nil, to: nil, precision: 1),
        Row("hemoglobin", "hemoglobin hemoglobin", loinc: "718-7", mdc: nil, "g/dL", from: nil, to: nil, precision: 1),
        Row("body_weight", "body-weight weight", loinc: "29463-7", mdc: 188736, "kg", from: "0.5", to: "500", precision: 2),
        Row("body_height", "body-measures height", loinc: "8302-2", mdc: 188740, "cm", from: "20", to: "272", precision: 1),
        Row("bmi", "body-weight bmi", loinc: "39156-5", mdc: 188752, "kg/m2", from: "5", to: "150", precision: 1),
        Row("body_fat_pct", "body-composition body-fat", loinc: "41982-0", mdc: 188748, "%", from: "1", to: "75", precision: 1),
        Row("fat_mass", "body-composition fat-mass", loinc: "73708-0", mdc: nil, "kg", from: "1", to: "200", precision: 2),
        Row("lean_mass", "body-composition lean-mass", loinc: "88334-8", mdc: 188756, "kg", from: "20", to: "150", precision: 2),
        Row("soft_lean_mass", "body-composition soft-lean-mass", loinc: nil, mdc: 188760, "kg", from: nil, to: nil, precision: 2),
        Row("muscle_mass", "body-composition muscle-mass", loinc: "73964-9", mdc: 188776, "kg", from: "10", to: "100", precision: 2),
        Row("muscle_pct", "body-composition muscle", loinc: "73965-6", mdc: 188772, "%", from: "0", to: "100", precision: 1),
        Row("bone_mass", "body-composition bone-mass", loinc: "101685-6", mdc: nil, "kg", from: "0.5", to: "10", precision: 1),
        Row("body_water_mass", "body-composition water-mass", loinc: "101683-1", mdc: 188764, "kg", from: "10", to: "80", precision: 1),
        Row("body_water_pct", "body-composition water", loinc: "101684-9", mdc: nil, "%", from: "20", to: "80", precision: 1),
        Row("bmr", "body-composition bmr", loinc: "69429-9", mdc: 188768, "kcal/d", from: "500", to: "5000", precision: 0),
        Row("visceral_fat_rating", "body-composition visceral-fat", loinc: nil, mdc: nil, "{score}", from: "1", to: "59", precision: 0),
        Row("visceral_fat_area", "body-composition visceral-fat-area", loinc: "73707-2", mdc: nil, "cm2", from: nil, to: nil, precision: 1),
        Row("impedance", "body-weight impedance", loinc: nil, mdc: 188780, "Ohm", from: "0", to: "6553.5", precision: 1),
        Row("waist", "body-measures waist", loinc: "8280-0", mdc: nil, "cm", from: "40", to: "200", precision: 1),
        Row("steps_24h", "activity steps day", loinc: "41950-7", mdc: 8454247, "{steps}/d", from: "0", to: "100000", precision: 0),
        Row("steps_interval", "activity steps interval", loinc: "55423-8", mdc: 8454247, "{steps}", from: "0", to: "100000", precision: 0),
        Row("distance", "activity distance day", loinc: "41953-1", mdc: 8454247, "m", from: "0", to: "100000", precision: 0),
        Row("energy_active", "activity energy", loinc: "41981-2", mdc: 8454263, "kcal", from: "0", to: "10000", precision: 0),
        Row("sleep_duration", "sleep duration", loinc: "93832-4", mdc: nil, "h", from: "0", to: "24", precision: 2),
        Row("sleep_light", "sleep light", loinc: "93830-8", mdc: nil, "min", from: nil, to: "600", precision: 0),
        Row("sleep_deep", "sleep deep", loinc: "93831-6", mdc: nil, "min", from: nil, to: "600", precision: 0),
        Row("sleep_rem", "sleep rem", loinc: "93829-0", mdc: nil, "min", from: nil, to: "600", precision: 0),
        Row("hrv_sdnn", "heart-rate-variability sdnn", loinc: "80404-7", mdc: nil, "ms", from: "1", to: "500", precision: 1),
        Row("hrv_rmssd", "heart-rate-variability rmssd", loinc: nil, mdc: nil, "ms", from: "1", to: "500", precision: 1),
        Row("rr_interval", "rr-interval interval", loinc: nil, mdc: 147240, "ms", from: "200", to: "3000", precision: 0),
        Row("ecg", "ecg potential", loinc: "11524-6", mdc: 131328, "uV", from: nil, to: nil, precision: nil),
        Row("fev1", "spirometry fev1", loinc: "20150-9", mdc: 152586, "L", from: "0.3", to: "9", precision: 2),
        Row("pef", "spirometry pef", loinc: "19935-6", mdc: 152584, "L/min", from: "30", to: "1000", precision: 0),
        Row("fvc", "spirometry fvc", loinc: "19870-5", mdc: 188928, "L", from: "0.3", to: "10", precision: 2),
        Row("fev1_fvc", "spirometry fev1-fvc", loinc: "19926-5", mdc: 188948, "%", from: "20", to: "100", precision: 0),
        Row("battery_level", "battery level", loinc: nil, mdc: 67996, "%", from: "0", to: "100", precision: 0),
    ]
}
