import Dispatch
import Readings
import ServiceLifecycle
import Store
import Synchronization

/// Looks after the file of the database: renews its spare, checks it once a day, and where it is damaged ends the gateway, so that
/// it starts again with what can be saved.
package final class Custodian: Service {
    private let store: Store
    private let path: String
    private let clocks: Clocks
    private let bell: Bell
    private let observer: GatewayObserver
    private let state: Mutex<State>

    private struct State {
        var isDamaged = false
        var isChecking = false
        /// When the next check is due.
        var due: ContinuousClock.Instant
    }

    /// How often all of the file is read.
    static let interval = Duration.seconds(86_400)
    /// What a gateway does at its start should not have to wait for it.
    static let patience = Duration.seconds(300)

    package init(
        of store: Store, at path: String, checkedBefore: Duration?, clocks: Clocks, bell: Bell, observer: @escaping GatewayObserver
    ) {
        (self.store, self.path, self.clocks, self.bell, self.observer) = (store, path, clocks, bell, observer)
        let rest = checkedBefore.map { max(Custodian.patience, Custodian.interval - $0) } ?? Custodian.patience
        state = Mutex(State(due: .now + rest))
    }

    /// Whether the gateway ended because of damage, and has to start again.
    package var isDamaged: Bool { state.withLock(\.isDamaged) }

    package func run() async throws {
        let check = StoreCheck(of: path)
        await cancelWhenGracefulShutdown { [self] in
            await withTaskGroup(of: Void.self) { tasks in
                tasks.addTask { [self] in await keepSpare() }
                for await notice in store.notices where !Task.isCancelled {
                    switch notice {
                    case .full(let reason): observer(.store(.full(reason)))
                    case .roomAgain: observer(.store(.roomAgain))
                    case .checkDue: attend(check)
                    case .damaged(let reason):
                        Rescue(of: path).note(reason)
                        state.withLock { $0.isDamaged = true }
                        observer(.store(.damaged(reason)))
                    }
                    if isDamaged { break }
                }
                tasks.cancelAll()
            }
        }
        check.cancel()
        if !isDamaged { try? await store.noteEnd() }
    }

    /// Begins a check where one is due. Called by the gateway's one clock.
    /// - Returns: how long from now none is.
    func fallDue() -> Duration? {
        let (isDue, rest) = state.withLock { state -> (Bool, Duration?) in
            guard !state.isChecking else { return (false, nil) }
            let rest = state.due - .now
            guard rest <= .milliseconds(20) else { return (false, rest) }
            state.due = .now + Custodian.interval
            return (true, Custodian.interval)
        }
        if isDue { store.tell(.checkDue) }
        return rest
    }

    /// Reads the whole file beside all else; it may take minutes.
    private func attend(_ check: StoreCheck) {
        guard state.withLock({ state in
            defer { state.isChecking = true }
            return !state.isChecking
        }) else { return }
        DispatchQueue.global(qos: .background).async { [self] in
            defer { state.withLock { $0.isChecking = false } }
            let began = ContinuousClock.now
            do {
                if let problem = try check.run(.full).first { return store.tell(.damaged(problem)) }
                try store.noteCheck(at: clocks.now().wall)
                observer(.store(.checked(ContinuousClock.now - began)))
            } catch {
                observer(.store(.checkFailed("\(error)")))
            }
        }
    }

    /// At the start, when the gateway has its id and the sinks their cursors, and as soon as somebody changed what is in it.
    private func keepSpare() async {
        var known: Int64?
        for await _ in bell.listen() where !Task.isCancelled {
            guard let now = try? await store.pulse().enrolment, now != known else { continue }
            known = now
            do { try Rescue(of: path).spare.write(of: path) } catch {
                if error.isCorrupt { store.tell(.damaged("\(error)")) } else { observer(.store(.spareFailed("\(error)"))) }
            }
        }
    }
}

extension Custodian {
    /// The database could not be saved, and must not be lost: nothing is done until that can be done.
    package struct RescueFailure: Error, CustomStringConvertible {
        package var description: String
    }

    /// Opens the database. What is damaged is salvaged first.
    package static func open(_ path: String, clocks: Clocks, observer: GatewayObserver) throws -> Store {
        let rescue = Rescue(of: path)
        if let reason = try rescue.examine() {
            do { observer(.store(.salvaged(try rescue.run(because: reason, at: clocks.now().wall)))) } catch {
                throw RescueFailure(description: "\(path) is damaged (\(reason)), and what can be saved of it cannot be: \(error)")
            }
        }
        return try Store(path: path)
    }
}
