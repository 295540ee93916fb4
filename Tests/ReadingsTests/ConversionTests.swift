import Testing

@testable import Readings

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
        ("1834", .millimetre, "body-weight", "height", "183.4"),
        // 1 st = 14 lb = 6.35029318 kg.
        ("12.5", .stone, "body-weight", "weight", "79.3787"), ("1", .stone, "body-weight", "weight", "6.3503"),
        ("86550", .gram, "body-weight", "weight", "86.55"), ("0.045", .kilogram, "blood-glucose", "carbohydrates", "45"),
        // 4.184 kJ = 1 kcal: 7000 / 4.184 = 1673.0401…
        ("7000", .kilojoulePerDay, "body-composition", "bmr", "1673.04"), ("418.4", .kilojoule, "activity", "energy", "100"),
        // A mole weighs differently: glucose 180.182 g, cholesterol 386.7 g, triglycerides 885.7 g, uric acid 168.11 g.
        ("5", .millimolePerLitre, "lipids", "total-cholesterol", "193.35"), ("1.5", .millimolePerLitre, "lipids", "hdl", "58"),
        ("1.7", .millimolePerLitre, "lipids", "triglycerides", "150.57"), ("360", .micromolePerLitre, "uric-acid", "uric-acid", "6.052"),
        ("0.36", .millimolePerLitre, "uric-acid", "uric-acid", "6.052"), ("1.5", .millimolePerLitre, "blood-ketone", "ketone", "1.5"),
        // 10 mg/dL of beta-hydroxybutyrate (104.1 g/mol) are 0.96 mmol/L.
        ("10", .milligramPerDecilitre, "blood-ketone", "ketone", "0.96"), ("600", .micromolePerLitre, "blood-ketone", "ketone", "0.6"),
        ("0.1", .millimolePerLitrePerMinute, "blood-glucose", "trend", "1.802"),
        // The IFCC's table: 42 mmol/mol = 6.0 %, 48 = 6.5 %, 53 = 7.0 %, 86 = 10.0 %; 0.09148 · 48 + 2.152 = 6.54304.
        ("42", .millimolePerMole, "hba1c", "hba1c", "5.994"), ("48", .millimolePerMole, "hba1c", "hba1c", "6.543"),
        ("53", .millimolePerMole, "blood-glucose", "hba1c", "7"), ("86", .millimolePerMole, "hba1c", "hba1c", "10.019"),
        ("6.5", .percent, "hba1c", "hba1c", "6.5"), ("0", .millimolePerMole, "hba1c", "hba1c", "2.152"),
        ("148", .gramPerLitre, "hemoglobin", "hemoglobin", "14.8"), ("41.5", .litre, "body-composition", "water-mass", "41.5"),
        // 870 / 1024 s = 849.609375 ms.
        ("870", .per1024thSecond, "rr-interval", "interval", "849.61"), ("1024", .per1024thSecond, "rr-interval", "interval", "1000"),
        ("0.85", .second, "rr-interval", "interval", "850"), ("1.25", .millivolt, "ecg", "potential", "1250"),
        ("450", .minute, "sleep", "duration", "7.5"), ("27000", .second, "sleep", "duration", "7.5"), ("1.5", .hour, "sleep", "deep", "90"),
        ("90", .second, "sleep", "rem", "1.5"), ("7.5", .litrePerSecond, "spirometry", "pef", "450"), ("3450", .millilitre, "spirometry", "fev1", "3.45"),
        ("3.2", .kilometre, "activity", "distance", "3200"), ("2", .mile, "activity", "distance", "3218.69"), ("12345", .centimetre, "activity", "distance", "123.45"),
    ])
    func `a reported value becomes the canonical one`(text: String, unit: Unit, kind: String, name: String, canonical: String) throws {
        let vital = try #require(Kind(rawValue: kind)?.vital(name))
        #expect(Quantity(ExactDecimal(text)!, unit).canonical(for: vital)?.value.text == canonical)
    }

    @Test func `steps counted in a day are steps per day`() {
        let day = Kind.activity.vital("steps", qualifier: "day")!
        #expect(Quantity(ExactDecimal("8412")!, .steps).canonical(for: day)?.text == "8412 {steps}/d")
        #expect(Quantity(ExactDecimal("8412")!, .steps).canonical(for: Kind.activity.vital("steps")!)?.text == "8412 {steps}")
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
        #expect(!Quantity.canConvert(.millimolePerLitre, for: Kind.hba1c.vital("hba1c")!))
        #expect(!Quantity.canConvert(.micromolePerLitre, for: Kind.lipids.vital("hdl")!))
        #expect(!Quantity.canConvert(.litre, for: Kind.bodyComposition.vital("lean-mass")!))
        #expect(!Quantity.canConvert(.stepsPerDay, for: Kind.activity.vital("steps")!))
    }

    /// A FLOAT on the wire reaches 8388605 · 10^127: far beyond a person, and no reason to stop.
    @Test(arguments: [(8_388_605, 127), (-8_388_606, 127), (Int64.max, 127), (8_388_605, 40)] as [(Int64, Int8)])
    func `a number beyond all use converts to one that nobody can show`(mantissa: Int64, exponent: Int8) throws {
        for (unit, vital) in [
            (Unit.pound, Kind.bodyWeight.vital("weight")!), (.fahrenheit, Kind.bodyTemperature.vital("temperature")!),
            (.kPa, Kind.bloodPressure.vital("systolic")!), (.celsius, Kind.bodyTemperature.vital("temperature")!),
            (.millimolePerMole, Kind.hba1c.vital("hba1c")!), (.micromolePerLitre, Kind.uricAcid.vital("uric-acid")!),
            (.stone, Kind.bodyWeight.vital("weight")!), (.second, Kind.sleep.vital("duration")!),
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
        let hba1c = Quantity(ExactDecimal(mantissa, exponent: exponent), .millimolePerMole).canonical(for: Kind.hba1c.vital("hba1c")!)
        #expect(hba1c?.value.text == "2.152")
    }

    /// The largest steps on the way: 30 decimals more than are kept, with an offset.
    @Test func `every unit of every vital converts numbers of every size`() {
        var unconverted = 0
        for (_, value) in KindTests.rows {
            for unit in Unit.allCases where Quantity.canConvert(unit, for: value.vital) {
                for exponent in Int8.min...Int8.max {
                    for mantissa in [Int64.min, -1, 0, 1, Int64.max] {
                        let quantity = Quantity(ExactDecimal(mantissa, exponent: exponent), unit)
                        if quantity.canonical(for: value.vital) == nil { unconverted += 1 }
                    }
                }
            }
        }
        #expect(unconverted == 0)
    }
}
