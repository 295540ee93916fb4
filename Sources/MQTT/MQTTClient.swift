import CMosquitto
import Synchronization

/// One client of one broker, on a thread of its own, connected for as long as it runs.
///
/// The loop is ours, because libmosquitto's own acknowledges a message before its callback returns: here a batch is read,
/// handed over, and only when it was taken are the acknowledgements written.
package final class MQTTClient: Sendable {
    private let settings: MQTTSettings
    private let subscriptions: [String]
    private let onBatch: @Sendable ([ReceivedMessage]) -> BatchVerdict
    private let onEvent: @Sendable (MQTTEvent) -> Void
    private let wakeUp = WakeUp()
    private let state = Mutex(State())

    private struct State {
        var isStarted = false
        var isStopping = false
        var isOver = false
        var isConnected = false
        var lastLoop = ContinuousClock.now
        var requests: [PublishRequest] = []
        var waitingForEnd: [Int: CheckedContinuation<Void, Never>] = [:]
        var lastTicket = 0
    }

    /// - Parameters:
    ///   - subscriptions: topic filters, all at QoS 1. QoS 2 loses: libmosquitto keeps its state in memory.
    ///   - onBatch: called on the client's thread, which waits: the verdict decides whether the broker is told.
    ///   - onEvent: called on the client's thread.
    package init(
        _ settings: MQTTSettings, subscriptions: [String],
        onBatch: @escaping @Sendable ([ReceivedMessage]) -> BatchVerdict,
        onEvent: @escaping @Sendable (MQTTEvent) -> Void
    ) {
        self.settings = settings
        self.subscriptions = subscriptions
        self.onBatch = onBatch
        self.onEvent = onEvent
    }

    package var isConnected: Bool { state.withLock { $0.isConnected } }

    /// The loop sleeps until something happens, but turns now and then for its watchdog.
    static let longestSleep = Duration.seconds(5)

    /// The latest turn of the loop, for a watchdog. The loop turns at least every five seconds, but waits for `onBatch`
    /// and for the system's resolver.
    package var lastLoop: ContinuousClock.Instant { state.withLock { $0.lastLoop } }

    /// From now on the thread keeps the client alive, until `stop`. Does nothing the second time, and after `stop`.
    package func start() {
        let isFirst = state.withLock { state in
            guard !state.isStarted, !state.isStopping else { return false }
            state.isStarted = true
            return true
        }
        guard isFirst else { return }
        Thread.run { self.run() }
    }

    /// Says goodbye and ends the thread. A will is published. Returns when it ended, or after `limit`: nobody may wait for
    /// ever, not even for a batch.
    package func stop(within limit: Duration) async {
        await withCheckedContinuation { continuation in
            let ticket = state.withLock { state -> Int? in
                state.isStopping = true
                guard state.isStarted, !state.isOver else { return nil }
                state.lastTicket += 1
                state.waitingForEnd[state.lastTicket] = continuation
                return state.lastTicket
            }
            wakeUp.ring()
            guard let ticket else { return continuation.resume() }
            // A task of its own: where the caller's was cancelled, its sleep would end at once, and the wait with it. Nobody
            // cancels it: with Swift 6.3.1, a sleep that was cancelled in a group aborted the process now and then.
            Task { [weak self] in
                try? await Task.sleep(for: limit)
                self?.state.withLock { $0.waitingForEnd.removeValue(forKey: ticket) }?.resume()
            }
        }
    }

    /// Publishes in the given order. Returns when the broker acknowledged each (QoS 1), it was written (QoS 0), or it failed.
    /// What fails is not sent again: that is the caller's to decide.
    package func publish(_ publications: [Publication]) async -> [Result<Void, PublishFailure>] {
        guard !publications.isEmpty else { return [] }
        return await withCheckedContinuation { continuation in
            let request = PublishRequest(publications, continuation)
            let refusal = state.withLock { state -> PublishFailure? in
                guard !state.isStopping else { return .stopped }
                guard state.isConnected else { return .notConnected }
                state.requests.append(request)
                return nil
            }
            if let refusal { request.failAll(refusal) } else { wakeUp.ring() }
        }
    }
}

// The thread.
extension MQTTClient {
    private var isStopping: Bool { state.withLock { $0.isStopping } }

    private func run() {
        var version = Int32(settings.version == .v311 ? MQTT_PROTOCOL_V311 : MQTT_PROTOCOL_V5)
        var backoff = Backoff(first: settings.firstRetry, most: settings.mostRetry)
        while !isStopping {
            var connectedAt: ContinuousClock.Instant?
            let hooks = Connection.Hooks(turn: turn, onBatch: onBatch) { event in
                if case .connected = event {
                    connectedAt = .now
                    self.state.withLock { $0.isConnected = true }
                }
                self.onEvent(event)
            }
            let end = Connection(settings, version: version, subscribing: subscriptions, wakeUp: wakeUp, hooks: hooks).run()
            let refused = state.withLock { state in
                state.isConnected = false
                defer { state.requests = [] }
                return state.requests
            }
            refused.forEach { $0.failAll(isStopping ? .stopped : .connectionLost) }
            if case .stopped = end { break }
            if case .unsupportedVersion = end, version == MQTT_PROTOCOL_V5 {
                version = Int32(MQTT_PROTOCOL_V311)
                onEvent(.fellBack)
                continue
            }
            let pause = backoff.wait(after: connectedAt.map { .now - $0 } ?? .zero)
            if case .takenOver = end { onEvent(.takenOver) }
            onEvent(connectedAt == nil
                ? .connectFailed(reason: end.reason, retryIn: pause) : .disconnected(reason: end.reason, retryIn: pause))
            wait(for: pause)
        }
        let waiting = state.withLock { state in
            state.isOver = true
            defer { state.waitingForEnd = [:] }
            return state.waitingForEnd.values
        }
        waiting.forEach { $0.resume() }
    }

    /// Marks a turn of the loop; hands out what is to be published, or nil when it is time to go.
    private func turn() -> [PublishRequest]? {
        state.withLock { state in
            state.lastLoop = .now
            guard !state.isStopping else { return nil }
            defer { state.requests = [] }
            return state.requests
        }
    }

    private func wait(for pause: Duration) {
        let until = ContinuousClock.now + pause
        while turn() != nil, .now < until {
            wakeUp.wait(milliseconds: Int32(max(1, min(MQTTClient.longestSleep, until - .now) / .milliseconds(1))))
        }
    }
}
