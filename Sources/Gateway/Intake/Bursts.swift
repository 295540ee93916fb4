import DeviceProfiles
import Readings

/// Tells the repeats of one broadcast from a new one. A device that broadcasts says the same thing many times a second;
/// after a silence, the same bytes are a new measurement.
struct Bursts: Sendable {
    /// Longer than any scale goes on repeating itself between two adverts, shorter than any two weighings.
    static let silence: UInt64 = 30_000_000_000

    private struct Burst: Sendable {
        var content: Observation.Content
        var last: UInt64
    }

    private var latest: [DeviceID: Burst] = [:]

    /// Whether these bytes only repeat the broadcast before them.
    mutating func repeats(_ content: Observation.Content, of device: DeviceID, at monotonic: UInt64) -> Bool {
        guard case .advertisement = content else { return false }
        defer { latest[device] = Burst(content: content, last: monotonic) }
        guard let before = latest[device] else { return false }
        return before.content == content && monotonic &- before.last < Bursts.silence
    }
}
