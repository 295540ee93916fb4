import Synchronization

/// One connection to a message bus, on a thread of its own. It ends when the bus goes away; a new one is a new value.
package final class BusConnection: Sendable {
    package struct Settings: Sendable {
        /// nil for the system bus, wherever `DBUS_SYSTEM_BUS_ADDRESS` says that it is.
        package var address: String?
        /// Match rules of the signals that are wanted.
        package var matches: [String]

        package init(address: String? = nil, matches: [String] = []) {
            self.address = address
            self.matches = matches
        }
    }

    private let loop: BusLoop

    /// - Parameters:
    ///   - onSignal: told on the connection's thread, in the order of the bus, between the answers of calls as they came.
    ///   - onEnd: told once, last, with the reason; nil where `close` was called.
    package init(
        _ settings: Settings, onSignal: @escaping @Sendable (BusSignal) -> Void, onEnd: @escaping @Sendable (String?) -> Void
    ) {
        loop = BusLoop(settings, onSignal: onSignal, onEnd: onEnd)
    }

    package func start() { loop.start() }

    /// Ends the connection; calls under way fail.
    package func close() { loop.post { $0.close() } }

    /// Calls a method. `then` is told on the connection's thread, before any signal that came after the answer.
    package func call(_ call: MethodCall, then: @escaping @Sendable (Result<[DBusValue], BusError>) -> Void) {
        loop.call(PendingCall(loop.newID(), then: then), call)
    }

    package func call(_ call: MethodCall) async throws(BusError) -> [DBusValue] {
        let answer = Answer()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let pending = PendingCall(loop.newID()) { continuation.resume(returning: $0) }
                answer.set(pending)
                loop.call(pending, call)
            }
        } onCancel: {
            answer.cancel()
        }
        return try result.get()
    }

    /// Tells everybody; the sender is us.
    package func emit(_ path: String, _ interface: String, _ member: String, _ arguments: [DBusValue]) {
        let signal = BusSignal(sender: "", path: path, interface: interface, member: member, arguments: arguments)
        loop.post { $0.emit(signal) }
    }

    /// Puts an object of ours on the bus: all calls to this path are handed to `answer`, on the connection's thread.
    package func export(_ path: String, answer: @escaping @Sendable (IncomingCall) -> Void) {
        loop.post { $0.export(path, answer) }
    }
}

/// Lets a task that is cancelled, before or after the call was made, end its waiting.
private final class Answer: Sendable {
    private let state = Mutex<(call: PendingCall?, isCancelled: Bool)>((nil, false))

    func set(_ call: PendingCall) {
        let isCancelled = state.withLock { state in
            state.call = call
            return state.isCancelled
        }
        if isCancelled { call.finish(.failure(.cancelled)) }
    }

    func cancel() {
        let call = state.withLock { state in
            state.isCancelled = true
            return state.call
        }
        call?.finish(.failure(.cancelled))
    }
}
