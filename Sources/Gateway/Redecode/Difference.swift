import Readings
import Store

/// What a mended profile says differently of one stored frame.
package struct Difference: Sendable, Hashable {
    package enum Change: String, Sendable, Hashable, CaseIterable {
        /// The same reading, saying something else.
        case corrected
        /// A reading where there was none.
        case new
        /// No such reading any more: sinks are told so.
        case retracted
        /// To be believed no more: sinks are told so, and it is kept.
        case quarantined
        /// It was quarantined, and is no reading at all.
        case dropped
        /// The frame ends otherwise, and no reading changes.
        case fate
    }

    package let change: Change
    package let frame: Int64
    package let device: DeviceID
    package let identity: ReadingIdentity?
    /// What is stored, and what takes its place; nil where there is nothing.
    package let before: String?
    package let after: String?
}

/// What came of decoding again.
package struct RedecodeSummary: Sendable, Hashable {
    package var frames = 0
    package var unchanged = 0
    package var changes: [Difference.Change: Int] = [:]
    /// Frames that are left as they are, by the reason.
    package var untouched: [String: Int] = [:]
    /// Transactions that wrote a correction.
    package var corrections = 0
}
