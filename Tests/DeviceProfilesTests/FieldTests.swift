import DeviceProfiles
import Readings
import Testing

/// Each kind of field, against numbers from the specifications or counted by hand.
@Suite struct NumberFieldTests {
    @Test("Whole numbers are read in both byte orders", arguments: [
        ("u8", "00", "0"), ("u8", "7F", "127"), ("u8", "80", "128"), ("u8", "FF", "255"),
        ("u16", "02 01", "258"), ("u16-be", "01 02", "258"), ("u16", "FF FF", "65535"), ("u16-be", "80 00", "32768"),
        ("u24", "03 02 01", "66051"), ("u24-be", "01 02 03", "66051"), ("u24", "FF FF FF", "16777215"), ("u24", "00 00 80", "8388608"),
        ("u32", "04 03 02 01", "16909060"), ("u32-be", "01 02 03 04", "16909060"), ("u32", "FF FF FF FF", "4294967295"),
        ("u40", "05 04 03 02 01", "4328719365"), ("u40-be", "FF FF FF FF FF", "1099511627775"), ("u48", "06 05 04 03 02 01", "1108152157446"),
        ("u48-be", "01 02 03 04 05 06", "1108152157446"), ("u64", "08 07 06 05 04 03 02 01", "72623859790382856"),
        ("u64-be", "7F FF FF FF FF FF FF FF", "9223372036854775807"), ("u16-le", "02 01", "258"),
        ("i24", "FE FF FF", "-2"), ("i24-be", "80 00 00", "-8388608"), ("i24-be", "7F FF FF", "8388607"),
        ("i8", "00", "0"), ("i8", "7F", "127"), ("i8", "80", "-128"), ("i8", "FF", "-1"),
        ("i16", "FE FF", "-2"), ("i16-be", "FF FE", "-2"), ("i16", "00 80", "-32768"), ("i16-be", "7F FF", "32767"),
        ("i32", "FD FF FF FF", "-3"), ("i32-be", "FF FF FF FD", "-3"), ("i32", "00 00 00 80", "-2147483648"), ("i32", "FF FF FF 7F", "2147483647"),
    ])
    func whole(type: String, hex: String, number: String) throws {
        #expect(try Workbench("{ name: value, type: \(type) }").value(hex) == number)
    }

    @Test("A number is as wide as its type: one byte less is too short, one more is too long", arguments: [
        ("u8", 1), ("u16", 2), ("u24", 3), ("u32", 4), ("i8", 1), ("i16", 2), ("i32", 4), ("sfloat", 2), ("float", 4),
        ("u16-be", 2), ("u24-be", 3), ("u32-be", 4), ("i16-be", 2), ("i32-be", 4), ("sfloat-be", 2), ("float-be", 4),
        ("u40", 5), ("u48", 6), ("u64", 8), ("i24", 3), ("u40-be", 5), ("u48-be", 6), ("u64-be", 8), ("i24-be", 3), ("u32-le", 4),
        ("bcd, size: 3", 3), ("bcd-le, size: 9", 9),
    ])
    func width(type: String, bytes: Int) throws {
        let bench = try Workbench("{ name: value, type: \(type) }")
        let hex = { String(repeating: "00", count: $0) }
        #expect(try bench.value(hex(bytes)) == "0")
        #expect(try bench.refusal(hex(bytes - 1)) == "too short at value")
        #expect(try bench.refusal(hex(bytes + 1)) == "length \(bytes + 1), but the layout ends at \(bytes)")
    }

    // IEEE 11073-20601 F.8; words of the examples as the Personal Health Devices Transcoding White Paper gives them.
    @Test("An SFLOAT keeps the digits that its exponent states", arguments: [
        ("00C8", "200"), ("F014", "2.0"), ("E0C8", "2.00"), ("1002", "20"), ("0B2E", "-1234"), ("0000", "0"), ("F000", "0.0"),
        ("F06E", "11.0"), ("F0B0", "17.6"), ("07FD", "2045"), ("0803", "-2045"), ("0FFF", "-1"), ("FFFF", "-0.1"),
        ("8001", "0.00000001"), ("7001", "10000000"), ("E803", "-20.45"),
        // With another exponent the mantissas of the five words are numbers like any other.
        ("F7FF", "204.7"), ("F800", "-204.8"), ("17FE", "20460"),
    ])
    func sfloat(word: String, number: String) throws {
        #expect(try Workbench("{ name: value, type: sfloat-be }").value(word) == number)
        #expect(try Workbench("{ name: value, type: sfloat }").value(swapped(word)) == number)
    }

    @Test("The five words of an SFLOAT that are not numbers are never a value", arguments: ["07FE", "07FF", "0800", "0801", "0802"])
    func sfloatWords(word: String) throws {
        #expect(try Workbench("{ name: value, type: sfloat-be }").decode(word) == .incomplete(missing: "weight", isError: true))
        #expect(try Workbench("{ name: value, type: sfloat }").decode(swapped(word)) == .incomplete(missing: "weight", isError: true))
    }

    @Test("A FLOAT keeps the digits that its exponent states", arguments: [
        ("FF000014", "2.0"), ("00FFFB2E", "-1234"), ("FE000E42", "36.50"), ("FE000EB0", "37.60"), ("FF00016E", "36.6"),
        ("00000000", "0"), ("01000002", "20"), ("06000001", "1000000"), ("F4000001", "0.000000000001"),
        ("007FFFFD", "8388605"), ("00800003", "-8388605"), ("FF7FFFFF", "838860.7"), ("FF800000", "-838860.8"),
    ])
    func float(word: String, number: String) throws {
        #expect(try Workbench("{ name: value, type: float-be }").value(word) == number)
        #expect(try Workbench("{ name: value, type: float }").value(swapped(word)) == number)
    }

    @Test("The five words of a FLOAT that are not numbers are never a value", arguments: [
        "007FFFFE", "007FFFFF", "00800000", "00800001", "00800002",
    ])
    func floatWords(word: String) throws {
        #expect(try Workbench("{ name: value, type: float-be }").decode(word) == .incomplete(missing: "weight", isError: true))
        #expect(try Workbench("{ name: value, type: float }").decode(swapped(word)) == .incomplete(missing: "weight", isError: true))
    }

    @Test("A FLOAT with an exponent that no device means is refused", arguments: ["7F000001", "80000001", "07000001", "F3000001"])
    func floatExponent(word: String) throws {
        #expect(try Workbench("{ name: value, type: float-be }").refusal(word) == "no such value in value")
    }

    @Test("A scaled whole number is written without padding, a scaled SFLOAT with its digits", arguments: [
        ("u16-be", "0.005", "3E58", "79.8"), ("u16-be", "0.005", "3E80", "80"), ("u16-be", "0.01", "0001", "0.01"),
        ("u16-be", "0.1", "0000", "0"), ("u16-be", "10", "000C", "120"), ("u16-be", "1000000", "0001", "1000000"),
        ("i16-be", "0.01", "FF9C", "-1"), ("i16-be", "0.000001", "FFFF", "-0.000001"), ("u32-be", "999999", "FFFFFFFF", "4294963000032705"),
        ("sfloat-be", "1000", "C042", "6.6"), ("sfloat-be", "1000", "B294", "6.60"), ("sfloat-be", "100000", "B078", "120"),
        ("sfloat-be", "0.1", "F014", "0.20"), ("float-be", "0.5", "FF000014", "1.00"),
    ])
    func each(type: String, factor: String, hex: String, number: String) throws {
        #expect(try Workbench("{ name: value, type: \(type) }", each: factor).value(hex) == number)
    }

    @Test("A number beyond 63 bits is refused") func beyond() throws {
        #expect(try Workbench("{ name: value, type: u64-be }").refusal("80 00 00 00 00 00 00 00") == "no such value in value")
        #expect(try Workbench("{ name: value, type: u64 }").refusal("FF FF FF FF FF FF FF FF") == "no such value in value")
    }

    @Test("A little-endian field stands out in a big-endian frame") func littleInBig() throws {
        #expect(try Workbench("{ name: value, type: u16-le }", frame: "byte-order: big").value("01 02") == "513")
    }

    @Test("Packed decimal digits stand highest first in every frame, unless said otherwise", arguments: [
        ("bcd, size: 1", "72", "72"), ("bcd, size: 2", "01 23", "123"), ("bcd, size: 2", "99 99", "9999"), ("bcd-le, size: 2", "01 23", "2301"),
        ("bcd, size: 9", "99 99 99 99 99 99 99 99 99", "999999999999999999"), ("bcd-be, size: 2", "01 23", "123"),
    ])
    func packedDigits(type: String, hex: String, number: String) throws {
        #expect(try Workbench("{ name: value, type: \(type) }").value(hex) == number)
        #expect(try Workbench("{ name: value, type: \(type) }", frame: "byte-order: big").value(hex) == number)
    }

    @Test("A half byte that is no decimal digit is refused", arguments: ["0A 00", "A0 00", "00 0F", "FF FF"])
    func packedDigitsThatAreNone(hex: String) throws {
        #expect(try Workbench("{ name: value, type: bcd, size: 2 }").refusal(hex) == "no such value in value")
    }

    @Test("A number in ASCII keeps its digits", arguments: [
        ("072", "72"), ("72.50", "72.50"), (" 72.5", "72.5"), ("   0", "0"), ("0.0", "0.0"), ("-0.5", "-0.5"), ("+1.25", "1.25"),
        ("123456789012345678", "123456789012345678"), ("0.12345678901234567", "0.12345678901234567"), ("72.5  ", "72.5"),
    ])
    func digits(text: String, number: String) throws {
        let hex = Array(text.utf8).hex
        #expect(try Workbench("{ name: value, type: digits, size: \(text.utf8.count) }").value(hex) == number)
        #expect(try Workbench("{ name: value, type: digits, until: \",\" }").value(hex + "2C") == number)
    }

    @Test("What is no decimal number in ASCII is refused", arguments: [
        "7x", "7,5", ".5", "5.", "1.2.3", "--1", "-", "+", "1e3", "0x1F", "1 2", "- 5", "1234567890123456789", "\u{FF11}", "LO",
    ])
    func digitsThatAreNone(text: String) throws {
        let bench = try Workbench("{ name: value, type: digits, size: \(text.utf8.count) }")
        #expect(try bench.refusal(Array(text.utf8).hex) == "no such value in value")
    }

    @Test("A blank in place of a number is no number, and no error") func blankDigits() throws {
        #expect(try Workbench("{ name: value, type: digits, size: 3 }").refusal("20 20 20") == "missing weight")
        #expect(try Workbench("{ name: value, type: digits, until: \",\" }").refusal("2C") == "missing weight")
        #expect(try Workbench("{ name: value, type: digits, size: 3, unknown: [0, -1] }").refusal("30 2E 30") == "missing weight")
        #expect(try Workbench("{ name: value, type: digits, size: 2, unknown: [0, -1] }").refusal("2D 31") == "missing weight")
    }

    @Test("Digits that do not come to their end are too short") func openDigits() throws {
        let bench = try Workbench("{ name: value, type: digits, until: \",\" }", "{ name: number, type: digits, until: \";\" }", reading: "number: number")
        #expect(try bench.reading("37 32 2C 35 3B").number == 5)
        #expect(try bench.refusal("37 32") == "too short at value")
        #expect(try bench.refusal("37 32 2C 35") == "too short at number")
        #expect(try bench.refusal("37 32 2C 35 3B 3B") == "length 6, but the layout ends at 5")
    }

    @Test("A whole frame can be big-endian, and -be in it changes nothing") func bigEndianFrame() throws {
        let bench = try Workbench("{ name: value, type: u16 }", "{ name: number, type: u16-be }", frame: "byte-order: big", reading: "number: number")
        let reading = try bench.reading("0102 0304")
        #expect(reading.value("weight")?.reported.value.text == "258")
        #expect(reading.number == 772)
    }

    @Test("One field may be big-endian among little ones") func mixedFrame() throws {
        let bench = try Workbench("{ name: value, type: u16 }", "{ name: number, type: u16-be }", reading: "number: number")
        let reading = try bench.reading("0201 0304")
        #expect(reading.value("weight")?.reported.value.text == "258")
        #expect(reading.number == 772)
    }

    private func swapped(_ word: String) -> String {
        stride(from: word.count - 2, through: 0, by: -2).map { String(word.dropFirst($0).prefix(2)) }.joined()
    }
}

@Suite struct TimeFieldTests {
    @Test("A date-time is year, month, day, hours, minutes, seconds", arguments: [
        ("date-time", "EA 07 0B 15 08 1E 00", "2026-11-21T08:30:00"),
        ("date-time-be", "07 EA 0B 15 08 1E 00", "2026-11-21T08:30:00"),
        ("date-time", "E8 07 02 1D 17 3B 3B", "2024-02-29T23:59:59"),
        ("date-time", "D0 07 02 1D 00 00 00", "2000-02-29T00:00:00"),
        ("date-time", "B2 07 01 01 00 00 00", "1970-01-01T00:00:00"),
        ("date-time", "0F 27 0C 1F 17 3B 3B", "9999-12-31T23:59:59"),
    ])
    func time(type: String, hex: String, text: String) throws {
        #expect(try bench(type).reading("01" + hex).deviceTime?.text == text)
    }

    @Test("A year, month or day of zero is a time not known", arguments: [
        "00 00 00 00 00 00 00", "00 00 0B 15 08 1E 00", "EA 07 00 15 08 1E 00", "EA 07 0B 00 08 1E 00", "00 00 00 00 FF FF FF",
    ])
    func unknownTime(hex: String) throws {
        #expect(try bench("date-time").reading("01" + hex).deviceTime == nil)
    }

    @Test("A date that no calendar has is refused", arguments: [
        "EA 07 0D 15 08 1E 00", "EA 07 0B 1F 08 1E 00", "EA 07 0B 20 08 1E 00", "EA 07 02 1D 08 1E 00", "6C 07 02 1D 08 1E 00",
        "EA 07 0B 15 18 00 00", "EA 07 0B 15 08 3C 00", "EA 07 0B 15 08 1E 3C", "EA 07 FF FF FF FF FF", "10 27 01 01 00 00 00",
        "FF FF FF FF FF FF FF",
        // Parts of a hundred and more must not carry into their neighbours.
        "EA 07 0B 15 64 00 00", "EA 07 0B 15 08 64 00", "EA 07 0B 15 08 1E 64", "E9 07 64 15 08 1E 00", "EA 07 0B 64 08 1E 00",
    ])
    func impossibleTime(hex: String) throws {
        #expect(try bench("date-time").refusal("01" + hex) == "no such value in time")
    }

    @Test("A user's offset moves the time that is told, and not the record's own", arguments: [
        ("EA 07 0B 15 08 1E 00", "3C 00", "2026-11-21T09:30:00"), ("EA 07 0B 15 08 1E 00", "C4 FF", "2026-11-21T07:30:00"),
        ("EA 07 0C 1F 17 3B 00", "02 00", "2027-01-01T00:01:00"), ("E8 07 03 01 00 00 00", "FF FF", "2024-02-29T23:59:00"),
    ])
    func offset(hex: String, minutes: String, text: String) throws {
        let reading = try offsetBench().reading("01" + hex + minutes)
        #expect(reading.deviceTime?.text == text)
        #expect(reading.recordTime == (try bench("date-time").reading("01" + hex)).deviceTime)
    }

    @Test("An offset that leads out of all calendars is left out", arguments: [
        ("0F 27 0C 1F 17 3B 3B", "01 00", "9999-12-31T23:59:59"), ("0F 27 0C 1F 17 3B 3B", "FF 7F", "9999-12-31T23:59:59"),
        ("01 00 01 01 00 00 00", "FF FF", "0001-01-01T00:00:00"),
    ])
    func offsetBeyondCalendar(hex: String, minutes: String, text: String) throws {
        #expect(try offsetBench().reading("01" + hex + minutes).deviceTime?.text == text)
    }

    @Test("Seconds are counted from their epoch", arguments: [
        ("size: 4, epoch: 1970", "00 00 00 00", "1970-01-01T00:00:00"), ("size: 4, epoch: 1970", "FF FF FF FF", "2106-02-07T06:28:15"),
        ("size: 4, epoch: 1900", "00 00 00 00", "1900-01-01T00:00:00"), ("size: 4, epoch: 2000", "00 00 00 00", "2000-01-01T00:00:00"),
        ("size: 4, epoch: 2010", "00 00 00 00", "2010-01-01T00:00:00"), ("size: 4, epoch: 2020", "00 00 00 3C", "2020-01-01T00:01:00"),
        // 1234567890, the well-known second of Friday the 13th.
        ("size: 4, epoch: 1970", "49 96 02 D2", "2009-02-13T23:31:30"), ("size: 5, epoch: 1970", "00 49 96 02 D2", "2009-02-13T23:31:30"),
        ("size: 6, epoch: 1970", "00 00 49 96 02 D2", "2009-02-13T23:31:30"), ("size: 8, epoch: 1970", "00 00 00 00 49 96 02 D2", "2009-02-13T23:31:30"),
        ("size: 8, epoch: 1970, milliseconds: true", "00 00 01 1F 71 FB 04 CB", "2009-02-13T23:31:30"),
        ("size: 8, epoch: 1970, milliseconds: false", "00 00 00 00 49 96 02 D2", "2009-02-13T23:31:30"),
    ])
    func seconds(kind: String, hex: String, text: String) throws {
        #expect(try bench("seconds-be, \(kind)").reading("01" + hex).deviceTime?.text == text)
    }

    @Test("Seconds beyond all calendars are refused, a second not known is absent") func oddSeconds() throws {
        #expect(try bench("seconds-be, size: 8, epoch: 1970").refusal("01 7FFFFFFFFFFFFFFF") == "no such value in time")
        #expect(try bench("seconds-be, size: 8, epoch: 2020").refusal("01 7FFFFFFFFFFFFFFF") == "no such value in time")
        #expect(try bench("seconds-be, size: 8, epoch: 1970").refusal("01 FFFFFFFFFFFFFFFF") == "no such value in time")
        #expect(try bench("seconds-be, size: 6, epoch: 1970").refusal("01 003AFFF44180") == "no such value in time")
        #expect(try bench("seconds-be, size: 6, epoch: 1970").reading("01 003AFFF4417F").deviceTime?.text == "9999-12-31T23:59:59")
        let unset = try bench("seconds, size: 4, epoch: 2000, unknown: [0, 4294967295]")
        #expect(try unset.reading("01 00000000").deviceTime == nil)
        #expect(try unset.reading("01 FFFFFFFF").deviceTime == nil)
        #expect(try unset.reading("01 01000000").deviceTime?.text == "2000-01-01T00:00:01")
    }

    @Test("An offset to a time not known is no time") func offsetToNothing() throws {
        let reading = try offsetBench().reading("01 0000 00 00 00 00 00 3C00")
        #expect(reading.deviceTime == nil)
        #expect(reading.recordTime == nil)
    }

    private func bench(_ type: String) throws -> Workbench {
        try Workbench("{ name: value, type: u8 }", "{ name: time, type: \(type) }", reading: "measured-at: time")
    }

    private func offsetBench() throws -> Workbench {
        try Workbench(
            "{ name: value, type: u8 }", "{ name: time, type: date-time }", "{ name: offset, type: i16 }",
            reading: "measured-at: { field: time, plus-minutes: offset }")
    }
}
