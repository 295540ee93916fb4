import People
import Readings

/// Holds the limits and the alarms that are active, and says what a reading changes. A value: a batch that could not be
/// committed is forgotten by keeping the old one.
package struct Watch: Sendable {
    package var limits: [String: Limits]
    package private(set) var active: [Condition: Episode]
    private var sustained: Sustained

    /// - Parameters:
    ///   - limits: by `Vital.id`; the id without its qualifier covers all qualifiers.
    ///   - active: the episodes that were active when the gateway stopped.
    ///   - delay: milliseconds that a continuous vital must have reached a limit.
    package init(limits: [String: Limits], active: [Episode] = [], delay: Int64 = 10_000) {
        self.limits = limits
        self.active = Dictionary(active.map { ($0.condition, $0) }, uniquingKeysWith: { first, _ in first })
        sustained = Sustained(delay: delay)
    }

    /// Goes on with other episodes: their times have moved.
    package func going(onWith active: [Episode]) -> Watch {
        var watch = self
        watch.active = Dictionary(active.map { ($0.condition, $0) }, uniquingKeysWith: { first, _ in first })
        return watch
    }

    /// Looks at every value of a reading. Events come in the order of the values.
    package mutating func take(
        _ reading: Reading, _ identity: ReadingIdentity, from device: DeviceID, of person: PersonID? = nil, measuredAt: MeasuredAt
    ) -> [AlarmEvent] {
        reading.values.compactMap { take($0, identity, from: device, of: person, measuredAt: measuredAt) }
    }

    /// Looks at a valid sample of a continuous signal: what has held for long enough counts, no single one.
    /// - Parameters:
    ///   - summary: the identity of the minute's summary.
    ///   - person: whose the summary will be.
    package mutating func take(
        sample: Reading, of summary: ReadingIdentity, from device: DeviceID, of person: PersonID? = nil, measuredAt: MeasuredAt
    ) -> [AlarmEvent] {
        sample.values.compactMap { value in
            guard let (watched, limits) = limits(for: value.vital) else { return nil }
            let canonical = value.canonical
            let condition = Condition(device: device, vital: watched, person: person)
            if let episode = active[condition] { active[condition] = episode.widened(by: canonical.value) }
            guard let held = sustained.take(canonical.value, of: condition, limits, at: measuredAt.instant) else { return nil }
            return judge(condition, held.breach, canonical, summary, measuredAt, held)
        }
    }

    /// Takes a sample in that was judged already, before the gateway stopped: nothing is told of it again.
    package mutating func hear(again sample: Reading, from device: DeviceID, of person: PersonID? = nil, at instant: Instant) {
        for value in sample.values {
            guard let (watched, limits) = limits(for: value.vital) else { continue }
            _ = sustained.take(value.canonical.value, of: Condition(device: device, vital: watched, person: person), limits, at: instant)
        }
    }

    private mutating func take(
        _ value: Reading.Value, _ identity: ReadingIdentity, from device: DeviceID, of person: PersonID?, measuredAt: MeasuredAt
    ) -> AlarmEvent? {
        guard let (watched, limits) = limits(for: value.vital) else { return nil }
        let canonical = value.canonical
        return judge(
            Condition(device: device, vital: watched, person: person), limits.breach(by: canonical.value), canonical, identity, measuredAt)
    }

    private mutating func judge(
        _ condition: Condition, _ breach: Limits.Breach?, _ canonical: Quantity, _ identity: ReadingIdentity, _ measuredAt: MeasuredAt,
        _ held: Sustained.Judgement? = nil
    ) -> AlarmEvent? {
        func event(_ phase: AlarmEvent.Phase, _ episode: Episode) -> AlarmEvent {
            AlarmEvent(
                phase, episode, reading: identity, value: canonical, limit: breach?.limit, measuredAt: measuredAt)
        }
        guard var episode = active[condition] else {
            guard let breach else { return nil }
            var episode = Episode(
                id: "\(identity)/\(condition.vital)" + (held.map { "@\($0.since.milliseconds / 1000 % 60)" } ?? ""), condition: condition, level: breach.level, side: breach.side,
                raisedAt: measuredAt.instant, newest: measuredAt.instant)
            (episode.since, episode.extreme) = (held?.since, held?.extreme)
            active[condition] = episode
            return event(.raised, episode)
        }
        let isLate = measuredAt.instant < episode.newest
        episode.newest = max(episode.newest, measuredAt.instant)
        guard let breach else {
            // A reading from before the alarm says nothing about how it stands now.
            if isLate { return nil }
            active[condition] = nil
            if held != nil { episode.until = held?.since }
            return event(.cleared, episode)
        }
        let isMoreUrgent = breach.level > episode.level
        guard isMoreUrgent || (!isLate && (breach.level, breach.side) != (episode.level, episode.side)) else {
            active[condition] = episode
            return nil
        }
        if breach.side != episode.side, let held { episode.extreme = held.extreme }
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
