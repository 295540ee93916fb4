import ArgumentParser
import DeviceProfiles
import Foundation
import Gateway
import StrictYAML

extension ProfilesCommand {
    struct Test: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Hold one profile file to all laws, beside the shipped ones.",
            discussion: "The file lies as maker/protocol.yaml in any folder, and may be a newer version of a shipped one.")

        @Argument(help: ArgumentHelp("The profile.", valueName: "maker/protocol.yaml"))
        var file: String

        @OptionGroup var profiles: ProfileOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            let url = URL(fileURLWithPath: file)
            let name = url.deletingLastPathComponent().lastPathComponent + "/" + url.deletingPathExtension().lastPathComponent
            guard file.hasSuffix(".yaml"), let data = try? Data(contentsOf: url), let text = String(data: data, encoding: .utf8) else {
                throw CommandFailure("\(file) cannot be read as a YAML file")
            }
            let folders = [try profiles.folder ?? ProfileFolders.shipped()] + profiles.further
            let others = try ProfileFolders.sources(in: folders).filter { $0.path != name }
            let sources = others + [ProfileSet.Source(path: name, file: file, text: text)]
            var problems: [YAMLProblem] = []
            var count = 0
            do throws(ProfileSet.Problems) {
                let set = try ProfileFolders.compile(sources)
                // What another file's vector says of this profile is this file's business too.
                problems = ProfileCheck(set).problems.filter { $0.file == file || $0.message.contains(name) }
                count = set[name]?.vectorCount ?? 0
            } catch {
                problems = error.problems
            }
            try ProfilesCommand.tell(problems, as: output, counting: [("vectors", count)], summary: "\(name): \(count) vectors")
        }
    }
}
