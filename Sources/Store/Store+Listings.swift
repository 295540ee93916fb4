import Alarms
import ExactJSON
import People
import Readings

extension Store {
    /// The latest readings stored, newest first.
    package func readings(_ filter: ReadingFilter = ReadingFilter(), limit: Int) throws(StoreFailure) -> [StoredReading] {
        // What stands under a person, and the inbox, have indexes of their own.
        let whose = filter.person != nil ? "r.id IN (\(Store.ofPerson("?6")))" : filter.isInbox ? ReadingFilter.inbox + " AND ?6 IS NULL" : "?6 IS NULL"
        let statement = try database.statement(composed: """
            SELECT \(StoredReading.columns) FROM \(StoredReading.tables)
            WHERE (?1 IS NULL OR r.device = ?1) AND (?2 IS NULL OR r.kind = ?2) AND (?3 IS NULL OR r.state = ?3)
              AND (?4 IS NULL OR r.measured_at >= ?4) AND \(whose)
            ORDER BY r.id DESC LIMIT ?5
            """)
        statement.bind(filter.device?.description)
        statement.bind(filter.kind?.rawValue)
        statement.bind(filter.state?.rawValue)
        statement.bind(filter.since)
        statement.bind(limit)
        statement.bind(filter.person?.description)
        return try statement.rows(StoredReading.init)
    }

    /// The rows of what stands under a person.
    private static func ofPerson(_ person: String) -> String {
        let condition = "person IS NOT NULL AND state = 'current'"
        return """
            WITH RECURSIVE \(Schema.days(in: "readings_of_persons", where: condition))
            SELECT id FROM days CROSS JOIN readings USING (day) WHERE person = \(person) AND \(condition)
            """
    }

    /// What stands under a person, behind row `id`, oldest first.
    package func readings(of person: PersonID, after id: Int64, limit: Int) throws(StoreFailure) -> [StoredReading] {
        let statement = try database.statement(composed: """
            SELECT \(StoredReading.columns) FROM \(StoredReading.tables)
            WHERE r.id IN (\(Store.ofPerson("?1"))) AND r.id > ?2 ORDER BY r.id LIMIT ?3
            """)
        statement.bind(person.description)
        statement.bind(id)
        statement.bind(limit)
        return try statement.rows(StoredReading.init)
    }

    /// The latest readings that are kept but not passed on, newest first.
    package func quarantined(limit: Int) throws(StoreFailure) -> [StoredReading] {
        let statement = try database.statement(composed: """
            SELECT \(StoredReading.columns) FROM \(StoredReading.tables)
            WHERE r.state = 'quarantined' ORDER BY r.id DESC LIMIT ?
            """)
        statement.bind(limit)
        return try statement.rows(StoredReading.init)
    }

    /// The frames behind row `id` that became no reading that is passed on, oldest first.
    package func refusals(after id: Int64, limit: Int) throws(StoreFailure) -> [StoredFrame] {
        try frames("id > ? AND fate <> 'reading' ORDER BY id LIMIT ?", id, limit)
    }

    /// The latest frames of any fate, newest first.
    package func recentFrames(limit: Int) throws(StoreFailure) -> [StoredFrame] {
        try frames("id > ? ORDER BY id DESC LIMIT ?", 0, limit)
    }

    private func frames(_ condition: String, _ id: Int64, _ limit: Int) throws(StoreFailure) -> [StoredFrame] {
        let statement = try database.statement(composed: "SELECT \(StoredFrame.columns) FROM frames WHERE \(condition)")
        statement.bind(id)
        statement.bind(limit)
        return try statement.rows(StoredFrame.init)
    }

    /// All counters of what never came into custody.
    package func tallies() throws(StoreFailure) -> [Tally] {
        try database.statement("SELECT source, code, count, last_at, last_detail FROM tallies ORDER BY source, code").rows { row in
            Tally(source: row.text(), code: row.text(), count: row.int(), lastAt: row.instant(), lastDetail: row.optionalText())
        }
    }

    /// Alarms, the latest raised first.
    package func alarms(activeOnly: Bool, limit: Int = 1000) throws(StoreFailure) -> [AlarmRecord] {
        let statement = try database.statement("""
            SELECT id, device, vital, person, level, side, raised_at, newest_at, since, until, extreme, cleared_at FROM alarms
            WHERE cleared_at IS NULL OR NOT ? ORDER BY raised_at DESC, id LIMIT ?
            """)
        statement.bind(activeOnly)
        statement.bind(limit)
        return try statement.rows { row throws(StoreFailure) in
            AlarmRecord(
                episode: try Episode(row), clearedAt: row.optionalInteger().map(Instant.init(milliseconds:)))
        }
    }

    /// The alarms that are active, for a `Watch` that starts again.
    ///
    /// `newest` is that of the latest reading of the watched vital since the alarm was raised, also of those that caused no event.
    package func activeEpisodes() throws(StoreFailure) -> [Episode] { try database.activeEpisodes() }
}

extension Database {
    func activeEpisodes() throws(StoreFailure) -> [Episode] {
        // A vital's id is kind.value or kind.value.qualifier; a few values carry the vital of another kind.
        let statement = try statement(kept: """
            SELECT a.id, a.device, a.vital, a.person, a.level, a.side, a.raised_at, max(a.newest_at, coalesce((
              SELECT max(r.measured_at) FROM readings r
              WHERE r.device = a.device AND r.person IS a.person AND r.state = 'current'
                AND r.id >= (
                  -- CROSS: events are few and readings many.
                  SELECT min(raising.id) FROM alarm_events e CROSS JOIN readings raising ON raising.by_time = \(Schema.byTime("e.reading"))
                  WHERE e.episode = a.id)
                AND EXISTS (
                  SELECT 1 FROM json_each(r."values") v LEFT JOIN json_each(?) shared ON shared.key = r.kind || '.' || v.key
                  WHERE a.vital IN (
                    coalesce(shared.value, r.kind || '.' || v.key),
                    coalesce(shared.value, r.kind || '.' || v.key) || '.' || r.qualifier))
              ), a.newest_at)), a.since, a.until, a.extreme
            FROM alarms a WHERE a.cleared_at IS NULL ORDER BY a.raised_at, a.id
            """)
        statement.bind(JSON.object(JSONObject(Kind.sharedVitals.map { ($0.key, .string($0.value)) })).text)
        return try statement.rows { row throws(StoreFailure) in try Episode(row) }
    }
}
