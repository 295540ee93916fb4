import DeviceProfiles
import MQTT
import Readings
import Store

/// Scalars of devices that wait for others, and the frames in custody behind them.
struct Joins: Sendable {
    /// Whose scalars belong together: those of one device, from one source, by one format.
    struct Key: Hashable, Sendable {
        var source: String
        var format: String
        var device: DeviceID
    }

    /// A frame in custody that waits for the rest of a reading.
    struct Held: Sendable {
        var row: Int64
        var frame: FrameRecord
        /// The reading's place in the profile.
        var place: Int
        var missing: String
    }

    struct Entry: Sendable {
        /// The format as it was when the first of them came: they are joined by that, though it is another meanwhile.
        var relay: Profile?
        var join: MessageJoin?
        var held: [Held] = []
    }

    private var entries: [Key: Entry] = [:]

    subscript(key: Key) -> Entry {
        get { entries[key] ?? Entry() }
        set { entries[key] = newValue }
    }

    func isAnyOverdue(at monotonic: UInt64) -> Bool { entries.values.contains { $0.isOverdue(at: monotonic) } }

    /// When the first of all is overdue; nanoseconds, monotonic.
    var deadline: UInt64? { entries.values.map { $0.join?.deadline ?? 0 }.min() }

    /// What has waited for the whole of its window. What was joined is forgotten with it.
    mutating func overdue(at monotonic: UInt64) -> [Held] {
        var held: [Held] = []
        for (key, entry) in entries where entry.isOverdue(at: monotonic) {
            held += entry.held
            entries[key] = nil
        }
        return held
    }
}

extension Joins.Entry {
    /// Whether it began with another text of the format.
    func isOfAnother(_ today: Profile) -> Bool { relay.map { $0.version != today.version } ?? false }

    /// The format that it began with, and what that makes of a message; nil where the message is no part of what has begun.
    func begun(_ message: ReceivedMessage, of device: DeviceID, at monotonic: UInt64) -> (relay: Profile, part: MessagePart)? {
        guard let relay, !isOverdue(at: monotonic),
            case .part(let part)? = (try? relay.relayed(topic: message.topic, payload: message.payload))?.first, part.device == device
        else { return nil }
        var next = join
        let (isNew, results) = relay.join(part, into: &next, at: monotonic, isRetained: message.isRetained)
        return isNew || results.isEmpty ? nil : (relay, part)
    }

    fileprivate func isOverdue(at monotonic: UInt64) -> Bool { join.map { $0.deadline < monotonic } ?? true }
}
