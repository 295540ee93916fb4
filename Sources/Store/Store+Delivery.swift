import Alarms
import Readings

extension Store {
    /// Makes a sink known to the ledger. A new sink starts at the beginning: it gets everything.
    package func register(sink: String, at: Instant) throws(StoreFailure) {
        try database.change { () throws(StoreFailure) in
            let statement = try database.statement("INSERT INTO sinks(name, registered_at) VALUES (?, ?) ON CONFLICT DO NOTHING")
            statement.bind(sink)
            statement.bind(at)
            try statement.run()
            for lane in Lane.allCases {
                let cursor = try database.statement("INSERT INTO cursors(sink, lane, seq) VALUES (?, ?, 0) ON CONFLICT DO NOTHING")
                cursor.bind(sink)
                cursor.bind(lane)
                try cursor.run()
            }
        }
    }

    /// Up to `limit` entries of `lane` behind `seq`, in the order of the journal.
    package func entries(of lane: Lane, after seq: Int64, limit: Int) throws(StoreFailure) -> [JournalEntry] {
        let statement = try database.statement(
            composed: JournalEntry.query(lane, "j.seq > ?1 AND j.lane = '\(lane.rawValue)' ORDER BY j.seq LIMIT ?2"))
        statement.bind(seq)
        statement.bind(limit)
        let entries = try statement.rows { row throws(StoreFailure) in try JournalEntry(row, lane) }
        // Behind a whole page the rest is not looked at, for it may be most of the journal.
        let last = entries.count < limit ? Int64.max : entries.last?.seq ?? .max
        let others = try others(of: lane, after: seq, upTo: last, limit: limit)
        return others.isEmpty ? entries : Array((entries + others).sorted { $0.seq < $1.seq }.prefix(limit))
    }

    /// Entries of what was erased.
    private func others(of lane: Lane, after seq: Int64, upTo last: Int64, limit: Int) throws(StoreFailure) -> [JournalEntry] {
        let statement = try database.statement(kept: """
            SELECT j.seq, j.at, j.entry, \(Erasure.columns) FROM journal j LEFT JOIN erasures e ON e.seq = j.seq
            WHERE j.seq > ? AND j.seq <= ? AND j.lane = '\(lane.rawValue)' AND j.entry IN ('erasure', 'erased') ORDER BY j.seq LIMIT ?
            """)
        statement.bind(seq)
        statement.bind(last)
        statement.bind(limit)
        return try statement.rows { row throws(StoreFailure) in
            let (seq, at, entry) = (row.integer(), row.instant(), row.text())
            return JournalEntry(seq: seq, lane: lane, at: at, payload: entry == "erasure" ? .erasure(try Erasure(row)) : .erased)
        }
    }

    /// The entry with that number, to try it again.
    package func entry(_ seq: Int64) throws(StoreFailure) -> JournalEntry? {
        for lane in Lane.allCases {
            let statement = try database.statement(
                composed: JournalEntry.query(lane, "j.seq = ?1 AND j.lane = '\(lane.rawValue)'"))
            statement.bind(seq)
            if let entry = try statement.first({ row throws(StoreFailure) in try JournalEntry(row, lane) }) { return entry }
            if let entry = try others(of: lane, after: seq - 1, upTo: seq, limit: 1).first { return entry }
        }
        return nil
    }

    /// Up to where the entries of `lane` are settled for `sink`; 0 for a new one.
    package func cursor(sink: String, lane: Lane) throws(StoreFailure) -> Int64 {
        let statement = try database.statement("SELECT seq FROM cursors WHERE sink = ? AND lane = ?")
        statement.bind(sink)
        statement.bind(lane)
        return try statement.first { $0.integer() } ?? 0
    }

    /// Settles the entries of `lane` up to `seq`: all delivered but the `exceptions`. `delivered` names earlier
    /// exceptions that were delivered after all. A cursor never goes back; the sink must be registered.
    package func settle(
        sink: String, lane: Lane, through seq: Int64, exceptions: [SinkException] = [], delivered: [Int64] = []
    ) throws(StoreFailure) {
        try database.change { () throws(StoreFailure) in
            let cursor = try database.statement(
                "UPDATE cursors SET seq = max(seq, ?) WHERE sink = ? AND lane = ?")
            cursor.bind(seq)
            cursor.bind(sink)
            cursor.bind(lane)
            try cursor.run()
            guard database.changes == 1 else { throw .refusal("the sink '\(sink)' was not registered") }
            for exception in exceptions { try database.write(exception, of: sink) }
            for seq in delivered {
                let statement = try database.statement("DELETE FROM exceptions WHERE sink = ? AND seq = ?")
                statement.bind(sink)
                statement.bind(seq)
                try statement.run()
            }
        }
        try database.forgetErasures()
    }

    /// How many entries `sink` has still to deliver: those behind its cursors and those to be tried again.
    package func pending(sink: String) throws(StoreFailure) -> Int {
        let statement = try database.statement("""
            SELECT (SELECT count(*) FROM cursors c JOIN journal j ON j.lane = c.lane AND j.seq > c.seq WHERE c.sink = ?1)
              + (SELECT count(*) FROM exceptions WHERE sink = ?1 AND state = 'waiting')
            """)
        statement.bind(sink)
        return try statement.first { $0.int() } ?? 0
    }

    package func exceptions(sink: String) throws(StoreFailure) -> [SinkException] {
        let statement = try database.statement(
            "SELECT seq, state, reason, attempts, at FROM exceptions WHERE sink = ? ORDER BY seq")
        statement.bind(sink)
        return try statement.rows { row throws(StoreFailure) in
            SinkException(
                seq: row.integer(), state: try row.word(), reason: row.text(), attempts: row.int(), at: row.instant())
        }
    }
}

extension Database {
    fileprivate func write(_ exception: SinkException, of sink: String) throws(StoreFailure) {
        let statement = try statement("""
            INSERT INTO exceptions(sink, seq, state, reason, attempts, at) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT(sink, seq) DO UPDATE SET state = excluded.state, reason = excluded.reason,
              attempts = excluded.attempts, at = excluded.at
            """)
        statement.bind(sink)
        statement.bind(exception.seq)
        statement.bind(exception.state)
        statement.bind(exception.reason)
        statement.bind(exception.attempts)
        statement.bind(exception.at)
        try statement.run()
    }
}

extension JournalEntry {
    fileprivate static func query(_ lane: Lane, _ condition: String) -> String {
        switch lane {
        case .bulk:
            """
            SELECT j.seq, j.at, \(StoredReading.columns)
            FROM journal j JOIN readings r ON r.id = j.ref JOIN frames f ON f.id = r.frame
              LEFT JOIN corrections c ON c.id = r.correction WHERE \(condition)
            """
        case .alarm:
            """
            SELECT j.seq, j.at, \(AlarmEvent.columns)
            FROM journal j JOIN alarm_events e ON e.id = j.ref JOIN alarms a ON a.id = e.episode WHERE \(condition)
            """
        }
    }

    fileprivate init(_ row: Statement, _ lane: Lane) throws(StoreFailure) {
        seq = row.integer()
        self.lane = lane
        at = row.instant()
        payload =
            switch lane {
            case .bulk: .reading(try StoredReading(row))
            case .alarm: .alarm(try AlarmEvent(row))
            }
    }
}
