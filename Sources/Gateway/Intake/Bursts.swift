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
    private enum Said: Hashable, Sendable {
        case content(Observation.Content)
        case outcome(DecodeOutcome)
    }

    private struct Heard: Sendable {
        /// When, the last time.
        var at: UInt64
        /// Whether nothing came of it, not even a wait.
        var isVain = false
    }

    private var heard: [DeviceID: [Said: Heard]] = [:]
    /// Oldest first.
    private var opened: [DeviceID: [Observation.Content]] = [:]
    /// More than a scale is stepped on in a week.
    static let mostOpened = 256

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
        var going = heard[device, default: [:]].filter { monotonic &- $0.value.at < Bursts.silence }
        let before = going[said]
        going[said] = Heard(at: monotonic, isVain: before?.isVain ?? false)
        if going.count > Bursts.most, let oldest = going.min(by: { $0.value.at < $1.value.at }) { going[oldest.key] = nil }
        heard[device] = going
        return before != nil
    }

    /// Notes of what was just heard whether anything came of it.
    mutating func note(_ content: Observation.Content, of device: DeviceID, isVain: Bool) { heard[device]?[.content(content)]?.isVain = isVain }

    // MARK: Encrypted broadcasts

    /// Whether these very bytes were decrypted before and read: the counter in them makes each broadcast another one, so this
    /// is the same, brought again by a slow bridge or somebody who recorded it.
    func wasOpened(_ content: Observation.Content, of device: DeviceID) -> Bool { opened[device]?.contains(content) ?? false }

    mutating func noteOpened(_ content: Observation.Content, of device: DeviceID) {
        var all = opened[device] ?? []
        if all.contains(content) { return }
        all.append(content)
        if all.count > Bursts.mostOpened { all.removeFirst() }
        opened[device] = all
    }

    /// Something may come now of what was heard in vain: other profiles, another key. What became a reading, or waits, stays
    /// known: it must not become a second one.
    mutating func forgetVain() {
        for (device, all) in heard {
            heard[device] = all.filter { said, heard in
                if case .outcome(let outcome) = said, outcome.readings.isEmpty { return false }
                return !heard.isVain
            }
        }
    }
}
