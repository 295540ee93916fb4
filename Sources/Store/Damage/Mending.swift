import Alarms
import People
import Readings

/// Makes a whole of what was salvaged: rows that cannot be ours go, what lost its other half is told to have lost it, and all that is
/// gone is counted, so that the ledger adds up with it.
struct Mending {
    let database: Database
    let salvage: Salvage
    let walks: [TableWalk]
    /// The greatest number that the journal had given out, as the damaged file said.
    let sequence: Int64
    let fromSpare: [String: Salvage.Filling]
    let lostTransactions: Int
    /// The greatest number of a reading that an index of the damaged file has.
    let lastReading: Int64?
    private(set) var damage: Int64 = 0
    private var correction: Int64 = 0

    init(
        of database: Database, by salvage: Salvage, _ walks: [TableWalk], _ sequence: Int64, _ fromSpare: [String: Salvage.Filling],
        _ lostTransactions: Int, _ lastReading: Int64?
    ) {
        (self.database, self.salvage, self.walks, self.sequence) = (database, salvage, walks, sequence)
        (self.fromSpare, self.lostTransactions, self.lastReading) = (fromSpare, lostTransactions, lastReading)
    }

    var at: Int64 { salvage.at.milliseconds }

    consuming func run() throws(StoreFailure) -> Mending {
        try database.run(script: "BEGIN")
        damage = try insert("INSERT INTO damages(at, file, reason) VALUES (?, ?, ?)") { [salvage] in
            $0.bind(salvage.at)
            $0.bind(salvage.file)
            $0.bind(salvage.reason)
        }
        correction = try insert("INSERT INTO corrections(cause, at, \"by\", detail) VALUES ('salvage', ?, 'vitalgate', ?)") { [salvage] in
            $0.bind(salvage.at)
            $0.bind("the database was damaged: \(salvage.file)")
        }
        if lostTransactions > 0 { try lose(Loss("transactions", count: lostTransactions)) }
        try siftSmall()
        try siftJournal()
        try countHoles()
        try countUnseen()
        try giveHalvesBack()
        try siftReadings()
        try mendAlarms()
        try mendFates()
        try mendJournal()
        try mendSources()
        try mendPeople()
        try mendRights()
        try database.run(script: """
            DELETE FROM corrections WHERE id = \(correction) AND id NOT IN (SELECT refiled FROM frames WHERE refiled IS NOT NULL)
              AND id NOT IN (SELECT correction FROM readings WHERE correction IS NOT NULL)
            """)
        try database.raiseEnrolmentVersion()
        try database.run(script: "COMMIT")
        return self
    }

    // MARK: What is no row of ours

    private func siftSmall() throws(StoreFailure) {
        try sift("frames", "id", StoredFrame.columns) { row throws(StoreFailure) in _ = try StoredFrame(row) }
        try sift("corrections", "id", "cause, at, \"by\", detail") { row throws(StoreFailure) in _ = try Correction(optional: row) }
        try sift("journal", "seq", "lane") { row throws(StoreFailure) in let _: Lane = try row.word() }
        try sift("devices", "id", "id") { row throws(StoreFailure) in _ = try row.device() }
        try sift("persons", "id", "id") { row throws(StoreFailure) in _ = try row.parsed("person", PersonID.init) }
        try sift("assignments", "id", "device") { row throws(StoreFailure) in _ = try row.device() }
        try sift("assignment_owners", "rowid", "person") { row throws(StoreFailure) in _ = try row.parsed("person", PersonID.init) }
        try sift("alarms", "id", "id, device, vital, person, level, side, raised_at, newest_at, since, until, extreme") { row throws(StoreFailure) in
            _ = try Episode(row)
        }
        try database.run(script: "DELETE FROM cursors WHERE lane NOT IN ('bulk', 'alarm') OR seq < 0")
    }

    /// Drops the rows of `table` that cannot be read as what they are, and counts them.
    private func sift(
        _ table: String, _ key: String, _ columns: String, from tables: String? = nil, _ read: (Statement) throws(StoreFailure) -> Void
    ) throws(StoreFailure) {
        var bad: [String] = []
        try database.statement(composed: "SELECT quote(\(tables == nil ? key : "r." + key)), \(columns) FROM \(tables ?? table)").each { row throws(StoreFailure) in
            let key = row.text()
            do throws(StoreFailure) { try read(row) } catch { bad.append(key) }
        }
        for row in bad { try drop(table, key, where: "\(key) = \(row)") }
    }

    /// Drops rows and counts them: what stands in a row, as one loss.
    func drop(_ table: String, _ key: String, where condition: String) throws(StoreFailure) {
        let isNumber = !["devices", "persons", "alarms", "person_identifiers"].contains(table)
        let (first, last) = isNumber ? ("min(number)", "max(number)") : ("NULL", "NULL")
        let island = isNumber ? "\(key) - row_number() OVER (ORDER BY \(key))" : "1"
        try database.run(script: """
            INSERT INTO losses(damage, what, first, last, count)
              SELECT \(damage), '\(table)', \(first), \(last), count(*)
              FROM (SELECT \(isNumber ? key : "1") AS number, \(island) AS island FROM \(table) WHERE \(condition)) GROUP BY island;
            DELETE FROM \(table) WHERE \(condition);
            """)
    }

    // MARK: What could not be read

    private func countHoles() throws(StoreFailure) {
        for walk in walks where walk.isDamaged {
            let table = walk.table.name
            for rows in walk.lost where fromSpare[table] == nil { try lose(Loss(table, rows: rows, count: rows.count)) }
            if let start = walk.openEnd, fromSpare[table] == nil {
                let (last, isCertain) = try greatest(of: table)
                let rows = last >= start ? start...last : nil
                try lose(Loss(table, rows: rows, count: isCertain ? rows?.count ?? 0 : nil))
            }
            if walk.isTorn, fromSpare[table] == nil { try lose(Loss(table, count: nil)) }
            if let filling = fromSpare[table], !filling.isCurrent, Spare.byHand.contains(table) { try lose(Loss(table, count: nil)) }
        }
    }

    /// The greatest number of a row that anything speaks of, and whether there was none above it.
    private func greatest(of table: String) throws(StoreFailure) -> (Int64, isCertain: Bool) {
        if table == "journal" { return (sequence, sequence > 0) }
        let sql: String
        switch table {
        case "frames": sql = "SELECT max(ifnull((SELECT max(frame) FROM readings), 0), ifnull((SELECT max(frame) FROM stream_pieces), 0))"
        case "readings":
            sql = "SELECT max(ifnull((SELECT max(ref) FROM journal WHERE entry = 'reading'), 0), ifnull((SELECT max(duplicate_of) FROM frames), 0))"
        case "alarm_events": sql = "SELECT ifnull(max(ref), 0) FROM journal WHERE entry = 'alarm'"
        default: return (0, false)
        }
        let spoken = try database.statement(composed: sql).first { $0.integer() } ?? 0
        guard table == "readings", let last = lastReading, last >= spoken else { return (spoken, false) }
        return (last, true)
    }

    /// A page may have lost rows and look like one that never had them. The journal knows of each reading that was passed on.
    private func countUnseen() throws(StoreFailure) {
        let last = try database.statement("SELECT ifnull(max(id), 0) FROM readings").first { $0.integer() } ?? 0
        try database.run(script: """
            INSERT INTO losses(damage, what, first, last, count)
              SELECT \(damage), 'readings', min(ref), max(ref), count(*) FROM (
                SELECT ref, ref - row_number() OVER (ORDER BY ref) AS island FROM journal
                WHERE entry = 'reading' AND ref <= \(max(last, lastReading ?? 0)) AND ref NOT IN (SELECT id FROM readings)
                  AND NOT EXISTS (SELECT 1 FROM losses WHERE damage = \(damage) AND what = 'readings' AND (count IS NULL OR ref BETWEEN first AND last)))
              GROUP BY island
            """)
    }

    func lose(_ loss: Loss) throws(StoreFailure) {
        _ = try insert("INSERT INTO losses(damage, what, name, first, last, count) VALUES (?, ?, ?, ?, ?, ?)") { [damage] in
            $0.bind(damage)
            $0.bind(loss.what)
            $0.bind(loss.name)
            $0.bind(loss.rows?.lowerBound)
            $0.bind(loss.rows?.upperBound)
            $0.bind(loss.count)
        }
    }

    func insert(_ sql: StaticString, _ bind: (Statement) -> Void) throws(StoreFailure) -> Int64 {
        let statement = try database.statement(sql)
        bind(statement)
        try statement.run()
        return database.lastRow
    }

    // MARK: Readings

    /// Rows that others speak of, with nothing in them but that they are lost.
    private func giveHalvesBack() throws(StoreFailure) {
        try database.run(script: """
            INSERT INTO corrections(id, cause, at, "by", detail)
              SELECT DISTINCT r.correction, iif(r.ground = 'operator', 'assign', 'salvage'), \(at), 'vitalgate', 'what was kept of this correction is lost'
              FROM readings r WHERE r.correction IS NOT NULL AND r.correction NOT IN (SELECT id FROM corrections) GROUP BY r.correction;
            INSERT INTO corrections(id, cause, at, "by", detail)
              SELECT DISTINCT refiled, 'salvage', \(at), 'vitalgate', 'what was kept of this correction is lost'
              FROM frames WHERE refiled IS NOT NULL AND refiled NOT IN (SELECT id FROM corrections);
            INSERT OR IGNORE INTO persons(id, language, consents, consent_at, consent_by, added_at, added_by)
              SELECT person, NULL, 0, \(at), 'vitalgate', \(at), 'vitalgate' FROM (
                SELECT person FROM readings UNION SELECT person FROM alarms UNION SELECT person FROM person_identifiers
                UNION SELECT person FROM assignment_owners)
              WHERE person IS NOT NULL AND person NOT IN (SELECT id FROM persons);
            -- The frame of a reading: of its bytes nothing is left, and so it counts for nothing that was received.
            INSERT INTO frames(id, source, format, device, arrived, monotonic, boot, custody, retained, body, fate, items)
              SELECT r.frame, ifnull((SELECT f.source FROM frames f WHERE f.id < r.frame ORDER BY f.id DESC LIMIT 1),
                  ifnull((SELECT f.source FROM frames f ORDER BY f.id LIMIT 1), 'lost')),
                'lost', r.device, ifnull(max(j.at), ifnull(max(r.measured_at), \(at))), 0, '', 'best-effort', 0, x'', 'reading', 0
              FROM readings r LEFT JOIN journal j ON j.entry = 'reading' AND j.ref = r.id
              WHERE r.frame NOT IN (SELECT id FROM frames) GROUP BY r.frame;
            """)
        try sift("persons", "id", "id") { row throws(StoreFailure) in _ = try row.parsed("person", PersonID.init) }
    }

    private func siftReadings() throws(StoreFailure) {
        try sift("readings", "id", StoredReading.columns, from: StoredReading.tables) { row throws(StoreFailure) in _ = try StoredReading(row) }
        try drop("readings", "id", where: "person IS NOT NULL AND person NOT IN (SELECT id FROM persons)")
        try database.run(script: """
            UPDATE readings SET conflict_of = NULL WHERE conflict_of IS NOT NULL AND conflict_of NOT IN (SELECT id FROM readings);
            -- What is not at its place among its revisions.
            INSERT INTO losses(damage, what, name, count)
              SELECT \(damage), 'revisions', identity, max(1, max(revision) - count(*)) FROM readings GROUP BY by_time
              HAVING (count(*) <> max(revision) OR sum(state IN ('current', 'retracted')) <> (sum(NOT withheld) > 0))
                AND NOT EXISTS (SELECT 1 FROM losses WHERE what = 'revisions' AND name = identity);
            DELETE FROM corrections WHERE id <> \(correction) AND id NOT IN (SELECT correction FROM readings WHERE correction IS NOT NULL)
              AND id NOT IN (SELECT refiled FROM frames WHERE refiled IS NOT NULL);
            """)
    }

    private func mendFates() throws(StoreFailure) {
        try drop("stream_pieces", "frame", where: "frame NOT IN (SELECT id FROM frames WHERE fate = 'waiting' AND minute IS NOT NULL)")
        let became = """
            WITH became AS (
              SELECT frame, count(*) AS n, sum(NOT withheld AND state <> 'retracted') AS good, sum(state = 'quarantined') AS bad,
                sum(conflict_of IS NOT NULL) AS conflicts FROM readings GROUP BY frame)
            """
        try database.run(script: """
            DELETE FROM frames WHERE format = 'lost' AND id NOT IN (SELECT frame FROM readings);
            UPDATE frames SET fate = 'lost', code = 'lost-to-damage', detail = NULL, duplicate_of = NULL, refiled = \(correction)
              WHERE fate = 'duplicate' AND duplicate_of NOT IN (SELECT id FROM readings);
            CREATE TEMP TABLE torn AS \(became)
              SELECT id, CASE WHEN fate = 'conflict' AND good > 0 THEN 'reading' WHEN fate = 'quarantined' AND good > 0 THEN 'reading'
                WHEN bad > 0 THEN 'quarantined' ELSE 'lost' END AS fate
              FROM frames LEFT JOIN became ON became.frame = frames.id
              WHERE CASE fate
                WHEN 'reading' THEN ifnull(good, 0) = 0
                WHEN 'conflict' THEN ifnull(conflicts, 0) = 0
                WHEN 'quarantined' THEN ifnull(bad, 0) = 0
                WHEN 'summarised' THEN n IS NULL AND code IS NULL
                ELSE 0 END;
            UPDATE frames SET refiled = \(correction), detail = NULL, fate = torn.fate,
              code = CASE torn.fate WHEN 'lost' THEN 'lost-to-damage'
                WHEN 'quarantined' THEN (SELECT r.code FROM readings r WHERE r.frame = frames.id AND r.state = 'quarantined') END
              FROM torn WHERE torn.id = frames.id;
            DROP TABLE torn;
            """)
    }

    // MARK: Alarms

    private func mendAlarms() throws(StoreFailure) {
        try drop("alarm_events", "id", where: "episode NOT IN (SELECT id FROM alarms)")
        var bad: [Int64] = []
        try database.statement(composed: "SELECT e.id, \(AlarmEvent.columns) FROM alarm_events e JOIN alarms a ON a.id = e.episode")
            .each { row throws(StoreFailure) in
                let id = row.integer()
                do throws(StoreFailure) { _ = try AlarmEvent(row) } catch { bad.append(id) }
            }
        for id in bad { try drop("alarm_events", "id", where: "id = \(id)") }
    }

    // MARK: Sources

    /// What a source had brought and is in no frame any more is lost. The next connection has a number that none ever had.
    private func mendSources() throws(StoreFailure) {
        try database.run(script: """
            INSERT OR IGNORE INTO sources(name) SELECT source FROM frames UNION SELECT source FROM tallies;
            CREATE TEMP TABLE sums AS
              WITH pieces AS (SELECT frame, sum(items) AS n FROM stream_pieces GROUP BY frame)
              SELECT name, ifnull((SELECT sum(items + ifnull(pieces.n, 0)) FROM frames LEFT JOIN pieces ON frame = id WHERE source = name), 0)
                + ifnull((SELECT sum(items) FROM erased_frames WHERE source = name), 0) + ifnull((SELECT sum(count) FROM tallies WHERE source = name), 0)
                + ifnull((SELECT sum(count) FROM losses WHERE what = 'items' AND losses.name = sources.name), 0) AS known
              FROM sources;
            UPDATE sources SET received = max(received, (SELECT known FROM sums WHERE sums.name = sources.name)),
              connections = max(connections, ifnull((SELECT max(connection) FROM frames WHERE source = name), 0)) + 1000;
            INSERT INTO losses(damage, what, name, count)
              SELECT \(damage), 'items', name, received - known FROM sources JOIN sums USING (name) WHERE received > known;
            DROP TABLE sums;
            """)
    }

    // MARK: People

    /// Where something may be missing of what was said of whose devices are, nobody's word stands: all that comes goes to the inbox
    /// until somebody says again whose it is. To file it by an older word would be wrong.
    private func mendPeople() throws(StoreFailure) {
        try database.run(script: """
            DELETE FROM assignment_owners WHERE assignment NOT IN (SELECT id FROM assignments) OR person NOT IN (SELECT id FROM persons);
            DELETE FROM person_identifiers WHERE person NOT IN (SELECT id FROM persons);
            UPDATE alarms SET person = NULL WHERE person IS NOT NULL AND person NOT IN (SELECT id FROM persons);
            """)
        let isCertain = try database.statement("""
            SELECT 1 FROM losses WHERE damage = (SELECT max(id) FROM damages) AND what IN ('assignments', 'assignment_owners')
            """).first { _ in true } == nil
        guard !isCertain else { return }
        try database.run(script: """
            INSERT INTO assignments(device, since, nobody, at, "by")
              SELECT device, NULL, 0, \(at), 'vitalgate' FROM (SELECT id AS device FROM devices UNION SELECT device FROM assignments) ORDER BY device
            """)
    }
    // MARK: Rights

    /// What was erased stays erased. Where a tombstone is lost, the record that it stood for would be taken for new.
    private func mendRights() throws(StoreFailure) {
        try database.run(script: """
            INSERT OR IGNORE INTO erasings(id, cause, at, "by") SELECT erasing, 'person', \(at), 'vitalgate' FROM persons WHERE erasing IS NOT NULL;
            UPDATE erasings SET revisions = max(revisions, passed, entries), passed = max(passed, entries)
              WHERE passed > revisions OR entries > passed;
            DELETE FROM losses WHERE damage = \(damage) AND what = 'tombstones';
            """)
        let known = try database.statement("""
            SELECT (SELECT count(*) FROM tombstones) + (SELECT ifnull(sum(count), 0) FROM losses WHERE what = 'tombstones'),
              (SELECT ifnull(sum(readings), 0) FROM erasings)
            """).first { ($0.int(), $0.int()) }
        guard let (buried, erased) = known else { return }
        if erased > buried { try lose(Loss("tombstones", count: erased - buried)) }
        if buried > erased {
            // Who answers for these is lost.
            _ = try insert("INSERT INTO erasings(cause, at, \"by\", ended_at, readings, revisions) VALUES ('person', ?1, 'vitalgate', ?1, ?2, ?2)") { [at] in
                $0.bind(at)
                $0.bind(buried - erased)
            }
        }
    }
}
