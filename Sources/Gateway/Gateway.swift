import Alarms
import DeviceProfiles
import Logging
import MQTT
import Readings
import ServiceLifecycle
import Sinks
import Store
import UnixSignals

/// The whole of it: a frame comes in, a profile turns it into readings, the store keeps them, the sinks empty the store.
///
/// ```
/// sources ─▶ intake ─▶ store ─▶ couriers ─▶ sinks
/// ```
package struct Gateway: Sendable {
    private let id: String
    private let services: [any Service]
    private let observer: GatewayObserver
    private let logger: Logger
    private let custodian: Custodian

    /// Opens and proves the store, reads the secrets, and builds all services; none of them runs yet.
    /// - Parameter profilesAgain: reads the profiles for a reload; without it they stay as they are.
    package init(
        _ configuration: Configuration, profiles: ProfileSet, profilesAgain: (@Sendable () throws -> ProfileSet)? = nil,
        clocks given: Clocks? = nil, logger: Logger, observer: @escaping GatewayObserver
    ) async throws {
        let hangups = await UnixSignalsSequence(trapping: .sighup)
        let clocks = given ?? .machine(trusting: configuration.clock)
        let store = try Custodian.open(configuration.storePath, clocks: clocks, observer: observer)
        await store.keepReserve()
        let checked = try await store.begin().map { Duration.milliseconds(max(0, clocks.now().wall.milliseconds - $0.milliseconds)) }
        let id = try await store.gatewayID(makingWith: Gateway.newID)
        let instance = Gateway.newID()
        let bell = Bell()
        let watch = Watch(limits: configuration.alarms.limits, active: try await store.activeEpisodes(), delay: configuration.alarms.conditionDelay)
        let intake = Intake(
            profiles: profiles, store: store, clocks: clocks, place: configuration.place, watch: watch, bell: bell,
            observer: observer)

        var services: [any Service] = []
        for sink in configuration.sinks {
            try await store.register(sink: sink.name, at: clocks.now().wall)
            let sender: any Sender
            switch sink.receiver {
            case .file(let path):
                sender = FileSender(path: path, gateway: id)
            case .mqtt(let broker, let prefix):
                let settings = try broker.client(id: "vitalgate-\(id)-out-\(sink.name)", sessionExpiry: 0)
                let client = MQTTSink(
                    name: sink.name, settings: settings, tree: TopicTree(prefix: prefix, gateway: id), instance: instance,
                    observer: observer)
                services.append(client)
                sender = client.sender
            }
            services.append(Courier(
                sink: sink.name, sender: sender, store: store, bell: bell, clocks: clocks, observer: observer))
        }
        let sources = try configuration.sources.map { source in
            SourceService(
                source,
                // A week of outage, and the broker still has it for us.
                settings: try source.broker.client(id: "vitalgate-\(id)-in-\(source.name)", sessionExpiry: 7 * 86_400),
                intake: intake, store: store, observer: observer)
        }
        let custodian = Custodian(
            of: store, at: configuration.storePath, checkedBefore: checked, clocks: clocks, bell: bell, observer: observer)
        services.append(custodian)
        services.append(Timekeeper(intake: intake, custodian: custodian))
        services.append(Housekeeper(
            store: store, settings: configuration.storage, clocks: clocks, bell: bell, observer: observer))
        services += sources
        let radio = configuration.bluetooth.map { bluetooth in
            RadioService(
                bluetooth, intake: intake, profiles: profiles, store: store, place: configuration.place, clocks: clocks,
                observer: observer)
        }
        if let radio { services.append(radio) }
        let listeners = configuration.listeners.map { listener in
            ListenerService(listener, intake: intake, profiles: profiles, store: store, clocks: clocks, observer: observer)
        }
        services += listeners
        let systemd = Systemd()
        services.append(Reloader(
            intake: intake, radio: radio, listeners: listeners, profiles: profilesAgain ?? { profiles }, systemd: systemd, observer: observer, hangups: hangups))
        services.append(Supervisor(
            sources: sources, radio: radio, listeners: listeners, store: store, bell: bell, systemd: systemd, isReady: { observer(.started(gateway: id)) }))
        self.id = id
        self.services = services
        self.observer = observer
        self.logger = logger
        self.custodian = custodian
    }

    /// Whether it ended because the database is damaged, and has to be started again.
    package var isDamaged: Bool { custodian.isDamaged }

    /// Runs until SIGTERM, SIGINT or damage of the database. Sources stop first, so that what came in still goes out if it can.
    package func run() async throws {
        var configuration = ServiceGroupConfiguration(
            services: services.map { .init(service: $0, successTerminationBehavior: $0 is Custodian ? .gracefullyShutdownGroup : .cancelGroup) }, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = .seconds(10)
        try await ServiceGroup(configuration: configuration).run()
    }

    /// `vg-` and 8 hex digits: unlike any other, and short enough for a topic and a sticker.
    private static func newID() -> String {
        let hex = String(UInt32.random(in: .min ... .max), radix: 16)
        return "vg-" + String(repeating: "0", count: 8 - hex.count) + hex
    }
}
