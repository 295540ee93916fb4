import DeviceProfiles
import Readings
import Testing

/// Each word of a reading: numbers, their conditions, who and where.
@Suite struct ReadingWordTests {
    private let flat = "f: { from: a, fields: [ { name: low, type: u8, bits: { a: 0..3, b: 4..6, c: 7 } }, { name: high, type: u8 } ] }"

    private func weight(_ value: String, _ rest: String = "") throws -> Bench {
        try Bench(flat, "body-weight: { values: { weight: { \(value), unit: kg } }\(rest.isEmpty ? "" : ", \(rest)") }")
    }

    @Test("A value is a field, or bits of one", arguments: [("low", "135"), ("low.a", "7"), ("low.b", "0"), ("low.c", "1"), ("high", "2")])
    func field(path: String, number: String) throws {
        #expect(try weight("field: \(path)").read("87 02") == ["weight \(number) kg"])
    }

    @Test("Bits are joined in the order written, the most significant first", arguments: [
        // 87 = 1 000 0111, 02
        ("[low, high]", "34562"), ("[high, low]", "647"), ("[low.c, high]", "258"), ("[low.a, low.b]", "56"), ("[low.b, low.a, low.c]", "15"),
    ])
    func joined(fields: String, number: String) throws {
        #expect(try weight("field: \(fields)").read("87 02") == ["weight \(number) kg"])
    }

    @Test("Something is added to the wire value before it is scaled", arguments: [
        ("field: high, plus: 25", "27"), ("field: high, plus: -3", "-1"), ("field: high, plus: 25, each: 0.1", "2.7"), ("field: low.a, plus: 1", "8"),
    ])
    func plus(value: String, number: String) throws {
        #expect(try weight(value).read("87 02") == ["weight \(number) kg"])
    }

    @Test("A sum adds fields, each times its factor", arguments: [
        ("[ { field: low.a, each: 12 }, { field: high } ]", "86"), ("[ { field: high } ]", "2"),
        ("[ { field: high, each: 0.1 }, { field: low.a, each: 1 } ]", "7.2"), ("[ { field: high, each: 10 }, { field: low.a, each: 0.001 } ]", "20.007"),
    ])
    func sum(terms: String, number: String) throws {
        #expect(try weight("sum: \(terms)").read("87 02") == ["weight \(number) kg"])
    }

    @Test("A fraction that a decimal is, is that decimal; any other is rounded half to even to the vital's precision + 2", arguments: [
        // A weight is told to 2 decimals, so 4 are kept.
        ("1/200", "0x37", "0.275"), ("2/400", "0x37", "0.275"), ("10/1", "0x37", "550"), ("3/1", "0x37", "165"),
        ("1/30", "0x24", "1.2"), ("1/30", "0x25", "1.2333"), ("1/30", "0x26", "1.2667"), ("10/300", "0x25", "1.2333"), ("1/30", "0x00", "0"),
        // 3, 9 and 15 sixty-thousandths lie on a half of the last decimal.
        ("1/60000", "0x03", "0"), ("1/60000", "0x09", "0.0002"), ("1/60000", "0x0F", "0.0002"), ("1/60000", "0x15", "0.0004"),
        ("1000000/7", "0x01", "142857.1429"),
    ])
    func fraction(each: String, byte: String, number: String) throws {
        #expect(try weight("field: high, each: \(each)").read("00 \(byte.dropFirst(2))") == ["weight \(number) kg"])
    }

    @Test("A fraction rounds below zero as above it, and away what a device's own decimals say too finely") func fractionOfOthers() throws {
        let bench = try Bench(
            "f: { from: a, fields: [ { name: x, type: i8 }, { name: y, type: sfloat } ] }",
            "body-weight: { values: { weight: { field: x, unit: kg, each: 1/30 }, height: { field: y, unit: cm, each: 1/3 } } }")
        // 1.0 of a device that states its decimals, thirded.
        #expect(try bench.read("DB 0AF0") == ["weight -1.2333 kg; height 0.333 cm"])
    }

    @Test("A fraction of what 64 bits do not hold is no value") func fractionBeyond() throws {
        let bench = try Bench(
            "f: { from: a, fields: [ { name: x, type: u64 } ] }",
            "body-weight: { values: { weight: { field: x, unit: kg, each: 1000000/3 } } }")
        #expect(try bench.decode("FFFFFFFFFFFFFF7F") == .rejected(.badValue(field: "weight")))
    }

    @Test("A signed field keeps its sign in a sum") func signedSum() throws {
        let bench = try Bench(
            "f: { from: a, fields: [ { name: x, type: i8 }, { name: y, type: i16 } ] }",
            "body-weight: { values: { weight: { sum: [ { field: x, each: 100 }, { field: y } ], unit: kg } } }")
        #expect(try bench.read("FE F6FF") == ["weight -210 kg"])
    }

    @Test("A sum with an absent field is absent") func absentSum() throws {
        let bench = try Bench(
            "f: { from: a, fields: [ { name: x, type: u8, unknown: 0 }, { name: y, type: u8 } ] }",
            "body-weight: { values: { weight: { sum: [ { field: x }, { field: y } ], unit: kg } } }")
        #expect(try bench.read("00 05") == ["missing weight"])
        #expect(try bench.read("01 05") == ["weight 6 kg"])
    }

    @Test("A value is left out unless its conditions hold and it lies above and below its limits", arguments: [
        ("when: low.c", "80 02", true), ("when: low.c", "00 02", false), ("when: [low.c, not low.a is 7]", "80 02", true),
        ("when: [low.c, not low.a is 7]", "87 02", false), ("above: 1", "00 02", true), ("above: 2", "00 02", false), ("below: 3", "00 02", true),
        ("below: 2", "00 02", false), ("above: 1, below: 3", "00 02", true), ("above: 1.5", "00 02", true), ("plus: 100, below: 3", "00 02", true),
    ])
    func leftOut(condition: String, hex: String, isThere: Bool) throws {
        let bench = try Bench(flat, """
            body-weight: { values: { weight: { field: high, \(condition), unit: kg }, bmi: { field: high, unit: kg/m2 } } }
            """)
        #expect((try bench.decode(hex).readings.first?.value("weight") != nil) == isThere)
    }

    @Test("A unit may hang on several conditions") func unitConditions() throws {
        let bench = try Bench(flat, """
            body-weight:
              values: { weight: { field: high, unit: [ { when: [low.c, low.a is 1], is: lb, each: 0.1 }, { when: low.c, is: jin }, { is: kg } ] } }
            """)
        #expect(try bench.read("81 05") == ["weight 0.5 lb"])
        #expect(try bench.read("82 05") == ["weight 5 jin"])
        #expect(try bench.read("01 05") == ["weight 5 kg"])
    }

    @Test("A product beyond 64 bits is refused") func overflow() throws {
        let bench = try Bench(
            "f: { from: a, fields: [ { name: x, type: u64 } ] }", "body-weight: { values: { weight: { field: x, unit: kg, each: 999999 } } }")
        #expect(try bench.read("0100000000000000") == ["weight 999999 kg"])
        #expect(try bench.decode("FFFFFFFFFFFFFF7F") == .rejected(.badValue(field: "weight")))
    }

    @Test("A user or a number is a field, a field and more, or fixed", arguments: [
        ("user: high", "user 2"), ("user: { field: high, plus: 1 }", "user 3"), ("user: { is: 1 }", "user 1"), ("user: low.a", "user 7"),
        ("number: [low, high]", "number 34562"), ("number: { field: high, plus: -2 }", "number 0"), ("number: { is: 0 }", "number 0"),
    ])
    func person(line: String, words: String) throws {
        #expect(try weight("field: high", line).read("87 02") == ["weight 2 kg; \(words)"])
    }

    @Test("A number below zero is none") func negative() throws {
        #expect(try weight("field: high", "user: { field: high, plus: -3 }").read("87 02") == ["weight 2 kg"])
    }

    @Test("A sample or a site is the word of a code, or fixed", arguments: [("where", "ear"), ("{ is: mouth }", "mouth")])
    func site(word: String, site: String) throws {
        let bench = try Bench(
            "f: { from: a, fields: [ { name: t, type: u8 }, { name: where, type: u8, codes: { 3: ear } } ] }",
            "body-temperature: { values: { temperature: { field: t, unit: Cel } }, site: \(word) }")
        #expect(try bench.read("25 03") == ["temperature 37 Cel; \(site)"])
        #expect(try bench.read("25 04") == [word == "where" ? "temperature 37 Cel" : "temperature 37 Cel; mouth"])
    }

    @Test("Marks are bits by name and codes by word, of one field or of several", arguments: [
        ("flags", "moved; loud"), ("[flags, meal]", "moved; loud; fasting"), ("meal", "fasting"), ("[flags.pace]", "loud"), ("[flags.moved, meal]", "moved; fasting"),
    ])
    func marks(list: String, words: String) throws {
        let bench = try Bench("""
            f:
              from: a
              fields:
                - { name: w, type: u8 }
                - { name: flags, type: u8, bits: { moved: 0, pace: 1..2, loose: 3 }, codes: { pace: { 2: loud } } }
                - { name: meal, type: u8, codes: { 1: fasting, 2: casual } }
            """, "body-weight: { values: { weight: { field: w, unit: kg } }, marks: \(list) }")
        #expect(try bench.read("50 05 01") == ["weight 80 kg; \(words)"])
        #expect(try bench.read("50 00 00") == ["weight 80 kg"])
    }

    @Test("Two readings of one kind come from the frames that they name") func from() throws {
        let bench = try Bench("""
            live: { from: a, starts-with: "01", fields: [ { skip: 1 }, { name: w, type: u8 } ] }
            stored: { from: a, starts-with: "02", fields: [ { skip: 1 }, { name: w, type: u8 } ] }
            end: { from: a, starts-with: "03", fields: [ { skip: 1 }, { name: w, type: u8 } ] }
            """, """
            body-weight: { from: live, values: { weight: { field: w, unit: kg } } }
            body-weight/stored: { from: [stored], values: { weight: { field: w, unit: lb } } }
            """)
        #expect(try bench.read("01 50") == ["weight 80 kg"])
        #expect(try bench.read("02 50") == ["weight 80 lb"])
        #expect(try bench.decode("03 50") == .nothingToDecode)
    }

    @Test("Without 'from' a reading is read from every frame that has all of its fields") func homes() throws {
        let bench = try Bench("""
            full: { from: a, starts-with: "01", fields: [ { skip: 1 }, { name: w, type: u8 }, { name: who, type: u8 } ] }
            short: { from: a, starts-with: "02", fields: [ { skip: 1 }, { name: w, type: u8 } ] }
            """, "body-weight: { values: { weight: { field: w, unit: kg } }, user: who }")
        #expect(try bench.read("01 50 02") == ["weight 80 kg; user 2"])
        #expect(try bench.decode("02 50") == .nothingToDecode)
    }

    @Test("A reading with a repeated field is made once a repetition") func repeats() throws {
        let bench = try Bench("""
            f:
              from: a
              fields: [ { name: who, type: u8 }, { repeat: until-end, fields: [ { name: w, type: u8, unknown: 255 } ] } ]
            """, "body-weight: { requires: [w], values: { weight: { field: w, unit: kg } }, user: who }")
        #expect(try bench.read("01 50 51") == ["weight 80 kg; user 1", "weight 81 kg; user 1"])
        #expect(try bench.read("01 50 FF 52") == ["weight 80 kg; user 1", "weight 82 kg; user 1"])
        #expect(try bench.read("01 FF") == ["missing w"])
        #expect(try bench.decode("01") == .nothingToDecode)
    }

    @Test("A continuous signal is told from a measurement") func stream() throws {
        let streamed = try weight("field: high", "stream: { rate: 1 /s, spot: none }").decode("00 02")
        #expect(streamed.readings.map(\.isContinuous) == [true])
        #expect(try weight("field: high").decode("00 02").readings.map(\.isContinuous) == [false])
    }

    @Test("A reading carries up to 24 values") func capacity() throws {
        let names = ["weight", "height", "bmi", "impedance"]
        let values = names.map { "\($0): { field: low, unit: \(["weight": "kg", "height": "cm", "bmi": "kg/m2"][$0] ?? "Ohm") }" }
        let bench = try Bench(flat, "body-weight: { values: { \(values.joined(separator: ", ")) } }")
        #expect(try bench.read("50 00") == ["weight 80 kg; height 80 cm; bmi 80 kg/m2; impedance 80 Ohm"])
    }
}

@Suite struct ReadingTimeWordTests {
    private func bench(_ fields: String, _ time: String) throws -> Bench {
        try Bench("f: { from: a, fields: [ { name: w, type: u8 }, \(fields) ] }", "body-weight: { values: { weight: { field: w, unit: kg } }, measured-at: \(time) }")
    }

    @Test("Seconds, an epoch, UTC and what is added", arguments: [
        ("{ name: t, type: seconds, size: 4, epoch: 1970 }", "t", "50 00E1F505", "at 1973-03-03T09:46:40"),
        ("{ name: t, type: seconds, size: 4, epoch: 1970 }", "{ field: t, zone: utc }", "50 00E1F505", "at 1973-03-03T09:46:40Z"),
        ("{ name: t, type: date-time }, { name: m, type: i8 }", "{ field: t, plus-minutes: m }", "50 EA070B15081E00 1E", "at 2026-11-21T09:00:00"),
        ("{ name: t, type: date-time }, { name: m, type: i8 }", "{ field: t, plus-minutes: m }", "50 EA070B15081E00 E2", "at 2026-11-21T08:00:00"),
        ("{ name: t, type: date-time }, { name: s, type: u8 }", "{ field: t, plus-seconds: s }", "50 EA070B15081E00 3D", "at 2026-11-21T08:31:01"),
        ("{ name: t, type: date-time }", "{ field: t, plus-seconds: -1 }", "50 EA0701010000 00", "at 2025-12-31T23:59:59"),
        ("{ name: t, type: date-time }", "{ field: t, plus-minutes: 90 }", "50 EA070B15081E00", "at 2026-11-21T10:00:00"),
        ("{ name: t, type: date-time }, { name: s, type: u8 }", "{ field: t, plus-minutes: -1, plus-seconds: s }", "50 EA070B15081E00 3D", "at 2026-11-21T08:30:01"),
    ])
    func field(fields: String, time: String, hex: String, words: String) throws {
        #expect(try bench(fields, time).read(hex) == ["weight 80 kg; \(words)"])
    }

    @Test("What is added to every time leaves what the device recorded") func recorded() throws {
        let reading = try #require(try bench("{ name: t, type: date-time }", "{ field: t, plus-seconds: -1 }").decode("50 EA070B15081E00").readings.first)
        #expect(reading.deviceTime?.text == "2026-11-21T08:29:59")
        #expect(reading.recordTime?.text == "2026-11-21T08:30:00")
    }

    @Test("So long before the arrival", arguments: [("s", "50 5A00", "90 s ago"), ("min", "50 5A00", "5400 s ago"), ("h", "50 0200", "7200 s ago"), ("s", "50 0000", "0 s ago")])
    func ago(unit: String, hex: String, words: String) throws {
        #expect(try bench("{ name: age, type: u16 }", "{ ago: age, unit: \(unit) }").read(hex) == ["weight 80 kg; \(words)"])
    }

    @Test("A reading that tells no time takes none from the one before it in the frame") func timeOfAnother() throws {
        let bench = try Bench(
            "f: { from: a, fields: [ { name: w, type: u8 }, { name: p, type: u8 }, { name: age, type: u16 } ] }",
            """
            body-weight: { values: { weight: { field: w, unit: kg } }, measured-at: { ago: age, unit: s } }
            heart-rate: { values: { rate: { field: p, unit: /min } } }
            """)
        #expect(try bench.decode("50 3C 5A00").readings.map(\.secondsAgo) == [90, nil])
    }

    @Test("Longer ago than a hundred years is no time") func longAgo() throws {
        let bench = try bench("{ name: age, type: u64 }", "{ ago: age, unit: min }")
        #expect(try bench.decode("50 FFFFFFFFFFFFFF7F") == .rejected(.badValue(field: "age")))
    }

    private let parts = "{ name: yy, type: u8 }, { name: mm, type: u8 }, { name: dh, type: u16-be, bits: { day: 11..15, hour: 6..10, minute: 0..5 } }, { name: ss, type: u8 }"
    private let told = "{ year: yy, plus-years: 2000, month: mm, day: dh.day, hour: dh.hour, minute: dh.minute, second: ss }"

    @Test("Parts of a time, in fields and in bits") func fromParts() throws {
        // day 21, hour 8, minute 30: 10101 01000 011110
        #expect(try bench(parts, told).read("50 1A 0B AA1E 05") == ["weight 80 kg; at 2026-11-21T08:30:05"])
        let short = told.replacing(", second: ss", with: "")
        #expect(try bench(parts, short).read("50 1A 0B AA1E 05") == ["weight 80 kg; at 2026-11-21T08:30:00"])
    }

    @Test("All parts zero is a time not known, and what no calendar has is refused") func badParts() throws {
        #expect(try bench(parts, told).read("50 00 00 0000 00") == ["weight 80 kg"])
        #expect(try bench(parts, told).decode("50 1A 0D AA1E 05") == .rejected(.badValue(field: "yy")))
        #expect(try bench(parts, told).decode("50 1A 0B AA1E 3C") == .rejected(.badValue(field: "yy")))
    }

    @Test("An offset that leads out of the calendar is not taken") func farOffset() throws {
        let bench = try bench("{ name: t, type: date-time }, { name: m, type: u64 }", "{ field: t, plus-minutes: m }")
        #expect(try bench.read("50 EA070B15081E00 FFFFFFFFFFFFFF7F") == ["weight 80 kg; at 2026-11-21T08:30:00"])
    }
}
