import DeviceProfiles
import Readings

/// Tells the repeats of one broadcast from a new one. A device that broadcasts says the same thing many times a second,
/// often two things in turns; after a silence, the same bytes are a new measurement.
struct Bursts: Sendable {
    /// Longer than any scale goes on repeating itself between two adverts, shorter than any two weighings.
    static let silence: UInt64 = 30_000_000_000
    /// How many things a device says in turns.
    static let most = 8

    /// What is said again: bytes, or what a bridge made of them.
    private enum Said: Hashable {
        case content(Observation.Content)
        case outcome(DecodeOutcome)
    }

    /// When each broadcast was heard last.
    private var heard: [DeviceID: [Said: UInt64]] = [:]

    /// Whether these bytes only repeat a broadcast that still goes on.
    mutating func repeats(_ content: Observation.Content, of device: DeviceID, at monotonic: UInt64) -> Bool {
        guard case .advertisement = content else { return false }
        return repeats(.content(content), device, monotonic)
    }

    /// The same of what a bridge decodes from broadcasts: its messages differ in signal strength, not in what they say.
    mutating func repeats(_ outcome: DecodeOutcome, of device: DeviceID, at monotonic: UInt64) -> Bool {
        repeats(.outcome(outcome), device, monotonic)
    }

    private mutating func repeats(_ said: Said, _ device: DeviceID, _ monotonic: UInt64) -> Bool {
        var going = heard[device, default: [:]].filter { monotonic &- $0.value < Bursts.silence }
        let isRepeat = going.updateValue(monotonic, forKey: said) != nil
        if going.count > Bursts.most, let oldest = going.min(by: { $0.value < $1.value }) { going[oldest.key] = nil }
        heard[device] = going
        return isRepeat
    }
}
