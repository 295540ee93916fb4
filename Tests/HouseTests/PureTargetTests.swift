import Testing

/// What a pure target must not touch: the same input gives the same answer, at any time and on any machine.
private func impurities() -> [(word: String, pattern: Regex<Substring>)] {
    [
        ("the wall clock", /\bDate\(\)/), ("the wall clock", /\bDate\.now\b/),
        ("a clock", /\b(?:Continuous|Suspending)Clock\b/), ("a clock", /\bclock_gettime\b/),
        ("a clock", /\bgettimeofday\b/), ("a sleep", /\bTask\.sleep\b/), ("a sleep", /\b(?:u|nano)?sleep\(/),
        ("a print", /\b(?:debug)?[pP]rint\(/), ("a dump", /\bdump\(/), ("a logger", /\bLogger\b/),
        ("a file", /\bFile(?:Manager|Handle)\b/), ("a file", /\bf?open\(/), ("a file", /\b(?:String|Data)\(contentsOf/),
        ("a socket", /\bsocket\(/), ("a queue", /\bDispatchQueue\b/), ("the process", /\bProcessInfo\b/),
        ("the environment", /\bgetenv\(/), ("chance", /\bUUID\(\)/), ("chance", /\.random\(/),
    ].map { ($0.0, $0.1.wordBoundaryKind(.simple)) }
}

func impureWords(_ file: TextFile) -> [String] {
    guard Picture.pure.contains(file.target) else { return [] }
    let patterns = impurities()
    return file.swift.codeOnly.enumerated().flatMap { number, line in
        patterns.compactMap { word, pattern in
            line.firstMatch(of: pattern).map { file.at(number, "\(word) in a pure target: \($0.0)") }
        }
    }
}

@Suite("Pure targets") struct PureTargetTests {
    @Test("Pure targets have no clock, sleep, print, logger, file, socket or chance") func treeIsPure() {
        let findings = SourceTree.sources.flatMap(impureWords)
        #expect(findings.isEmpty, "\(told(findings))")
    }

    @Test("Each pure target exists") func pureTargetsExist() {
        #expect(Picture.pure.subtracting(SourceTree.sources.map(\.target)) == [])
    }

    @Test("Each impurity is found", arguments: [
        "let now = Date()", "let now = Date.now", "ContinuousClock().now", "SuspendingClock.now",
        "clock_gettime(CLOCK_REALTIME, &t)", "try await Task.sleep(for: .seconds(1))", "usleep(10)", "sleep(1)",
        "print(value)", "debugPrint(value)", "let log: Logger", "FileManager.default", "FileHandle.standardError",
        "open(path, O_RDONLY)", "fopen(path, mode)", "socket(AF_INET, 0, 0)", "DispatchQueue(label: l)",
        "ProcessInfo.processInfo", "getenv(name)", "let id = UUID()", "Int.random(in: 0...1)",
        "let text = \"a \\(Date()) b\"", "String(contentsOf: url)",
    ])
    func findsImpurity(_ code: String) {
        #expect(!impureWords(TextFile(path: "Sources/Alarms/Example.swift", text: code)).isEmpty, "\(code)")
    }

    @Test("Words in comments, in strings or inside other words are no impurity", arguments: [
        "// print(value)", "/* Date() */", "let text = \"never print( or Date()\"", "fingerprint(value)", "reopen(door)",
        "func opened(by: Name)", "struct UpdateDate {}", "let date: Date",
    ])
    func leavesInnocent(_ code: String) {
        #expect(impureWords(TextFile(path: "Sources/Alarms/Example.swift", text: code)) == [], "\(code)")
    }

    @Test("The outside may do all of this") func outsideIsFree() {
        #expect(impureWords(TextFile(path: "Sources/Gateway/Example.swift", text: "print(Date())")) == [])
    }
}
