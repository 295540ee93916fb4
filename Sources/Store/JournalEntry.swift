import Alarms
import Readings

/// One thing to pass on.
package struct JournalEntry: Sendable, Hashable {
    package enum Payload: Sendable, Hashable {
        case reading(StoredReading)
        case alarm(AlarmEvent)
    }

    /// Rises by one with every entry of either lane, and never names another entry.
    package let seq: Int64
    package let lane: Lane
    /// When it was written.
    package let at: Instant
    package let payload: Payload
}
