import Alarms
import Readings

extension IntakeTransaction {
    /// Begins a correction. Something must come of it in the same transaction: the ledger wants no empty ones.
    package func open(_ correction: Correction) throws(StoreFailure) -> Int64 {
        let statement = try database.statement("INSERT INTO corrections(cause, at, \"by\", detail) VALUES (?, ?, ?, ?)")
        statement.bind(correction.cause)
        statement.bind(correction.at)
        statement.bind(correction.by)
        statement.bind(correction.detail)
        try statement.run()
        return database.lastRow
    }

    /// What stands of a frame: the revisions of it that nothing has taken the place of.
    package func standing(ofFrame frame: Int64) throws(StoreFailure) -> [StoredReading] {
        let statement = try database.statement(kept: """
            SELECT \(StoredReading.columns) FROM \(StoredReading.tables) WHERE r.frame = ? AND r.state <> 'superseded' ORDER BY r.id
            """)
        statement.bind(frame)
        return try statement.rows(StoredReading.init)
    }

    /// All revisions under an identity that nothing has taken the place of: one that is passed on or withdrawn, and after it
    /// perhaps one that is quarantined.
    package func standing(under identity: ReadingIdentity) throws(StoreFailure) -> [StoredReading] {
        let statement = try database.statement(kept: """
            SELECT \(StoredReading.columns) FROM \(StoredReading.tables)
            WHERE r.by_time = \(Schema.byTime("?1")) AND r.state <> 'superseded' ORDER BY r.revision
            """)
        statement.bind(identity.description)
        return try statement.rows(StoredReading.init)
    }

    package func lastRevision(of identity: ReadingIdentity) throws(StoreFailure) -> Int {
        let statement = try database.statement(kept: "SELECT ifnull(max(revision), 0) FROM readings WHERE by_time = \(Schema.byTime("?1"))")
        statement.bind(identity.description)
        return try statement.first { $0.int() } ?? 0
    }

    /// Puts `record` in the place of what stands under its identity, as its next revision. What was passed on and is now to
    /// be believed no more is withdrawn first, so that every sink hears of it.
    @discardableResult
    package func correct(
        with record: ReadingRecord, of frame: Int64, by correction: Int64, at: Instant
    ) throws(StoreFailure) -> Int64 {
        if record.quarantine != nil, let passed = try standing(under: record.identity).first(where: { $0.state == .current }) {
            try retract(passed, by: correction, at: at)
        }
        var record = record
        record.revision = try lastRevision(of: record.identity) + 1
        return try append(record, of: frame, at: at, correction: correction)
    }

    /// Tells every sink that there is no such reading.
    package func retract(_ reading: StoredReading, by correction: Int64, at: Instant) throws(StoreFailure) {
        guard reading.state == .current else { return }
        var record = reading.record
        record.revision = try lastRevision(of: record.identity) + 1
        record.quarantine = nil
        try append(record, of: reading.origin.frame, at: at, correction: correction, retracting: true)
    }

    /// Ends a quarantined reading that is not there any more. No sink ever heard of it.
    package func drop(_ reading: StoredReading) throws(StoreFailure) {
        let statement = try database.statement("UPDATE readings SET state = 'superseded' WHERE id = ? AND state = 'quarantined'")
        statement.bind(reading.id)
        try statement.run()
    }

    /// Gives a frame another fate.
    package func refile(
        frame: Int64, as fate: Fate, code: String? = nil, detail: String? = nil, duplicateOf: Int64? = nil, by correction: Int64
    ) throws(StoreFailure) {
        let statement = try database.statement("""
            UPDATE frames SET fate = ?, code = ?, detail = ?, duplicate_of = ?, refiled = ? WHERE id = ? AND fate <> 'waiting'
            """)
        statement.bind(fate)
        statement.bind(code)
        statement.bind(detail)
        statement.bind(duplicateOf)
        statement.bind(correction)
        statement.bind(frame)
        try statement.run()
    }

    // MARK: Decoding again

    /// Frames that `profile` read, of any fate that is an end, behind row `id` and not before `since`.
    package func frames(
        readBy profile: String, since: Instant?, after id: Int64, limit: Int
    ) throws(StoreFailure) -> [StoredFrame] {
        let statement = try database.statement(kept: """
            SELECT \(StoredFrame.columns) FROM frames
            WHERE id > ? AND profile = ? AND ifnull(restamped, arrived) >= ? AND fate <> 'waiting' ORDER BY id LIMIT ?
            """)
        statement.bind(id)
        statement.bind(profile)
        statement.bind(since?.milliseconds ?? Int64.min)
        statement.bind(limit)
        return try statement.rows(StoredFrame.init)
    }

    /// Every revision that a frame brought.
    package func readings(ofFrame frame: Int64) throws(StoreFailure) -> [StoredReading] {
        let statement = try database.statement(kept: """
            SELECT \(StoredReading.columns) FROM \(StoredReading.tables) WHERE r.frame = ? ORDER BY r.id
            """)
        statement.bind(frame)
        return try statement.rows(StoredReading.init)
    }

    // MARK: Times

    /// A frame that arrived while the wall clock was not known to be right.
    package struct Unsynchronised: Sendable, Hashable {
        package let frame: Int64
        package let device: DeviceID
        package let arrived: Arrival
        package let isRetained: Bool
        package let fate: Fate
    }

    /// Frames of this boot that wait for a clock that is right.
    package func unsynchronised(ofBoot boot: String) throws(StoreFailure) -> [Unsynchronised] {
        let statement = try database.statement("""
            SELECT id, device, arrived, monotonic, boot, synced, retained, fate FROM frames
            WHERE boot = ? AND synced = 0 AND restamped IS NULL ORDER BY id
            """)
        statement.bind(boot)
        return try statement.rows { row throws(StoreFailure) in
            Unsynchronised(
                frame: row.integer(), device: try row.device(), arrived: row.arrival(), isRetained: row.flag(), fate: try row.word())
        }
    }

    /// Says when a frame arrived, now that a clock is right.
    package func restamp(frame: Int64, to arrived: Instant) throws(StoreFailure) {
        let statement = try database.statement("UPDATE frames SET restamped = ? WHERE id = ?")
        statement.bind(arrived)
        statement.bind(frame)
        try statement.run()
    }

    /// Moves the newest time that active alarms of a device have seen along with the reading that it was taken from.
    package func moveAlarms(of device: DeviceID, newest old: Instant, to new: Instant) throws(StoreFailure) {
        let statement = try database.statement(
            "UPDATE alarms SET newest_at = ? WHERE device = ? AND newest_at = ? AND cleared_at IS NULL")
        statement.bind(new)
        statement.bind(device.description)
        statement.bind(old)
        try statement.run()
    }

    /// The alarms that are active, for a `Watch` after times have moved.
    package func activeEpisodes() throws(StoreFailure) -> [Episode] { try database.activeEpisodes() }

    /// When the reading with the highest number below `number` was measured, among those that the device dated between
    /// `first` and `last`.
    package func measured(
        before number: Int, by device: DeviceID, _ kind: Kind, from first: CivilTime, to last: CivilTime
    ) throws(StoreFailure) -> Instant? {
        // Identities, turned, begin with kind and record time: a range of their index.
        let statement = try database.statement("""
            SELECT measured_at FROM readings WHERE by_time BETWEEN ? AND ? AND device = ? AND state = 'current' AND number < ?
            ORDER BY number DESC LIMIT 1
            """)
        statement.bind("\(kind.rawValue).\(first.compact)")
        statement.bind("\(kind.rawValue).\(last.compact)~")
        statement.bind(device.description)
        statement.bind(number)
        return try statement.first { $0.optionalInteger().map(Instant.init(milliseconds:)) } ?? nil
    }
}
