import ArgumentParser
import DeviceProfiles
import Gateway
import Logging

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run the gateway.",
        discussion: "Logs to standard error. Ends on SIGTERM and SIGINT, with everything it acknowledged on the disk.")

    @Option(help: ArgumentHelp("The configuration.", valueName: "file"), completion: .file(extensions: ["yaml"]))
    var config = "/etc/vitalgate/vitalgate.yaml"

    @Flag(help: "Show readings, alarms, refusals and deliveries as they happen, on standard output.")
    var show = false

    @Flag(help: "Read the configuration and the profiles, say whether they are good, and end.")
    var check = false

    @OptionGroup var profiles: ProfileOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let configuration = try ConfigurationFile.read(config)
        let set = try ProfileFolders.load(
            shipped: profiles.folder, further: configuration.profileFolders + profiles.further,
            // A check changes nothing on the disk.
            cache: ProfileCache(besideStore: configuration.storePath, mayWrite: !check))
        guard !check else { return Terminal.out("\(config) is good; \(set.profiles.count) profiles") }
        var logger = Logger(label: "vitalgate") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = Logger.Level(rawValue: configuration.logLevel.rawValue) ?? .info
        let log = EventLog.observer(logger)
        let console = show ? Console(json: output.json) : nil
        let gateway = try await Gateway(configuration, profiles: set, logger: logger) { event in
            log(event)
            console?.show(event)
        }
        try await gateway.run()
    }
}
