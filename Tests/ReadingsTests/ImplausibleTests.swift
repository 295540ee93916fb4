import Testing

@testable import Readings

struct ImplausibleTests {
    private func reading(_ kind: Kind, _ values: [(String, String, Unit)]) throws -> Reading {
        Reading(kind, try values.map { name, digits, unit in
            Reading.Value(name, Quantity(try #require(ExactDecimal(digits)), unit), try #require(kind.vital(name)))
        })
    }

    private func pressure(_ systolic: String, _ diastolic: String, mean: String? = nil, _ unit: Unit = .mmHg) throws -> Reading {
        try reading(.bloodPressure, [("systolic", systolic, unit), ("diastolic", diastolic, unit)] + (mean.map { [("mean", $0, unit)] } ?? []))
    }

    @Test(arguments: [("120", "80", "93"), ("90", "89", "89"), ("121", "81", "81"), ("121", "81", "121"), ("180.5", "60", nil)])
    func `pressures in their order are believed`(systolic: String, diastolic: String, mean: String?) throws {
        #expect(try pressure(systolic, diastolic, mean: mean).implausible == nil)
    }

    @Test(arguments: [("72", "81", "64"), ("80", "80", "80"), ("80", "120", nil)])
    func `a diastolic that is not below the systolic is not`(systolic: String, diastolic: String, mean: String?) throws {
        let said = try pressure(systolic, diastolic, mean: mean).implausible
        #expect(said?.code == "pressures-crossed")
        #expect(said?.detail == "diastolic \(diastolic) mmHg is not below systolic \(systolic) mmHg")
    }

    @Test(arguments: ["79", "121", "60"])
    func `a mean beside what it is the mean of is not`(mean: String) throws {
        let said = try pressure("120", "80", mean: mean).implausible
        #expect(said?.code == "mean-outside")
        #expect(said?.detail == "mean \(mean) mmHg is not between diastolic 80 mmHg and systolic 120 mmHg")
    }

    @Test func `they are compared in one unit`() throws {
        // 16 kPa are 120 mmHg.
        let mixed = try reading(.bloodPressure, [("systolic", "16", .kPa), ("diastolic", "80", .mmHg)])
        #expect(mixed.implausible == nil)
        #expect(try reading(.bloodPressure, [("systolic", "90", .mmHg), ("diastolic", "16", .kPa)]).implausible?.code == "pressures-crossed")
    }

    @Test(arguments: [
        (Kind.bloodGlucose, "glucose", "186", Unit.millimolePerLitre, Unit.milligramPerDecilitre),
        (.bloodGlucose, "glucose", "5.5", .milligramPerDecilitre, .millimolePerLitre),
        (.bodyTemperature, "temperature", "98.6", .celsius, .fahrenheit),
        (.bodyTemperature, "temperature", "36.6", .fahrenheit, .celsius),
        (.bloodPressure, "systolic", "120", .kPa, .mmHg),
    ])
    func `a number that would be common in another unit names that unit`(
        kind: Kind, name: String, digits: String, unit: Unit, likely: Unit
    ) throws {
        let said = try reading(kind, [(name, digits, unit)]).implausible
        #expect(said?.code == "unit-mistaken", "\(said as Implausible?)")
        #expect(said?.detail.contains("\(digits) \(likely.rawValue) would be common") == true)
    }

    @Test func `a number that is common in no unit is only implausible`() throws {
        let said = try reading(.bloodGlucose, [("glucose", "81000", .millimolePerLitre)]).implausible
        #expect(said?.code == "implausible-value")
    }
}
