import DeviceProfiles
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
        var join: MessageJoin?
        var held: [Held] = []
    }

    private var entries: [Key: Entry] = [:]

    subscript(key: Key) -> Entry {
        get { entries[key] ?? Entry() }
        set { entries[key] = newValue }
    }

    func isAnyOverdue(at monotonic: UInt64) -> Bool { entries.values.contains { $0.isOverdue(at: monotonic) } }

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
    fileprivate func isOverdue(at monotonic: UInt64) -> Bool { join.map { $0.deadline < monotonic } ?? true }
}
