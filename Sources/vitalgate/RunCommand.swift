import ArgumentParser
import DeviceProfiles
import Gateway
import Logging

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run the gateway.",
        discussion: """
            Logs to standard error. Ends on SIGTERM and SIGINT, with everything it acknowledged on the disk.
            On SIGHUP (systemctl reload vitalgate) it reads all profiles again and takes them whole, or says what is wrong with
            them and goes on with those it has. The configuration is read at the start only.
            """)

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
        let shipped = try profiles.folder ?? ProfileFolders.shipped()
        // A check changes nothing on the disk.
        let cache = ProfileCache(besideStore: configuration.storePath, mayWrite: !check)
        let load = { @Sendable [further = configuration.profileFolders + profiles.further] in
            try ProfileFolders.load(shipped: shipped, further: further, cache: cache)
        }
        let set = try load()
        guard !check else { return Terminal.out("\(config) is good; \(set.profiles.count) profiles") }
        var logger = Logger(label: "vitalgate") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = Logger.Level(rawValue: configuration.logLevel.rawValue) ?? .info
        let log = EventLog.observer(logger)
        let console = show ? Console(json: output.json) : nil
        let gateway = try await made { [logger] in
            try await Gateway(configuration, profiles: set, profilesAgain: load, logger: logger) { event in
                log(event)
                console?.show(event)
            }
        } orTold: { logger.critical("\($0)") }
        try await gateway.run()
        if gateway.isDamaged { Terminal.startAgain() }
    }

    /// Where a damaged database cannot be saved, for want of room or because somebody has it open, the gateway waits until it can be,
    /// and brokers keep what comes. To begin with an empty one would be to forget what was told already.
    private func made(_ gateway: () async throws -> Gateway, orTold complain: (String) -> Void) async throws -> Gateway {
        let systemd = Systemd()
        while true {
            do { return try await gateway() } catch let failure as Custodian.RescueFailure {
                complain("\(failure). It is tried again every 30 s")
                systemd.waits(for: "The database is damaged, and cannot be saved yet")
                try await Task.sleep(for: .seconds(30))
            }
        }
    }
}
