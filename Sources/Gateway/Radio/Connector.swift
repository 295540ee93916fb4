import BlueZ
import DeviceProfiles
import Readings

/// Connects devices in the moment in which they wake up: a cuff listens for three seconds, and then sleeps until tomorrow.
actor Connector {
    /// Where a device stands between its advertisements and its sessions.
    private struct Seat {
        /// Left alone until then.
        var rests: ContinuousClock.Instant
        var isInSession = false
        /// Heard, and not connected yet.
        var waiting: Wake?
        /// Whether it was told that somebody has to pair it first.
        var isToldToPair = false
        var patience = SessionPatience()
        /// The wake that goes on: since when, and when there was a sign of it last.
        var wake: (began: ContinuousClock.Instant, latest: ContinuousClock.Instant)?
        var tally = WakeTally()

        mutating func stir(at now: ContinuousClock.Instant) {
            endWake(by: now)
            wake = (wake?.began ?? now, now)
        }

        /// A device that nobody read while it was awake sleeps again.
        mutating func endWake(by now: ContinuousClock.Instant) {
            guard let wake, now - wake.latest >= Connector.wake else { return }
            self.wake = nil
            tally.miss()
        }

        mutating func ended(_ session: SessionReport, of heardAt: ContinuousClock.Instant) {
            guard let wake else { return }
            if session.frames > 0 {
                tally.note(caughtAfter: session.firstDataAfter.map { heardAt + $0 - wake.began })
            } else if session.failure == nil {
                tally.rest()
            }
            self.wake = session.frames > 0 || session.failure == nil ? nil : (wake.began, .now)
        }
    }

    /// One time that a device woke up.
    struct Wake: Sendable {
        var device: DeviceID
        var profile: Profile
        var seen: Observation
        /// When it was heard first since it was left alone.
        var heardAt: ContinuousClock.Instant
        /// When it was heard last.
        var latest: ContinuousClock.Instant
    }

    /// A device that was not heard for so long sleeps again.
    private static let wake = Duration.seconds(10)

    private let room: SessionRoom
    private let links: Int
    private var seats: [DeviceID: Seat] = [:]
    private var enrolled: Set<DeviceID> = []
    private var sessions = 0
    private let wakes: AsyncStream<Wake>
    private let admitted: AsyncStream<Wake>.Continuation

    init(_ room: SessionRoom, links: Int) {
        self.room = room
        self.links = links
        (wakes, admitted) = AsyncStream.makeStream(of: Wake.self)
    }

    /// Holds sessions until the task is cancelled; those under way are broken off then.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await wake in wakes {
                group.addTask {
                    let report = await self.room.hold(wake)
                    await self.ended(wake, report)
                }
            }
            group.cancelAll()
        }
    }

    func keep(only devices: Set<DeviceID>) {
        enrolled = devices
        seats = seats.filter { devices.contains($0.key) || $0.value.isInSession }
    }

    func heard(_ device: DeviceID, _ profile: Profile, _ heard: Heard) {
        var seat = seats[device] ?? Seat(rests: heard.at)
        defer { seats[device] = seat }
        guard !seat.isInSession, heard.at >= seat.rests else { return }
        // A passkey that the device shows is typed by a person, once: to try without it would only disturb the pairing.
        if let plan = profile.plan, plan.bond != .never, plan.passkey == .shown, !heard.isPaired {
            if !seat.isToldToPair { room.tell(.unpaired(device, profile)) }
            seat.isToldToPair = true
            return
        }
        seat.isToldToPair = false
        seat.stir(at: heard.at)
        let first = seat.waiting.flatMap { heard.at - $0.latest < Connector.wake ? $0.heardAt : nil } ?? heard.at
        seat.waiting = Wake(device: device, profile: profile, seen: heard.observation, heardAt: first, latest: heard.at)
        guard sessions < links else { return }
        admit(&seat)
    }

    /// What was in the way of a device is mended: it is not left alone any longer.
    func forgive(_ device: DeviceID) {
        seats[device]?.rests = .now
        seats[device]?.patience = SessionPatience()
    }

    /// How the wakes of each device went so far.
    func tallies() -> [DeviceID: WakeTally] {
        let now = ContinuousClock.now
        for (device, seat) in seats where !seat.isInSession { seats[device]?.endWake(by: now) }
        return seats.mapValues(\.tally).filter { $0.value.count > 0 }
    }

    private func admit(_ seat: inout Seat) {
        guard let wake = seat.waiting else { return }
        seat.waiting = nil
        seat.isInSession = true
        sessions += 1
        admitted.yield(wake)
    }

    private func ended(_ wake: Wake, _ report: SessionReport) {
        sessions -= 1
        if var seat = seats[wake.device] {
            seat.isInSession = false
            seat.ended(report, of: wake.heardAt)
            seat.rests = .now + seat.patience.rest(after: report, of: wake.profile)
            seats[wake.device] = seat
        }
        seats = seats.filter { enrolled.contains($0.key) || $0.value.isInSession }
        // Whoever was heard last is most likely still awake.
        let now = ContinuousClock.now
        let next = seats.filter { $0.value.waiting.map { now - $0.latest < Connector.wake } ?? false }
            .max { ($0.value.waiting?.latest ?? now) < ($1.value.waiting?.latest ?? now) }
        if let (device, seat) = next, sessions < links {
            var seat = seat
            admit(&seat)
            seats[device] = seat
        }
    }
}
