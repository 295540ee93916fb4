import Testing

/// A path of one machine means nothing on another.
func machinePaths(_ file: TextFile) -> [String] {
    file.lines.enumerated().compactMap { number, line in
        guard line.utf8.contains(UInt8(ascii: "/")) else { return nil }  // a regex over every line is slow
        return line.firstMatch(of: /(?:^|[\s"'`=:(<>\[,])(?:file:\/\/)?\/(?:work|root|Users)\/\S*/)
            .map { file.at(number, "a path of a build machine: \($0.0)") }
    }
}

/// Packages come from where Package.swift says; whose mirror fetched them is nobody's business.
func registryHosts(_ file: TextFile) -> [String] {
    let host = /\b(?:registry|artifactory|nexus|mirrors?|goproxy|pypi|proxy)\.[a-z0-9-]+\.[a-z]{2,}\b|\bproxy\.golang\.org\b/
        .ignoresCase()
    return file.lines.enumerated().compactMap { number, line in
        guard line.utf8.contains(UInt8(ascii: ".")) else { return nil }
        return line.firstMatch(of: host).map { file.at(number, "a registry host: \($0.0)") }
    }
}

func tabs(_ file: TextFile) -> [String] {
    guard file.name.hasSuffix(".swift") else { return [] }
    return file.lines.enumerated().filter { $1.contains("\t") }.map { file.at($0.offset, "a tab") }
}

func trailingSpaces(_ file: TextFile) -> [String] {
    file.lines.enumerated().filter { $1.last == " " || $1.last == "\t" || $1.last == "\r\n" || $1.last == "\r" }
        .map { file.at($0.offset, "a space at the end of the line") }
}

@Suite("Tidiness") struct TidyTests {
    @Test("No text file names a path of a build machine or a registry") func nothingOfOneMachine() {
        let findings = SourceTree.textFiles.flatMap { machinePaths($0) + registryHosts($0) }
        #expect(findings.isEmpty, "\(told(findings))")
    }

    @Test("No Swift file has a tab, and no text file a space at the end of a line") func whitespaceIsTidy() {
        let findings = SourceTree.textFiles.flatMap { tabs($0) + trailingSpaces($0) }
        #expect(findings.isEmpty, "\(told(findings))")
    }

    @Test("Machine paths are found", arguments: ["work", "root", "Users"]) func findsPath(_ folder: String) {
        for before in ["", "let a = \"", "cd ", "file://", "(see "] {
            #expect(machinePaths(TextFile(path: "a.md", text: "\(before)/\(folder)/main/a")).count == 1, "\(before)")
        }
        #expect(machinePaths(TextFile(path: "a.md", text: "https://example.org/\(folder)/a and net\(folder)/b")) == [])
    }

    @Test("Registry hosts are found") func findsRegistry() {
        for host in ["registry", "Artifactory", "mirror", "pypi"] {
            #expect(registryHosts(TextFile(path: "a.md", text: "https://\(host).example.org/x")).count == 1, "\(host)")
        }
        #expect(registryHosts(TextFile(path: "a.md", text: "the registry. Registry.shared, mirrors of it")) == [])
    }

    @Test("Tabs and trailing spaces are found") func findsWhitespace() {
        #expect(tabs(TextFile(path: "a.swift", text: "a\n\tb")) == ["a.swift:2: a tab"])
        #expect(tabs(TextFile(path: "Makefile", text: "\tb")) == [])
        #expect(trailingSpaces(TextFile(path: "a.md", text: "a \nb\nc\t\n")).count == 2)
        #expect(trailingSpaces(TextFile(path: "a.md", text: "a\n\n")) == [])
    }
}
