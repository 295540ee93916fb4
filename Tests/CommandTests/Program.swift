import ExactJSON
import Foundation

/// The real program, as it was built with these tests.
enum Program {
    struct Run: Sendable {
        /// Standard output, line by line.
        var lines: [String]
        /// Standard error.
        var errors: String
        var status: Int32

        /// Every line of standard output, which must be JSON.
        var answers: [JSON] { get throws { try lines.map { try JSON(parsing: $0) } } }
    }

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// The root of the repository.
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static let profiles = root.appendingPathComponent("device-profiles").path

    /// The program stands beside the bundle of its tests.
    static func executable() throws -> URL {
        let bundle = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        for folder in [bundle, root.appendingPathComponent(".build/debug"), root.appendingPathComponent(".build/release")] {
            let program = folder.appendingPathComponent("vitalgate")
            if FileManager.default.isExecutableFile(atPath: program.path) { return program }
        }
        throw Failure(description: "no program 'vitalgate' in \(bundle.path)")
    }

    /// Runs it to its end. Input and output go through files, so that neither can stop the other.
    static func run(_ arguments: [String], input: Data = Data(), environment: [String: String] = [:]) throws -> Run {
        try inTemporaryFolder { folder in
            let files = try ["in", "out", "err"].map { name in
                let file = folder.appendingPathComponent(name)
                try (name == "in" ? input : Data()).write(to: file)
                return file
            }
            let process = Process()
            process.executableURL = try executable()
            process.arguments = arguments
            process.environment = ["VITALGATE_PROFILES": profiles, "PATH": "/usr/bin:/bin"].merging(environment) { _, new in new }
            process.standardInput = try FileHandle(forReadingFrom: files[0])
            process.standardOutput = try FileHandle(forWritingTo: files[1])
            process.standardError = try FileHandle(forWritingTo: files[2])
            try process.run()
            process.waitUntilExit()
            guard process.terminationReason == .exit else {
                throw Failure(description: "ended by signal \(process.terminationStatus)")
            }
            let output = String(decoding: try Data(contentsOf: files[1]), as: UTF8.self)
            var lines = output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            if lines.last == "" { lines.removeLast() }
            return Run(
                lines: lines, errors: String(decoding: try Data(contentsOf: files[2]), as: UTF8.self),
                status: process.terminationStatus)
        }
    }

    /// Runs `vitalgate decode` over these lines.
    static func decode(_ lines: [String], _ arguments: String...) throws -> Run {
        try run(["decode"] + arguments, input: Data(lines.map { $0 + "\n" }.joined().utf8))
    }

    /// The answer to one line.
    static func answer(_ line: String, _ arguments: String...) throws -> JSON {
        let run = try run(["decode"] + arguments, input: Data((line + "\n").utf8))
        guard run.lines.count == 1 else { throw Failure(description: "\(run.lines.count) lines in answer to one: \(run.errors)") }
        return try JSON(parsing: run.lines[0])
    }

    /// A folder that is gone afterwards.
    static func inTemporaryFolder<Result>(_ work: (URL) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("vitalgate-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try work(folder)
    }

    /// A profiles folder with this one profile, `test/meter`.
    static func inProfilesFolder<Result>(_ profile: String, _ work: (String) throws -> Result) throws -> Result {
        try inTemporaryFolder { folder in
            let maker = folder.appendingPathComponent("test")
            try FileManager.default.createDirectory(at: maker, withIntermediateDirectories: true)
            try Data(profile.utf8).write(to: maker.appendingPathComponent("meter.yaml"))
            return try work(folder.path)
        }
    }
}

extension JSON {
    /// What stands at a path such as `readings.0.values.weight.value`; texts without their quotes, all else as JSON.
    func at(_ path: String) -> String? {
        var json: JSON? = self
        for step in path.split(separator: ".") {
            if let index = Int(step) {
                let list = json?.array ?? []
                json = index < list.count ? list[index] : nil
            } else {
                json = json?[String(step)]
            }
        }
        return json.map { $0.string ?? $0.text }
    }

    /// How many elements stand at a path; 0 where there is nothing.
    func count(at key: String) -> Int { self[key]?.array?.count ?? 0 }
}
