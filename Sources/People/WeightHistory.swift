import Readings

/// What a person has weighed, as far as it is certain that it was they.
package struct WeightHistory: Sendable, Hashable {
    package struct Point: Sendable, Hashable {
        package var at: Instant
        /// In kilograms. A binary fraction: it weighs likelihoods, and never becomes a value of a reading.
        package var kilograms: Double

        package init(at: Instant, kilograms: Double) {
            self.at = at
            self.kilograms = kilograms
        }
    }

    /// In any order.
    package var points: [Point]

    package init(_ points: [Point] = []) { self.points = points }

    /// What they weigh from one hour to another, clothes, meals and the floor under the scale included: kilograms.
    static let unrest = 0.8
    /// What a body moves in a day, kilograms per root of days: 1.4 kg after a month, 4.8 kg after a year.
    static let drift = 0.25

    /// How likely this weight is for this person, per kilogram; nil where nothing is known of them.
    ///
    /// Student's t with five degrees of freedom around the weight nearest in time: its tails are long enough for a winter
    /// coat, and it needs no transcendental function, so that it is the same number on every machine.
    func likelihood(of kilograms: Double, at instant: Instant) -> Double? {
        func distance(_ point: Point) -> Int64 { abs(point.at.milliseconds - instant.milliseconds) }
        guard let nearest = points.min(by: { distance($0) < distance($1) }) else { return nil }
        let days = Double(distance(nearest)) / 86_400_000
        let variance = WeightHistory.unrest * WeightHistory.unrest + WeightHistory.drift * WeightHistory.drift * days
        let away = kilograms - nearest.kilograms
        let tail = 1 + away * away / variance / 5
        // 8 / (3 π √5), the height of that distribution at its middle.
        return 0.379_606_689_822_494_4 / variance.squareRoot() / (tail * tail * tail)
    }
}
