import Testing

@testable import Readings

struct KindTests {
    /// Every row of the table.
    static let rows = Kind.allCases.flatMap { kind in kind.values.map { (kind, $0) } }

    @Test func `no vital stands twice`() {
        let ids = KindTests.rows.map(\.1.vital.id)
        #expect(Set(ids).count == ids.count)
        #expect(Kind.allCases.allSatisfy { !$0.values.isEmpty })
    }

    @Test func `an id is kind, value and qualifier`() {
        for (kind, value) in KindTests.rows {
            let qualifier = value.qualifier.map { ".\($0)" } ?? ""
            #expect(value.vital.id == "\(kind.rawValue).\(value.name)\(qualifier)")
        }
    }

    /// LOINC's last digit is a check digit, mod 10 (LOINC Users' Guide, appendix): every second digit from the right is doubled.
    private func checkDigit(_ digits: [Int]) -> Int {
        let sum = digits.reversed().enumerated().reduce(0) { sum, place in
            let weighed = place.offset.isMultiple(of: 2) ? place.element * 2 : place.element
            return sum + weighed / 10 + weighed % 10
        }
        return (10 - sum % 10) % 10
    }

    @Test func `every LOINC code has its check digit`() throws {
        for (_, value) in KindTests.rows {
            guard let loinc = value.vital.loinc else { continue }
            let parts = loinc.split(separator: "-")
            try #require(parts.count == 2 && parts[1].count == 1, "\(loinc)")
            #expect(checkDigit(parts[0].compactMap(\.wholeNumberValue)) == Int(parts[1]), "\(loinc)")
        }
        // The check is one: the codes of the neighbours have other digits.
        #expect(checkDigit([8, 4, 8, 0]) == 6)
        #expect(checkDigit([8, 4, 8, 1]) != 6)
    }

    /// From LOINC 2.77 and ISO/IEEE 11073-10101, partition · 65536 + term.
    @Test(arguments: [
        ("blood-pressure", "systolic", "8480-6", 2 * 65_536 + 18_949), ("blood-pressure", "diastolic", "8462-4", 2 * 65_536 + 18_950),
        ("blood-pressure", "mean", "8478-0", 2 * 65_536 + 18_951), ("blood-pressure", "pulse", "8867-4", 2 * 65_536 + 18_474),
        ("body-weight", "weight", "29463-7", 2 * 65_536 + 57_664), ("body-weight", "height", "8302-2", 2 * 65_536 + 57_668),
        ("body-weight", "bmi", "39156-5", 2 * 65_536 + 57_680), ("body-temperature", "temperature", "8310-5", 2 * 65_536 + 19_292),
    ])
    func `codes are those of the standards`(kind: String, name: String, loinc: String, mdc: Int) {
        let vital = Kind(rawValue: kind)?.vital(name)
        #expect(vital?.loinc == loinc)
        #expect(vital?.mdc == mdc)
    }

    @Test func `every MDC code is of the medical supervisory partition`() {
        for (_, value) in KindTests.rows { #expect(value.vital.mdc.map { $0 >> 16 } == 2, "\(value.vital.id)") }
    }

    @Test func `every canonical unit has a UCUM code`() {
        for (_, value) in KindTests.rows { #expect(value.vital.unit.ucum != nil, "\(value.vital.id)") }
        #expect(Unit.mmHg.ucum == "mm[Hg]")
        #expect(Unit.pound.ucum == "[lb_av]")
        #expect(Unit.jin.ucum == nil)
        #expect(Unit.celsius.ucum == "Cel")
    }

    @Test func `every unit can be told in the canonical unit of some vital`() {
        for unit in Unit.allCases {
            #expect(KindTests.rows.contains { Quantity.canConvert(unit, for: $0.1.vital) }, "\(unit)")
        }
    }

    @Test func `a qualifier narrows the code, and an unknown one falls back`() {
        #expect(Kind.bodyTemperature.vital("temperature", qualifier: "mouth")?.loinc == "8331-1")
        #expect(Kind.bodyTemperature.vital("temperature", qualifier: "elbow")?.loinc == "8310-5")
        #expect(Kind.bodyTemperature.vital("temperature")?.loinc == "8310-5")
        #expect(Kind.bloodPressure.vital("systolic", qualifier: "mouth")?.loinc == "8480-6")
        #expect(Kind.bloodPressure.vital("weight") == nil)
        #expect(Kind.bloodPressure.qualifiers.isEmpty)
    }

    @Test(arguments: [
        ("body-weight", "weight", "0.5", true), ("body-weight", "weight", "0.49", false), ("body-weight", "weight", "500", true),
        ("body-weight", "weight", "500.01", false), ("blood-pressure", "systolic", "29", false), ("blood-pressure", "systolic", "300", true),
        ("body-temperature", "temperature", "43.0", true), ("body-temperature", "temperature", "45.1", false),
    ])
    func `what nobody can show is not plausible`(kind: String, name: String, value: String, isPlausible: Bool) throws {
        let vital = try #require(Kind(rawValue: kind)?.vital(name))
        #expect(Reading.Value(name, Quantity(ExactDecimal(value)!, vital.unit), vital).isPlausible == isPlausible)
    }
}
