@testable import DeviceProfiles
import Readings
import Testing

/// The words that tell frames apart and find fields in them.
@Suite struct FrameWordTests {
    @Test("A frame of a range of lengths takes no other") func lengths() throws {
        let bench = try Workbench("{ name: value, type: u8 }", frame: "length: 2..4\n    tail: ignored")
        #expect(try bench.refusal("05") == "length 1 is not 2..4")
        #expect(try bench.value("05 00") == "5")
        #expect(try bench.value("05 00 00 00") == "5")
        #expect(try bench.refusal("05 00 00 00 00") == "length 5 is not 2..4")
        #expect(try bench.decode("05").code == "wrong-length")
    }

    @Test("A tail is refused unless it is ignored") func tail() throws {
        #expect(try Workbench("{ name: value, type: u8 }").refusal("05 00") == "length 2, but the layout ends at 1")
        #expect(try Workbench("{ name: value, type: u8 }", frame: "tail: ignored").value("05 00") == "5")
        #expect(try Workbench("{ name: value, type: u8 }", frame: "tail: ignored").refusal("") == "too short at value")
    }

    @Test("Bytes further in tell frames apart, counted from both ends", arguments: [
        ("{ 1: \"10|11\" }", "00 10 05", true), ("{ 1: \"10|11\" }", "00 11 05", true), ("{ 1: \"10|11\" }", "00 12 05", false),
        ("{ 1: \"?1\" }", "00 F1 05", true), ("{ 1: \"?1\" }", "00 F2 05", false), ("{ 0: \"0?\" }", "0F 00 05", true), ("{ 0: \"0?\" }", "1F 00 05", false),
        ("{ -1: \"05\" }", "00 00 05", true), ("{ -1: \"06\" }", "00 00 05", false), ("{ -3: \"07\" }", "07 00 05", true), ("{ -4: \"??\" }", "07 00 05", false),
        ("{ 1: \"10 05\" }", "00 10 05", true), ("{ 1: \"10 06\" }", "00 10 05", false), ("{ 2: \"05 ??\" }", "00 10 05", false), ("{ 9: \"00\" }", "00 10 05", false),
        ("{ 0: \"01\", 1: \"10\" }", "01 10 05", true), ("{ 0: \"01\", 1: \"10\" }", "01 11 05", false),
    ])
    func places(places: String, hex: String, fits: Bool) throws {
        let bench = try Workbench("{ skip: 2 }", "{ name: value, type: u8 }", frame: "where: \(places)")
        #expect(try bench.decode(hex).code == (fits ? nil : "unknown-frame"))
        #expect(try bench.decode("").code == "unknown-frame")
    }

    @Test("A frame may begin in several ways") func alternatives() throws {
        let bench = try Workbench("{ skip: 2 }", "{ name: value, type: u8 }", frame: "starts-with: \"A5 0?|B6\"")
        #expect(try bench.value("A5 07 05") == "5")
        #expect(try bench.value("B6 FF 05") == "5")
        #expect(try bench.refusal("A5 17 05") == "no frame begins with a51705")
        #expect(try bench.refusal("A5") == "no frame begins with a5")
        #expect(try bench.refusal("B6") == "too short at skip")
    }

    @Test("The length tells frames apart where their beginnings do not", arguments: [
        ("starts-with: A5", "starts-with: A5", true), ("starts-with: A5", "starts-with: \"?5 01\"", true), ("starts-with: A5", "starts-with: A6", false),
        ("where: { 0: A5 }", "where: { 1: \"01\" }", true), ("where: { 1: \"01\" }", "where: { 1: \"02\" }", false), ("starts-with: A5", "tail: ignored", true),
    ])
    func toldByLength(first: String, second: String, isTold: Bool) throws {
        let bench = try Workbench(
            "{ skip: 2 }", "{ name: value, type: u8 }", frame: "length: 3\n    \(first)",
            more: """
                  g:
                    from: c
                    length: 4
                    \(second)
                    fields: [ { skip: 2 }, { name: value, type: u16-be } ]
                """)
        #expect(try bench.value("A5 01 05") == "5")
        if isTold { #expect(try bench.value("A5 01 01 02") == "258") } else { #expect(try bench.refusal("A5 01 01 02") == "length 4 is not 3") }
        let other = try bench.decode("A5 01 01 02 03")
        #expect(other.code == (isTold ? "unknown-frame" : "wrong-length"))
    }

    @Test("A frame that is only known is passed over") func knownFrame() throws {
        let bench = try Workbench(
            "{ skip: 1 }", "{ name: value, type: u8 }", frame: "starts-with: A5",
            more: "  ack: { from: c, starts-with: A6, tail: ignored }")
        #expect(try bench.decode("A6 01 02") == .nothingToDecode)
        #expect(try bench.decode("A6") == .nothingToDecode)
        #expect(try bench.decode("A7").code == "unknown-frame")
    }

    @Test("'at' jumps to its byte from either end, and the farthest byte read is the end", arguments: [
        ("{ name: value, type: u8, at: 2 }", "00 00 05", nil as String?), ("{ name: value, type: u8, at: 2 }", "00 00", "too short at value"),
        ("{ name: value, type: u8, at: 2 }", "00", "too short at value"), ("{ name: value, type: u8, at: 2 }", "00 00 05 00", "length 4, but the layout ends at 3"),
        ("{ name: value, type: u8, at: -1 }", "00 00 05", nil), ("{ name: value, type: u8, at: -1 }", "", "too short at value"),
        ("{ name: value, type: u8, at: -3 }", "05 00 00", "length 3, but the layout ends at 1"), ("{ name: value, type: u8, at: -4 }", "05 00 00", "too short at value"),
        ("{ name: value, type: u16-be, at: -1 }", "00 05", "too short at value"),
        ("{ name: number, type: u16-be, at: 2 }, { name: value, type: u8, at: 0 }", "05 00 00 07", nil),
        ("{ name: number, type: u8, at: 3 }, { name: value, type: u8, at: 0 }, { skip: 1 }", "05 00 00 07", nil),
        ("{ name: number, type: u8 }, { name: value, type: u8, at: 0 }", "05", nil),
    ])
    func jumps(fields: String, hex: String, refusal: String?) throws {
        let bench = try Workbench(fields)
        #expect(try bench.refusal(hex) == refusal)
        if refusal == nil { #expect(try bench.value(hex) == "5") }
    }

    @Test("A field that is not there does not jump") func absentJump() throws {
        let bench = try Workbench(
            "{ name: flags, type: u8, bits: { far: 0, a: 1 } }", "{ name: user, type: u8, at: 3, when: flags.far }",
            "{ name: number, type: u8, at: 3, when: [flags.far, flags.a] }", "{ name: value, type: u8 }", reading: "user: user\n    number: number")
        #expect(try bench.value("00 05") == "5")
        #expect(try bench.value("01 00 00 09 05") == "5")
        #expect(try bench.reading("03 00 00 09 05").number == 9)
    }

    @Test("Cut at any length a frame is refused or reads as less, whatever words it is told in", arguments: [
        ("{ name: value, type: u64 }, { name: a, type: i24 }, { name: b, type: u40 }, { name: c, type: u48-be }", "", "0102030405060708 010203 0102030405 010203040506"),
        ("{ name: value, type: bcd, size: 3 }, { name: a, type: digits, size: 4 }", "", "012345 31322E35"),
        ("{ name: value, type: digits, until: \",\" }, { name: a, type: digits, until: \";\" }", "", "3132333435 2C 36372E38 3B"),
        ("{ name: value, type: u8 }, { name: w, type: text, size: 3, codes: { kg: kg, k: kilo } }, { name: a, type: text, until: \",\", codes: { ab: ab, a: a } }", "", "05 6B6720 61622C"),
        ("{ name: value, type: u8 }, { name: a, type: seconds, size: 8, epoch: 1970, milliseconds: true }, { name: b, type: seconds, size: 4, epoch: 2000 }", "byte-order: big", "05 0000011F71FB04CB 00000001"),
        ("{ name: flags, type: u8, bits: { a: 0 } }, { name: value, type: u16, when: [flags.a, flags above 0] }, { name: a, type: u8, at: 5, unknown: 255 }", "", "01 0102 0000 FF"),
        ("{ name: value, type: u8 }, { name: a, type: u8, at: 4 }, { name: b, type: u8, at: 1 }", "", "05 06 00 00 07"),
        ("{ name: value, type: u16 }", "tail: ignored", "0102 030405"), ("{ name: value, type: u16, at: -2 }", "checksum: crc16-modbus", "31 3233 3435 36373839 374B"),
        ("{ name: value, type: u16, at: -2 }", "length: 4\n    tail: ignored", "01020304"),
        ("{ name: value, type: u8 }", "checksum: { kind: sum8, over: 0..1, at: 3 }\n    tail: ignored", "05 06 07 0B 00"),
        ("{ name: flags, type: u8, bits: { sum: 0 } }, { name: value, type: u16 }", "checksum: { kind: crc8, when: flags.sum }", "01 0102 70"),
        ("{ name: value, type: u8 }, { repeat: until-end, fields: [ { name: rr, type: u24 }, { name: f, type: u8, bits: { a: 0 } }, { name: o, type: u16, when: f.a } ] }", "", "05 010203 01 0405 010203 00 010203 01 0607"),
        ("{ name: value, type: u8 }, { repeat: value, at: 2, fields: [ { name: rr, type: digits, until: \",\" } ] }", "", "02 00 3132332C 34352C"),
        ("{ name: value, type: u8 }", "starts-with: \"05 0?|06\"\n    where: { 2: \"07\", 3: \"??\" }\n    tail: ignored", "05 06 07 08 09"),
    ])
    func cut(fields: String, words: String, hex: String) throws {
        let frame = try #require(try Workbench(fields, frame: words).profile.frames.first).frame
        let bytes = try #require([UInt8](hex: hex))
        let whole = try rows(frame, bytes)
        let fits = frame.fits(bytes.span.bytes)
        #expect(fits)
        #expect(!whole.isEmpty)
        for count in bytes.indices {
            let start = Array(bytes.prefix(count))
            guard frame.fits(start.span.bytes), let less = try? rows(frame, start) else { continue }
            #expect(less.count <= whole.count)
            for (less, more) in zip(less, whole) { #expect(less.allSatisfy { more[$0.key] == $0.value }, "\(count) bytes") }
        }
    }

    @Test("A pattern refuses what is no pattern", arguments: ["", "|", "5", "5|55", "55|", "5?5", "GG", "5 5", "55  6", "0x55", "55,66", "?"])
    func badPatterns(text: String) { #expect(BytePattern(text) == nil) }
}

/// Fields that come again and again.
@Suite struct RepeatTests {
    @Test("Each repetition stands beside what stands once") func untilEnd() throws {
        let frame = try frame("{ name: value, type: u8 }, { repeat: until-end, fields: [ { name: rr, type: u16 }, { name: kind, type: u8, unknown: 255 } ] }")
        #expect(frame.repeats)
        #expect(frame.slots["value"]?.isRepeated == false)
        #expect(frame.slots["rr"]?.isRepeated == true)
        #expect(try rows(frame, "05 0102 07 0304 FF") == [["kind": 7, "rr": 0x0201, "value": 5], ["rr": 0x0403, "value": 5]])
        #expect(try rows(frame, "05") == [])
        #expect(throws: DecodeFailure.tooShort(field: "kind")) { try rows(frame, "05 0102 07 0304") }
        #expect(throws: DecodeFailure.tooShort(field: "rr")) { try rows(frame, "05 0102 07 03") }
        #expect(throws: DecodeFailure.tooShort(field: "value")) { try rows(frame, "") }
    }

    @Test("A count says how many there are, and no more are taken") func counted() throws {
        let frame = try frame("{ name: head, type: u8, bits: { count: 0..3, more: 4 } }, { name: value, type: u8, when: head.more }, { repeat: head.count, most: 3, fields: [ { name: rr, type: u8 } ] }")
        #expect(try rows(frame, "02 07 08") == [["head": 2, "rr": 7], ["head": 2, "rr": 8]])
        #expect(try rows(frame, "12 05 07 08").map { $0["value"] } == [5, 5])
        #expect(try rows(frame, "00") == [])
        #expect(throws: DecodeFailure.tooShort(field: "rr")) { try rows(frame, "02 07") }
        #expect(throws: DecodeFailure.tooLong(is: 4, expected: 3)) { try rows(frame, "02 07 08 09") }
        #expect(throws: DecodeFailure.badValue(field: "head.count")) { try rows(frame, "04 01 02 03 04") }
    }

    @Test("Conditions in a repetition see the fields of the same one, and not those of the one before") func conditions() throws {
        let frame = try frame("{ repeat: until-end, fields: [ { name: tag, type: u8, bits: { long: 0 } }, { name: value, type: u16-be, when: tag.long }, { name: rr, type: u8, when: not has value } ] }")
        #expect(try rows(frame, "01 0102 00 09 01 0304").map { $0["value"] } == [258, nil, 772])
        #expect(try rows(frame, "01 0102 00 09 01 0304").map { $0["rr"] } == [nil, 9, nil])
    }

    @Test("More repetitions than said are a tail") func most() throws {
        let fields = "{ name: value, type: u8 }, { repeat: until-end, most: 2, fields: [ { name: rr, type: u8 } ] }"
        #expect(throws: DecodeFailure.tooLong(is: 4, expected: 3)) { try rows(frame(fields), "05 01 02 03") }
        #expect(try rows(frame(fields, "tail: ignored"), "05 01 02 03").map { $0["rr"] } == [1, 2])
    }

    @Test("Repetitions that take no bytes end") func empty() throws {
        let frame = try frame("{ name: flags, type: u8, bits: { a: 0 } }, { repeat: until-end, fields: [ { name: value, type: u8, when: flags.a } ] }")
        #expect(throws: DecodeFailure.tooLong(is: 2, expected: 1)) { try rows(frame, "00 05") }
        #expect(try rows(frame, "01 05 06").map { $0["value"] } == [5, 6])
    }

    @Test("A repetition may begin at its own byte, and a sum at the end is none of it") func place() throws {
        let frame = try frame("{ name: value, type: u8 }, { repeat: until-end, at: 3, fields: [ { name: rr, type: u8 } ] }", "checksum: sum8")
        #expect(try rows(frame, "05 00 00 01 02 08").map { $0["rr"] } == [1, 2])
        #expect(throws: DecodeFailure.badChecksum(frame: "f")) { try rows(frame, "05 00 00 01 02 09") }
        #expect(throws: DecodeFailure.tooShort(field: "repeat")) { try rows(frame, "05 05") }
    }

    @Test("A frame that is refused is refused before the first repetition") func refusedWhole() throws {
        let frame = try frame("{ name: value, type: u8 }, { repeat: until-end, fields: [ { name: rr, type: u16 } ] }")
        var calls = 0
        // As a closure that throws one type, this takes the compiler down.
        var refusal: DecodeFailure?
        let bytes: [UInt8] = [5, 1, 0, 2, 0, 3]
        var fields = Fields()
        do throws(DecodeFailure) {
            try frame.runEach(bytes.span.bytes, into: &fields) { _ in calls += 1 }
        } catch {
            refusal = error
        }
        #expect(refusal == .tooShort(field: "rr"))
        #expect(calls == 0)
    }

    @Test("A frame without a repeat is given once") func once() throws {
        #expect(try rows(frame("{ name: value, type: u8 }"), "05") == [["value": 5]])
    }

    private func frame(_ fields: String, _ words: String = "") throws -> CompiledFrame {
        try #require(try Workbench(fields, frame: words).profile.frames.first).frame
    }
}

/// What each repetition holds, by name.
func rows(_ frame: CompiledFrame, _ hex: String) throws -> [[String: Int64]] {
    let bytes = try #require([UInt8](hex: hex), "\(hex)")
    return try rows(frame, bytes)
}

func rows(_ frame: CompiledFrame, _ bytes: [UInt8]) throws(DecodeFailure) -> [[String: Int64]] {
    var rows: [[String: Int64]] = []
    var fields = Fields()
    try frame.runEach(bytes.span.bytes, into: &fields) { fields in
        var row: [String: Int64] = [:]
        for (name, slot) in frame.slots where fields.has(slot.index) { row[name] = fields.mantissas[Int(slot.index)] }
        rows.append(row)
    }
    return rows
}
