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

/// A frame that the broker sent again because our acknowledgement never reached it.
package struct Redelivery: Sendable, Hashable {
    /// The frame of the first delivery, and when that arrived.
    package let frame: Int64
    package let arrived: Arrival
    /// The first reading that it became, or repeated: the row for `FrameRecord.duplicateOf`, and its identity.
    package let reading: Int64
    package let identity: ReadingIdentity
}
