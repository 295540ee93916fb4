import Alarms
import Readings

/// One thing to pass on.
package struct JournalEntry: Sendable, Hashable {
    package enum Payload: Sendable, Hashable {
        case reading(StoredReading)
        case alarm(AlarmEvent)
        /// Something that the sink may have, and is to forget.
        case erasure(Erasure)
        /// What stood here was erased: there is nothing to tell.
        case erased
    }

    /// Rises by one with every entry of either lane, and never names another entry.
    package let seq: Int64
    package let lane: Lane
    /// When it was written.
    package let at: Instant
    package let payload: Payload
}
