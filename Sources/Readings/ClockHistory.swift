/// What was measured of one device's clock, oldest first: how far it was ahead of the true time, and when it was set.
package struct ClockHistory: Sendable, Hashable {
    package struct Measurement: Sendable, Hashable {
        /// By the gateway's clock.
        package var at: Instant
        /// How far the device's clock was ahead, in milliseconds; read before anything was set.
        package var ahead: Int64
        /// Whether the device's clock was then set to the gateway's.
        package var wasSet: Bool

        package init(at: Instant, ahead: Int64, wasSet: Bool) {
            self.at = at
            self.ahead = ahead
            self.wasSet = wasSet
        }

        /// What the device's clock showed then, and what it went on from.
        fileprivate var shown: Int64 { at.milliseconds + ahead }
        fileprivate var left: Int64 { wasSet ? 0 : ahead }
    }

    package var measurements: [Measurement]

    package init(_ measurements: [Measurement] = []) { self.measurements = measurements }

    /// A quartz strays by less than this many parts in a million; more is a clock that somebody moved.
    package static let mostDrift: Int64 = 500

    /// How far the clock was ahead when it said `said`, in milliseconds; nil where no measurement came after it.
    /// - Parameter arrived: when we were told of it.
    /// - Returns: `isDoubtful` where the clock was moved at some time nobody knows, so that the offset may not hold for it.
    package func ahead(said: Instant, arrived: Instant) -> (milliseconds: Int64, isDoubtful: Bool)? {
        guard let last = measurements.last else { return nil }
        let least = last.at.milliseconds - MeasuredAt.exact
        if last.wasSet, (least...max(least, arrived.milliseconds + MeasuredAt.exact)).contains(said.milliseconds) {
            // Just measured, by the clock as it was set. One that was ahead has shown this time before, if only to a record that was
            // told right behind the set.
            return (0, last.ahead > MeasuredAt.exact)
        }
        guard said.milliseconds <= last.shown + Int64(MeasuredAt.tolerance) * 1000 else {
            // Later than the clock was when it was read, and yet from before: another clock than that of today said it.
            return said <= last.at ? (0, true) : nil
        }
        // From the latest back: the first stretch of the device's own time that it falls into.
        for (earlier, later) in zip(measurements, measurements.dropFirst()).reversed() {
            let begin = earlier.at.milliseconds + earlier.left
            guard said.milliseconds >= begin else { continue }
            let (took, strayed) = (later.shown - begin, later.ahead - earlier.left)
            let passed = later.at.milliseconds - earlier.at.milliseconds
            let most = 2000 + passed / 1_000_000 * ClockHistory.mostDrift
            guard passed > 0, took > 0, strayed.magnitude <= most.magnitude else { return (later.ahead, true) }
            // It strays evenly.
            let share = min(1, Double(said.milliseconds - begin) / Double(took))
            return (earlier.left + Int64((Double(strayed) * share).rounded()), false)
        }
        return (measurements[0].ahead, false)
    }

    /// Parts in a million by which the clock ran fast between the two latest measurements; nil where that cannot be said.
    package var drift: Double? {
        guard measurements.count > 1 else { return nil }
        let (earlier, later) = (measurements[measurements.count - 2], measurements[measurements.count - 1])
        let passed = later.at.milliseconds - earlier.at.milliseconds
        return passed > 0 ? Double(later.ahead - earlier.left) / Double(passed) * 1_000_000 : nil
    }
}
