/// When a frame reached this gateway, by the two clocks a gateway has.
package struct Arrival: Sendable, Hashable {
    /// By the wall clock, right or wrong.
    package var wall: Instant
    /// Nanoseconds since this boot; runs on through suspends and clock steps.
    package var monotonic: UInt64
    /// The kernel's boot id, so that monotonic times of different boots are never compared.
    package var boot: String
    /// Whether the wall clock was known to be right.
    package var isSynchronised: Bool

    package init(wall: Instant, monotonic: UInt64, boot: String, isSynchronised: Bool = true) {
        self.wall = wall
        self.monotonic = monotonic
        self.boot = boot
        self.isSynchronised = isSynchronised
    }

    /// What the wall clock would have shown here if it had been as right as it is at `now`, of the same boot.
    package func wall(by now: Arrival) -> Instant {
        let (ours, theirs) = (Int64(clamping: monotonic / 1_000_000), Int64(clamping: now.monotonic / 1_000_000))
        return Instant(milliseconds: now.wall.milliseconds - (theirs - ours))
    }
}
