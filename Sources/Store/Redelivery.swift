import Readings

/// A frame that the broker sent again because our acknowledgement never reached it.
package struct Redelivery: Sendable, Hashable {
    /// The frame of the first delivery, and when that arrived.
    package let frame: Int64
    package let arrived: Arrival
    /// The first reading that it became, or repeated: the row for `FrameRecord.duplicateOf`, and its identity.
    package let reading: Int64
    package let identity: ReadingIdentity
}
