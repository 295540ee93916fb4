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
        let listening = Listening(topics: Set(source.topics), mostSentAgain: Int(settings.receiveMaximum))
        let name = source.name
        self.listening = listening
        client = MQTTClient(
            settings, subscriptions: source.topics,
            onBatch: { messages in
                intake.take(messages, from: name, over: listening.connection(bringing: messages))
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
final class Listening: Sendable {
    private struct State {
        var connection = SourceConnection(number: 0, isResumed: false)
        /// Messages at QoS 1 since it began.
        var brought = 0
        var missing: Set<String>
    }

    private let topics: Set<String>
    private let mostSentAgain: Int
    private let state: Mutex<State>

    /// - Parameter mostSentAgain: how many messages the broker may have on the way to us at once.
    init(topics: Set<String>, mostSentAgain: Int) {
        self.topics = topics
        self.mostSentAgain = mostSentAgain
        state = Mutex(State(missing: topics))
    }

    /// The connection as it is for these messages. What the broker sends again comes first, and is no more than was on the
    /// way at once: after that, a packet number that comes round again is another message.
    func connection(bringing messages: [ReceivedMessage]) -> SourceConnection {
        state.withLock { state in
            defer { state.brought += messages.count { $0.qos > 0 } }
            let mayBeSentAgain = state.connection.isResumed && state.brought < mostSentAgain
            return SourceConnection(number: state.connection.number, isResumed: mayBeSentAgain)
        }
    }

    var isComplete: Bool { state.withLock { $0.missing.isEmpty } }

    func note(_ event: MQTTEvent, numbering: () throws -> Int64) {
        switch event {
        case .connected(let sessionPresent):
            // Without a number from the store, redeliveries cannot be told apart by packet: then identity alone decides.
            let number = try? numbering()
            state.withLock { state in
                state.connection = SourceConnection(number: number ?? 0, isResumed: sessionPresent && number != nil)
                state.brought = 0
            }
        case .subscribed(let filter, _):
            state.withLock { _ = $0.missing.remove(filter) }
        case .disconnected, .connectFailed, .takenOver, .subscriptionRefused:
            state.withLock { $0.missing = topics }
        default:
            break
        }
    }
}
