import Crypto
import ExactJSON
import People
import Readings

extension Database {
    /// The readings of a person, to be erased whole: what stands under them first, which an index knows, then what was never
    /// passed on or was withdrawn.
    private static let standing = """
        WITH RECURSIVE \(Schema.days(in: "readings_of_persons", where: "person IS NOT NULL AND state = 'current'"))
        SELECT DISTINCT identity FROM days CROSS JOIN readings r ON r.day = days.day
        WHERE person = ?1 AND person IS NOT NULL AND state = 'current' AND (?2 IS NULL OR (measured_at < ?2 AND time_quality <> 'unsynced'))
        """
    private static let withheld = """
        SELECT DISTINCT r.identity FROM readings r JOIN frames f ON f.id = r.frame
        WHERE r.person = ?1 AND r.state IN ('quarantined', 'retracted')
          AND (?2 IS NULL OR (coalesce(r.measured_at, f.restamped, f.arrived) < ?2 AND (f.synced OR f.restamped IS NOT NULL)))
        """

    func erasable(of person: PersonID, before: Instant?) throws(StoreFailure) -> ErasedSums {
        var sums = ErasedSums()
        let readings = try statement(composed: """
            WITH going AS MATERIALIZED (SELECT * FROM (\(Database.standing)) UNION \(Database.withheld))
            SELECT (SELECT count(*) FROM going), count(*), count(DISTINCT frame) FROM readings
            WHERE by_time IN (SELECT \(Schema.byTime("identity")) FROM going)
            """)
        readings.bind(person.description)
        readings.bind(before)
        (sums.readings, sums.revisions, sums.frames) = try readings.first { ($0.int(), $0.int(), $0.int()) } ?? (0, 0, 0)
        let alarms = try statement("SELECT count(*) FROM alarms WHERE person = ?1 AND (?2 IS NULL OR (newest_at < ?2 AND cleared_at IS NOT NULL))")
        alarms.bind(person.description)
        alarms.bind(before)
        sums.alarms = try alarms.first { $0.int() } ?? 0
        return sums
    }

    func erase(_ erasing: Erasing, readings limit: Int, at: Instant) throws(StoreFailure) -> ErasedSums {
        var identities: [String] = []
        for query in [Database.standing, Database.withheld] where identities.isEmpty {
            let statement = try statement(kept: query + " LIMIT ?3")
            statement.bind(erasing.person.description)
            statement.bind(erasing.before)
            statement.bind(limit)
            identities = try statement.rows { $0.text() }
        }
        guard !identities.isEmpty else { return ErasedSums() }
        // What names another row is not asked whether it is there until the commit.
        try statement("PRAGMA defer_foreign_keys = ON").run()
        let list = JSON.array(identities.map(JSON.string)).text
        let rows = try statement(kept: "SELECT id FROM readings WHERE by_time IN (SELECT \(Schema.byTime("value")) FROM json_each(?))")
        rows.bind(list)
        let readings = try rows.rows { $0.integer() }
        var sums = ErasedSums(readings: identities.count, revisions: readings.count)
        sums.alarms = try eraseAlarms(raisedBy: identities, at: at)
        try tell(of: list, at: at)
        let passed = try count("SELECT count(*) FROM readings WHERE NOT withheld AND id IN (SELECT value FROM json_each(?))", readings)
        let entries = try eraseEntries("reading", of: readings, at: at)
        sums.frames = try eraseFrames(of: readings, at: at)
        // What damage once took of these is not said by name any more.
        let losses = try statement("UPDATE losses SET name = NULL WHERE name IN (SELECT value FROM json_each(?))")
        losses.bind(list)
        try losses.run()
        let key = try makeTombstoneKey()
        var buried = 0
        for identity in identities where try bury(ReadingIdentity(identity), under: key) { buried += 1 }
        try note(sums, buried: buried, passed: passed, entries: entries, in: erasing)
        return sums
    }

    /// Puts what every sink is to be told into the journal; of what was never passed on there is nothing to tell.
    private func tell(of identities: String, at: Instant) throws(StoreFailure) {
        let told = try statement(kept: """
            SELECT identity, device, kind, max(revision) FROM readings
            WHERE by_time IN (SELECT \(Schema.byTime("value")) FROM json_each(?)) AND NOT withheld GROUP BY identity ORDER BY min(id)
            """)
        told.bind(identities)
        for (identity, device, kind, revision) in try told.rows({ ($0.text(), $0.text(), $0.text(), $0.int()) }) {
            try tell("reading", identity, device, kind, revision + 1, in: .bulk, at: at)
        }
    }

    func tell(
        _ what: String, _ subject: String, _ device: String, _ about: String, _ revision: Int, in lane: Lane, at: Instant
    ) throws(StoreFailure) {
        let entry = try statement("INSERT INTO journal(lane, entry, ref, at) VALUES (?, 'erasure', 0, ?)")
        entry.bind(lane)
        entry.bind(at)
        try entry.run()
        let row = lastRow
        let statement = try statement("INSERT INTO erasures(seq, what, subject, device, about, revision) VALUES (?, ?, ?, ?, ?, ?)")
        statement.bind(row)
        statement.bind(what)
        statement.bind(subject)
        statement.bind(device)
        statement.bind(about)
        statement.bind(revision)
        try statement.run()
    }

    /// Takes out of the journal of what it was; its place stays, for the journal has no gaps.
    /// - Returns: how many there were.
    func eraseEntries(_ entry: String, of rows: [Int64], at: Instant) throws(StoreFailure) -> Int {
        guard let first = rows.min(), let last = rows.max() else { return 0 }
        let find = try statement("""
            SELECT seq FROM journal WHERE seq >= ? AND seq < ? AND entry = ? AND ref IN (SELECT value FROM json_each(?))
            """)
        find.bind(try place(of: entry, first))
        find.bind(try place(of: entry, last + 1))
        find.bind(entry)
        find.bind(json: rows)
        let entries = try find.rows { $0.integer() }
        try run([
            "DELETE FROM exceptions WHERE seq IN (SELECT value FROM json_each(?))",
            "UPDATE journal SET entry = 'erased', ref = 0 WHERE seq IN (SELECT value FROM json_each(?))",
        ], for: entries)
        return entries.count
    }

    /// Where entries of rows from this one on begin in the journal. Rows are numbered in the order in which they are passed on, so
    /// it is found by halving: there is no index of rows.
    private func place(of entry: String, _ row: Int64) throws(StoreFailure) -> Int64 {
        var (low, high) = (Int64(1), (try statement("SELECT max(seq) FROM journal").first { $0.integer() } ?? 0) + 1)
        let next = try statement("SELECT ref FROM journal WHERE seq >= ? AND entry = ? ORDER BY seq LIMIT 1")
        while low < high {
            let middle = (low + high) / 2
            next.bind(middle)
            next.bind(entry)
            if let ref = try next.first({ $0.integer() }), ref < row { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Runs statements, each for all of these rows.
    func run(_ scripts: [StaticString], for rows: [Int64]) throws(StoreFailure) {
        for sql in scripts {
            let statement = try statement(sql)
            statement.bind(json: rows)
            try statement.run()
        }
    }

    private func count(_ sql: StaticString, _ rows: [Int64]) throws(StoreFailure) -> Int {
        let statement = try statement(sql)
        statement.bind(json: rows)
        return try statement.first { $0.int() } ?? 0
    }

    func note(
        _ sums: ErasedSums, buried: Int = 0, passed: Int = 0, entries: Int = 0, in erasing: Erasing
    ) throws(StoreFailure) {
        let statement = try statement("""
            UPDATE erasings SET readings = readings + ?, revisions = revisions + ?, frames = frames + ?, alarms = alarms + ?,
              passed = passed + ?, entries = entries + ? WHERE id = ?
            """)
        statement.bind(buried)
        statement.bind(sums.revisions)
        statement.bind(sums.frames)
        statement.bind(sums.alarms)
        statement.bind(passed)
        statement.bind(entries)
        statement.bind(erasing.row)
        try statement.run()
    }
}

// Frames
extension Database {
    /// Takes readings out, and the frames that they came from or that said them again. What of a frame is others' stays, without
    /// its bytes.
    fileprivate func eraseFrames(of readings: [Int64], at: Instant) throws(StoreFailure) -> Int {
        let find = try statement("""
            SELECT frame FROM readings WHERE id IN (SELECT value FROM json_each(?1))
            UNION SELECT id FROM frames WHERE duplicate_of IN (SELECT value FROM json_each(?1))
            """)
        find.bind(json: readings)
        let frames = try find.rows { $0.integer() }
        try blankMessages(of: frames, at: at)
        let contradicting = try statement("SELECT frame FROM readings WHERE conflict_of IN (SELECT value FROM json_each(?))")
        contradicting.bind(json: readings)
        let others = try contradicting.rows { $0.integer() }
        try run([
            "UPDATE frames SET duplicate_of = NULL, fate = 'erased', code = NULL, detail = NULL WHERE duplicate_of IN (SELECT value FROM json_each(?))",
            "UPDATE readings SET conflict_of = NULL WHERE conflict_of IN (SELECT value FROM json_each(?))",
            "DELETE FROM readings WHERE id IN (SELECT value FROM json_each(?))",
        ], for: readings)
        let empty = try statement("""
            SELECT id FROM frames WHERE id IN (SELECT value FROM json_each(?)) AND fate <> 'waiting'
              AND NOT EXISTS (SELECT 1 FROM readings WHERE frame = frames.id)
            """)
        empty.bind(json: frames)
        let gone = try empty.rows { $0.integer() }
        try take(out: gone)
        try refile(frames + others)
        // A minute that goes on is the gateway's, which drops it at its end.
        try run(["UPDATE frames SET code = 'erased' WHERE fate = 'waiting' AND id IN (SELECT value FROM json_each(?))"], for: frames)
        try closeCorrections()
        return gone.count
    }

    /// Every frame keeps the whole message that it came in. Those of one message stand together, and arrived at one time.
    private func blankMessages(of frames: [Int64], at: Instant) throws(StoreFailure) {
        let before = try statement("SELECT id FROM frames WHERE id < ?1 AND arrived <> (SELECT arrived FROM frames WHERE id = ?1) ORDER BY id DESC LIMIT 1")
        let behind = try statement("SELECT id FROM frames WHERE id > ?1 AND arrived <> (SELECT arrived FROM frames WHERE id = ?1) ORDER BY id LIMIT 1")
        let blank = try statement("""
            UPDATE frames SET thinned = ?4, thinned_for = 'erased', thinned_bytes = length(body), body = x''
            WHERE id > ?1 AND id < ?2 AND length(body) > 0 AND fate <> 'waiting' AND (source, body) IN (
              SELECT source, body FROM frames WHERE id > ?1 AND id < ?2 AND id IN (SELECT value FROM json_each(?3)))
            """)
        var rest = frames.sorted()[...]
        while let frame = rest.first {
            before.bind(frame)
            let low = try before.first { $0.integer() } ?? 0
            behind.bind(frame)
            let high = try behind.first { $0.integer() } ?? .max
            blank.bind(low)
            blank.bind(high)
            blank.bind(json: rest.prefix { $0 < high })
            blank.bind(at)
            try blank.run()
            rest = rest.drop { $0 < high }
        }
    }

    /// Gives frames the fate of what is left of them.
    private func refile(_ frames: [Int64]) throws(StoreFailure) {
        let statement = try statement("""
            WITH left AS MATERIALIZED (
              SELECT frame, sum(NOT withheld AND state <> 'retracted') AS good, sum(state = 'quarantined') AS bad,
                sum(conflict_of IS NOT NULL) AS conflicts, max(correction) AS correction
              FROM readings WHERE frame IN (SELECT value FROM json_each(?)) GROUP BY frame)
            UPDATE frames SET
              fate = iif(left.good > 0, 'reading', iif(left.bad > 0, 'quarantined', 'ignored')), code = NULL, detail = NULL,
              refiled = ifnull(refiled, left.correction)
            FROM left WHERE frames.id = left.frame AND CASE fate
              WHEN 'reading' THEN left.good = 0 WHEN 'conflict' THEN left.conflicts = 0 WHEN 'quarantined' THEN left.bad = 0 ELSE 0 END
            """)
        statement.bind(json: frames)
        try statement.run()
    }

    /// Corrections of which nothing is left.
    private func closeCorrections() throws(StoreFailure) {
        try statement("""
            DELETE FROM corrections WHERE NOT EXISTS (SELECT 1 FROM readings WHERE correction = corrections.id)
              AND NOT EXISTS (SELECT 1 FROM frames WHERE refiled = corrections.id)
            """).run()
    }
}
