import ArgumentParser
import DeviceProfiles
import ExactJSON
import Gateway
import Glibc

extension ProfilesCommand {
    struct Explain: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say line by line why a device is claimed by a profile, or is not.",
            discussion: """
                The capture is one JSON line, as 'vitalgate decode' takes it. Without a profile all are asked, and those are told
                that keep at least one line.
                vitalgate profiles explain --from capture.json
                vitalgate profiles explain --from capture.json acme/scale
                """)

        @Option(help: ArgumentHelp("The capture; - for standard input.", valueName: "file"))
        var from: String

        @Argument(help: ArgumentHelp("One profile only.", valueName: "maker/protocol"))
        var name: String?

        @OptionGroup var profiles: ProfileOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            let set = try ProfileFolders.load(shipped: profiles.folder, further: profiles.further)
            let seen = try CaptureFile.observation(in: from)
            var asked = set.profiles
            if let name {
                guard let profile = set[name] else { throw CommandFailure("no profile is called '\(name)'") }
                asked = [profile]
            }
            var told = 0
            for profile in asked {
                for rule in profile.explain(seen) where name != nil || rule.contains(where: \.isHeld) {
                    tell(rule, of: profile)
                    told += 1
                }
            }
            if told == 0, !output.json { Terminal.out("no profile keeps a single line of its match") }
            guard !output.json else { return }
            switch set.match(seen) {
            case .profile(let winner): Terminal.out("claimed by \(winner.name)")
            case .none: Terminal.out("claimed by no profile")
            case .ambiguous(let all): Terminal.out("ambiguous: claimed by \(all.map(\.name).joined(separator: " and "))")
            }
        }

        private func tell(_ rule: [MatchLine], of profile: Profile) {
            let isClaim = rule.allSatisfy(\.isHeld)
            if output.json {
                let lines = rule.map { line -> JSON in
                    .object(JSONObject([("line", .string(line.line)), ("held", .bool(line.isHeld)), ("because", .string(line.because))]))
                }
                Terminal.out(JSON.object(JSONObject([
                    ("profile", .string(profile.name)), ("claims", .bool(isClaim)), ("lines", .array(lines)),
                ])))
                return
            }
            Terminal.out("\(profile.name): \(isClaim ? "claims it" : "does not claim it")")
            for line in rule { Terminal.out("  \(line.isHeld ? "yes" : "NO ")  \(line.line)  (\(line.because))") }
        }
    }
}

/// A capture for the commands about profiles.
enum CaptureFile {
    /// The device of its first line; what `decode` alone understands (`id`, `zone` …) is left out.
    static func observation(in path: String) throws -> Observation {
        let file = path == "-" ? 0 : open(path, O_RDONLY)
        guard file >= 0 else { throw CommandFailure("\(path) cannot be read") }
        var lines = InputLines(file: file)
        guard let line = lines.next(), let object = try? JSON(parsing: line).object else {
            throw CommandFailure("\(path): the first line is no JSON object such as 'vitalgate decode' takes")
        }
        do throws(BadInput) {
            return try ObservationJSON.read(JSONObject(object.members.filter { ObservationJSON.keys.contains($0.key) }))
        } catch {
            throw CommandFailure("\(path): \(error.detail)")
        }
    }
}
