/// How often a continuous signal says something, as its profile tells it.
package struct Pace: Sendable, Hashable {
    /// Milliseconds from one sample to the next.
    package var period: Int64
    /// Whether a settled value counts as a measurement of its own.
    package var hasSpot: Bool

    package init(period: Int64, hasSpot: Bool) {
        self.period = period
        self.hasSpot = hasSpot
    }
}
