import ExactJSON
import Testing

@Suite struct ExactnessTests {
    @Test(
        "A number comes out as it went in",
        arguments: [
            "0", "-0", "36.50", "36.5", "0.005", "1e3", "1E+03", "1.0e-9", "120", "-0.0",
            "9007199254740993", "123456789012345678901234567890.10",
        ])
    func keepsNumbers(digits: String) throws {
        let json = try JSON(parsing: "[\(digits)]")
        #expect(json == .array([.number(digits)]))
        #expect(json.text == "[\(digits)]")
        #expect(JSON(number: digits)?.number == digits)
    }

    @Test("Only a number written whole and in range is an int")
    func readsInts() throws {
        let json = try JSON(parsing: "[72, -5, 5.0, 5e0, 99999999999999999999]")
        #expect(json.array?.map(\.int) == [72, -5, nil, nil, nil])
        #expect(JSON.string("72").int == nil)
    }

    @Test("Every kind of value round-trips, keys in the order given")
    func roundTrips() throws {
        let text = #"{"z":[null,true,false,{}],"a":{"deep":[[],"x"]},"":"","m":36.50}"#
        let json = try JSON(parsing: text)
        #expect(json.text == text)
        #expect(json.object?.keys == ["z", "a", "", "m"])
    }

    @Test("Space between values means nothing")
    func skipsSpace() throws {
        let json = try JSON(parsing: " \t\r\n{ \"a\" : [ 1 , 2 ] , \"b\" : { } } \n")
        #expect(json.text == #"{"a":[1,2],"b":{}}"#)
    }

    @Test(
        "An escape is the character it stands for",
        arguments: [
            (#"\"\\\/\b\f\n\r\t"#, "\"\\/\u{8}\u{C}\n\r\t"), (#"\u0041\u00e9\u00E9"#, "Aéé"), (#"\uD83D\uDE00!"#, "😀!"),
            (#"\u0000"#, "\0"), (#"\\u0041"#, #"\u0041"#), (#"°C \u00b5 µ"#, "°C µ µ"), (#"\uFFFF"#, "\u{FFFF}"),
        ])
    func readsEscapes(escaped: String, plain: String) throws {
        #expect(try JSON(parsing: "\"\(escaped)\"").string == plain)
    }

    @Test("Output escapes what it must and nothing else")
    func writesEscapes() throws {
        let content = "\"\\/\n\r\t\0\u{1}\u{1F}\u{7F}é😀\u{2028}"
        let text = JSON.string(content).text
        #expect(text == "\"\\\"\\\\/\\n\\r\\t\\u0000\\u0001\\u001f\u{7F}é😀\u{2028}\"")
        #expect(try JSON(parsing: text).string == content)
    }

    @Test("Output is built from literals")
    func buildsFromLiterals() {
        let low: Int? = nil
        var object: JSONObject = ["unit": "1/\("min")", "high": 120, "on": true, "none": .null, "list": [1, .number("2.50")]]
        object.add("low", low.map(JSON.integer))
        object.add("last", "x")
        #expect(object.text == #"{"unit":"1/min","high":120,"on":true,"none":null,"list":[1,2.50],"last":"x"}"#)
        var bytes: [UInt8] = [0x3E]
        JSON.object(object).write(into: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == ">" + object.text)
    }

    @Test("A member is replaced in its place, appended at the end, removed by nil")
    func changesMembers() {
        var object: JSONObject = ["a": 1, "b": 2, "a": 3]
        #expect(object.text == #"{"a":3,"b":2}"#)
        object["b"] = "new"
        object["c"] = .null
        object["a"] = nil
        object["nowhere"] = nil
        #expect(object.text == #"{"b":"new","c":null}"#)
        #expect(object["c"] == JSON.null)
        #expect(object["a"] == nil)
    }

    @Test("A value of another kind is nil, not a crash")
    func asksForWrongKind() {
        let json: JSON = ["a"]
        #expect(json["a"] == nil && json.string == nil && json.number == nil && json.bool == nil && json.object == nil)
        #expect(JSON.null.array == nil)
    }

    @Test("Equal values have equal hashes; the order of keys counts")
    func hashes() {
        let one: JSON = ["a": 1, "b": [true]]
        #expect(Set([one, ["a": 1, "b": [true]], ["b": [true], "a": 1]]).count == 2)
        #expect(JSON.number("36.5") != JSON.number("36.50"))
    }
}
