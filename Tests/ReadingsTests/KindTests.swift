import Testing

@testable import Readings

struct KindTests {
    /// Every row of the table.
    static let rows = Kind.allCases.flatMap { kind in kind.values.map { (kind, $0) } }

    @Test func `no vital stands twice in a kind, and what kinds share is the same`() {
        for kind in Kind.allCases {
            let ids = kind.values.map(\.vital.id)
            #expect(Set(ids).count == ids.count)
            #expect(!kind.values.isEmpty)
        }
        for (_, value) in KindTests.rows {
            let twin = KindTests.rows.first { $0.1.vital.id == value.vital.id }
            #expect(twin.map { String(reflecting: $0.1.vital) } == String(reflecting: value.vital))
        }
    }

    @Test func `an id is kind, value and qualifier, of the kind that the vital belongs to`() {
        let ids = Set(KindTests.rows.map { "\($0.0.rawValue).\($0.1.name)" + ($0.1.qualifier.map { ".\($0)" } ?? "") })
        for (kind, value) in KindTests.rows {
            let qualifier = value.qualifier.map { ".\($0)" } ?? ""
            if let shared = Kind.sharedVitals["\(kind.rawValue).\(value.name)"] {
                #expect(value.vital.id == shared)
                #expect(ids.contains(shared) && shared.hasSuffix(".\(value.name)"))
            } else {
                #expect(value.vital.id == "\(kind.rawValue).\(value.name)\(qualifier)")
            }
        }
    }

    @Test func `kinds that tell the same thing share its vital`() {
        #expect(
            Kind.sharedVitals == [
                "body-composition.weight": "body-weight.weight", "body-composition.height": "body-weight.height",
                "body-composition.bmi": "body-weight.bmi", "body-composition.impedance": "body-weight.impedance",
                "body-composition.impedance-high": "body-weight.impedance-high", "body-composition.pulse": "body-weight.pulse",
                "body-measures.height": "body-weight.height", "blood-glucose.hba1c": "hba1c.hba1c", "heart-rate.energy": "activity.energy",
            ])
    }

    @Test func `every value with a qualifier also stands without one`() {
        for (kind, value) in KindTests.rows where value.qualifier != nil {
            #expect(kind.qualifierWord != nil)
            #expect(kind.values.contains { $0.name == value.name && $0.qualifier == nil }, "\(value.vital.id)")
        }
        #expect(Kind.activity.qualifiers == ["day", "interval"])
    }

    @Test(arguments: ObservationRow.all)
    func `every observation of the standards is known with its codes`(row: ObservationRow) throws {
        let vital = try #require(row.vital)
        #expect(vital.mdc == row.mdc)
        if row.isMolar {
            #expect(vital.molarLOINC == row.loinc)
            let molar = try #require(Unit.allCases.first { $0.ucum == row.ucum })
            #expect(Quantity.canConvert(molar, for: vital) && vital.unit != molar)
        } else {
            #expect(vital.loinc == row.loinc)
            #expect(vital.unit.ucum == row.ucum)
            if let precision = row.precision { #expect(vital.precision == precision) }
            if let lowest = row.lowest { #expect(vital.plausible.lowerBound.text == lowest) }
            if let highest = row.highest { #expect(vital.plausible.upperBound.text == highest) }
        }
    }

    @Test func `what is no value has its code elsewhere`() {
        #expect(Kind.bloodPressure.panel?.loinc == "85354-9")
        #expect(Kind.bloodPressure.panel?.mdc == 2 * 65_536 + 18_948)
        // Partition 128, terms 29260 to 29272.
        #expect(MealContext.beforeMeal.mdc == 128 * 65_536 + 29_260)
        #expect(MealContext.afterMeal.mdc == 128 * 65_536 + 29_264)
        #expect(MealContext.fasting.mdc == 128 * 65_536 + 29_268)
        #expect(MealContext.casual.mdc == 128 * 65_536 + 29_272)
        #expect(MealContext.bedtime.mdc == nil)
        #expect(MealContext.beforeMeal.loinc == "88365-2" && MealContext.fasting.loinc == nil)
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
            for loinc in [value.vital.loinc, value.vital.molarLOINC].compactMap(\.self) {
                let parts = loinc.split(separator: "-")
                try #require(parts.count == 2 && parts[1].count == 1, "\(loinc)")
                #expect(checkDigit(parts[0].compactMap(\.wholeNumberValue)) == Int(parts[1]), "\(loinc)")
            }
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

    /// 2: supervisory control and data acquisition; 129: health and fitness devices; 1: objects, here the device itself.
    @Test func `every MDC code is of the partition of its kind`() {
        let fitness: Set = ["heart-rate.rate", "heart-rate.rate.fitness"]
        for (_, value) in KindTests.rows {
            guard let mdc = value.vital.mdc else { continue }
            let id = value.vital.id
            let partition = id.hasPrefix("activity.") || fitness.contains(id) ? 129 : (id == "battery.level" ? 1 : 2)
            #expect(mdc >> 16 == partition, "\(id)")
        }
        // Where the four first kinds had one, they have it still.
        for kind in [Kind.bloodPressure, .bloodGlucose, .bodyTemperature] {
            let named = kind.values.filter { !["trend", "carbohydrates"].contains($0.name) && $0.qualifier != "forehead" }
            #expect(named.allSatisfy { $0.vital.mdc != nil })
        }
    }

    @Test func `every canonical unit has a UCUM code`() {
        for (_, value) in KindTests.rows { #expect(value.vital.unit.ucum != nil, "\(value.vital.id)") }
        #expect(Unit.mmHg.ucum == "mm[Hg]")
        #expect(Unit.pound.ucum == "[lb_av]")
        #expect(Unit.jin.ucum == nil)
        #expect(Unit.stone.ucum == "[stone_av]")
        #expect(Unit.mile.ucum == "[mi_i]")
        #expect(Unit.per1024thSecond.ucum == nil)
        #expect(Unit.stepsPerDay.ucum == "{steps}/d")
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
