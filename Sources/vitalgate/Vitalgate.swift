import ArgumentParser
import Gateway
import Glibc

@main
struct Vitalgate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vitalgate",
        abstract: "A gateway for vital signs: devices in, readings out, nothing lost on the way.",
        discussion: """
            Not a primary alarm system: alarms are secondary notification, with limits set by a clinician.
            Exit status: 0 good, 1 found something wrong, 2 wrong usage.
            """,
        version: GatewayVersion.text,
        subcommands: [
            RunCommand.self, DecodeCommand.self, ReplayCommand.self, ProfilesCommand.self, DevicesCommand.self,
            PersonsCommand.self, ReadingsCommand.self, AlarmsCommand.self, LedgerCommand.self, StoreCommand.self, RedecodeCommand.self, DocumentationCommand.self,
        ])

    static func main() async {
        // A reader that went away (`| head`) ends a listing; it is no crash.
        signal(SIGPIPE, SIG_DFL)
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            let isUsage = exitCode(for: error) == .validationFailure
            let text = fullMessage(for: error)
            if !text.isEmpty {
                if exitCode(for: error) == .success { Terminal.out(text) } else { Terminal.complain(text) }
            }
            Glibc.exit(isUsage ? 2 : exitCode(for: error).rawValue)
        }
    }
}

/// What every listing and every check accepts.
struct OutputOptions: ParsableArguments {
    @Flag(help: "One JSON object per line.")
    var json = false
}

struct ProfileOptions: ParsableArguments {
    @Option(name: .customLong("profiles"), help: ArgumentHelp("The folder of the shipped profiles.", valueName: "folder"), completion: .directory)
    var folder: String?

    @Option(
        name: .customLong("more-profiles"), help: ArgumentHelp("A further folder of profiles; may be repeated.", valueName: "folder"),
        completion: .directory)
    var further: [String] = []
}
