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
        let first = seat.waiting.flatMap { heard.at - $0.latest < Connector.wake ? $0.heardAt : nil } ?? heard.at
        seat.waiting = Wake(device: device, profile: profile, seen: heard.observation, heardAt: first, latest: heard.at)
        guard sessions < links else { return }
        admit(&seat)
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
