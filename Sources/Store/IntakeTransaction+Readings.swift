import Alarms
import People
import Readings

extension IntakeTransaction {
    /// The latest revision stored under exactly this identity.
    package func stored(_ identity: ReadingIdentity) throws(StoreFailure) -> ReadingIdentity.StoredValues? {
        try latest(identity)?.values
    }

    /// How these values stand to what is stored under `identity`, and to the readings that contradicted it.
    /// - Parameter changed: what would be stored under some identities if a correction were written.
    package func standing(
        of values: [Reading.Value], under identity: ReadingIdentity,
        unless changed: [ReadingIdentity: ReadingIdentity.StoredValues] = [:]
    ) throws(StoreFailure) -> Standing {
        func latest(_ identity: ReadingIdentity) throws(StoreFailure) -> (row: Int64, values: ReadingIdentity.StoredValues)? {
            let stored = try self.latest(identity)
            return changed[identity].map { (stored?.row ?? 0, $0) } ?? stored
        }
        guard let first = try latest(identity) else {
            return Standing(recurrence: .new, identity: identity, revision: 1, earlier: nil)
        }
        var (candidate, stored) = (identity, first)
        var copy = 1
        while true {
            let recurrence = ReadingIdentity.recurrence(of: values, after: stored.values)
            switch recurrence {
            case .completes(let revision):
                return Standing(recurrence: recurrence, identity: candidate, revision: revision, earlier: stored.row)
            case .new, .duplicate:
                return Standing(
                    recurrence: recurrence, identity: candidate, revision: stored.values.revision, earlier: stored.row)
            case .conflict:
                copy += 1
                candidate = identity.contradiction(copy)
                guard let next = try latest(candidate) else {
                    return Standing(recurrence: .conflict, identity: candidate, revision: 1, earlier: first.row)
                }
                stored = next
            }
        }
    }

    /// What is nobody's was withdrawn for good: heard again it is the same again.
    private func latest(
        _ identity: ReadingIdentity
    ) throws(StoreFailure) -> (row: Int64, values: ReadingIdentity.StoredValues)? {
        let statement = try database.statement(kept: """
            SELECT id, revision, state = 'retracted' AND NOT (person IS NULL AND ground IS NOT NULL), "values"
            FROM readings WHERE by_time = \(Schema.byTime("?1")) ORDER BY revision DESC LIMIT 1
            """)
        statement.bind(identity.description)
        return try statement.first { row throws(StoreFailure) in
            let (id, revision, isRetracted) = (row.integer(), row.int(), row.flag())
            let values = try row.parsed("list of values", Quantity.all(stored:))
            return (
                id,
                ReadingIdentity.StoredValues(
                    revision: revision, values: values.map { ReadingIdentity.StoredValues.Value($0.name, $0.quantity) },
                    isRetracted: isRetracted)
            )
        }
    }

    /// Stores a reading of `frame` and, unless it is quarantined, its place in the journal. Returns the reading's row.
    /// What is passed on takes the place of all earlier revisions, what is quarantined that of earlier quarantined ones.
    /// - Parameters:
    ///   - correction: what it is the result of, see `open(_:)`.
    ///   - retracting: whether sinks are told that there is no such reading.
    @discardableResult
    package func append(
        _ record: ReadingRecord, of frame: Int64, at: Instant, correction: Int64? = nil, retracting: Bool = false
    ) throws(StoreFailure) -> Int64 {
        let isQuarantined = record.quarantine != nil
        if record.revision > 1 { try supersede(record.identity, onlyQuarantined: isQuarantined) }
        let statement = try database.statement("""
            INSERT INTO readings(
              frame, device, identity, revision, measured_at, time_quality, time_doubt, conflict_of, state, code, detail,
              heard, clock_ahead, withheld, correction, person, ground, permille, doubt,
              kind, user, number, qualifier, device_time, record_time, utc, ago, continuous, "values", marks, summary)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        statement.bind(frame)
        statement.bind(record.device.description)
        statement.bind(record.identity.description)
        statement.bind(record.revision)
        statement.bind(record.measuredAt?.instant)
        statement.bind(record.measuredAt?.quality.rawValue)
        statement.bind(record.measuredAt?.doubt?.rawValue)
        statement.bind(record.conflictOf)
        statement.bind(isQuarantined ? StoredReading.State.quarantined : retracting ? .retracted : .current)
        statement.bind(record.quarantine?.code)
        statement.bind(record.quarantine?.detail)
        statement.bind(record.heard)
        statement.bind(record.clockAhead)
        statement.bind(isQuarantined)
        statement.bind(correction)
        statement.bind(record.whose)
        statement.bind(record.reading)
        try statement.run()
        let row = database.lastRow
        if !isQuarantined { try journal(.bulk, "reading", row, at: at) }
        return row
    }

    private func supersede(_ identity: ReadingIdentity, onlyQuarantined: Bool) throws(StoreFailure) {
        let statement = try database.statement(kept: """
            UPDATE readings SET state = 'superseded' WHERE by_time = \(Schema.byTime("?1")) AND (state = 'quarantined' OR (state <> 'superseded' AND ?2))
            """)
        statement.bind(identity.description)
        statement.bind(!onlyQuarantined)
        try statement.run()
    }

    /// Stores what is to be told of an alarm, how the alarm stands now, and its place in the journal.
    package func append(_ event: AlarmEvent, at: Instant) throws(StoreFailure) {
        try write(event.episode, clearedAt: event.phase == .cleared ? event.measuredAt.instant : nil)
        let statement = try database.statement("""
            INSERT INTO alarm_events(
              episode, phase, level, side, newest_at, reading, value, "limit", measured_at, time_quality, until, extreme)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        statement.bind(event.episode.id)
        statement.bind(event.phase)
        statement.bind(event.episode.level)
        statement.bind(event.episode.side)
        statement.bind(event.episode.newest)
        statement.bind(event.reading.description)
        statement.bind(event.value.stored)
        statement.bind(event.limit?.stored)
        statement.bind(event.measuredAt.instant)
        statement.bind(event.measuredAt.quality)
        statement.bind(event.episode.until)
        statement.bind(event.episode.extreme?.stored)
        try statement.run()
        try journal(.alarm, "alarm", database.lastRow, at: at)
    }

    private func write(_ episode: Episode, clearedAt: Instant?) throws(StoreFailure) {
        let statement = try database.statement("""
            INSERT INTO alarms(id, device, vital, person, level, side, raised_at, newest_at, cleared_at, since, until, extreme)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT(id) DO UPDATE SET
              level = excluded.level, side = excluded.side, newest_at = excluded.newest_at, cleared_at = excluded.cleared_at,
              until = excluded.until, extreme = excluded.extreme
            """)
        statement.bind(episode.id)
        statement.bind(episode.condition.device.description)
        statement.bind(episode.condition.vital)
        statement.bind(episode.condition.person?.description)
        statement.bind(episode.level)
        statement.bind(episode.side)
        statement.bind(episode.raisedAt)
        statement.bind(episode.newest)
        statement.bind(clearedAt)
        statement.bind(episode.since)
        statement.bind(episode.until)
        statement.bind(episode.extreme?.stored)
        try statement.run()
    }

    func journal(_ lane: Lane, _ entry: String, _ ref: Int64, at: Instant) throws(StoreFailure) {
        let statement = try database.statement("INSERT INTO journal(lane, entry, ref, at) VALUES (?, ?, ?, ?)")
        statement.bind(lane)
        statement.bind(entry)
        statement.bind(ref)
        statement.bind(at)
        try statement.run()
    }
}
