import People
import Readings

/// Holds the limits and the alarms that are active, and says what a reading changes. A value: a batch that could not be
/// committed is forgotten by keeping the old one.
package struct Watch: Sendable {
    package var limits: [String: Limits]
    package private(set) var active: [Condition: Episode]

    /// - Parameters:
    ///   - limits: by `Vital.id`; the id without its qualifier covers all qualifiers.
    ///   - active: the episodes that were active when the gateway stopped.
    package init(limits: [String: Limits], active: [Episode] = []) {
        self.limits = limits
        self.active = Dictionary(active.map { ($0.condition, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Looks at every value of a reading. Events come in the order of the values.
    package mutating func take(
        _ reading: Reading, _ identity: ReadingIdentity, from device: DeviceID, of person: PersonID? = nil, measuredAt: MeasuredAt
    ) -> [AlarmEvent] {
        reading.values.compactMap { take($0, identity, from: device, of: person, measuredAt: measuredAt) }
    }

    private mutating func take(
        _ value: Reading.Value, _ identity: ReadingIdentity, from device: DeviceID, of person: PersonID?, measuredAt: MeasuredAt
    ) -> AlarmEvent? {
        guard let (watched, limits) = limits(for: value.vital) else { return nil }
        let canonical = value.canonical
        let condition = Condition(device: device, vital: watched, person: person)
        let breach = limits.breach(by: canonical.value)
        func event(_ phase: AlarmEvent.Phase, _ episode: Episode) -> AlarmEvent {
            AlarmEvent(
                phase, episode, reading: identity, value: canonical, limit: breach?.limit, measuredAt: measuredAt)
        }
        guard var episode = active[condition] else {
            guard let breach else { return nil }
            let episode = Episode(
                id: "\(identity)/\(watched)", condition: condition, level: breach.level, side: breach.side,
                raisedAt: measuredAt.instant, newest: measuredAt.instant)
            active[condition] = episode
            return event(.raised, episode)
        }
        let isLate = measuredAt.instant < episode.newest
        episode.newest = max(episode.newest, measuredAt.instant)
        guard let breach else {
            // A reading from before the alarm says nothing about how it stands now.
            if isLate { return nil }
            active[condition] = nil
            return event(.cleared, episode)
        }
        let isMoreUrgent = breach.level > episode.level
        guard isMoreUrgent || (!isLate && (breach.level, breach.side) != (episode.level, episode.side)) else {
            active[condition] = episode
            return nil
        }
        episode.level = breach.level
        episode.side = breach.side
        active[condition] = episode
        return event(.changed, episode)
    }

    private func limits(for vital: Vital) -> (String, Limits)? {
        if let limits = limits[vital.id] { return (vital.id, limits) }
        let unqualified = vital.id.split(separator: ".").prefix(2).joined(separator: ".")
        return limits[unqualified].map { (unqualified, $0) }
    }
}
