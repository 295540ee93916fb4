/// How far the claim reaches for what a source delivers.
package enum Custody: String, Sendable, Hashable, CaseIterable {
    /// The sender keeps it until we acknowledge, and we acknowledge after the commit (MQTT, QoS 1).
    case acknowledged
    /// The device keeps its records until they are read or deleted.
    case deviceRetained = "device-retained"
    /// Sent once, and lost if nobody listened: broadcasts, QoS 0.
    case bestEffort = "best-effort"
}
