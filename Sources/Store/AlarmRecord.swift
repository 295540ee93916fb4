import Alarms
import Readings

/// An alarm, active or past.
package struct AlarmRecord: Sendable, Hashable {
    package let episode: Episode
    /// When the reading that cleared it was measured; nil while it is active.
    package let clearedAt: Instant?

    package var isActive: Bool { clearedAt == nil }
}
