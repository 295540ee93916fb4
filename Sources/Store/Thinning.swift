import Readings

/// What goes to make room, in small steps, and the record of it.
///
/// Never: a reading; a frame that waits or is quarantined; a journal entry that a sink has not settled; the latest 1000
/// packets of a source, by which a redelivery is known.
package enum Thinning {
    /// In this order: what is worth least goes first.
    package enum Stage: Sendable, Hashable, CaseIterable {
        /// Whole frames that said nothing new: duplicates, and what was no measurement.
        case idleFrames
        /// What was received, of all other frames. What they became stays; they cannot be decoded again.
        case bodies
        /// Journal entries that every sink has. A sink that is added later will not get them.
        case entries
    }

    package enum Cause: String, Sendable, Hashable {
        /// Older than the configuration wants it kept.
        case age
        /// The database had come to its greatest size.
        case cap
        /// The file was damaged, see `Salvage`.
        case damage
    }

    package enum What: String, Sendable, Hashable {
        case body, frame, entry, reading
    }

    /// What one step did.
    package struct Step: Sendable, Hashable {
        /// The row after which the next step begins; nil at the end of the stage.
        package let last: Int64?
        package let count: Int
        /// How long everybody else had to wait.
        package let took: Duration
    }

    /// How a step is told what it may take.
    package struct Order: Sendable {
        package var stage: Stage
        package var cause: Cause
        /// Only what arrived before, by a clock that was right; nil: whenever it arrived.
        package var before: Instant?
        package var at: Instant

        package init(_ stage: Stage, for cause: Cause, before: Instant? = nil, at: Instant) {
            self.stage = stage
            self.cause = cause
            self.before = before
            self.at = at
        }
    }
}

extension Store {
    /// One step, in one transaction: looks at `rows` rows behind row `after`.
    package func thin(_ order: Thinning.Order, after: Int64, rows: Int) throws(StoreFailure) -> Thinning.Step {
        let began = ContinuousClock.now
        try database.run(script: Thinning.preparation)
        // At its greatest size the file must be allowed to grow a little, so that it can shrink.
        try database.limit(pages: Int64(Int32.max) - 1)
        defer { try? database.limit(pages: mostPages) }
        let (last, count) = try database.change { () throws(StoreFailure) in
            switch order.stage {
            case .idleFrames, .bodies: try database.thinFrames(order, after: after, rows: rows)
            case .entries: try database.thinEntries(order, after: after, rows: rows)
            }
        }
        return Thinning.Step(last: last, count: count, took: .now - began)
    }
}

extension Thinning {
    /// What is about to go. Of frames all columns, whichever there are by now, without the bytes.
    static let preparation = """
        PRAGMA temp_store = MEMORY;
        CREATE TEMP TABLE IF NOT EXISTS leaving_frames AS SELECT 0 AS bytes, * FROM frames WHERE 0;
        CREATE TEMP TABLE IF NOT EXISTS leaving_entries AS SELECT * FROM journal WHERE 0;
        """
}

extension Database {
    fileprivate func thinFrames(
        _ order: Thinning.Order, after: Int64, rows: Int
    ) throws(StoreFailure) -> (last: Int64?, count: Int) {
        let range = try statement("""
            SELECT max(id), min(arrival) FROM (
              SELECT id, coalesce(restamped, arrived) AS arrival FROM frames WHERE id > ? ORDER BY id LIMIT ?)
            """)
        range.bind(after)
        range.bind(rows)
        let found = try range.first { row in (row.optionalInteger(), row.optionalInteger()) } ?? (nil, nil)
        guard let last = found.0, let oldest = found.1 else { return (nil, 0) }
        // Rows stand in the order in which they arrived; a day is for clocks that moved.
        if let before = order.before, oldest > before.milliseconds + 86_400_000 { return (nil, 0) }

        let isWhole = order.stage == .idleFrames
        let columns = try statement(kept: "SELECT name FROM pragma_table_info('frames') ORDER BY cid").rows { $0.text() }
        let thinner = columns.map { $0 == "body" ? "x''" : $0 == "thinned" ? "?4" : $0 }.joined(separator: ", ")
        let choose = try statement(kept: """
            INSERT INTO temp.leaving_frames
            WITH spared(source, after) AS MATERIALIZED (
              SELECT name, ifnull((SELECT id FROM frames f WHERE f.source = name AND f.packet_id IS NOT NULL
                ORDER BY id DESC LIMIT 1 OFFSET 999), 0) FROM sources)
            SELECT length(body), \(thinner) FROM frames
            WHERE id > ?1 AND id <= ?2 AND thinned IS NULL AND fate NOT IN ('waiting', 'quarantined')
              AND (?3 IS NULL OR ((synced OR restamped IS NOT NULL) AND coalesce(restamped, arrived) < ?3))
              AND (packet_id IS NULL OR id < ifnull((SELECT after FROM spared WHERE spared.source = frames.source), 0))
              AND \(isWhole ? "fate IN ('duplicate', 'ignored') AND NOT EXISTS (SELECT 1 FROM readings WHERE frame = frames.id)"
                : "length(body) > 0 AND NOT EXISTS (SELECT 1 FROM readings WHERE frame = frames.id AND state = 'quarantined')")
              AND ?4 IS NOT NULL
            """)
        choose.bind(after)
        choose.bind(last)
        choose.bind(order.before)
        choose.bind(order.at)
        try choose.run()
        let count = changes
        if count > 0 {
            let record = try statement(kept: """
                INSERT INTO thinnings
                SELECT ?1, ?2, ?3, source, fate, ifnull(code, ''), custody, count(*), sum(bytes),
                  min(coalesce(restamped, arrived)), max(coalesce(restamped, arrived)), 0
                FROM temp.leaving_frames WHERE true GROUP BY source, fate, code, custody \(Database.added)
                """)
            try write(record, order, isWhole ? .frame : .body)
            // What names a frame is not asked whether it is there until the commit; by then it is again.
            try statement("PRAGMA defer_foreign_keys = ON").run()
            try statement(kept: "DELETE FROM frames WHERE id IN (SELECT id FROM temp.leaving_frames)").run()
            // Not an update: rows that shrink where they are leave their pages half empty, and give nothing back.
            if !isWhole {
                let names = columns.joined(separator: ", ")
                try statement(kept: "INSERT INTO frames(\(names)) SELECT \(names) FROM temp.leaving_frames ORDER BY id").run()
            }
            try statement(kept: "DELETE FROM temp.leaving_frames").run()
        }
        return (last, count)
    }

    fileprivate func thinEntries(
        _ order: Thinning.Order, after: Int64, rows: Int
    ) throws(StoreFailure) -> (last: Int64?, count: Int) {
        let range = try statement("SELECT max(seq) FROM (SELECT seq FROM journal WHERE seq > ? ORDER BY seq LIMIT ?)")
        range.bind(after)
        range.bind(rows)
        guard let last = try range.first({ $0.optionalInteger() }) ?? nil else { return (nil, 0) }
        let choose = try statement(kept: """
            INSERT INTO temp.leaving_entries
            WITH settled(lane, seq) AS MATERIALIZED (SELECT lane, min(seq) FROM cursors GROUP BY lane)
            SELECT j.* FROM journal j JOIN settled ON settled.lane = j.lane AND j.seq <= settled.seq
            WHERE j.seq > ?1 AND j.seq <= ?2 AND (?3 IS NULL OR j.at < ?3) AND j.seq < (SELECT max(seq) FROM journal)
              AND NOT EXISTS (SELECT 1 FROM exceptions x WHERE x.seq = j.seq)
            """)
        choose.bind(after)
        choose.bind(last)
        choose.bind(order.before)
        try choose.run()
        let count = changes
        if count > 0 {
            let record = try statement(kept: """
                INSERT INTO thinnings SELECT ?1, ?2, ?3, lane, '', '', '', count(*), 0, min(at), max(at), max(ref)
                FROM temp.leaving_entries WHERE true GROUP BY lane \(Database.added)
                """)
            try write(record, order, .entry)
            try statement(kept: """
                UPDATE cursors SET thinned = thinned + (SELECT count(*) FROM temp.leaving_entries l WHERE l.lane = cursors.lane)
                """).run()
            try statement(kept: "DELETE FROM journal WHERE seq IN (SELECT seq FROM temp.leaving_entries)").run()
            try statement(kept: "DELETE FROM temp.leaving_entries").run()
        }
        return (last, count)
    }

    private func write(_ record: Statement, _ order: Thinning.Order, _ what: Thinning.What) throws(StoreFailure) {
        record.bind(order.at.milliseconds / 86_400_000)
        record.bind(order.cause)
        record.bind(what)
        try record.run()
    }

    /// One row a day for what is alike.
    private static let added = """
        ON CONFLICT DO UPDATE SET count = count + excluded.count, bytes = bytes + excluded.bytes,
          oldest = min(oldest, excluded.oldest), newest = max(newest, excluded.newest), last = max(last, excluded.last)
        """
}
