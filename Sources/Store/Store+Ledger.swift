extension Store {
    /// Adds everything up, from one snapshot. Reads every row: seconds for millions.
    package func ledger() throws(StoreFailure) -> LedgerReport {
        try database.snapshot { () throws(StoreFailure) in
            var differences: [String] = []
            for law in LedgerLaws.all { differences += try LedgerLaws.differences(law, in: database) }
            let sinks = try sinkSums()
            differences += sinks.compactMap(\.difference)
            let states = try counts("SELECT state, count(*) FROM readings GROUP BY state", of: StoredReading.State.self)
            let fates = try counts("SELECT fate, count(*) FROM frames GROUP BY fate", of: Fate.self)
            return LedgerReport(
                frames: fates.values.reduce(0, +), framesByFate: fates,
                framesByCustody: try counts("SELECT custody, count(*) FROM frames GROUP BY custody", of: Custody.self),
                thinned: try thinnedSums(), refusals: try refusalSums(), readings: states.values.reduce(0, +), readingsByState: states,
                conflictingReadings: try count("SELECT count(*) FROM readings WHERE conflict_of IS NOT NULL"),
                people: try database.peopleSums(),
                alarmEvents: try count("SELECT count(*) FROM alarm_events"),
                journal: try count("SELECT count(*) FROM journal"),
                sources: try sourceSums(), tallies: try tallySums(), sinks: sinks, differences: differences)
        }
    }

    private func count(_ sql: StaticString) throws(StoreFailure) -> Int {
        try database.statement(sql).first { $0.int() } ?? 0
    }

    private func counts<Word: RawRepresentable<String> & Hashable>(
        _ sql: StaticString, of type: Word.Type
    ) throws(StoreFailure) -> [Word: Int] {
        let rows = try database.statement(sql).rows { row throws(StoreFailure) in (try row.word(type), row.int()) }
        return Dictionary(rows, uniquingKeysWith: +)
    }

    private func sourceSums() throws(StoreFailure) -> [LedgerReport.SourceSums] {
        try database.statement("""
            SELECT name, received, (SELECT ifnull(sum(items), 0) FROM frames WHERE source = name)
                + (SELECT ifnull(sum(p.items), 0) FROM stream_pieces p JOIN frames f ON f.id = p.frame WHERE f.source = name),
              (SELECT ifnull(sum(count), 0) FROM tallies WHERE source = name)
            FROM sources ORDER BY name
            """).rows { row in
                LedgerReport.SourceSums(source: row.text(), received: row.int(), frames: row.int(), tallied: row.int())
            }
    }

    private func refusalSums() throws(StoreFailure) -> [LedgerReport.RefusalSum] {
        try database.statement("""
            SELECT fate, code, count(*) FROM frames WHERE code IS NOT NULL GROUP BY fate, code ORDER BY fate, code
            """).rows { row throws(StoreFailure) in
                LedgerReport.RefusalSum(fate: try row.word(), code: row.text(), count: row.int())
            }
    }

    private func thinnedSums() throws(StoreFailure) -> [LedgerReport.ThinnedSum] {
        try database.statement("""
            SELECT thinned_for, source, fate, count(*), sum(thinned_bytes),
              min(coalesce(restamped, arrived)), max(coalesce(restamped, arrived))
            FROM frames WHERE thinned IS NOT NULL AND thinned_for IS NOT NULL GROUP BY thinned_for, source, fate ORDER BY thinned_for, source, fate
            """).rows { row throws(StoreFailure) in
                LedgerReport.ThinnedSum(
                    cause: try row.word(), source: row.text(), fate: try row.word(), count: row.int(), bytes: row.int(),
                    oldest: row.instant(), newest: row.instant())
            }
    }

    private func tallySums() throws(StoreFailure) -> [LedgerReport.TallySum] {
        try database.statement("SELECT code, sum(count) FROM tallies GROUP BY code ORDER BY code").rows { row in
            LedgerReport.TallySum(code: row.text(), count: row.int())
        }
    }

    private func sinkSums() throws(StoreFailure) -> [LedgerReport.SinkSums] {
        try database.statement("""
            SELECT c.sink, c.lane,
              (SELECT count(*) FROM journal j WHERE j.lane = c.lane),
              (SELECT count(*) FROM journal j LEFT JOIN exceptions x ON x.sink = c.sink AND x.seq = j.seq
                WHERE j.lane = c.lane AND j.seq <= c.seq AND x.seq IS NULL),
              (SELECT count(*) FROM journal j WHERE j.lane = c.lane AND j.seq > c.seq)
                + (SELECT count(*) FROM exceptions x JOIN journal j ON j.seq = x.seq
                  WHERE x.sink = c.sink AND j.lane = c.lane AND x.state = 'waiting'),
              (SELECT count(*) FROM exceptions x JOIN journal j ON j.seq = x.seq
                WHERE x.sink = c.sink AND j.lane = c.lane AND x.state = 'held'),
              (SELECT count(*) FROM exceptions x JOIN journal j ON j.seq = x.seq
                WHERE x.sink = c.sink AND j.lane = c.lane AND x.state = 'filtered'),
              (SELECT count(*) FROM exceptions x JOIN journal j ON j.seq = x.seq
                WHERE x.sink = c.sink AND j.lane = c.lane AND x.state = 'dead')
            FROM cursors c ORDER BY c.sink, c.lane
            """).rows { row throws(StoreFailure) in
                LedgerReport.SinkSums(
                    sink: row.text(), lane: try row.word(), entries: row.int(), delivered: row.int(), pending: row.int(),
                    held: row.int(), filtered: row.int(), dead: row.int())
            }
    }
}

extension LedgerReport.SinkSums {
    fileprivate var difference: String? {
        let sum = delivered + pending + held + filtered + dead
        guard sum != entries else { return nil }
        return "sink \(sink): \(delivered) delivered, \(pending) pending, \(held) held, \(filtered) filtered and \(dead) dead "
            + "make \(sum), but the lane \(lane.rawValue) has \(entries) entries"
    }
}
