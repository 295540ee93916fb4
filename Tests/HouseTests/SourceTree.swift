import Foundation

/// One text file of the repository.
struct TextFile {
    /// From the root of the repository, as in `Sources/Readings/Unit.swift`.
    let path: String
    let text: String
    /// Without comments, if it is Swift; taken apart once, for many checks.
    let swift: SwiftText

    init(path: String, text: String) {
        self.path = path
        self.text = text
        swift = SwiftText(path.hasSuffix(".swift") ? text : "")
    }

    var name: String { String(path.split(separator: "/").last ?? "") }
    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

    /// The target a file below `Sources/` belongs to.
    var target: String {
        let parts = path.split(separator: "/")
        return parts.count > 2 && parts[0] == "Sources" ? String(parts[1]) : ""
    }

    func at(_ line: Int, _ what: String) -> String { "\(path):\(line + 1): \(what)" }
}

/// The repository as files. Read once; the checks themselves are functions over `TextFile`.
enum SourceTree {
    // Symbolic links are resolved: a package that links to these tests checks the tree they come from.
    static let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static var place: String { root.path }

    static let textFiles: [TextFile] = files(below: root, as: "")
    static let sources = textFiles.filter { $0.path.hasPrefix("Sources/") && $0.path.hasSuffix(".swift") }
    static let swift = textFiles.filter { $0.path.hasSuffix(".swift") }
    static let profiles = textFiles.filter { $0.path.hasPrefix("device-profiles/") && $0.path.hasSuffix(".yaml") }

    static var manifest: TextFile? { textFiles.first { $0.path == "Package.swift" } }

    /// What tools leave behind; none of it is tracked.
    private static func isLeftover(_ name: String) -> Bool {
        name == ".git" || name == ".swiftpm" || name.hasPrefix(".build") || name == "Package.resolved"
            || name.hasSuffix(".swp")
    }

    private static func files(below folder: URL, as prefix: String) -> [TextFile] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().filter { !isLeftover($0) }.flatMap { name -> [TextFile] in
            let url = folder.appendingPathComponent(name)
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else { return [] }
            if isFolder.boolValue { return files(below: url, as: prefix + name + "/") }
            // A capture or a picture is no text: it has a zero byte or is not UTF-8.
            guard let data = try? Data(contentsOf: url), !data.contains(0),
                let text = String(data: data, encoding: .utf8)
            else { return [] }
            return [TextFile(path: prefix + name, text: text)]
        }
    }
}

/// Findings as one readable failure message.
func told(_ findings: [String]) -> String { "\n" + findings.joined(separator: "\n") }
