import Dispatch
import GatewayTesting
import MQTT
import Synchronization
import Testing

/// A client, with all that it was handed and told.
final class Witness: Sendable {
    private struct Seen {
        var batches: [[ReceivedMessage]] = []
        var taken: [ReceivedMessage] = []
        var events: [MQTTEvent] = []
    }

    let client: MQTTClient
    private let seen: Box<Seen>

    /// - Parameter verdict: gets the number of the batch, from 0, and the batch; it may block.
    init(
        _ settings: MQTTSettings, to filters: [String] = [],
        verdict: @escaping @Sendable (Int, [ReceivedMessage]) -> BatchVerdict = { _, _ in .acknowledge }
    ) {
        let seen = Box(Seen())
        self.seen = seen
        client = MQTTClient(
            settings, subscriptions: filters,
            onBatch: { batch in
                let number = seen.value.withLock { seen in
                    seen.batches.append(batch)
                    return seen.batches.count - 1
                }
                let verdict = verdict(number, batch)
                if verdict == .acknowledge { seen.value.withLock { $0.taken += batch } }
                return verdict
            },
            onEvent: { event in seen.value.withLock { $0.events.append(event) } })
    }

    var batches: [[ReceivedMessage]] { seen.value.withLock { $0.batches } }
    /// What was in the acknowledged batches.
    var taken: [ReceivedMessage] { seen.value.withLock { $0.taken } }
    var texts: [String] { taken.map { String(decoding: $0.payload, as: UTF8.self) } }
    var events: [MQTTEvent] { seen.value.withLock { $0.events } }

    /// The reasons of failed tries and of lost connections.
    var reasons: [String] {
        events.compactMap {
            switch $0 {
            case .connectFailed(let reason, _), .disconnected(let reason, _): reason
            default: nil
            }
        }
    }

    /// How long it waits after each of them.
    var waits: [Duration] {
        events.compactMap {
            switch $0 {
            case .connectFailed(_, let wait): wait
            case .disconnected(_, let wait): wait
            default: nil
            }
        }
    }

    var subscribed: Int { events.count { if case .subscribed = $0 { true } else { false } } }
    var connections: Int { events.count { if case .connected = $0 { true } else { false } } }

    /// Starts, and returns when it is connected and has the given number of subscriptions.
    @discardableResult
    func started(subscriptions: Int = 0) async -> Witness {
        client.start()
        await eventually("connected: \(reasons)") { self.client.isConnected && self.subscribed >= subscriptions }
        return self
    }

    func stop() async { await client.stop(within: .seconds(5)) }
}

/// A lock that closures can share.
final class Box<Value: Sendable>: Sendable {
    let value: Mutex<Value>
    init(_ value: Value) { self.value = Mutex(value) }
    var now: Value { value.withLock { $0 } }
}

/// Blocks a client's thread until the test opens it.
final class Gate: Sendable {
    private let isOpen = Box(false)

    func open() { isOpen.value.withLock { $0 = true } }

    func wait() {
        // A test that fails must not leave a thread here for ever.
        let deadline = ContinuousClock.now + .seconds(20)
        while !isOpen.now, ContinuousClock.now < deadline { doze() }
    }
}

func settings(_ port: Int, id: String = "client-\(Int.random(in: 0..<1_000_000_000))") -> MQTTSettings {
    var settings = MQTTSettings(host: "127.0.0.1", port: port, clientID: id)
    settings.firstRetry = .milliseconds(20)
    settings.mostRetry = .milliseconds(200)
    return settings
}

/// Settings of a client whose session the broker keeps.
func lasting(_ port: Int, id: String = "lasting") -> MQTTSettings {
    var settings = settings(port, id: id)
    settings.sessionExpiry = 3600
    return settings
}

func publication(_ topic: String, _ text: String, qos: Int = 1, isRetained: Bool = false) -> Publication {
    Publication(topic: topic, payload: Array(text.utf8), qos: qos, isRetained: isRetained)
}

func runningBroker(
    users: [String: String] = [:], access: [String] = [], tls: Bool = false, asksForCertificates: Bool = false, extra: [String] = []
) async throws -> MosquittoBroker {
    try await aside {
        let broker = try MosquittoBroker(users: users, access: access, tls: tls, asksForCertificates: asksForCertificates, extra: extra)
        try broker.start()
        return broker
    }
}

/// Runs what blocks where it holds up no task.
func aside<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async { continuation.resume(with: Result(catching: body)) }
    }
}

/// Looks every few milliseconds until it is so; records an issue when it is not so in time.
@discardableResult
func eventually(
    _ what: @autoclosure () -> String, within limit: Duration = .seconds(12), at place: SourceLocation = #_sourceLocation,
    _ condition: () -> Bool
) async -> Bool {
    let deadline = ContinuousClock.now + limit
    while !condition() {
        guard ContinuousClock.now < deadline, !Task.isCancelled else {
            Issue.record("not in \(limit): \(what())", sourceLocation: place)
            return false
        }
        try? await Task.sleep(for: .milliseconds(10))
    }
    return true
}

extension Result<Void, PublishFailure> {
    var failure: PublishFailure? { if case .failure(let failure) = self { failure } else { nil } }
}
