import Testing

let mostLines = 400
let wishedLines = 200

/// A file that is too long has two jobs.
func tooLong(_ file: TextFile) -> [String] {
    lineCount(file) > mostLines ? ["\(file.path): \(lineCount(file)) lines, at most \(mostLines)"] : []
}

func lineCount(_ file: TextFile) -> Int { file.lines.count - (file.text.hasSuffix("\n") ? 1 : 0) }

/// Names that say nothing about the job.
func emptyNames(_ file: TextFile) -> [String] {
    let empty = /(?:Managers?|Helpers?|Utils?|Utility|Utilities|Impl|Base)$/
    let declared = /\b(?:struct|class|enum|actor|protocol|typealias)\s+(\w+)/
    let stem = String(file.name.prefix { $0 != "." && $0 != "+" })
    let inName = stem.contains(empty) ? ["\(file.path): a name that says nothing"] : []
    return inName + file.swift.codeOnly.enumerated().flatMap { number, line in
        line.matches(of: declared).filter { $0.1.contains(empty) }
            .map { file.at(number, "\($0.1): a name that says nothing") }
    }
}

/// What turns a wrong input into a crash.
func rashWords(_ file: TextFile) -> [String] {
    let text = file.swift
    let raw = file.lines
    return text.codeOnly.enumerated().flatMap { number, line -> [String] in
        var findings: [String] = []
        if line.contains(/\btry!/) { findings.append(file.at(number, "try!")) }
        if line.contains(/\bas!/) { findings.append(file.at(number, "as!")) }
        if line.contains(/\bfatalError\(/), raw[number].contains(/\b(?:TODO|FIXME)\b/) {
            findings.append(file.at(number, "fatalError( in place of work to do"))
        }
        return findings
    }
}

/// Where the compiler's proof of isolation is switched off, the lines above say why it holds.
func unexplainedUnsafety(_ file: TextFile) -> [String] {
    let raw = file.lines
    return file.swift.codeOnly.enumerated().compactMap { number, line in
        guard line.contains(/@unchecked\s+Sendable\b|\bnonisolated\(unsafe\)/) else { return nil }
        // Three words are the least that can be a reason.
        let above = raw[max(0, number - 3)...number]
        let explained = above.contains(where: { $0.contains(#/\/{2,}\s*\S+\s+\S+\s+\S+/#) })
        return explained ? nil : file.at(number, "switches isolation off without a comment that says why")
    }
}

/// SQL stands in one place.
func strayQueries(_ file: TextFile) -> [String] {
    if file.target == "Store" { return [] }
    return file.swift.withoutComments.enumerated().compactMap { number, line in
        line.firstMatch(of: /\b(?:SELECT|INSERT INTO|INSERT OR \w+ INTO|DELETE FROM|CREATE TABLE|PRAGMA)[ ]/)
            .map { file.at(number, "SQL outside Store: \($0.0)") }
    }
}

@Suite("Style") struct StyleTests {
    @Test("No Swift file in Sources is longer than 400 lines") func filesAreShort() {
        let findings = SourceTree.sources.flatMap(tooLong)
        let long = SourceTree.sources.filter { lineCount($0) > wishedLines }.map { "\($0.path) (\(lineCount($0)))" }
        let warning = "warning: \(long.count) files in Sources over \(wishedLines) lines: \(long.joined(separator: ", "))"
        if !long.isEmpty { print(warning) }
        #expect(findings.isEmpty, "\(told(findings + [warning]))")
    }

    @Test("No type and no file is a Manager, Helper, Util, Impl or Base") func namesSaySomething() {
        let findings = SourceTree.swift.flatMap(emptyNames)
        #expect(findings.isEmpty, "\(told(findings))")
    }

    @Test("Sources have no try!, no as! and no fatalError for work to do") func nothingRash() {
        let findings = SourceTree.sources.flatMap(rashWords)
        #expect(findings.isEmpty, "\(told(findings))")
    }

    @Test("Switched-off isolation says why") func unsafetyIsExplained() {
        let findings = SourceTree.sources.flatMap(unexplainedUnsafety)
        #expect(findings.isEmpty, "\(told(findings))")
    }

    @Test("SQL stands in Store and nowhere else") func queriesStayInStore() {
        let findings = SourceTree.sources.flatMap(strayQueries)
        #expect(findings.isEmpty, "\(told(findings))")
    }
}
