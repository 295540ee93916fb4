import Testing

struct Import: Equatable {
    let module: String
    let line: Int
    let attributes: String
}

func imports(of file: TextFile) -> [Import] {
    let statement =
        /^\s*((?:@\w+(?:\([^)]*\))?\s+)*)(?:(?:public|package|internal|private|fileprivate)\s+)?import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)/
    return file.swift.codeOnly.enumerated().flatMap { number, line in
        line.split(separator: ";").compactMap { part in
            part.prefixMatch(of: statement).map {
                Import(module: String($0.2), line: number, attributes: String($0.1))
            }
        }
    }
}

func forbiddenImports(_ file: TextFile) -> [String] {
    guard let allowed = Picture.mayImport[file.target] else {
        return ["\(file.path): target \(file.target) has no row in the picture (Tests/HouseTests/Picture.swift)"]
    }
    return imports(of: file).compactMap { found in
        if found.attributes.contains("@testable") || found.attributes.contains("@_exported") {
            return file.at(found.line, "\(found.attributes)import of \(found.module) in product code")
        }
        return allowed.contains(found.module) || Picture.free.contains(found.module)
            ? nil : file.at(found.line, "\(file.target) may not import \(found.module)")
    }
}

@Suite("Imports") struct ImportTests {
    @Test("Each target imports only what the picture allows") func treeKeepsToTheTable() {
        #expect(!SourceTree.sources.isEmpty, "no sources found below \(SourceTree.place)")
        let findings = SourceTree.sources.flatMap(forbiddenImports)
        #expect(findings.isEmpty, "\(told(findings))")
    }

    @Test("No row of a product target allows the test stand-ins") func standInsStayOutside() {
        for (target, allowed) in Picture.mayImport where !Picture.testsOnly.contains(target) {
            #expect(allowed.isDisjoint(with: Picture.testsOnly), "\(target)")
        }
    }

    @Test("A C library target holds a module map and a header, no logic") func cLibrariesAreBare() {
        let findings = SourceTree.textFiles.filter { Picture.cLibraries.contains($0.target) }
            .filter { $0.name != "module.modulemap" && $0.name != "shim.h" }
        #expect(findings.isEmpty, "\(told(findings.map(\.path)))")
    }

    @Test("The check finds an import that the table forbids, in each way of writing it", arguments: [
        "import Foundation", "  import struct Foundation.Date", "package import Store", "@preconcurrency import Dispatch",
        "import Readings; import Glibc", "@testable import Readings", "#if os(Linux)\nimport GatewayTesting\n#endif",
    ])
    func findsForbidden(_ text: String) {
        #expect(forbiddenImports(TextFile(path: "Sources/Alarms/Example.swift", text: text)).count == 1)
    }

    @Test("The check leaves alone what only looks like an import", arguments: [
        "import Readings", "import Synchronization", "// import Foundation", "/* \nimport Foundation\n*/",
        "let text = \"\"\"\n    import Foundation\n    \"\"\"", "let important = 1",
    ])
    func leavesAllowed(_ text: String) {
        #expect(forbiddenImports(TextFile(path: "Sources/Alarms/Example.swift", text: text)) == [])
    }

    @Test("A target without a row is found") func findsUnknownTarget() {
        #expect(forbiddenImports(TextFile(path: "Sources/Utilities/Example.swift", text: "")).count == 1)
    }
}
