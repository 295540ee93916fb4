import Readings

/// The wall clock that decides what is old. It follows the real one, but never faster than twice as fast and a week more with
/// each boot: a clock that jumps ten years ahead for a day makes nothing ten years old.
struct RetentionClock: Sendable, Hashable {
    let wall: Instant
    let monotonic: UInt64
    let boot: String

    /// - Parameter previous: what it showed last; nil the first time.
    init(after previous: RetentionClock?, _ now: Arrival) {
        (monotonic, boot) = (now.monotonic, now.boot)
        guard let previous else {
            wall = now.wall
            return
        }
        let passed = Int64(clamping: now.monotonic.subtractingReportingOverflow(previous.monotonic).partialValue / 1_000_000)
        let step = previous.boot == now.boot ? (now.monotonic < previous.monotonic ? 0 : 2 * passed) : 7 * 86_400_000
        wall = min(now.wall, Instant(milliseconds: previous.wall.milliseconds + step))
    }

    init?(text: String) {
        let parts = text.split(separator: " ", maxSplits: 2)
        guard parts.count == 3, let wall = Int64(parts[0]), let monotonic = UInt64(parts[1]) else { return nil }
        (self.wall, self.monotonic, boot) = (Instant(milliseconds: wall), monotonic, String(parts[2]))
    }

    var text: String { "\(wall.milliseconds) \(monotonic) \(boot)" }
}
