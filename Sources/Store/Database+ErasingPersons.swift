import ExactJSON
import People
import Readings

// Alarms
extension Database {
    /// The alarms that readings raised, whosever they are, and what they said in those of others.
    func eraseAlarms(raisedBy identities: [String], at: Instant) throws(StoreFailure) -> Int {
        var count = 0
        for identity in identities {
            // An episode's id is that of its reading, a stroke, and the vital.
            let raised = try statement("SELECT id FROM alarms WHERE id > ? AND id < ?")
            raised.bind("\(identity)/")
            raised.bind("\(identity)0")
            for episode in try raised.rows({ $0.text() }) {
                try erase(alarm: episode, at: at)
                count += 1
            }
        }
        let events = try statement("SELECT id FROM alarm_events WHERE reading IN (SELECT value FROM json_each(?))")
        events.bind(JSON.array(identities.map(JSON.string)).text)
        try erase(events: try events.rows { $0.integer() }, at: at)
        return count
    }

    /// The alarms of a person that no reading of theirs raised: those of minutes that went on.
    func eraseAlarms(_ erasing: Erasing, at: Instant) throws(StoreFailure) {
        let own = try statement("""
            SELECT id FROM alarms WHERE person = ?1 AND person IS NOT NULL AND (?2 IS NULL OR (newest_at < ?2 AND cleared_at IS NOT NULL))
            """)
        own.bind(erasing.person.description)
        own.bind(erasing.before)
        let episodes = try own.rows { $0.text() }
        for episode in episodes { try erase(alarm: episode, at: at) }
        try note(ErasedSums(alarms: episodes.count), in: erasing)
    }

    private func erase(alarm episode: String, at: Instant) throws(StoreFailure) {
        let events = try statement("SELECT id FROM alarm_events WHERE episode = ?")
        events.bind(episode)
        try erase(events: try events.rows { $0.integer() }, at: at)
        let found = try statement("SELECT device, vital FROM alarms WHERE id = ?")
        found.bind(episode)
        guard let (device, vital) = try found.first({ ($0.text(), $0.text()) }) else { return }
        try tell("alarm", episode, device, vital, 0, in: .alarm, at: at)
        let statement = try statement("DELETE FROM alarms WHERE id = ?")
        statement.bind(episode)
        try statement.run()
    }

    private func erase(events: [Int64], at: Instant) throws(StoreFailure) {
        guard !events.isEmpty else { return }
        _ = try eraseEntries("alarm", of: events, at: at)
        try run(["DELETE FROM alarm_events WHERE id IN (SELECT value FROM json_each(?))"], for: events)
    }
}

// The person
extension Database {
    /// Nothing is filed under the person from here on, and what goes on of theirs is dropped when it ends.
    func withdraw(_ person: PersonID, for erasing: Erasing, by who: String, at: Instant) throws(StoreFailure) {
        let statement = try statement("UPDATE persons SET erasing = ?, consents = 0, consent_at = ?, consent_by = ? WHERE id = ?")
        statement.bind(erasing.row)
        statement.bind(at)
        statement.bind(who)
        statement.bind(person.description)
        try statement.run()
        let identifiers = try self.statement("DELETE FROM person_identifiers WHERE person = ?")
        identifiers.bind(person.description)
        try identifiers.run()
        let open = try self.statement("UPDATE frames SET code = 'erased', detail = NULL WHERE fate = 'waiting' AND device = ?")
        for holding in try holdings(of: person) where holding.until == nil {
            open.bind(holding.device.description)
            try open.run()
        }
        try raiseEnrolmentVersion()
    }

    /// When a device was the person's alone.
    private func holdings(of person: PersonID) throws(StoreFailure) -> [(device: DeviceID, since: Instant?, until: Instant?)] {
        Assignment.effective(in: try assignments()).compactMap { assignment, until in
            assignment.shares.allSatisfy { $0.owner == .person(person) } && !assignment.shares.isEmpty
                ? (assignment.device, assignment.since, until) : nil
        }
    }

    func eraseRefused(_ erasing: Erasing, after: Int64, rows: Int) throws(StoreFailure) -> Int64? {
        let holdings = try holdings(of: erasing.person)
        let range = try statement("SELECT max(id) FROM (SELECT id FROM frames WHERE id > ? ORDER BY id LIMIT ?)")
        range.bind(after)
        range.bind(rows)
        guard !holdings.isEmpty, let last = try range.first({ $0.optionalInteger() }) ?? nil else { return nil }
        let frames = try statement("""
            SELECT id, device, coalesce(restamped, arrived) FROM frames
            WHERE id > ? AND id <= ? AND fate IN ('ignored', 'incomplete', 'rejected', 'erased', 'summarised')
              AND NOT EXISTS (SELECT 1 FROM readings WHERE frame = frames.id)
            """)
        frames.bind(after)
        frames.bind(last)
        let found = try frames.rows { row throws(StoreFailure) in (row.integer(), try row.device(), row.instant()) }
        let gone = found.filter { _, device, arrived in
            (erasing.before.map { arrived < $0 } ?? true) && holdings.contains { holding in
                holding.device == device && (holding.since.map { arrived >= $0 } ?? true) && (holding.until.map { arrived < $0 } ?? true)
            }
        }
        try take(out: gone.map(\.0))
        var sums = ErasedSums()
        sums.frames = gone.count
        try note(sums, in: erasing)
        return last
    }

    /// Takes the person out. Where something was said of devices, or of what is others' by now, somebody without a name stands
    /// there: what was theirs does not become somebody else's for that.
    func forget(_ person: PersonID) throws(StoreFailure) {
        try statement("PRAGMA defer_foreign_keys = ON").run()
        let hex = String(UInt32.random(in: .min ... .max), radix: 16)
        let nameless = "erased-" + String(repeating: "0", count: 8 - hex.count) + hex
        let stand = try statement("""
            INSERT INTO persons(id, consents, consent_at, consent_by, added_at, added_by, nameless)
            SELECT ?1, 0, consent_at, consent_by, consent_at, consent_by, 1 FROM persons
            WHERE id = ?2 AND (EXISTS (SELECT 1 FROM assignment_owners WHERE person = ?2) OR EXISTS (SELECT 1 FROM readings WHERE person = ?2))
            """)
        stand.bind(nameless)
        stand.bind(person.description)
        try stand.run()
        for sql in [
            "UPDATE assignment_owners SET person = ?1 WHERE person = ?2",
            "UPDATE readings SET person = ?1 WHERE person = ?2",
            // As `Attribution.said` writes it.
            "UPDATE corrections SET detail = 'of ' || ?1 WHERE cause = 'assign' AND detail = 'of ' || ?2",
        ] as [StaticString] {
            let statement = try statement(sql)
            statement.bind(nameless)
            statement.bind(person.description)
            try statement.run()
        }
        let last = try statement("DELETE FROM persons WHERE id = ?")
        last.bind(person.description)
        try last.run()
    }
}

// The record
extension Database {
    /// - Parameter erasing: nil: all.
    func erasedSums(of erasing: Erasing? = nil) throws(StoreFailure) -> ErasedSums {
        let statement = try statement("""
            SELECT ifnull(sum(readings), 0), ifnull(sum(revisions), 0), ifnull(sum(frames), 0), ifnull(sum(alarms), 0) FROM erasings
            WHERE ?1 IS NULL OR id = ?1
            """)
        statement.bind(erasing?.row)
        return try statement.first { ErasedSums(readings: $0.int(), revisions: $0.int(), frames: $0.int(), alarms: $0.int()) } ?? ErasedSums()
    }
}

// What sinks were told
extension Database {
    /// Forgets what every sink was told of what was erased.
    func forgetErasures() throws(StoreFailure) {
        guard try statement("SELECT 1 FROM erasures LIMIT 1").first({ _ in true }) != nil else { return }
        try change { () throws(StoreFailure) in
            let told = try statement("""
                SELECT e.seq FROM erasures e WHERE NOT EXISTS (
                  SELECT 1 FROM cursors c WHERE c.lane = iif(e.what = 'alarm', 'alarm', 'bulk') AND c.seq < e.seq)
                  AND NOT EXISTS (SELECT 1 FROM exceptions x WHERE x.seq = e.seq AND x.state IN ('waiting', 'held'))
                """).rows { $0.integer() }
            try run([
                "UPDATE journal SET entry = 'erased' WHERE seq IN (SELECT value FROM json_each(?))",
                "DELETE FROM erasures WHERE seq IN (SELECT value FROM json_each(?))",
            ], for: told)
        }
        if try statement("SELECT 1 FROM erasures LIMIT 1").first({ _ in true }) == nil { try giveBack(pages: 1000) }
    }

    /// Empty pages go back to the file system, and nothing of what was erased stays in the log beside the file, unless somebody
    /// reads in it for long: then with the next time.
    /// - Parameter pages: at most; 0: all.
    func giveBack(pages: Int = 0) throws(StoreFailure) {
        try run(script: "PRAGMA incremental_vacuum(\(pages)); PRAGMA wal_checkpoint(TRUNCATE)")
    }
}
