import Testing

@testable import Readings

struct ExactDecimalTests {
    @Test(arguments: [
        ("0", 0, 0), ("120", 120, 0), ("-12.50", -1250, -2), ("11.0", 110, -1), ("0.001", 1, -3), ("-0.5", -5, -1),
        ("000123", 123, 0), ("999999999999999999", 999_999_999_999_999_999, 0),
    ] as [(String, Int64, Int8)])
    func `plain decimal text keeps its digits`(text: String, mantissa: Int64, exponent: Int8) {
        #expect(ExactDecimal(text) == ExactDecimal(mantissa, exponent: exponent))
    }

    @Test(arguments: [
        "", "-", ".", "1.", ".5", "+1", "1e3", "1,5", " 1", "1 ", "1.2.3", "--1", "NaN", "inf", "0x10", "١", "1_000",
        "1000000000000000000", "0.000000000000000001",
    ])
    func `anything else is refused`(text: String) {
        #expect(ExactDecimal(text) == nil)
    }

    @Test(arguments: [
        (0, 0, "0"), (0, -1, "0.0"), (0, 5, "0"), (798, -1, "79.8"), (110, -1, "11.0"), (5, -3, "0.005"), (-5, -3, "-0.005"),
        (12, 3, "12000"), (-12, 1, "-120"), (Int64.max, 0, "9223372036854775807"), (Int64.min, -18, "-9.223372036854775808"),
    ] as [(Int64, Int8, String)])
    func `text has exactly the digits reported`(mantissa: Int64, exponent: Int8, text: String) {
        #expect(ExactDecimal(mantissa, exponent: exponent).text == text)
    }

    @Test func `the ends of the exponent are written out`() {
        #expect(ExactDecimal(1, exponent: 127).text == "1" + String(repeating: "0", count: 127))
        #expect(ExactDecimal(1, exponent: -128).text == "0." + String(repeating: "0", count: 127) + "1")
    }

    @Test func `digits tell reports apart, and value compares them`() {
        #expect(ExactDecimal("11.0") != ExactDecimal("11"))
        #expect(ExactDecimal("11.0")!.compared(to: ExactDecimal("11")!) == 0)
        #expect(ExactDecimal("-1")! < ExactDecimal("0.5")!)
        #expect(ExactDecimal("79.8")! < ExactDecimal("79.81")!)
        #expect(ExactDecimal(1, exponent: 3).compared(to: ExactDecimal("1000")!) == 0)
    }

    @Test(arguments: [
        (1, 127, 1, -128, 1), (-1, 127, 1, -128, -1), (0, 127, 0, -128, 0), (0, 127, 1, -128, -1),
        (Int64.max, 127, Int64.max, 126, 1), (Int64.min, 60, Int64.min, 20, -1), (8_388_605, 127, 300, 0, 1),
        (1, -128, 1, 0, -1), (-1, -128, 0, 0, -1),
    ] as [(Int64, Int8, Int64, Int8, Int)])
    func `numbers of every exponent compare`(left: Int64, e: Int8, right: Int64, f: Int8, order: Int) {
        #expect(ExactDecimal(left, exponent: e).compared(to: ExactDecimal(right, exponent: f)) == order)
    }

    @Test(arguments: [
        ("79.800", "79.8"), ("120", "120"), ("0.00", "0"), ("100.0", "100"), ("-5.50", "-5.5"), ("0.005", "0.005"),
    ])
    func `padding goes, digits before the point stay`(text: String, short: String) {
        #expect(ExactDecimal(text)!.withoutPadding.text == short)
    }

    @Test(arguments: [
        ("0.5", 0, "0"), ("1.5", 0, "2"), ("2.5", 0, "2"), ("-0.5", 0, "0"), ("-1.5", 0, "-2"), ("-2.5", 0, "-2"),
        ("2.51", 0, "3"), ("2.49", 0, "2"), ("0.125", 2, "0.12"), ("0.135", 2, "0.14"), ("0.1250001", 2, "0.13"),
        ("12", 2, "12"), ("12.3", 2, "12.3"), ("99.995", 2, "100.00"),
    ])
    func `halves are rounded to even`(text: String, places: Int, rounded: String) {
        #expect(ExactDecimal(text)!.rounded(toPlaces: places).text == rounded)
    }

    @Test func `the smallest exponent rounds to nothing`() {
        #expect(ExactDecimal(.max, exponent: -128).rounded(toPlaces: 2).compared(to: ExactDecimal(0)) == 0)
        #expect(ExactDecimal(.min, exponent: -128).rounded(toPlaces: 2).compared(to: ExactDecimal(0)) == 0)
    }

    @Test func `a product has the digits of both`() {
        #expect(ExactDecimal(66, exponent: -4).times(ExactDecimal(1, exponent: 3)).text == "6.6")
        #expect(ExactDecimal("1.50")!.times(ExactDecimal("-0.2")!).text == "-0.300")
    }
}

struct ConversionTests {
    /// Values known otherwise: UCUM factors by hand, published tables, and the fixed points of the scales.
    @Test(arguments: [
        // 1 lb = 0.45359237 kg; 4 decimals.
        ("1", Unit.pound, "body-weight", "weight", "0.4536"), ("150", .pound, "body-weight", "weight", "68.0389"),
        ("220.4", .pound, "body-weight", "weight", "99.9718"), ("0", .pound, "body-weight", "weight", "0"),
        // 1 jin = 500 g.
        ("159.6", .jin, "body-weight", "weight", "79.8"), ("159.65", .jin, "body-weight", "weight", "79.825"),
        ("79.80", .kilogram, "body-weight", "weight", "79.80"), ("79.80005", .kilogram, "body-weight", "weight", "79.8000"),
        // 16 kPa = 120.0098… mmHg, 10.6 = 79.5065…, 13.3322 = 99.9997…
        ("16.0", .kPa, "blood-pressure", "systolic", "120.01"), ("10.6", .kPa, "blood-pressure", "diastolic", "79.51"),
        ("13.3322", .kPa, "blood-pressure", "systolic", "100"),
        // Freezing, boiling, normal; 98.65 F is 37.02777…; both scales meet at -40.
        ("32", .fahrenheit, "body-temperature", "temperature", "0"), ("212", .fahrenheit, "body-temperature", "temperature", "100"),
        ("98.6", .fahrenheit, "body-temperature", "temperature", "37"), ("98.65", .fahrenheit, "body-temperature", "temperature", "37.028"),
        ("-40", .fahrenheit, "body-temperature", "temperature", "-40"), ("100.4", .fahrenheit, "body-temperature", "temperature", "38"),
        // 1 mmol/L = 18.0182 mg/dL.
        ("5.5", .millimolePerLitre, "blood-glucose", "glucose", "99.1"), ("1", .millimolePerLitre, "blood-glucose", "glucose", "18.02"),
        ("10.0", .millimolePerLitre, "blood-glucose", "glucose", "180.18"), ("3.9", .millimolePerLitre, "blood-glucose", "glucose", "70.27"),
        ("1.83", .metre, "body-weight", "height", "183"), ("72", .inch, "body-weight", "height", "182.88"),
    ])
    func `a reported value becomes the canonical one`(text: String, unit: Unit, kind: String, name: String, canonical: String) throws {
        let vital = try #require(Kind(rawValue: kind)?.vital(name))
        #expect(Quantity(ExactDecimal(text)!, unit).canonical(for: vital)?.value.text == canonical)
    }

    @Test func `an SFLOAT kilopascal converts as its plain form does`() {
        let vital = Kind.bloodPressure.vital("systolic")!
        #expect(Quantity(ExactDecimal(160, exponent: -1), .kPa).canonical(for: vital)?.text == "120.01 mmHg")
        #expect(Quantity(ExactDecimal(16, exponent: 0), .kPa).canonical(for: vital)?.text == "120.01 mmHg")
    }

    @Test func `units of other things do not convert`() {
        #expect(Quantity(ExactDecimal(1), .kilogram).canonical(for: Kind.bloodPressure.vital("systolic")!) == nil)
        #expect(Quantity(ExactDecimal(1), .celsius).canonical(for: Kind.bodyWeight.vital("weight")!) == nil)
        #expect(Quantity.canConvert(.jin, for: Kind.bodyWeight.vital("weight")!))
        #expect(!Quantity.canConvert(.millimolePerLitre, for: Kind.bodyWeight.vital("weight")!))
    }

    /// A FLOAT on the wire reaches 8388605 · 10^127: far beyond a person, and no reason to stop.
    @Test(arguments: [(8_388_605, 127), (-8_388_606, 127), (Int64.max, 127), (8_388_605, 40)] as [(Int64, Int8)])
    func `a number beyond all use converts to one that nobody can show`(mantissa: Int64, exponent: Int8) throws {
        for (unit, vital) in [
            (Unit.pound, Kind.bodyWeight.vital("weight")!), (.fahrenheit, Kind.bodyTemperature.vital("temperature")!),
            (.kPa, Kind.bloodPressure.vital("systolic")!), (.celsius, Kind.bodyTemperature.vital("temperature")!),
        ] {
            let value = Reading.Value("x", Quantity(ExactDecimal(mantissa, exponent: exponent), unit), vital)
            #expect(!value.isPlausible)
        }
    }

    @Test(arguments: [(8_388_605, -128), (-1, -128), (Int64.max, -128)] as [(Int64, Int8)])
    func `a number too small to see converts to zero`(mantissa: Int64, exponent: Int8) {
        let weight = Quantity(ExactDecimal(mantissa, exponent: exponent), .pound).canonical(for: Kind.bodyWeight.vital("weight")!)
        #expect(weight?.value.compared(to: ExactDecimal(0)) == 0)
        let temperature = Quantity(ExactDecimal(mantissa, exponent: exponent), .fahrenheit)
            .canonical(for: Kind.bodyTemperature.vital("temperature")!)
        // 0 °F
        #expect(temperature?.value.text == "-17.778")
    }
}
