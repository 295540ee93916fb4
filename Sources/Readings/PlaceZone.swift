/// How far a zone stands from UTC, in seconds east of Greenwich, when its walls show a given time.
package enum WallOffset: Sendable, Hashable {
    case once(Int)
    /// The clocks were put back: they showed it under `first`, and again under `second`.
    case twice(first: Int, second: Int)
    /// The clocks were put forward over it.
    case never(before: Int, after: Int)
}

/// The zone of the place where devices speak local time.
package protocol PlaceZone: Sendable {
    func offset(at local: CivilTime) -> WallOffset
}

extension PlaceZone {
    /// Seconds east of Greenwich when the walls of the place show `local`, where nothing more is known: the first of two,
    /// and for a time that never was what held before, for that is how a clock goes on which nobody has changed.
    package func secondsFromUTC(at local: CivilTime) -> Int {
        switch offset(at: local) {
        case .once(let offset), .twice(let offset, _), .never(let offset, _): offset
        }
    }
}
