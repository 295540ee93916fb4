import MQTT
import ServiceLifecycle
import Store
import Synchronization

/// Listens to one broker, and hands what comes to the intake.
package final class SourceService: Service {
    private let client: MQTTClient
    private let listening: Listening

    package init(
        _ source: Configuration.Source, settings: MQTTSettings, intake: Intake, store: Store, observer: @escaping GatewayObserver
    ) {
        let listening = Listening(topics: Set(source.topics))
        let name = source.name
        self.listening = listening
        client = MQTTClient(
            settings, subscriptions: source.topics,
            onBatch: { messages in
                intake.take(messages, from: name, over: listening.connection)
            },
            onEvent: { event in
                listening.note(event) { try store.intake { try $0.openConnection(of: name) } }
                observer(.source(name, event))
            })
    }

    /// Whether the broker has granted every subscription.
    package var isListening: Bool { listening.isComplete }

    /// The latest turn of the client's loop.
    package var lastTurn: ContinuousClock.Instant { client.lastLoop }

    package func run() async throws {
        client.start()
        try? await gracefulShutdown()
        await client.stop(within: .seconds(3))
    }
}

/// What is known of the connection to a source's broker.
private final class Listening: Sendable {
    private struct State {
        var connection = SourceConnection(number: 0, isResumed: false)
        var missing: Set<String>
    }

    private let topics: Set<String>
    private let state: Mutex<State>

    init(topics: Set<String>) {
        self.topics = topics
        state = Mutex(State(missing: topics))
    }

    var connection: SourceConnection { state.withLock { $0.connection } }
    var isComplete: Bool { state.withLock { $0.missing.isEmpty } }

    func note(_ event: MQTTEvent, numbering: () throws -> Int64) {
        switch event {
        case .connected(let sessionPresent):
            // Without a number from the store, redeliveries cannot be told apart by packet: then identity alone decides.
            let number = try? numbering()
            state.withLock { $0.connection = SourceConnection(number: number ?? 0, isResumed: sessionPresent && number != nil) }
        case .subscribed(let filter, _):
            state.withLock { _ = $0.missing.remove(filter) }
        case .disconnected, .connectFailed, .takenOver, .subscriptionRefused:
            state.withLock { $0.missing = topics }
        default:
            break
        }
    }
}
