/// The order in which sinks are told.
extension Mending {
    /// An entry whose number of a reading is out of its order says nothing: readings and entries get their numbers in the same order.
    /// What is dropped for nothing is told again.
    func siftJournal() throws(StoreFailure) {
        guard walks.contains(where: { $0.table.name == "journal" && $0.isDamaged }) else { return }
        try drop("journal", "seq", where: """
            seq IN (
              SELECT seq FROM (SELECT seq, ref, lag(ref) OVER way AS before, lead(ref) OVER way AS after FROM journal
                WHERE entry IN ('reading', 'alarm')
                WINDOW way AS (PARTITION BY lane ORDER BY seq))
              WHERE before >= ref OR after <= ref OR ref - before > 10000)
            """)
    }

    func mendJournal() throws(StoreFailure) {
        // An entry that has nothing of an erasure to tell any more keeps its place.
        try database.run(script: """
            UPDATE journal SET entry = 'erased' WHERE entry = 'erasure'
              AND NOT EXISTS (SELECT 1 FROM erasures e WHERE e.seq = journal.seq AND (e.what = 'alarm') = (journal.lane = 'alarm'))
            """)
        try drop("journal", "seq", where: """
            entry || lane NOT IN ('readingbulk', 'alarmalarm', 'erasurebulk', 'erasurealarm', 'erasedbulk', 'erasedalarm')
              OR (entry = 'reading' AND ref NOT IN (SELECT id FROM readings)) OR (entry = 'alarm' AND ref NOT IN (SELECT id FROM alarm_events))
              OR (entry IN ('erasure', 'erased') AND ref <> 0)
            """)
        let last = try database.statement("""
            SELECT max(ifnull((SELECT max(seq) FROM journal), 0), ifnull((SELECT max(seq) FROM cursors), 0),
              ifnull((SELECT max(last) FROM losses WHERE what = 'journal'), 0))
            """).first { $0.integer() } ?? 0
        // Cursors that stand too high are no reason to give numbers out that high: but below the old sequence they may be right.
        let given = sequence > 0 ? sequence : last
        try database.run(script: """
            DELETE FROM sqlite_sequence WHERE name = 'journal';
            INSERT INTO sqlite_sequence(name, seq) VALUES ('journal', \(given));
            UPDATE cursors SET seq = 0 WHERE seq > \(given);
            DELETE FROM journal WHERE seq > \(given);
            """)
        try countNumbers(upTo: given)
        try retell()
        try database.run(script: """
            INSERT OR IGNORE INTO cursors(sink, lane, seq) SELECT s.name, l.lane, 0 FROM sinks s, (SELECT 'bulk' AS lane UNION SELECT 'alarm') l;
            DELETE FROM cursors WHERE sink NOT IN (SELECT name FROM sinks);
            DELETE FROM exceptions WHERE state NOT IN ('waiting', 'held', 'filtered', 'dead') OR seq NOT IN (SELECT seq FROM journal)
              OR NOT EXISTS (SELECT 1 FROM journal j JOIN cursors c ON c.lane = j.lane AND c.sink = exceptions.sink
                WHERE j.seq = exceptions.seq AND j.seq <= c.seq);
            """)
    }

    /// All numbers that were given out and are not there.
    private func countNumbers(upTo given: Int64) throws(StoreFailure) {
        let statement = try database.statement(composed: """
            SELECT \(given) - (SELECT count(*) FROM journal) - ifnull(sum(count) FILTER (WHERE damage <> \(damage)), 0),
              ifnull(sum(count) FILTER (WHERE damage = \(damage)), 0)
            FROM losses WHERE what = 'journal'
            """)
        guard let (missing, told) = try statement.first({ ($0.int(), $0.int()) }), missing != told else { return }
        try database.run(script: "DELETE FROM losses WHERE damage = \(damage) AND what = 'journal'")
        if missing > 0 { try lose(Loss("journal", count: missing)) }
    }

    /// What survived and stands in the journal no more is told again: receivers know it by its id. Not what something else took the
    /// place of, nor an alarm that went on: told after that, it would seem to be so now.
    private func retell() throws(StoreFailure) {
        try database.run(script: """
            INSERT INTO losses(damage, what, name, count)
              SELECT \(damage), 'untold', identity, count(*) FROM readings
              WHERE state = 'superseded' AND NOT withheld AND id NOT IN (SELECT ref FROM journal WHERE entry = 'reading') GROUP BY identity;
            INSERT INTO losses(damage, what, name, count)
              SELECT \(damage), 'untold', 'alarm event ' || id, 1 FROM alarm_events e
              WHERE id NOT IN (SELECT ref FROM journal WHERE entry = 'alarm') AND EXISTS (
                SELECT 1 FROM alarm_events later JOIN journal j ON j.entry = 'alarm' AND j.ref = later.id
                WHERE later.episode = e.episode AND later.id > e.id);
            INSERT INTO journal(lane, entry, ref, at)
              SELECT 'bulk', 'reading', id, \(at) FROM readings
              WHERE state IN ('current', 'retracted') AND id NOT IN (SELECT ref FROM journal WHERE entry = 'reading') ORDER BY id;
            INSERT INTO journal(lane, entry, ref, at)
              SELECT 'alarm', 'alarm', id, \(at) FROM alarm_events
              WHERE id NOT IN (SELECT ref FROM journal WHERE entry = 'alarm')
                AND 'alarm event ' || id NOT IN (SELECT name FROM losses WHERE what = 'untold') ORDER BY id;
            """)
        let erasures = try database.statement("""
            SELECT seq, iif(what = 'alarm', 'alarm', 'bulk') FROM erasures
            WHERE seq NOT IN (SELECT seq FROM journal WHERE entry = 'erasure') ORDER BY seq
            """).rows { row throws(StoreFailure) in (row.integer(), try row.word(Lane.self)) }
        for (seq, lane) in erasures {
            let told = try insert("INSERT INTO journal(lane, entry, ref, at) VALUES (?, 'erasure', 0, ?)") { [at] in
                $0.bind(lane)
                $0.bind(at)
            }
            try database.run(script: "UPDATE erasures SET seq = \(told) WHERE seq = \(seq)")
        }
    }
}
