import ArgumentParser
import DeviceProfiles
import Foundation
import Readings

extension ProfilesCommand {
    struct New: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Draft a profile from captured bytes and the numbers that the display showed.",
            discussion: """
                The capture is one JSON line, as 'vitalgate decode' takes it: adverts, or a characteristic with its frames.
                vitalgate profiles new acme/scale --from capture.json --shows weight=67.25kg --shows impedance=180Ohm
                Every place in the bytes where a number can stand is found and told. Prints the draft; --into FOLDER writes it
                to FOLDER/acme/scale.yaml, where 'vitalgate profiles test' checks it.
                """)

        @Argument(help: ArgumentHelp("What the profile will be called: the maker and the protocol.", valueName: "maker/protocol"))
        var name: String

        @Option(help: ArgumentHelp("The capture; - for standard input.", valueName: "file"))
        var from: String

        @Option(help: ArgumentHelp("What the display showed; may be repeated.", valueName: "value=number unit"))
        var shows: [String] = []

        @Option(help: "What kind of reading it is, where the values leave a doubt.")
        var kind: Kind?

        @Option(help: ArgumentHelp("Write it below this folder, not over a file that is there.", valueName: "folder"))
        var into: String?

        func validate() throws {
            let parts = name.split(separator: "/", omittingEmptySubsequences: false)
            let isWord = { (part: Substring) in !part.isEmpty && part.utf8.allSatisfy { ($0 >= 0x61 && $0 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2D } }
            guard parts.count == 2, parts.allSatisfy(isWord) else {
                throw ValidationError("'\(name)': write maker/protocol in small letters, digits and dashes, such as acme/body-scale")
            }
        }

        func run() throws {
            let draft = try ProfileDraft(path: name, from: try CaptureFile.observation(in: from), shows: try shows.map(shown))
            for lost in draft.notFound {
                Terminal.complain("\(lost.name) \(lost.value.text) \(lost.unit.rawValue) stands nowhere in the bytes as a plain number")
            }
            guard let into else { return Terminal.out(draft.text) }
            let file = URL(fileURLWithPath: into).appendingPathComponent(name + ".yaml")
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(draft.text.utf8).write(to: file, options: .withoutOverwriting)
            Terminal.out("\(file.relativePath): fill in what is marked, then run: vitalgate profiles test \(file.relativePath)")
        }

        /// `weight=67.25kg`, `pulse=61 /min`
        private func shown(_ text: String) throws -> ProfileDraft.Shown {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { throw unclear(text) }
            let number = parts[1].prefix { $0.isNumber || $0 == "." || $0 == "-" }
            let word = parts[1].dropFirst(number.count).drop { $0 == " " }
            guard let value = ExactDecimal(String(number)), let unit = Unit(rawValue: String(word)) else { throw unclear(text) }
            let kinds = kind.map { [$0] } ?? Kind.allCases
            guard let kind = kinds.first(where: { kind in kind.vital(parts[0]).map { Quantity.canConvert(unit, for: $0) } ?? false }) else {
                throw unclear(text)
            }
            return ProfileDraft.Shown(kind, parts[0], value, unit)
        }

        private func unclear(_ text: String) -> CommandFailure {
            CommandFailure("--shows '\(text)': write a value's name, a number and its unit, such as weight=67.25kg; docs/vitals.md lists the names")
        }
    }
}
