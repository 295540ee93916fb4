import DeviceProfiles
import Readings
import Testing

/// What a profile can say of a field besides its number, and of a frame besides its fields.
@Suite struct LayoutTests {
    @Test("Skipped bytes are passed over, and must be there") func skip() throws {
        let bench = try Workbench("{ skip: 2 }", "{ name: value, type: u8 }")
        #expect(try bench.value("FF FF 05") == "5")
        #expect(try bench.refusal("FF FF") == "too short at value")
        #expect(try bench.refusal("FF") == "too short at skip")
        #expect(try Workbench("{ name: value, type: u8 }", "{ skip: 2 }").refusal("05 FF") == "too short at skip")
    }

    @Test("A value that stands for 'not known' is absent", arguments: [
        ("255", "FF", false), ("255", "FE", true), ("[0, 3..5]", "00", false), ("[0, 3..5]", "01", true), ("[0, 3..5]", "02", true),
        ("[0, 3..5]", "03", false), ("[0, 3..5]", "05", false), ("[0, 3..5]", "06", true), ("0", "00", false),
    ])
    func unknown(values: String, hex: String, isKnown: Bool) throws {
        let bench = try Workbench("{ name: value, type: u8, unknown: \(values) }")
        if isKnown {
            #expect(try bench.reading(hex).values.count == 1)
        } else {
            #expect(try bench.decode(hex) == .incomplete(missing: "weight", isError: false))
        }
    }

    @Test("An unknown SFLOAT is known by its value, whatever its exponent, if it is zero") func unknownSfloat() throws {
        let bench = try Workbench("{ name: value, type: sfloat-be, unknown: [0, 20] }")
        #expect(try bench.refusal("0000") == "missing weight")
        #expect(try bench.refusal("F000") == "missing weight")
        #expect(try bench.refusal("0014") == "missing weight")
        #expect(try bench.value("F014") == "2.0")
    }

    @Test("The largest word of each width can stand for 'not known'", arguments: [
        ("u16", "65535", "FF FF"), ("u24", "16777215", "FF FF FF"), ("u32", "4294967295", "FF FF FF FF"),
    ])
    func largestUnknown(type: String, word: String, hex: String) throws {
        #expect(try Workbench("{ name: value, type: \(type), unknown: \(word) }").refusal(hex) == "missing weight")
    }

    @Test("Reserved bits that are set refuse the frame, others do not", arguments: [
        ("7", "80", true), ("7", "7F", false), ("5..6", "20", true), ("5..6", "40", true), ("5..6", "9F", false), ("0", "01", true),
        ("none", "FF", false),
    ])
    func reserved(bits: String, hex: String, isRefused: Bool) throws {
        let bench = try Workbench("{ name: flags, type: u8, reserved: \(bits) }", "{ name: value, type: u8 }")
        #expect(try bench.refusal(hex + "05") == (isRefused ? "reserved bits set in flags" : nil))
    }

    @Test("Reserved bits of a field that is not there refuse nothing") func reservedAbsent() throws {
        let bench = try Workbench(
            "{ name: flags, type: u8, bits: { more: 0 } }", "{ name: value, type: u8 }",
            "{ name: extra, type: u8, when: flags.more, reserved: 7 }")
        #expect(try bench.value("00 05") == "5")
        #expect(try bench.value("01 05 7F") == "5")
        #expect(try bench.refusal("01 05 80") == "reserved bits set in extra")
    }

    @Test("A field is there when its condition holds", arguments: [
        ("flags.a", "01", true), ("flags.a", "FE", false), ("not flags.a", "FE", true), ("not flags.a", "01", false),
        ("flags.m is 2", "04", true), ("flags.m is 2", "06", false), ("flags.m is 0", "F9", true), ("flags.m is 0", "02", false),
        ("flags.m is on", "06", true), ("flags.m is on", "04", false), ("not flags.m is on", "04", true), ("not flags.m is on", "06", false),
        ("flags is 17", "11", true), ("flags is 17", "10", false), ("not flags is 17", "10", true), ("always", "00", true),
    ])
    func when(condition: String, flags: String, isThere: Bool) throws {
        let bench = try Workbench(
            "{ name: flags, type: u8, bits: { a: 0, m: 1..2 }, codes: { m: { 3: on } } }", "{ name: value, type: u8 }",
            "{ name: user, type: u8, when: \(condition) }", reading: "user: user")
        if isThere {
            #expect(try bench.reading(flags + "05 09").user == 9)
            #expect(try bench.refusal(flags + "05") == "too short at user")
        } else {
            #expect(try bench.reading(flags + "05").user == nil)
            #expect(try bench.refusal(flags + "05 09") == "length 3, but the layout ends at 2")
        }
    }

    @Test("Bits of wide flags are counted from the lowest, in both byte orders", arguments: [
        ("u16", "00 80", 15), ("u16-be", "80 00", 15), ("u24", "00 00 80", 23), ("u32", "00 00 00 80", 31), ("u32-be", "80 00 00 00", 31),
    ])
    func wideBits(type: String, hex: String, bit: Int) throws {
        let bench = try Workbench(
            "{ name: flags, type: \(type), bits: { top: \(bit), low: 0 } }", "{ name: value, type: u8 }", reading: "marks: flags")
        #expect(try bench.reading(hex + "05").marks == ["top"])
    }

    @Test("On a field that is not there 'x' does not hold and 'not x' does") func conditionOnAbsent() throws {
        let fields = [
            "{ name: flags, type: u8, bits: { more: 0 } }", "{ name: extra, type: u8, when: flags.more, bits: { a: 0 } }",
        ]
        let bench = { (condition: String) throws -> Workbench in
            try Workbench(fields[0], fields[1], "{ name: value, type: u8 }", reading: "waits-for: [\(condition)]")
        }
        #expect(try bench("extra.a").refusal("00 05") == "waiting for extra.a")
        #expect(try bench("not extra.a").value("00 05") == "5")
        #expect(try bench("extra is 0").refusal("00 05") == "waiting for extra is 0")
        #expect(try bench("extra is 0").value("01 00 05") == "5")
    }

    @Test("Waiting comes before ignoring, and ignoring before a missing value") func order() throws {
        let bench = try Workbench(
            "{ name: flags, type: u8, bits: { stable: 0, thing: 1 } }", "{ name: value, type: u8, unknown: 0 }",
            reading: "waits-for: [flags.stable]\n    ignores: [flags.thing]\n    requires: [value]")
        #expect(try bench.decode("02 00") == .waiting(for: "flags.stable"))
        #expect(try bench.decode("03 00") == .ignored(because: "flags.thing"))
        #expect(try bench.decode("01 00") == .incomplete(missing: "value", isError: false))
        #expect(try bench.value("01 05") == "5")
    }

    @Test("Marks are the set bits by their names and the codes by their words") func marks() throws {
        let bench = try Workbench(
            "{ name: value, type: u8 }",
            "{ name: status, type: u16, bits: { moved: 0, range: 3..4, loose: 9 }, codes: { range: { 1: high, 2: low } } }", reading: "marks: status")
        #expect(try bench.reading("05 0000").marks == [])
        #expect(try bench.reading("05 0100").marks == ["moved"])
        #expect(try bench.reading("05 0800").marks == ["high"])
        #expect(try bench.reading("05 1100").marks == ["moved", "low"])
        #expect(try bench.reading("05 1800").marks == [])
        #expect(try bench.reading("05 0102").marks == ["moved", "loose"])
        #expect(try bench.reading("05 E6FD").marks == [])
    }

    @Test("A user or number not known is absent, and zero is a number like any other") func userAndNumber() throws {
        let bench = try Workbench(
            "{ name: value, type: u8 }", "{ name: user, type: u8, unknown: 255 }", "{ name: number, type: u32 }", reading: "user: user\n    number: number")
        let reading = try bench.reading("05 FF FFFFFFFF")
        #expect(reading.user == nil)
        #expect(reading.number == 4_294_967_295)
        let zero = try bench.reading("05 00 00000000")
        #expect(zero.user == 0)
        #expect(zero.number == 0)
    }

    @Test("A frame of fixed length takes no other") func length() throws {
        let bench = try Workbench("{ name: value, type: u8 }", "{ skip: 2 }", frame: "length: 3")
        #expect(try bench.value("05 00 00") == "5")
        #expect(try bench.refusal("05 00") == "length 2 is not 3")
        #expect(try bench.refusal("05 00 00 00") == "length 4 is not 3")
        #expect(try bench.refusal("") == "length 0 is not 3")
    }

    @Test("Two frames on one characteristic are told apart by how they begin") func startsWith() throws {
        let bench = try Workbench(
            "{ skip: 2 }", "{ name: value, type: u8 }", frame: "starts-with: \"A5 01\"",
            more: """
                  g:
                    from: c
                    starts-with: "A5 02"
                    fields: [ { skip: 2 }, { name: flags, type: u8 }, { name: value, type: u16-be } ]
                """)
        #expect(try bench.value("A5 01 05") == "5")
        #expect(try bench.value("A5 02 00 01 02") == "258")
        #expect(try bench.refusal("A5 01") == "too short at value")
        #expect(try bench.refusal("A5 02 00 01") == "too short at value")
        #expect(try bench.refusal("A5 03 05") == "no frame begins with a50305")
        #expect(try bench.refusal("A5") == "no frame begins with a5")
        #expect(try bench.refusal("") == "no frame begins with ")
        #expect(try bench.refusal("FF FF FF FF FF FF") == "no frame begins with ffffffff")
    }

    @Test("A sum at the end is checked before anything is read") func checksum() throws {
        let bench = try Workbench("{ name: value, type: u16-be }", frame: "checksum: sum8")
        #expect(try bench.value("01 02 03") == "258")
        #expect(try bench.value("FF 01 00") == "65281")
        #expect(try bench.refusal("01 02 04") == "checksum of f")
        #expect(try bench.refusal("01 03 03") == "checksum of f")
        #expect(try bench.refusal("") == "checksum of f")
        #expect(try bench.refusal("00") == "checksum of f")
        #expect(try bench.refusal("05 05") == "too short at value")
        #expect(try bench.refusal("01 02 05 08") == "length 4, but the layout ends at 3")
    }

    @Test("A fixed length counts the sum along") func checksumAndLength() throws {
        let bench = try Workbench("{ name: value, type: u16-be }", frame: "length: 3\n    checksum: sum8")
        #expect(try bench.value("01 02 03") == "258")
        #expect(try bench.refusal("01 02") == "length 2 is not 3")
    }

    @Test("Every failure has a code of its own", arguments: [
        (DecodeFailure.tooShort(field: "x"), "too-short"), (.tooLong(is: 2, expected: 1), "too-long"),
        (.wrongLength(is: 2, expected: 1), "wrong-length"), (.badChecksum(frame: "x"), "bad-checksum"),
        (.reservedBits(field: "x"), "reserved-bits"), (.badValue(field: "x"), "bad-value"), (.unknownFrame("a5"), "unknown-frame"),
    ])
    func codes(failure: DecodeFailure, code: String) {
        #expect(DecodeOutcome.rejected(failure).code == code)
        #expect(DecodeOutcome.rejected(failure).name == "rejected")
        #expect(DecodeOutcome.rejected(failure).detail?.isEmpty == false)
    }
}
