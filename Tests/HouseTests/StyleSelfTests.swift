import Testing

private func gateway(_ text: String) -> TextFile { TextFile(path: "Sources/Gateway/Example.swift", text: text) }

@Suite("The style checks can fail") struct StyleSelfTests {
    @Test("A file of 401 lines is too long, one of 400 is not") func length() {
        #expect(tooLong(gateway(String(repeating: "\n", count: 401))).count == 1)
        #expect(tooLong(gateway(String(repeating: "\n", count: 400))) == [])
    }

    @Test("Names that say nothing are found", arguments: [
        "struct RadioManager {}", "enum Utils {}", "package final class LinkImpl {}", "actor SinkHelper {}",
        "protocol Base {}",
    ])
    func findsEmptyName(_ code: String) { #expect(emptyNames(gateway(code)).count == 1, "\(code)") }

    @Test("A file name that says nothing is found") func findsEmptyFileName() {
        #expect(emptyNames(TextFile(path: "Sources/Gateway/StringUtils.swift", text: "")).count == 1)
        #expect(emptyNames(TextFile(path: "Sources/Gateway/LinkHelper+Text.swift", text: "")).count == 1)
    }

    @Test("Names that say something are left", arguments: [
        "struct Database {}", "struct Implant {}", "let manager = 1", "// struct RadioManager", "struct ManagerReply {}",
    ])
    func leavesNames(_ code: String) { #expect(emptyNames(gateway(code)) == [], "\(code)") }

    @Test("Rash words are found", arguments: [
        "let a = try! b()", "let a = b as! Int", "fatalError(\"TODO\")", "fatalError() // TODO: later",
    ])
    func findsRash(_ code: String) { #expect(rashWords(gateway(code)).count == 1, "\(code)") }

    @Test("Careful words are left", arguments: [
        "let a = try? b()", "let a = b as? Int", "// never try! here", "let text = \"as!\"", "fatalError(\"no stack\")",
        "let url = URL(string: \"a\")!",
    ])
    func leavesCareful(_ code: String) { #expect(rashWords(gateway(code)) == [], "\(code)") }

    @Test("Switched-off isolation without a reason is found", arguments: [
        "final class A: @unchecked Sendable {}", "nonisolated(unsafe) var a = 1", "//\nnonisolated(unsafe) var a = 1",
        "// Only the loop's thread touches it.\n\n\n\nnonisolated(unsafe) var a = 1",
    ])
    func findsUnexplained(_ code: String) { #expect(unexplainedUnsafety(gateway(code)).count == 1, "\(code)") }

    @Test("Switched-off isolation with a reason near it is left", arguments: [
        "// Only the loop's thread touches it.\nfinal class A: @unchecked Sendable {}",
        "nonisolated(unsafe) var a = 1 // written once, before any thread starts",
        "/// Set before start.\n@available(*, deprecated)\nfinal class A: @unchecked Sendable {}",
    ])
    func leavesExplained(_ code: String) { #expect(unexplainedUnsafety(gateway(code)) == [], "\(code)") }

    @Test("SQL outside Store is found, in Store it is at home", arguments: [
        "let q = \"SELECT a FROM b\"", "let q = \"\"\"\n  INSERT INTO b\n  \"\"\"", "run(\"PRAGMA synchronous\")",
        "run(\"CREATE TABLE a(b)\")",
    ])
    func findsQuery(_ code: String) {
        #expect(strayQueries(gateway(code)).count == 1, "\(code)")
        #expect(strayQueries(TextFile(path: "Sources/Store/Example.swift", text: code)) == [])
        #expect(strayQueries(gateway("// " + code.replacing("\n", with: "\n// "))) == [])
    }
}
