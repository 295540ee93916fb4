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

    package func offset(at local: CivilTime) -> WallOffset {
        let shown = local.secondsSince1970
        func offset(_ seconds: Int) -> Int { zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))) }
        // No zone is a day from UTC: what holds a day before and a day after frames whatever changes there.
        let (before, after) = (offset(shown - 86_400), offset(shown + 86_400))
        guard before != after else { return .once(before) }
        switch (offset(shown - before) == before, offset(shown - after) == after) {
        case (true, true): return .twice(first: before, second: after)
        case (true, false): return .once(before)
        case (false, true): return .once(after)
        case (false, false): return .never(before: before, after: after)
        }
    }

    /// Seconds east of Greenwich at a moment.
    package func secondsFromUTC(at instant: Instant) -> Int {
        zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant.milliseconds) / 1000))
    }
}
