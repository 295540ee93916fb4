import Readings

/// An entry that a sink's cursor has passed without its being delivered.
package struct SinkException: Sendable, Hashable {
    package enum State: String, Sendable, Hashable, CaseIterable {
        /// To be tried again.
        case waiting
        /// Kept back until somebody decides.
        case held
        /// This sink does not take such entries.
        case filtered
        /// Refused for good, or given up.
        case dead
    }

    package var seq: Int64
    package var state: State
    package var reason: String
    package var attempts: Int
    /// Of the latest attempt.
    package var at: Instant

    package init(seq: Int64, state: State, reason: String, attempts: Int, at: Instant) {
        self.seq = seq
        self.state = state
        self.reason = reason
        self.attempts = attempts
        self.at = at
    }
}
