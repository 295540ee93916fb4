import DeviceProfiles
import Readings
import Testing

/// Each sum against the value that is published for the nine bytes "123456789", or counted by hand.
@Suite struct ChecksumTests {
    private static let nine = "31 32 33 34 35 36 37 38 39"

    // The sums of the CRCs: G. Cook, "Catalogue of parametrised CRC algorithms" (SMBUS, MAXIM-DOW, IBM-3740, XMODEM, MODBUS,
    // MCRF4XX, ISO-HDLC). The nine bytes add up to 1DD and are 31 exclusively.
    @Test("Each kind gives its published check value", arguments: [
        ("sum8", "DD"), ("sum8-plus-1", "DE"), ("sum8-to-ff", "22"), ("sum8-to-00", "23"), ("sum7", "5D"), ("sum5", "1D"), ("xor8", "31"),
        ("crc8", "F4"), ("crc8-maxim", "A1"), ("crc16-ccitt", "29 B1"), ("crc16-xmodem", "31 C3"), ("crc16-modbus", "4B 37"),
        ("crc16-mcrf4xx", "6F 91"), ("crc32", "CB F4 39 26"),
    ])
    func check(kind: String, sum: String) throws {
        let bench = try bench("checksum: \(kind)\n    byte-order: big")
        #expect(try bench.value(ChecksumTests.nine + sum) == "57")
        for bit in 0..<8 {
            let bytes = try #require([UInt8](hex: ChecksumTests.nine + sum))
            for index in bytes.indices {
                var other = bytes
                other[index] ^= 1 << UInt8(bit)
                // A sum of few bits does not see the high ones.
                let sees = (kind != "sum7" || bit < 7) && (kind != "sum5" || bit < 5) || index == 9
                #expect(try bench.refusal(other.hex) == (sees ? "checksum of f" : nil))
            }
        }
    }

    @Test("A sum of several bytes stands in the frame's order") func order() throws {
        #expect(try bench("checksum: crc16-modbus").value(ChecksumTests.nine + "37 4B") == "57")
        #expect(try bench("checksum: crc32").value(ChecksumTests.nine + "26 39 F4 CB") == "57")
        #expect(try bench("checksum: crc16-modbus").refusal(ChecksumTests.nine + "4B 37") == "checksum of f")
    }

    // A CGM record whose E2E-CRC was computed apart from this code.
    @Test("The E2E-CRC of the Bluetooth SIG is the reflected one") func endToEnd() throws {
        let bench = try Workbench("{ skip: 5 }", "{ name: value, type: u8 }", frame: "checksum: crc16-mcrf4xx")
        #expect(try bench.value("08 00 78 00 1E 00 34 99") == "0")
        #expect(try bench.refusal("08 00 78 00 1E 00 12 34") == "checksum of f")
    }

    @Test("A sum covers what it is said to, and stands where it is said to", arguments: [
        // A5 | 01 02 | 03 | D4: the sum of the bytes between the first and the sum.
        ("{ kind: sum8, over: 1..2 }", "A5 01 02 03 D4", true), ("{ kind: sum8, over: 1..2 }", "A5 01 02 04 D4", false),
        ("{ kind: sum8, over: 1..-3 }", "A5 01 02 03 D4", true), ("{ kind: sum8, over: 1..-3, at: -2 }", "A5 01 02 03 D4", true),
        ("{ kind: sum8, over: 1.., at: -2 }", "A5 01 02 03 D4", true), ("{ kind: sum8, over: 1.., at: 3 }", "A5 01 02 03 D4", true),
        ("{ kind: sum8, at: -2 }", "A5 01 02 A8 D4", true), ("{ kind: sum8, at: 3 }", "A5 01 02 A8 D4", true),
        ("{ kind: sum8, over: 1..-1, at: 0 }", "DA 01 02 03 D4", true), ("{ kind: sum8, over: -4..-2, at: 0 }", "06 01 02 03 D4", true),
        ("{ kind: xor8, at: -2, seed: \"20\" }", "A5 01 02 86 D4", true), ("{ kind: sum8, at: -2, seed: \"10\" }", "A5 01 02 B8 D4", true),
        ("{ kind: sum8, at: -2, mask: \"1F\" }", "A5 01 02 E8 D4", true), ("{ kind: sum8, at: -2, mask: \"1F\" }", "A5 01 02 E9 D4", false),
        ("{ kind: sum8, over: 1..9 }", "A5 01 02 03 D4", false), ("{ kind: sum8, over: 4..-3, at: -1 }", "A5 01 02 03 D4", false),
        ("{ kind: crc16-ccitt, seed: \"0000\" }", "31 C3 00 00 00", false),
    ])
    func place(sum: String, hex: String, holds: Bool) throws {
        let bench = try Workbench("{ skip: 1 }", "{ name: value, type: u8 }", frame: "checksum: \(sum)\n    tail: ignored")
        #expect(try bench.refusal(hex) == (holds ? nil : "checksum of f"))
    }

    @Test("A seed is what the count starts from: the CCITT sum from zero is XMODEM's") func seed() throws {
        let bench = try bench("checksum: { kind: crc16-ccitt, seed: \"0000\" }\n    byte-order: big")
        #expect(try bench.value(ChecksumTests.nine + "31 C3") == "57")
    }

    @Test("A sum at the end is no field, one further in is passed over like any byte") func payload() throws {
        let inside = try Workbench("{ name: value, type: u8 }", "{ skip: 1 }", "{ name: number, type: u8 }", frame: "checksum: { kind: sum8, over: 0..0 }", reading: "number: number")
        #expect(try inside.reading("05 05 07").number == 7)
        #expect(try inside.refusal("05 06 07") == "checksum of f")
        #expect(try Workbench("{ name: value, type: u8, at: -1 }", frame: "checksum: sum8").value("01 02 03") == "2")
    }

    @Test("A sum that hangs on a flag is taken off and checked only with it") func conditional() throws {
        let bench = try Workbench(
            "{ name: flags, type: u8, bits: { sum: 0 } }", "{ name: value, type: u16-be }", frame: "checksum: { kind: sum8, when: flags.sum }")
        #expect(try bench.value("00 01 02") == "258")
        #expect(try bench.value("01 01 02 04") == "258")
        #expect(try bench.refusal("01 01 02 05") == "checksum of f")
        #expect(try bench.refusal("00 01 02 03") == "length 4, but the layout ends at 3")
        #expect(try bench.refusal("01 01 03") == "checksum of f")
        #expect(try bench.refusal("01 01 02") == "too short at value")
        #expect(try bench.refusal("") == "too short at flags")
    }

    private func bench(_ frame: String) throws -> Workbench {
        try Workbench("{ skip: 8 }", "{ name: value, type: u8 }", frame: frame)
    }
}
