import ExactJSON
import Testing

@Suite struct StrictnessTests {
    @Test(
        "Each break of the RFC is refused at its byte, with a sentence",
        arguments: [
            ("", "byte 0: expected a value, found the end"),
            ("  ", "byte 2: expected a value, found the end"),
            ("\u{FEFF}1", "byte 0: expected a value, found byte 0xef"),
            ("1 2", "byte 2: something follows after the end of the value"),
            ("{}\u{0}", "byte 2: something follows after the end of the value"),
            ("1,", "byte 1: something follows after the end of the value"),
            ("True", "byte 0: expected a value, found 'T'"),
            ("tru", "byte 0: expected a value; did you mean true?"),
            ("NaN", "byte 0: expected a value, found 'N'"),
            ("'a'", "byte 0: expected a value, found '''"),
            ("// a\n1", "byte 0: expected a value, found '/'"),
            ("\u{A0}1", "byte 0: expected a value, found byte 0xc2"),
            ("[1 2]", "byte 3: expected ',' or ']' after the element, found '2'"),
            ("[1,]", "byte 3: expected a value, found ']'"),
            ("[,1]", "byte 1: expected a value, found ','"),
            ("[1}", "byte 2: expected ',' or ']' after the element, found '}'"),
            (#"{"a" 1}"#, "byte 5: expected ':' after the key, found '1'"),
            (#"{"a":1,}"#, "byte 7: expected a key in quotes, found '}'"),
            (#"{"a":1 "b":2}"#, "byte 7: expected ',' or '}' after the value, found '\"'"),
            ("{a:1}", "byte 1: expected a key in quotes, found 'a'"),
            ("{1:1}", "byte 1: expected a key in quotes, found '1'"),
            ("]", "byte 0: expected a value, found ']'"),
        ])
    func refusesStructure(text: String, sentence: String) {
        #expect(failure(text)?.description == sentence)
    }

    @Test(
        "A number that is not quite one is refused",
        arguments: [
            ("01", "byte 0: a number must not begin with a zero"),
            ("-01", "byte 1: a number must not begin with a zero"),
            ("00", "byte 0: a number must not begin with a zero"),
            ("-", "byte 1: expected a digit, found the end"),
            ("+1", "byte 0: expected a value, found '+'"),
            (".5", "byte 0: expected a value, found '.'"),
            ("5.", "byte 2: expected a digit, found the end"),
            ("5.e1", "byte 2: expected a digit, found 'e'"),
            ("1e", "byte 2: expected a digit, found the end"),
            ("1e+-2", "byte 3: expected a digit, found '-'"),
            ("-Infinity", "byte 1: expected a digit, found 'I'"),
            ("0x10", "byte 1: something follows after the end of the value"),
            ("1_000", "byte 1: something follows after the end of the value"),
        ])
    func refusesNumber(text: String, sentence: String) {
        #expect(failure(text)?.description == sentence)
        #expect(JSON(number: text) == nil)
    }

    @Test(
        "A string is refused for its escapes and its control characters",
        arguments: [
            ("\"a", "byte 2: expected '\"' at the end of the string, found the end"),
            (#""\"#, "byte 2: expected '\"' at the end of the string, found the end"),
            (#""\""#, "byte 3: expected '\"' at the end of the string, found the end"),
            ("\"a\nb\"", "byte 2: a control character in a string must be escaped"),
            ("\"\u{0}\"", "byte 1: a control character in a string must be escaped"),
            (#""\x41""#, "byte 1: no such escape in a string"),
            (#""\U0041""#, "byte 1: no such escape in a string"),
            (#""\u00""#, "byte 5: expected four hexadecimal digits after \\u"),
            (#""\u00g0""#, "byte 5: expected four hexadecimal digits after \\u"),
            (#""\uD83D""#, "byte 1: half of a surrogate pair alone"),
            (#""ab\uDE00\uD83D""#, "byte 3: half of a surrogate pair alone"),
            (#""\uD83D\uD83D""#, "byte 1: half of a surrogate pair alone"),
            (#""\uD83D\n""#, "byte 1: half of a surrogate pair alone"),
            (#""\uD83D\u00""#, "byte 11: expected four hexadecimal digits after \\u"),
        ])
    func refusesString(text: String, sentence: String) {
        #expect(failure(text)?.description == sentence)
    }

    @Test(
        "Bytes that are not UTF-8 are refused, also beside an escape",
        arguments: [
            [0x80], [0xC3], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF],
            [0x5C, 0x6E, 0xC3],
        ] as [[UInt8]])
    func refusesInvalidUTF8(content: [UInt8]) {
        let reason = failure([0x22] + content + [0x22])?.reason
        #expect(reason == .notJSON("the text is not UTF-8"))
    }

    @Test("A key that stands twice is refused where it stands again, however it is spelt")
    func refusesDuplicateKeys() {
        #expect(failure(#"{"a":1,"b":2,"a":3}"#) == JSONFailure(.duplicateKey("a"), offset: 13))
        #expect(failure(#"{"a":1,"\u0061":1}"#)?.reason == .duplicateKey("a"))
        #expect(failure(#"{"a":{"a":[{"a":1},{"a":1}]}}"#) == nil)
    }

    @Test("Keys are compared by their bytes: é in one character or in two are two keys")
    func comparesKeysByBytes() throws {
        let json = try JSON(parsing: "{\"\u{E9}\":1,\"e\u{301}\":2}")
        #expect(json["\u{E9}"] == 1)
        #expect(json["e\u{301}"] == 2)
    }

    @Test("A sentence about a hostile key is one short printable line")
    func describesHostileKey() throws {
        let key = "\\n" + String(repeating: "x", count: 1000)
        let sentence = try #require(failure("{\"\(key)\":1,\"\(key)\":2}")).description
        #expect(sentence.utf8.count < 120)
        #expect(!sentence.contains("\n"))
    }

    @Test("64 arrays inside each other are taken, 65 are not")
    func limitsDepth() {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(failure(nested(64)) == nil)
        #expect(failure(nested(65)) == JSONFailure(.tooDeep(limit: 64), offset: 64))
        #expect(failure("[" + String(repeating: "[[]],", count: 100) + "{}]") == nil)
    }
}
