import CMosquitto
import Glibc
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
        var waitingForEnd: [CheckedContinuation<Void, Never>] = []
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

    /// The latest turn of the loop, for a watchdog. The loop turns at least once a second, but waits for `onBatch`.
    package var lastLoop: ContinuousClock.Instant { state.withLock { $0.lastLoop } }

    package func start() {
        let isFirst = state.withLock { state in
            defer { state.isStarted = true }
            return !state.isStarted && !state.isStopping
        }
        guard isFirst else { return }
        Thread.run { self.run() }
    }

    /// Says goodbye and ends the thread. A will is published. Returns when it ended, or after `limit`.
    package func stop(within limit: Duration) async {
        state.withLock { $0.isStopping = true }
        wakeUp.ring()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.end() }
            group.addTask {
                try? await Task.sleep(for: limit)
                // Nobody may wait for ever, not even for a broker that hangs.
                self.state.withLock { state in
                    state.waitingForEnd.forEach { $0.resume() }
                    state.waitingForEnd = []
                }
            }
            await group.next()
            group.cancelAll()
        }
    }

    private func end() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                guard state.isStarted, !state.isOver else { return true }
                state.waitingForEnd.append(continuation)
                return false
            }
            if isOver { continuation.resume() }
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
        var version = Int32(MQTT_PROTOCOL_V5)
        var delay = settings.firstRetry
        while !isStopping {
            let connection = Connection(settings, version: version, wakeUp: wakeUp)
            var wasConnected = false
            let end = connection.run(subscribing: subscriptions, hooks: Connection.Hooks(
                turn: { self.turn() },
                onBatch: onBatch,
                onEvent: { event in
                    if case .connected = event {
                        wasConnected = true
                        self.state.withLock { $0.isConnected = true }
                    }
                    self.onEvent(event)
                }))
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
            if wasConnected, !end.isRefusal { delay = settings.firstRetry }
            let pause = delay * Double.random(in: 0.75...1.25)
            delay = min(delay * 2, settings.mostRetry)
            if case .takenOver = end { onEvent(.takenOver) }
            onEvent(wasConnected
                ? .disconnected(reason: end.reason, retryIn: pause) : .connectFailed(reason: end.reason, retryIn: pause))
            wait(for: pause)
        }
        let waiting = state.withLock { state in
            state.isOver = true
            defer { state.waitingForEnd = [] }
            return state.waitingForEnd
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
        while !isStopping, ContinuousClock.now < until {
            state.withLock { $0.lastLoop = .now }
            var descriptor = pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0)
            let left = (until - ContinuousClock.now).milliseconds
            if poll(&descriptor, 1, Int32(min(1000, max(1, left)))) > 0 { wakeUp.drain() }
        }
    }
}

extension Duration {
    var milliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}
