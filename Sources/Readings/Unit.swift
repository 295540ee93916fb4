/// A unit in which devices report, under the word that profiles use for it.
///
/// Sources: UCUM essence for codes and exact factors; ISO/IEEE 11073-10101 partition 4 for MDC units.
package enum Unit: String, Sendable, Hashable, CaseIterable {
    case mmHg
    case kPa
    case perMinute = "/min"
    case kilogram = "kg"
    case gram = "g"
    case pound = "lb"
    case stone = "st"
    case jin
    case celsius = "Cel"
    case fahrenheit = "degF"
    case milligramPerDecilitre = "mg/dL"
    case millimolePerLitre = "mmol/L"
    case micromolePerLitre = "umol/L"
    case millimolePerMole = "mmol/mol"
    case milligramPerDecilitrePerMinute = "mg/dL/min"
    case millimolePerLitrePerMinute = "mmol/L/min"
    case gramPerDecilitre = "g/dL"
    case gramPerLitre = "g/L"
    case centimetre = "cm"
    case millimetre = "mm"
    case metre = "m"
    case kilometre = "km"
    case mile = "mi"
    case inch = "in"
    case squareCentimetre = "cm2"
    case ohm = "Ohm"
    case kilogramPerSquareMetre = "kg/m2"
    case percent = "%"
    case kilocalorie = "kcal"
    case kilojoule = "kJ"
    case kilocaloriePerDay = "kcal/d"
    case kilojoulePerDay = "kJ/d"
    case year = "a"
    case hour = "h"
    case minute = "min"
    case second = "s"
    case millisecond = "ms"
    case per1024thSecond = "1/1024s"
    case microvolt = "uV"
    case millivolt = "mV"
    case litre = "L"
    case millilitre = "mL"
    case litrePerMinute = "L/min"
    case litrePerSecond = "L/s"
    case steps = "{steps}"
    case stepsPerDay = "{steps}/d"
    case score = "{score}"
    case internationalNormalizedRatio = "{INR}"

    /// The UCUM code; nil for units that UCUM does not know (jin, the Chinese pound; 1/1024 s).
    package var ucum: String? {
        switch self {
        case .mmHg: "mm[Hg]"
        case .pound: "[lb_av]"
        case .stone: "[stone_av]"
        case .fahrenheit: "[degF]"
        case .inch: "[in_i]"
        case .mile: "[mi_i]"
        case .jin, .per1024thSecond: nil
        default: rawValue
        }
    }

    /// `canonical = (reported · numerator + offset) / denominator`, exactly.
    struct Conversion {
        var numerator: Int128
        var denominator: Int128
        var offset: Int128

        init(_ numerator: Int128, over denominator: Int128 = 1, plus offset: Int128 = 0) {
            self.numerator = numerator
            self.denominator = denominator
            self.offset = offset
        }
    }

    /// How a value in this unit becomes one in `canonical`, whatever is measured; nil where the two do not measure the same thing.
    func conversion(to canonical: Unit) -> Conversion? {
        switch (self, canonical) {
        case (let one, let other) where one == other: Conversion(1)
        // Conventional millimetre of mercury: 133.322387415 Pa.
        case (.kPa, .mmHg): Conversion(750_061_576, over: 100_000_000)
        // 7000 grains of 64.79891 mg (UCUM [lb_av]).
        case (.pound, .kilogram): Conversion(45_359_237, over: 100_000_000)
        // 14 pounds (UCUM [stone_av]).
        case (.stone, .kilogram): Conversion(14 * 45_359_237, over: 100_000_000)
        // The market jin of the People's Republic of China: 500 g.
        case (.jin, .kilogram): Conversion(1, over: 2)
        case (.gram, .kilogram): Conversion(1, over: 1000)
        case (.kilogram, .gram): Conversion(1000)
        case (.gramPerLitre, .gramPerDecilitre): Conversion(1, over: 10)
        case (.fahrenheit, .celsius): Conversion(5, over: 9, plus: -160)
        case (.metre, .centimetre): Conversion(100)
        case (.millimetre, .centimetre): Conversion(1, over: 10)
        // The international inch and mile (UCUM [in_i], [mi_i]).
        case (.inch, .centimetre): Conversion(254, over: 100)
        case (.mile, .metre): Conversion(1_609_344, over: 1000)
        case (.kilometre, .metre): Conversion(1000)
        case (.centimetre, .metre): Conversion(1, over: 100)
        // The thermochemical calorie: 4.184 J (UCUM cal).
        case (.kilojoule, .kilocalorie), (.kilojoulePerDay, .kilocaloriePerDay): Conversion(1000, over: 4184)
        case (.millivolt, .microvolt): Conversion(1000)
        case (.millilitre, .litre): Conversion(1, over: 1000)
        case (.litrePerSecond, .litrePerMinute): Conversion(60)
        case (.second, .millisecond): Conversion(1000)
        // The SIG's resolution of heart beat intervals.
        case (.per1024thSecond, .millisecond): Conversion(1000, over: 1024)
        case (.hour, .minute): Conversion(60)
        case (.second, .minute): Conversion(1, over: 60)
        case (.minute, .hour): Conversion(1, over: 60)
        case (.second, .hour): Conversion(1, over: 3600)
        // The steps of a day, counted over that day.
        case (.steps, .stepsPerDay): Conversion(1)
        default: nil
        }
    }
}
