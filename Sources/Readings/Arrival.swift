/// When a frame reached this gateway, by the two clocks a gateway has.
package struct Arrival: Sendable, Hashable {
    /// By the wall clock, right or wrong.
    package var wall: Instant
    /// Nanoseconds since this boot; runs on through suspends and clock steps.
    package var monotonic: UInt64
    /// The kernel's boot id, so that monotonic times of different boots are never compared.
    package var boot: String

    package init(wall: Instant, monotonic: UInt64, boot: String) {
        self.wall = wall
        self.monotonic = monotonic
        self.boot = boot
    }
}
