import Alarms
import DeviceProfiles
import MQTT
import People
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
    /// Yields when something may be due sooner than `fileOverdue` said.
    let appointments: AsyncStream<Void>
    private let appointed: AsyncStream<Void>.Continuation

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
        (appointments, appointed) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        appointed.yield()
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

    /// Keeps what a conversation found of its device's clock, on the disk before the records of that session are filed: they are
    /// judged by it. A clock that was not right once it had been set is none that was set.
    package func note(_ offset: ClockOffset, of device: DeviceID, isFirst: Bool) throws {
        guard let said = offset.said, let seconds = offset.seconds else { return }
        let now = clocks.now()
        try store.intake { transaction in
            if isFirst {
                try transaction.append(DeviceClock(device: device, said: said.text, ahead: Int64(seconds) * 1000, wasSet: false, at: now))
            } else if abs(seconds) <= Intake.setWithin {
                try transaction.clockWasSet(of: device)
            }
        }
    }

    /// Seconds between writing a time and reading it back, of a device that answers slowly and tells whole seconds.
    private static let setWithin = 3

    private func verdict(from source: String, _ result: Result<[GatewayEvent], any Error>) -> BatchVerdict {
        switch result {
        case .success(let events):
            bell.ring()
            events.forEach(observer)
            return .acknowledge
        case .failure(let error):
            // Whoever can make room hears of it.
            if (error as? StoreFailure)?.isFull == true { bell.ring() }
            observer(.commitFailed(source: source, reason: "\(error)"))
            return .refuse(reason: "\(error)")
        }
    }

    /// Files what has waited too long for more of its device, or for a wall clock that is right. Where nothing has, the store
    /// is not asked.
    /// - Returns: how long from now nothing else is due; nil where nothing waits.
    @discardableResult
    package func fileOverdue() -> Duration? {
        let (results, rest) = state.withLock { state -> ([Result<[GatewayEvent], any Error>], Duration?) in
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
            return (results, state.rest(from: now))
        }
        var isRefused = false
        for result in results {
            switch result {
            case .success(let events):
                bell.ring()
                events.forEach(observer)
            case .failure(let error):
                isRefused = true
                observer(.commitFailed(source: "", reason: "\(error)"))
            }
        }
        // What is due and cannot be filed is tried again, but not in a row.
        return isRefused ? max(rest ?? .zero, .seconds(1)) : rest
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
            let events: [GatewayEvent] = try store.intake { transaction in
                let isEnrolmentNew = try state.devices.refresh(from: transaction)
                let now = clocks.now()
                if !now.isSynchronised { state.awaitsClock = true }
                var batch = Batch(source: source, connection: connection, profiles: state.profiles, place: place, arrived: now)
                if isEnrolmentNew {
                    for problem in state.keys.read(of: state.devices.all) { batch.tell(.keyUnusable(problem.description)) }
                    state.bursts.forgetVain()
                    // Alarms go with readings that were found to be somebody else's.
                    state.watch = Watch(limits: state.watch.limits, active: try transaction.activeEpisodes())
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
            }
            if state.awaits != before.awaits { appointed.yield() }
            return .success(events)
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
    struct Awaits: Equatable {
        /// Milliseconds, monotonic.
        var assembly: Int64?
        /// Nanoseconds, monotonic.
        var join: UInt64?
        var clock: Bool
    }

    /// What time brings about by itself.
    var awaits: Awaits { Awaits(assembly: assemblies.deadline, join: joins.deadline, clock: awaitsClock) }

    /// How long nothing is due.
    fileprivate func rest(from now: Arrival) -> Duration? {
        let awaits = awaits
        let rests: [Duration?] = [
            awaits.assembly.map { Duration.milliseconds($0 - Int64(now.monotonic / 1_000_000)) },
            // A join is overdue only behind its deadline.
            awaits.join.map { Duration.nanoseconds(Int64(clamping: $0) - Int64(clamping: now.monotonic) + 1_000_000) },
            // Nobody tells us that the wall clock was set.
            awaits.clock ? .seconds(1) : nil,
        ]
        return rests.compactMap(\.self).min().map { max($0, .milliseconds(1)) }
    }

    /// The enrolled devices, read again only when somebody changed them.
    struct Devices: Sendable {
        private var version: Int64?
        private var byID: [DeviceID: EnrolledDevice] = [:]
        private(set) var household = Household()

        /// - Returns: whether they changed.
        mutating func refresh(from transaction: borrowing IntakeTransaction) throws -> Bool {
            guard let enrolment = try transaction.enrolledDevices(ifChangedSince: version) else { return false }
            version = enrolment.version
            household = enrolment.household
            byID = Dictionary(enrolment.devices.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
            return true
        }

        subscript(device: DeviceID) -> EnrolledDevice? { byID[device] }
        var all: Dictionary<DeviceID, EnrolledDevice>.Values { byID.values }
    }
}
