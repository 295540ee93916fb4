import Synchronization

/// A call under way: answered once, by whoever is first of reply, deadline, end of the bus and cancellation.
final class PendingCall: Sendable {
    typealias Then = @Sendable (Result<[DBusValue], BusError>) -> Void

    let id: UInt64
    private let then: Mutex<Then?>

    init(_ id: UInt64, then: @escaping Then) {
        self.id = id
        self.then = Mutex(then)
    }

    func finish(_ result: Result<[DBusValue], BusError>) {
        let then = then.withLock { then in
            defer { then = nil }
            return then
        }
        then?(result)
    }
}
