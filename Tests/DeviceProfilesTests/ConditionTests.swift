import DeviceProfiles
import Readings
import Testing

/// What can be asked of fields, on a field's `when` and in a reading alike.
@Suite struct ConditionTests {
    // flags | m: bits 1..2 | n i8 | s SFLOAT if bit 7 | unit: three letters
    private static let fields = [
        "{ name: flags, type: u8, bits: { a: 0, m: 1..2, more: 7 }, codes: { m: { 1: low, 2: low, 3: high } } }",
        "{ name: n, type: i8, unknown: -128 }", "{ name: s, type: sfloat-be, when: flags.more }",
        "{ name: unit, type: text, size: 3, codes: { kg: kg, KG: kg, lb: pound } }", "{ name: value, type: u8 }",
    ]

    @Test("Each condition holds where it should, and 'not' turns it round", arguments: [
        // flags, n, s, unit
        ("flags.a", "01 00", "", "kg", true), ("flags.a", "06 00", "", "kg", false),
        ("flags is 6", "06 00", "", "kg", true), ("flags above 5", "06 00", "", "kg", true), ("flags above 6", "06 00", "", "kg", false),
        ("flags below 7", "06 00", "", "kg", true), ("flags below 6", "06 00", "", "kg", false),
        ("flags.m above 1", "04 00", "", "kg", true), ("flags.m above 2", "05 00", "", "kg", false), ("flags.m below 2", "03 00", "", "kg", true),
        ("flags.m is 2", "05 00", "", "kg", true), ("flags.m is high", "07 00", "", "kg", true), ("flags.m is high", "05 00", "", "kg", false),
        // Two numbers of one name.
        ("flags.m is low", "02 00", "", "kg", true), ("flags.m is low", "05 00", "", "kg", true), ("flags.m is low", "06 00", "", "kg", false),
        ("flags.m is low", "00 00", "", "kg", false),
        ("n is -3", "00 FD", "", "kg", true), ("n above -3", "00 FE", "", "kg", true), ("n above -3", "00 FD", "", "kg", false),
        ("n below 0", "00 FF", "", "kg", true), ("n below 0", "00 00", "", "kg", false), ("n is 253", "00 FD", "", "kg", false),
        ("has n", "00 7F", "", "kg", true), ("has n", "00 80", "", "kg", false), ("n below 0", "00 80", "", "kg", false),
        ("has s", "80 00", "F0C9", "kg", true), ("has s", "00 00", "", "kg", false), ("has s", "80 00", "07FF", "kg", false),
        // 20.1, and the words that are no numbers.
        ("s above 20", "80 00", "F0C9", "kg", true), ("s above 21", "80 00", "F0C9", "kg", false), ("s is 20", "80 00", "F0C8", "kg", true),
        ("s is 20", "80 00", "1002", "kg", true), ("s below 21", "80 00", "F0C9", "kg", true), ("s above 0", "80 00", "07FF", "kg", false),
        ("s above -1", "00 00", "", "kg", false),
        ("unit is kg", "00 00", "", "kg ", true), ("unit is kg", "00 00", "", " KG", true), ("unit is kg", "00 00", "", "lb", false),
        ("unit is pound", "00 00", "", "lb", true), ("unit is kg", "00 00", "", "st", false), ("has unit", "00 00", "", "st", false),
        ("has unit", "00 00", "", "", false), ("unit is kg", "00 00", "", "kgs", false), ("unit is kg", "00 00", "", "k", false),
    ])
    func holds(condition: String, numbers: String, s: String, unit: String, isSo: Bool) throws {
        let text = Array(unit.utf8) + Array(repeating: 0x20, count: 3 - unit.utf8.count)
        let hex = numbers + s + text.hex + "05"
        for (condition, isSo) in [(condition, isSo), ("not \(condition)", !isSo)] {
            let reading = try bench(reading: "waits-for: [\(condition)]")
            #expect(try reading.refusal(hex) == (isSo ? nil : "waiting for \(condition)"), "\(condition)")
            let field = try bench(more: ["{ name: user, type: u8, when: \(condition) }"], reading: "user: user")
            #expect(try field.refusal(hex + "09") == (isSo ? nil : "length \(hex.filter { $0 != " " }.count / 2 + 1), but the layout ends at \(hex.filter { $0 != " " }.count / 2)"))
            if isSo { #expect(try field.reading(hex + "09").user == 9) } else { #expect(try field.reading(hex).user == nil) }
        }
    }

    @Test("Of a list of conditions all must hold", arguments: [("00", false), ("01", false), ("04", false), ("05", true)])
    func list(flags: String, isThere: Bool) throws {
        let bench = try Workbench(
            "{ name: flags, type: u8, bits: { a: 0, m: 1..2 } }", "{ name: value, type: u8 }",
            "{ name: user, type: u8, when: [flags.a, flags.m is 2, has value] }",
            "{ name: number, type: u8 }", reading: "user: user\n    number: number")
        let reading = try bench.reading(flags + "05" + (isThere ? "09" : "") + "07")
        #expect(reading.user == (isThere ? 9 : nil))
        #expect(reading.number == 7)
    }

    @Test("An optional word is passed over with all that belongs to it") func optionalText() throws {
        let bench = try Workbench(
            "{ name: flags, type: u8, bits: { a: 0 } }", "{ name: unit, type: text, size: 2, when: flags.a, codes: { kg: kg } }",
            "{ name: value, type: u8 }", reading: "waits-for: [has unit]")
        #expect(try bench.value("01 6B67 05") == "5")
        #expect(try bench.refusal("00 6B67 05") == "length 4, but the layout ends at 2")
        #expect(try bench.refusal("00 05") == "waiting for has unit")
    }

    @Test("Wide numbers are asked for as a whole") func wide() throws {
        let bench = { (condition: String) throws in
            try Workbench("{ name: w, type: u48 }", "{ name: value, type: u8 }", reading: "waits-for: [\(condition)]")
        }
        #expect(try bench("w is 281474976710655").value("FFFFFFFFFFFF 05") == "5")
        #expect(try bench("w above 4294967295").value("000000000001 05") == "5")
        #expect(try bench("w above 4294967295").refusal("FFFFFFFF0000 05") == "waiting for w above 4294967295")
    }

    private func bench(more: [String] = [], reading: String) throws -> Workbench {
        let fields = (ConditionTests.fields + more).joined(separator: ", ")
        return try Workbench(fields, reading: reading)
    }
}
