/// A unit in which devices report, under the word that profiles use for it.
///
/// Sources: UCUM essence for codes and exact factors; ISO/IEEE 11073-10101 partition 4 for MDC units.
package enum Unit: String, Sendable, Hashable, CaseIterable {
    case mmHg
    case kPa
    case perMinute = "/min"
    case kilogram = "kg"
    case pound = "lb"
    case jin
    case celsius = "Cel"
    case fahrenheit = "degF"
    case milligramPerDecilitre = "mg/dL"
    case millimolePerLitre = "mmol/L"
    case centimetre = "cm"
    case metre = "m"
    case inch = "in"
    case ohm = "Ohm"
    case kilogramPerSquareMetre = "kg/m2"

    /// The UCUM code; nil for units that UCUM does not know (jin, the Chinese pound).
    package var ucum: String? {
        switch self {
        case .mmHg: "mm[Hg]"
        case .pound: "[lb_av]"
        case .fahrenheit: "[degF]"
        case .inch: "[in_i]"
        case .jin: nil
        default: rawValue
        }
    }

    /// `canonical = (reported · numerator + offset) / denominator`, exactly.
    struct Conversion {
        var numerator: Int128
        var denominator: Int128
        var offset: Int128 = 0
    }

    /// How a value in this unit becomes one in `canonical`; nil where the two do not measure the same thing.
    func conversion(to canonical: Unit) -> Conversion? {
        switch (self, canonical) {
        case (let one, let other) where one == other: Conversion(numerator: 1, denominator: 1)
        // Conventional millimetre of mercury: 133.322387415 Pa.
        case (.kPa, .mmHg): Conversion(numerator: 750_061_576, denominator: 100_000_000)
        // 7000 grains of 64.79891 mg (UCUM [lb_av]).
        case (.pound, .kilogram): Conversion(numerator: 45_359_237, denominator: 100_000_000)
        // The market jin of the People's Republic of China: 500 g.
        case (.jin, .kilogram): Conversion(numerator: 1, denominator: 2)
        case (.fahrenheit, .celsius): Conversion(numerator: 5, denominator: 9, offset: -160)
        // Molar mass of glucose as most meters and followers use it (180.182 g/mol); sources differ by 0.015 %.
        case (.millimolePerLitre, .milligramPerDecilitre): Conversion(numerator: 180_182, denominator: 10_000)
        case (.metre, .centimetre): Conversion(numerator: 100, denominator: 1)
        case (.inch, .centimetre): Conversion(numerator: 254, denominator: 100)
        default: nil
        }
    }
}
