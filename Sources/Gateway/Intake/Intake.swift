import Alarms
import DeviceProfiles
import MQTT
import Readings
import Store
import Synchronization

/// Where everything comes in: a batch of messages becomes frames, readings and alarms in one transaction, and only then
/// may the source be told that we have them.
package final class Intake: Sendable {
    private let store: Store
    private let clocks: Clocks
    private let place: Place
    private let bell: Bell
    private let observer: GatewayObserver
    private let state: Mutex<State>

    /// What is remembered between batches. All but the profiles can be had from the store again.
    struct State: Sendable {
        /// All of one reading of the folders: `adopt` changes them between two batches.
        var profiles: ProfileSet
        var watch: Watch
        var devices = Devices()
        var keys = Keyring()
        var bursts = Bursts()
        var assemblies = Assemblies()
        var joins = Joins()
        var streams = Streams()
        /// Whether frames may wait for a wall clock that is right; at the start nobody knows.
        var awaitsClock = true
    }

    package init(
        profiles: ProfileSet, store: Store, clocks: Clocks, place: Place, watch: Watch, bell: Bell,
        observer: @escaping GatewayObserver
    ) {
        self.store = store
        self.clocks = clocks
        self.place = place
        self.bell = bell
        self.observer = observer
        state = Mutex(State(profiles: profiles, watch: watch))
    }

    /// Takes a batch in, on the thread of its source. Returns when it is on the disk, or refuses it whole: then the source
    /// sends it again, and nothing of it has happened.
    package func take(_ messages: [ReceivedMessage], from source: String, over connection: SourceConnection) -> BatchVerdict {
        verdict(from: source, state.withLock { state in
            file(from: source, over: connection, &state) { batch, transaction, state in
                for message in messages { try batch.take(message, &transaction, &state) }
            }
        })
    }

    /// Takes in what a radio of this machine heard, in one transaction.
    package func take(_ frames: [RadioFrame], from source: String) -> BatchVerdict {
        verdict(from: source, state.withLock { state in
            file(from: source, over: SourceConnection(number: 0, isResumed: false), &state) { batch, transaction, state in
                for frame in frames { try batch.take(frame, &transaction, &state) }
            }
        })
    }

    private func verdict(from source: String, _ result: Result<[GatewayEvent], any Error>) -> BatchVerdict {
        switch result {
        case .success(let events):
            bell.ring()
            events.forEach(observer)
            return .acknowledge
        case .failure(let error):
            observer(.commitFailed(source: source, reason: "\(error)"))
            return .refuse(reason: "\(error)")
        }
    }

    /// Files what has waited too long for more of its device, or for a wall clock that is right. Where nothing has, the store
    /// is not asked.
    package func fileOverdue() {
        let results = state.withLock { state -> [Result<[GatewayEvent], any Error>] in
            let now = clocks.now()
            var results: [Result<[GatewayEvent], any Error>] = []
            if state.awaitsClock, now.isSynchronised {
                results.append(file(from: "", over: .none, &state) { batch, transaction, state in
                    try batch.close(&transaction, &state) { !$0.record.arrived.isSynchronised }
                })
                results.append(restamp(by: now, &state))
            }
            let deadlines = [state.assemblies.deadline, state.streams.deadline].compactMap(\.self)
            let isDue = deadlines.contains { $0 <= Int64(now.monotonic / 1_000_000) }
            if !state.assemblies.isRestored || isDue || state.joins.isAnyOverdue(at: now.monotonic) {
                results.append(file(from: "", over: .none, &state) { _, _, _ in })
            }
            return results
        }
        for result in results {
            switch result {
            case .success(let events):
                bell.ring()
                events.forEach(observer)
            case .failure(let error):
                observer(.commitFailed(source: "", reason: "\(error)"))
            }
        }
    }

    /// A device hung up: what it streamed ends here.
    package func hungUp(_ device: DeviceID, from source: String) -> BatchVerdict {
        verdict(from: source, state.withLock { state in
            guard state.streams.knows(device) else { return .success([]) }
            return file(from: source, over: .none, &state) { batch, transaction, state in
                try batch.close(&transaction, &state) { $0.record.device == device && $0.record.source == source }
                state.streams.endSessions(of: device, from: source)
            }
        })
    }

    /// The wall clock is right: all that was dated by a wrong one is told again.
    private func restamp(by now: Arrival, _ state: inout State) -> Result<[GatewayEvent], any Error> {
        Result {
            var watch = state.watch
            let restamp = try store.intake { transaction in
                var restamp = Restamp(in: place, now: now)
                try restamp.run(transaction)
                if restamp.readings > 0 { watch = watch.going(onWith: try transaction.activeEpisodes()) }
                return restamp
            }
            (state.watch, state.awaitsClock) = (watch, false)
            return restamp.frames == 0 ? [] : [.restamped(frames: restamp.frames, readings: restamp.readings)]
        }
    }

    /// Puts a new set of profiles in the place of the old one and reads all keys again, between two batches and whole: on any
    /// fault nothing has changed. What waits goes on waiting; nothing of it is lost or told twice, see `Batch.changeOver`.
    package func adopt(_ profiles: ProfileSet) throws(Refusal) -> Changeover {
        let (result, change) = state.withLock { state in
            var change = Changeover(from: state.profiles, to: profiles)
            let result = file(from: "", over: .none, &state) { batch, transaction, state in
                try state.check(profiles)
                let keys = state.keys
                let problems = state.keys.read(of: state.devices.all)
                guard problems.isEmpty else { throw Refusal(problems.map(\.description)) }
                change.keys = state.keys.count
                change.changedKeys = state.keys.changes(since: keys)
                state.profiles = profiles
                change.offeredAgain = try batch.changeOver(to: profiles, &transaction, &state)
            }
            return (result, change)
        }
        switch result {
        case .success(let events):
            bell.ring()
            events.forEach(observer)
            return change
        case .failure(let refusal as Refusal): throw refusal
        case .failure(let error): throw Refusal(["nothing can be kept: \(error)"])
        }
    }

    /// One transaction: what is overdue, then the rest. What fails has changed nothing.
    private func file(
        from source: String, over connection: SourceConnection, _ state: inout State,
        _ body: (inout Batch, inout IntakeTransaction, inout State) throws -> Void
    ) -> Result<[GatewayEvent], any Error> {
        let before = state
        do {
            return .success(try store.intake { transaction in
                let isEnrolmentNew = try state.devices.refresh(from: transaction)
                let now = clocks.now()
                if !now.isSynchronised { state.awaitsClock = true }
                var batch = Batch(source: source, connection: connection, profiles: state.profiles, place: place, arrived: now)
                if isEnrolmentNew {
                    for problem in state.keys.read(of: state.devices.all) { batch.tell(.keyUnusable(problem.description)) }
                    state.bursts.forgetVain()
                }
                if !state.assemblies.isRestored {
                    try batch.restore(&transaction, &state)
                    try batch.restoreStreams(&transaction, &state)
                    state.assemblies.isRestored = true
                }
                try batch.fileOverdue(&transaction, &state)
                try body(&batch, &transaction, &state)
                try state.streams.write(to: transaction)
                return batch.events
            })
        } catch {
            state = before
            return .failure(error)
        }
    }
}

/// One connection to a source's broker.
package struct SourceConnection: Sendable {
    /// Rises with every connection, also from run to run.
    package var number: Int64
    /// Whether the broker still had our session, and so sends again what we had not acknowledged.
    package var isResumed: Bool

    package init(number: Int64, isResumed: Bool) {
        self.number = number
        self.isResumed = isResumed
    }

    /// Of what the gateway does by itself.
    static let none = SourceConnection(number: 0, isResumed: false)
}

extension Intake.State {
    /// The enrolled devices, read again only when somebody changed them.
    struct Devices: Sendable {
        private var version: Int64?
        private var byID: [DeviceID: EnrolledDevice] = [:]

        /// - Returns: whether they changed.
        mutating func refresh(from transaction: borrowing IntakeTransaction) throws -> Bool {
            guard let enrolment = try transaction.enrolledDevices(ifChangedSince: version) else { return false }
            version = enrolment.version
            byID = Dictionary(enrolment.devices.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
            return true
        }

        subscript(device: DeviceID) -> EnrolledDevice? { byID[device] }
        var all: Dictionary<DeviceID, EnrolledDevice>.Values { byID.values }
    }
}
