import Readings

/// How many items of one source never came into custody, by reason.
package struct Tally: Sendable, Hashable {
    package let source: String
    /// From a closed list, e.g. `not-enrolled`, `unknown-device`.
    package let code: String
    package let count: Int
    package let lastAt: Instant
    package let lastDetail: String?
}
