import People
import Readings

/// What is watched: one vital of one device, of each person by themselves: what one shows clears nothing of another.
package struct Condition: Sendable, Hashable {
    package var device: DeviceID
    /// `Vital.id`
    package var vital: String
    /// nil: whoever is not known.
    package var person: PersonID?

    package init(device: DeviceID, vital: String, person: PersonID? = nil) {
        self.device = device
        self.vital = vital
        self.person = person
    }
}

/// An alarm from its raising to its clearing. One episode keeps one id, however its level moves.
package struct Episode: Sendable, Hashable {
    /// The condition and the reading that raised it: `C8478CC09589.blood-pressure.20240615T171727/blood-pressure.systolic`.
    package var id: String
    package var condition: Condition
    package var level: AlarmLevel
    package var side: AlarmSide
    package var raisedAt: Instant
    /// The latest time of measurement that this episode has seen: older readings may raise, never clear.
    package var newest: Instant
    /// Of a continuous vital: since when the limit was reached, and how far it went, in the canonical unit.
    package var since: Instant?
    package var extreme: ExactDecimal?
    /// Of a continuous vital that is within its limits again: since when.
    package var until: Instant?

    package init(
        id: String, condition: Condition, level: AlarmLevel, side: AlarmSide, raisedAt: Instant, newest: Instant
    ) {
        self.id = id
        self.condition = condition
        self.level = level
        self.side = side
        self.raisedAt = raisedAt
        self.newest = newest
    }
}

extension Episode {
    /// With its extreme as far as `value` reaches.
    func widened(by value: ExactDecimal) -> Episode {
        guard let extreme else { return self }
        var episode = self
        episode.extreme = side == .low ? min(extreme, value) : max(extreme, value)
        return episode
    }
}

/// Something to tell about an alarm.
package struct AlarmEvent: Sendable, Hashable {
    package enum Phase: String, Sendable, Hashable, CaseIterable {
        case raised
        /// The level or the side changed, or it was found to be somebody else's.
        case changed
        case cleared
    }

    package var phase: Phase
    package var episode: Episode
    /// The reading that caused it.
    package var reading: ReadingIdentity
    /// In the vital's canonical unit.
    package var value: Quantity
    /// The limit reached, in the same unit; nil when cleared.
    package var limit: ExactDecimal?
    package var measuredAt: MeasuredAt

    package init(
        _ phase: Phase, _ episode: Episode, reading: ReadingIdentity, value: Quantity, limit: ExactDecimal?,
        measuredAt: MeasuredAt
    ) {
        self.phase = phase
        self.episode = episode
        self.reading = reading
        self.value = value
        self.limit = limit
        self.measuredAt = measuredAt
    }
}
