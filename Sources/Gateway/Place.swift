import Foundation
import Readings

/// The zone of the walls that devices were set by.
package struct Place: PlaceZone {
    package let zone: TimeZone

    package init(_ zone: TimeZone) { self.zone = zone }

    package init?(identifier: String) {
        guard let zone = TimeZone(identifier: identifier) else { return nil }
        self.zone = zone
    }

    package func secondsFromUTC(at local: CivilTime) -> Int {
        // The offset in force at that wall time; the first guess is off by the offset itself, the second is right but
        // within the hour of a change.
        let guess = Date(timeIntervalSince1970: Double(local.secondsSince1970))
        let first = zone.secondsFromGMT(for: guess)
        return zone.secondsFromGMT(for: guess.addingTimeInterval(-Double(first)))
    }

    /// Seconds east of Greenwich at a moment.
    package func secondsFromUTC(at instant: Instant) -> Int {
        zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant.milliseconds) / 1000))
    }
}
