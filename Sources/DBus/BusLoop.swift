import CSystemd
import Glibc
import Synchronization

/// The thread of a connection: libsystemd's bus is touched here and nowhere else.
///
/// It is driven by poll alone: no turn is made without something to do, so that it costs nothing and sleeps in virtual time.
final class BusLoop: Sendable {
    typealias Job = @Sendable (BusOwner) -> Void

    private struct Inbox {
        var jobs: [Job] = []
        var hasEnded = false
        var latestID: UInt64 = 0
    }

    /// As many messages in one turn; then others who posted jobs are heard.
    private static let mostInOneTurn = 64

    let settings: BusConnection.Settings
    let onSignal: @Sendable (BusSignal) -> Void
    let onEnd: @Sendable (String?) -> Void
    private let inbox = Mutex(Inbox())
    private let wakeUp = WakeUp()

    init(
        _ settings: BusConnection.Settings, onSignal: @escaping @Sendable (BusSignal) -> Void,
        onEnd: @escaping @Sendable (String?) -> Void
    ) {
        self.settings = settings
        self.onSignal = onSignal
        self.onEnd = onEnd
    }

    func newID() -> UInt64 {
        inbox.withLock { inbox in
            inbox.latestID += 1
            return inbox.latestID
        }
    }

    /// Has `job` done on the thread. False where that has ended.
    @discardableResult
    func post(_ job: @escaping Job) -> Bool {
        let isTaken = inbox.withLock { inbox in
            if !inbox.hasEnded { inbox.jobs.append(job) }
            return !inbox.hasEnded
        }
        if isTaken { wakeUp.ring() }
        return isTaken
    }

    func call(_ pending: PendingCall, _ call: MethodCall) {
        if !post({ $0.call(call, pending) }) { pending.finish(.failure(.disconnected("the connection to the bus has ended"))) }
    }

    func start() {
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(self).toOpaque()
        let code = pthread_create(&thread, nil, { argument in
            var signals = sigset_t()
            sigemptyset(&signals)
            // A peer that went away is an error of `write`, not the end of us.
            sigaddset(&signals, SIGPIPE)
            pthread_sigmask(SIG_BLOCK, &signals, nil)
            if let argument { Unmanaged<BusLoop>.fromOpaque(argument).takeRetainedValue().run() }
            return nil
        }, argument)
        precondition(code == 0, "the system gives no more threads")
        pthread_detach(thread)
    }

    private func run() {
        let owner = BusOwner(of: self)
        var end: BusOwner.End?
        do throws(BusError) { try owner.open() } catch { end = .broken(error.detail) }
        while end == nil {
            let jobs = inbox.withLock { inbox in
                defer { inbox.jobs = [] }
                return inbox.jobs
            }
            for job in jobs { job(owner) }
            var count = 0
            while end == nil, count < BusLoop.mostInOneTurn, owner.processOne() { count += 1 }
            end = owner.end
            // A job that a callback has just posted has rung, so that the wait below returns at once.
            if end == nil, count < BusLoop.mostInOneTurn {
                wakeUp.wait(on: owner.descriptor, for: owner.events, milliseconds: owner.millisecondsToWait)
            }
        }
        let rest = inbox.withLock { inbox in
            defer { inbox.jobs = [] }
            inbox.hasEnded = true
            return inbox.jobs
        }
        // Calls that were posted and not made fail like those under way.
        owner.finish()
        for job in rest { job(owner) }
        if case .broken(let reason) = end { onEnd(reason) } else { onEnd(nil) }
    }
}
