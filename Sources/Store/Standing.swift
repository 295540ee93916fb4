import Readings

/// How a reading stands to all that is stored under its identity, conflicts included, and under what it is to be stored.
package struct Standing: Sendable, Hashable {
    package let recurrence: Recurrence
    /// The identity given; `~2`, `~3` … behind it for a reading that contradicts what is stored under it.
    package let identity: ReadingIdentity
    /// The revision to store it as.
    package let revision: Int
    /// The row that it repeats, completes or contradicts; nil for a new reading.
    package let earlier: Int64?
}
