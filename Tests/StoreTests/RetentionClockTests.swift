import Readings
import Testing

@testable import Store

struct RetentionClockTests {
    private func at(_ text: String, after seconds: UInt64, boot: String = "a") -> Arrival {
        Arrival(wall: Instant(rfc3339: text)!, monotonic: seconds * 1_000_000_000, boot: boot)
    }

    @Test func `a clock that jumps ten years makes nothing ten years old`() {
        var clock = RetentionClock(after: nil, at("2026-01-01T00:00:00Z", after: 0))
        #expect(clock.wall == Instant(rfc3339: "2026-01-01T00:00:00Z"))
        clock = RetentionClock(after: clock, at("2036-01-02T00:00:00Z", after: 86_400))
        #expect(clock.wall == Instant(rfc3339: "2026-01-03T00:00:00Z"))
        // Another boot, ten years ahead still: a week at most.
        clock = RetentionClock(after: clock, at("2036-01-02T01:00:00Z", after: 10, boot: "b"))
        #expect(clock.wall == Instant(rfc3339: "2026-01-10T00:00:00Z"))
        // Right again: so is this one.
        clock = RetentionClock(after: clock, at("2026-01-03T00:00:00Z", after: 20, boot: "b"))
        #expect(clock.wall == Instant(rfc3339: "2026-01-03T00:00:00Z"))
    }

    @Test func `a clock that falls back makes things younger, and catches up`() {
        var clock = RetentionClock(after: nil, at("2026-06-01T00:00:00Z", after: 0))
        clock = RetentionClock(after: clock, at("2016-06-01T01:00:00Z", after: 3600))
        #expect(clock.wall == Instant(rfc3339: "2016-06-01T01:00:00Z"))
        #expect(RetentionClock(text: clock.text) == clock)
        #expect(RetentionClock(text: "x 1 b") == nil && RetentionClock(text: "1 2") == nil)
    }
}
