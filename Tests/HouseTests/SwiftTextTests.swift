import Testing

@Suite("Swift text") struct SwiftTextTests {
    @Test("Comments go, strings stay, and the lines keep their numbers", arguments: [
        ("a // b", "a", "a"), ("a /* b /* c */ d */ e", "a e", "a e"), ("f(\"// no\") // yes", "f(\"// no\")", "f(\" \")"),
        ("\"a\\\"// b\" + c", "\"a\\\"// b\" + c", "\" \" + c"), ("#\"a\"// b\"# // c", "#\"a\"// b\"#", "#\" \"#"),
        ("\"\\(a(\"x\")) // y\" + b", "\"\\(a(\"x\")) // y\" + b", "\" (a(\" \")) \" + b"),
        ("#\"\\(a)\"# + b", "#\"\\(a)\"# + b", "#\" \"# + b"), ("\"\"\"\n a \" // b\n \"\"\" + c", "\"\"\"\n a \" // b\n \"\"\" + c", "\"\"\"\n\n \"\"\" + c"),
        ("\"open\nnext // gone", "\"open\nnext", "\"\nnext"),
    ])
    func strips(_ source: String, _ spoken: String, _ done: String) {
        let text = SwiftText(source)
        #expect(squeezed(text.withoutComments) == squeezed(spoken.split(separator: "\n", omittingEmptySubsequences: false)))
        #expect(squeezed(text.codeOnly) == squeezed(done.split(separator: "\n", omittingEmptySubsequences: false)))
        #expect(text.codeOnly.count == source.split(separator: "\n", omittingEmptySubsequences: false).count)
    }

    private func squeezed(_ lines: [some StringProtocol]) -> [String] {
        lines.map { $0.split(separator: " ").joined(separator: " ") }
    }
}
