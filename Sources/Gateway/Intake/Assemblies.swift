import DeviceProfiles
import Readings
import Store

/// What waits for more of its device: one assembly for each device and profile, and the frames in custody that are in it.
struct Assemblies: Sendable {
    struct Key: Hashable, Sendable {
        var device: DeviceID
        var profile: String
    }

    /// A frame in custody whose end is not known.
    struct HeldFrame: Sendable {
        var row: Int64
        var record: FrameRecord
        var item: Observation.Item
        /// Whether its broker may have sent it before.
        var mayBeRedelivered: Bool
    }

    private struct Entry: Sendable {
        var assembly: Assembly
        var frames: [Assembly.Ticket: HeldFrame] = [:]
    }

    private var entries: [Key: Entry] = [:]
    /// Whether frames that waited when the gateway stopped are in again.
    var isRestored = false
    /// When the first of all is overdue; milliseconds, monotonic.
    private(set) var deadline: Int64?

    mutating func take(
        _ content: Observation.Content, of device: DeviceID, by profile: Profile, key: [UInt8]?, at now: Int64
    ) -> Assembly.Step {
        guard profile.remembers else { return Assembly.Step(profile.decode(content)) }
        let step = entries[Key(device: device, profile: profile.name), default: Entry(assembly: Assembly(of: profile))]
            .assembly.take(content, of: device, key: key, at: now)
        if let due = entries[Key(device: device, profile: profile.name)]?.assembly.deadline { deadline = min(deadline ?? due, due) }
        return step
    }

    /// Remembers which frame stands behind these tickets.
    mutating func hold(_ frame: HeldFrame, under tickets: [Assembly.Ticket], of key: Key) {
        for ticket in tickets { entries[key]?.frames[ticket] = frame }
    }

    /// The frame behind a ticket, and whether more is to come of it; if not, it is held no longer.
    mutating func frame(_ ticket: Assembly.Ticket, of key: Key) -> (frame: HeldFrame, isPending: Bool)? {
        guard let frame = entries[key]?.frames[ticket] else { return nil }
        let isPending = entries[key]?.assembly.holds(ticket) ?? false
        if !isPending { entries[key]?.frames[ticket] = nil }
        return (frame, isPending)
    }

    /// All that one of these profiles remembers, to be ended or begun anew.
    func keys(of profiles: Set<String>) -> [Key] {
        entries.keys.filter { profiles.contains($0.profile) }.sorted { ($0.device.description, $0.profile) < ($1.device.description, $1.profile) }
    }

    /// The frames that have a part in what waits, each once, oldest first.
    func frames(of key: Key) -> [HeldFrame] {
        let held = entries[key]?.frames.values.map { ($0.row, $0) } ?? []
        return Dictionary(held, uniquingKeysWith: { first, _ in first }).values.sorted { $0.row < $1.row }
    }

    /// The frames behind these tickets, by their rows.
    func rows(of tickets: [Assembly.Ticket], of key: Key) -> Set<Int64> { Set(tickets.compactMap { entries[key]?.frames[$0]?.row }) }

    /// The ends of all that waits, as they are when its time is up.
    mutating func ends(of key: Key) -> [Assembly.Settled] { entries[key]?.assembly.overdue(at: .max) ?? [] }

    /// Drops all that waits, and has another text go on with the rest; with none, that is dropped too.
    mutating func renew(_ key: Key, for profile: Profile?) {
        guard let profile, let old = entries[key] else { return entries[key] = nil }
        entries[key] = Entry(assembly: old.assembly.renewed(for: profile))
    }

    /// The ends of all that has waited too long.
    mutating func overdue(at now: Int64) -> [(key: Key, ends: [Assembly.Settled])] {
        guard let deadline, deadline <= now else { return [] }
        var ends: [(key: Key, ends: [Assembly.Settled])] = []
        for key in entries.keys {
            guard let settled = entries[key]?.assembly.overdue(at: now), !settled.isEmpty else { continue }
            ends.append((key, settled))
        }
        self.deadline = entries.values.compactMap(\.assembly.deadline).min()
        return ends
    }
}
