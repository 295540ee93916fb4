import DeviceProfiles
import Readings
import Testing

/// What the language of messages says, word by word.
@Suite struct MessageTests {
    private func row(_ more: String, at time: String = "16/06/2025 12:30:45") -> String {
        #"{"device":"d1","rows":[{"what":"weight","at":"\#(time)"\#(more)}]}"#
    }

    @Test("A number keeps its digits, whether it is a number or text", arguments: [
        ("79.80", "79.80 kg"), ("\"79.80\"", "79.80 kg"), ("\" 79.8 \"", "79.8 kg"), ("7.98e1", "79.8 kg"), ("79.800", "79.800 kg"), ("79.8000", "79.8 kg"), ("\"079\"", "79 kg"), ("1E2", "100 kg"),
        ("79.3000030517578125", "79.3 kg"), ("79.30049999999999999999999", "79.3 kg"), ("-1", "-1 kg"), ("\"+80\"", "80 kg"),
    ])
    func digits(number: String, told: String) throws {
        #expect(try Bridge.words(row(",\"value\":\(number)")) == ["clinic:d1 weight \(told) at 2025-06-16T12:30:45Z"])
    }

    @Test("What is no number is refused, and not told", arguments: [
        "\"eighty\"", "\"\"", "\"8 0\"", "\"80 kg\"", "\"0x50\"", "true", "[80]", "{\"v\":80}", "\"1e\"", "\"1.\"", "\".5\"", "\"--5\"", "1e99",
        "1234567890123456789", "\"NaN\"", "\"Infinity\"", "\"٨٠\"",
    ])
    func noNumber(value: String) throws {
        #expect(try Bridge.words(row(",\"value\":\(value)")) == ["rejected: wrong-shape"])
    }

    @Test("Nothing is no value", arguments: ["null", "0", "\"0.0\"", "\"none\""]) func nothing(value: String) throws {
        #expect(try Bridge.words(row(",\"value\":\(value)")) == ["incomplete: missing-value"])
    }

    @Test("A unit is what the message says, and an unknown one is no guess", arguments: [
        (",\"unit\":\"pounds\"", "clinic:d1 weight 80 lb at 2025-06-16T12:30:45Z"), (",\"unit\":null", "clinic:d1 weight 80 kg at 2025-06-16T12:30:45Z"),
        (",\"unit\":\"stone\"", "rejected: bad-value"), (",\"unit\":\"KG\"", "rejected: bad-value"), (",\"unit\":[\"kg\"]", "rejected: wrong-shape"),
    ])
    func unit(unit: String, told: String) throws {
        #expect(try Bridge.words(row(",\"value\":80" + unit)) == [told])
    }

    @Test("Rows of one time are one element, and others are others") func grouped() throws {
        let rows = [
            #"{"what":"weight","at":"16/06/2025 12:30:45","value":80,"number":10}"#, #"{"what":"weight","at":"16/06/2025 12:31:45","value":81}"#,
            #"{"what":"ohm","at":"16/06/2025 12:30:45","value":503,"power":1}"#, #"{"what":"kiloohm","at":"16/06/2025 12:31:45","value":7,"power":3}"#,
        ].joined(separator: ",")
        #expect(try Bridge.words(#"{"device":"d1","user":2,"shift":"N","rows":[\#(rows)]}"#) == [
            "clinic:d1 weight 80 kg impedance 503 Ohm at 2025-06-16T12:30:45Z number 10 user 2 late night",
            "clinic:d1 weight 81 kg impedance 700 Ohm at 2025-06-16T12:31:45Z user 2 night",
        ])
    }

    @Test("A number without its power of ten is another number", arguments: ["", ",\"power\":null", ",\"power\":1.5", ",\"power\":13", ",\"power\":\"k\""])
    func powerless(power: String) throws {
        let rows = #"{"what":"weight","at":"16/06/2025 12:30:45","value":80},{"what":"ohm","at":"16/06/2025 12:30:45","value":503\#(power)}"#
        #expect(try Bridge.words(#"{"device":"d1","rows":[\#(rows)]}"#) == ["rejected: wrong-shape"])
    }

    @Test("One bad element does not take the others with it") func badElement() throws {
        let rows = #"{"what":"weight","at":"16/06/2025 12:30:45","value":[]},{"what":"weight","at":"16/06/2025 12:31:45","value":81},7,"x",null,[]"#
        let words = try Bridge.words(#"{"device":"d1","rows":[\#(rows)]}"#)
        #expect(words.contains("rejected: wrong-shape"))
        #expect(words.contains("clinic:d1 weight 81 kg at 2025-06-16T12:31:45Z"))
    }

    @Test("Conditions say what an element is about, what is not final and what is no person") func conditions() throws {
        func state(_ word: String) -> String {
            row(",\"value\":80},{\"what\":\"state\",\"at\":\"16/06/2025 12:30:45\",\"value\":\"\(word)\"")
        }
        #expect(try Bridge.words(state("moving")) == ["waiting: not-final"])
        #expect(try Bridge.words(state("object")) == ["ignored: not-a-measurement"])
        #expect(try Bridge.words(state("person")).count == 1)
        #expect(try Bridge.words(#"{"device":"d1","rows":[{"what":"pulse","at":"16/06/2025 12:30:45","value":80}]}"#) == [])
    }

    @Test("A time that cannot be read refuses the reading, and none leaves it without", arguments: [
        "31/06/2025 12:30:45", "16/06/2025 24:30:45", "16/06/2025", "16-06-2025 12:30:45", "2025/06/16 12:30:45", "1/1/25 1:1:1", "yesterday",
    ])
    func badTime(time: String) throws {
        #expect(try Bridge.words(row(",\"value\":80", at: time)) == ["rejected: bad-value"])
    }

    @Test("A reading that requires its time is not dated by its arrival") func requiredTime() throws {
        #expect(try Bridge.words(#"{"device":"d1","rows":[{"what":"weight","value":80}]}"#) == ["incomplete: missing-value"])
    }

    @Test("A civil time is the place's, with a blank and fractions or without", arguments: [
        ("2024-01-15T10:35:00", "2024-01-15T10:35:00"), ("2024-01-15 10:35:00.250", "2024-01-15T10:35:00"),
    ])
    func civil(text: String, told: String) throws {
        #expect(try Bridge.words(#"{"device":"d1","temperature":{"value":36.6,"at":"\#(text)"}}"#) == ["clinic:d1 temperature 36.6 Cel at \(told)"])
    }

    @Test("A device is named in its own letters, or it is refused without a word of it", arguments: [
        ("\"d1\"", "clinic:d1 temperature 37 Cel at arrival"), ("7", "clinic:7 temperature 37 Cel at arrival"),
        ("\"A.b-c_9\"", "clinic:A.b-c_9 temperature 37 Cel at arrival"),
        ("\"Mrs. Example\"", "refused: bad-address"), ("\"\"", "refused: bad-address"), ("\"a/b\"", "refused: bad-address"),
        ("\"a:b\"", "refused: bad-address"), ("null", "refused: bad-address"), ("true", "refused: wrong-shape"), ("[\"d1\"]", "refused: wrong-shape"),
    ])
    func device(id: String, told: String) throws {
        let message = #"{"device":\#(id),"temperature":{"value":37}}"#
        #expect(try Bridge.words(message) == [told])
        for case .refused(let bad) in try Bridge.said(message) { #expect(!bad.detail.contains("Example")) }
    }

    @Test("A channel stands behind the name") func channel() throws {
        #expect(try Bridge.words(#"{"device":"d1","temperature":{"value":37,"channel":"left"}}"#) == ["clinic:d1.left temperature 37 Cel at arrival"])
    }

    @Test("A topic whose level says another word is not read") func otherTopic() throws {
        #expect(try Bridge.words(#"{"device":"d1","temperature":{"value":37}}"#, topic: "clinic/three/meals") == [])
        #expect(try Bridge.words(#"{"device":"d1","temperature":{"value":37}}"#, topic: "clinic/three/vitals/more") == [])
    }

    @Test("A whole advertisement is taken apart, and one that leads beyond its end is refused", arguments: [
        ("0201061BFF99040515AE4C6DC6D7000CFFF803F4ADB6AD697FF41F0C28CBD6", "heard 00:11:22:33:44:55"), ("0x03FF5701", "heard 00:11:22:33:44:55"),
        ("03ff5701 00 00", "heard 00:11:22:33:44:55"), ("020106", nil), ("", nil), ("00", nil),
        ("03FF57", "refused: bad-hex"), ("FF", "refused: bad-hex"), ("02FF57", "refused: bad-hex"), ("02160D", "refused: bad-hex"), ("04030D18AA", "refused: bad-hex"),
        ("03FF570", "refused: bad-hex"), ("zz", "refused: bad-hex"),
    ])
    func structures(hex: String, told: String?) throws {
        // Beside another, so that the refusal is of the element.
        let message = #"{"heard":[{"mac":"00:11:22:33:44:55","raw":"\#(hex)"},{"mac":"00:11:22:33:44:66","company":"5701aa"}]}"#
        #expect(try Bridge.words(message, topic: "clinic/three/adverts") == [told, "heard 00:11:22:33:44:66"].compactMap { $0 })
    }
}
