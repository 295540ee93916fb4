import ArgumentParser
import DeviceProfiles
import ExactJSON
import Gateway
import Readings
import StrictYAML

struct ProfilesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profiles", abstract: "What the gateway can read, and the proof of it.",
        subcommands: [List.self, Check.self, Test.self, New.self, Explain.self, Schema.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List profiles, models and the evidence for each.")

        @OptionGroup var profiles: ProfileOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            let set = try ProfileFolders.load(shipped: profiles.folder, further: profiles.further)
            guard !output.json else {
                for profile in set.profiles { Terminal.out(json(profile)) }
                return
            }
            let rows = set.profiles.flatMap { profile -> [[String]] in
                let kinds = profile.kinds.map(\.rawValue).joined(separator: ", ")
                let models = profile.models.map { [profile.name, $0.name, kinds, $0.evidence.rawValue] }
                return models.isEmpty ? [[profile.name, profile.title, kinds, profile.isRelay ? "message format" : "standard"]] : models
            }
            Terminal.table(["PROFILE", "MODEL", "KINDS", "EVIDENCE"], rows)
            let counted = set.profiles.flatMap { profile in profile.models.filter(\.isCounted).map { (profile.name, $0.name) } }
            Terminal.out(
                "\n\(set.profiles.count) profiles; \(Set(counted.map(\.1)).count) models of \(Set(counted.map(\.0)).count) protocols, "
                    + "regional names and models whose protocol is only assumed not counted")
        }

        private func json(_ profile: Profile) -> JSON {
            var object = JSONObject([
                ("profile", .string(profile.name)), ("title", .string(profile.title)), ("version", .string(profile.version)),
            ])
            let models = profile.models.map { model -> JSON in
                var object = JSONObject([("name", .string(model.name))])
                object.add("id", model.id.map { .string($0) })
                object.add("variantOf", model.variantOf.map { .string($0) })
                object.add("evidence", .string(model.evidence.rawValue))
                return .object(object)
            }
            let kinds = profile.kinds.map { JSON.string($0.rawValue) }
            if !kinds.isEmpty { object.add("kinds", .array(kinds)) }
            if !models.isEmpty { object.add("models", .array(models)) }
            return .object(object)
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Load every profile and hold it to all laws.",
            discussion: "Every vector gives what it says, only its own profile answers it, and no cut frame reads as something else.")

        @OptionGroup var profiles: ProfileOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            var problems: [YAMLProblem] = []
            var counts = (profiles: 0, vectors: 0)
            let folders = [try profiles.folder ?? ProfileFolders.shipped()] + profiles.further
            let sources = try ProfileFolders.sources(in: folders)
            do throws(ProfileSet.Problems) {
                let set = try ProfileFolders.compile(sources)
                let check = ProfileCheck(set)
                problems = check.problems + (await TalkCheck(set).problems)
                counts = (set.profiles.count, check.vectorCount)
            } catch {
                problems = error.problems
            }
            try ProfilesCommand.tell(
                problems, as: output, counting: [("profiles", counts.profiles), ("vectors", counts.vectors)],
                summary: "\(sources.count) files, \(counts.profiles) profiles, \(counts.vectors) vectors")
        }
    }
}

extension ProfilesCommand {
    /// Every problem, then the sums; exit status 1 if there is a problem.
    static func tell(
        _ problems: [YAMLProblem], as output: OutputOptions, counting counts: [(key: String, count: Int)], summary: String
    ) throws {
        for problem in problems {
            if output.json { Terminal.out(json(problem)) } else { Terminal.complain(problem.description) }
        }
        if output.json {
            let sums = (counts + [("problems", problems.count)]).map { ($0.key, JSON.integer($0.count)) }
            Terminal.out(JSON.object(JSONObject(sums)))
        } else {
            Terminal.out("\(summary), \(problems.count) problems")
        }
        if !problems.isEmpty { throw ExitCode(1) }
    }

    private static func json(_ problem: YAMLProblem) -> JSON {
        .object(JSONObject([
            ("file", .string(problem.file)), ("line", .integer(problem.line)), ("column", .integer(problem.column)),
            ("message", .string(problem.message)),
        ]))
    }
}
