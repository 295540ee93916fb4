import Readings

/// What became of one frame, from its arrival to the last receipt.
package struct Trail: Sendable, Hashable {
    /// How a journal entry stands with one sink.
    package struct Standing: Sendable, Hashable {
        package enum State: String, Sendable, Hashable, CaseIterable {
            case delivered, pending, held, filtered, dead
        }

        package let sink: String
        package let state: State
        /// Why it is not delivered yet, or never will be.
        package let reason: String?
    }

    /// Something that was passed on, by its place in the journal.
    package struct Entry: Sendable, Hashable {
        package let journal: JournalEntry
        package let sinks: [Standing]
    }

    package let frame: StoredFrame
    /// Every revision that this frame brought, quarantined ones too.
    package let readings: [StoredReading]
    /// Readings and alarms of this frame, in the order of the journal.
    package let entries: [Entry]
}

extension Store {
    /// The way of one frame; nil where there is no such frame.
    package func trail(ofFrame id: Int64) throws(StoreFailure) -> Trail? {
        try database.snapshot { () throws(StoreFailure) in
            let statement = try database.statement(composed: "SELECT \(StoredFrame.columns) FROM frames WHERE id = ?")
            statement.bind(id)
            guard let frame = try statement.first({ row throws(StoreFailure) in try StoredFrame(row) }) else { return nil }
            let readings = try readings(ofFrame: id)
            var entries: [Trail.Entry] = []
            for seq in try journalled(byFrame: id) {
                guard let entry = try entry(seq) else { continue }
                entries.append(Trail.Entry(journal: entry, sinks: try standings(of: entry)))
            }
            return Trail(frame: frame, readings: readings, entries: entries)
        }
    }

    /// The frames that brought a revision of this reading, and those that only said it again, oldest first.
    package func frames(of identity: ReadingIdentity) throws(StoreFailure) -> [Int64] {
        let statement = try database.statement(kept: """
            SELECT frame FROM readings WHERE by_time = \(Schema.byTime("?1"))
            UNION SELECT f.id FROM readings r JOIN frames f ON f.duplicate_of = r.id WHERE r.by_time = \(Schema.byTime("?1"))
            ORDER BY 1
            """)
        statement.bind(identity.description)
        return try statement.rows { $0.integer() }
    }

    private func readings(ofFrame id: Int64) throws(StoreFailure) -> [StoredReading] {
        let statement = try database.statement(composed: """
            SELECT \(StoredReading.columns) FROM \(StoredReading.tables) WHERE r.frame = ? ORDER BY r.id
            """)
        statement.bind(id)
        return try statement.rows(StoredReading.init)
    }

    /// Journal numbers of the readings of a frame and of the alarm events that those readings caused.
    private func journalled(byFrame id: Int64) throws(StoreFailure) -> [Int64] {
        let statement = try database.statement("""
            SELECT j.seq FROM journal j JOIN readings r ON j.entry = 'reading' AND j.ref = r.id WHERE r.frame = ?1
            UNION SELECT j.seq FROM alarm_events e JOIN journal j ON j.entry = 'alarm' AND j.ref = e.id
              WHERE e.reading IN (SELECT identity FROM readings WHERE frame = ?1)
            ORDER BY 1
            """)
        statement.bind(id)
        return try statement.rows { $0.integer() }
    }

    private func standings(of entry: JournalEntry) throws(StoreFailure) -> [Trail.Standing] {
        let statement = try database.statement("""
            SELECT c.sink, CASE WHEN x.seq IS NULL THEN iif(c.seq >= ?1, 'delivered', 'pending')
              WHEN x.state = 'waiting' THEN 'pending' ELSE x.state END, x.reason
            FROM cursors c LEFT JOIN exceptions x ON x.sink = c.sink AND x.seq = ?1
            WHERE c.lane = ?2 ORDER BY c.sink
            """)
        statement.bind(entry.seq)
        statement.bind(entry.lane)
        return try statement.rows { row throws(StoreFailure) in
            Trail.Standing(sink: row.text(), state: try row.word(), reason: row.optionalText())
        }
    }
}
