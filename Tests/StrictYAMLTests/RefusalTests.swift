import StrictYAML
import Testing

@Suite struct RefusalTests {
    @Test(
        "A key that stands twice is refused at its second line",
        arguments: [
            ("a: 1\nb: 2\na: 3\n", "3:1: the key 'a' stands twice; the first is on line 1"),
            ("a: 1\n\"a\": 3\n", "2:1: the key 'a' stands twice; the first is on line 1"),
            ("1: x\n\"1\": y\n", "2:1: the key '1' stands twice; the first is on line 1"),
            ("l:\n  - a: 1\n    b:\n      a: 5\n    a : 2\n", "5:5: the key 'a' stands twice; the first is on line 2"),
            ("a: 1\nab: 2\na-b: |\n  a: x\na: 3\n", "5:1: the key 'a' stands twice; the first is on line 1"),
            ("v: {a: 1, a: 2}\n", "1:5: the key 'a' stands twice; the first is on line 1"),
        ])
    func duplicateKey(text: String, message: String) {
        #expect(refusal(text) == "f.yaml:" + message)
    }

    @Test(
        "Anchors and aliases are refused where the anchor stands",
        arguments: [
            ("a: &x 1\nb: *x\n", "1:4"), ("a:\n  - &x {b: 1}\n", "2:5"), ("&x a: 1\n", "1:1"),
            ("- &a [x, x]\n- &b [*a, *a]\n- [*b, *b]\n", "1:3"),
        ])
    func anchors(text: String, place: String) {
        #expect(
            refusal(text)
                == "f.yaml:\(place): anchors (&) and aliases (*) are not taken; write the value out where it is needed")
    }

    @Test("An alias of nothing is refused where it stands")
    func undefinedAlias() {
        #expect(refusal("a: 1\nb: *x\n") == "f.yaml:2:4: found undefined alias")
    }

    @Test("Tags are refused", arguments: ["!!str 5", "!!int 5", "!mine {a: 1}", "!!set [a]", "!!float \"5\"", "! 5"])
    func tags(written: String) {
        #expect(refusal("v: " + written) == "f.yaml:1:4: tags (!) are not taken; write the value without")
    }

    @Test("A file that says nothing is refused", arguments: ["", "\n\n", "# only a comment\n", "---\n", "~", "--- null\n"])
    func emptyDocument(text: String) {
        #expect(refusal(text) == "f.yaml:1:1: the file is empty")
    }

    @Test("A second document is refused where it begins")
    func severalDocuments() {
        #expect(
            refusal("a: 1\n---\nb: 2\n")
                == "f.yaml:2:1: expected a single document in the stream, but found another document")
    }

    @Test("One document with its marker is taken", arguments: ["---\na: 1\n", "a: 1\n...\n", "\u{FEFF}a: 1\n", "a: 1\r\n"])
    func singleDocument(text: String) throws {
        #expect(try load(text).map().required("a").int() == 1)
    }

    @Test(
        "What is no YAML is refused at Yams' own place",
        arguments: [
            ("a: 1\n\tb: 2\n", "2:1"), ("a: [1, 2\n", "2:1"), ("a: 'x\n", "2:1"), ("a: b: c\n", "1:5"),
            ("a: 1\n b: 2\n", "2:3"), ("{: 1}", "1:2"),
            ("a: 1\nb: x\u{1}\n", "2:5"), ("a: 1\r\nb: \u{7}\r\n", "2:4"),
        ])
    func syntax(text: String, place: String) throws {
        let sentence = try #require(refusal(text))
        #expect(sentence.hasPrefix("f.yaml:\(place): "))
        #expect(!sentence.contains("\n"))
    }

    @Test("A key that is no text is refused", arguments: ["[a]: 1\n", "{a: 1}: 1\n", "? - a\n: 1\n", "?\n: 1\n", "\"\": 1"])
    func oddKeys(text: String) throws {
        let sentence = try #require(refusal(text))
        #expect(sentence.hasSuffix(": a key must be a text"))
    }

    @Test("Endless nesting is refused, not a crash", arguments: ["[", "{a: ", "- "])
    func deepNesting(opening: String) {
        #expect(refusal(String(repeating: opening, count: 100_000)) != nil)
    }

    private func refusal(_ text: String) -> String? {
        problem { _ = try load(text) }
    }
}
