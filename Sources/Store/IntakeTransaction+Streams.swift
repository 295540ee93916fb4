import Readings

/// Minutes of streams: frames whose body grows while the minute goes on. It lies in pieces meanwhile, one for each commit.
extension IntakeTransaction {
    /// Adds what came of an open minute. Its body is on the disk with this commit, as all else.
    /// - Parameters:
    ///   - place: rises from piece to piece.
    ///   - items: how many of what was received stand in it.
    package func append(piece body: [UInt8], items: Int, place: Int, to frame: Int64) throws(StoreFailure) {
        let statement = try database.statement("INSERT INTO stream_pieces(frame, place, items, body) VALUES (?, ?, ?, ?)")
        statement.bind(frame)
        statement.bind(place)
        statement.bind(items)
        statement.bind(body)
        try statement.run()
    }

    /// Ends an open minute: its pieces become its body.
    package func close(
        minute frame: Int64, as fate: Fate, code: String? = nil, detail: String? = nil, duplicateOf: Int64? = nil
    ) throws(StoreFailure) {
        let (body, items) = try database.body(ofMinute: frame)
        let statement = try database.statement("""
            UPDATE frames SET fate = ?, code = ?, detail = ?, duplicate_of = ?, body = ?, items = ? WHERE id = ? AND fate = 'waiting'
            """)
        statement.bind(fate)
        statement.bind(code)
        statement.bind(detail)
        statement.bind(duplicateOf)
        statement.bind(body)
        statement.bind(items)
        statement.bind(frame)
        try statement.run()
        let drop = try database.statement("DELETE FROM stream_pieces WHERE frame = ?")
        drop.bind(frame)
        try drop.run()
    }

    /// Takes up a minute again that had ended too early: the device came back before the minute was over.
    package func reopen(minute frame: StoredFrame) throws(StoreFailure) {
        let statement = try database.statement("""
            UPDATE frames SET fate = 'waiting', code = NULL, detail = NULL, body = x'', items = 0 WHERE id = ? AND fate = 'summarised'
            """)
        statement.bind(frame.id)
        try statement.run()
        try append(piece: frame.record.body, items: frame.record.items, place: 0, to: frame.id)
    }

    /// The minutes that have not ended, oldest first, each with all of its body. They stay open.
    package func openMinutes() throws(StoreFailure) -> [(frame: StoredFrame, pieces: Int)] {
        let statement = try database.statement(kept: """
            SELECT \(StoredFrame.columns), (SELECT ifnull(max(place), -1) + 1 FROM stream_pieces WHERE frame = frames.id)
            FROM frames WHERE fate = 'waiting' AND minute IS NOT NULL ORDER BY id
            """)
        let open = try statement.rows { row throws(StoreFailure) in (try StoredFrame(row), row.int()) }
        var all: [(frame: StoredFrame, pieces: Int)] = []
        for (frame, pieces) in open {
            let (body, items) = try database.body(ofMinute: frame.id)
            all.append((frame.with(body, items), pieces))
        }
        return all
    }

    /// The latest minutes of a device up to one, newest first, each with all of its body, open or not.
    package func minutes(of device: DeviceID, upTo last: Instant, limit: Int) throws(StoreFailure) -> [StoredFrame] {
        let statement = try database.statement(kept: """
            SELECT \(StoredFrame.columns) FROM frames WHERE device = ? AND minute IS NOT NULL AND minute <= ?
            ORDER BY minute DESC, id DESC LIMIT ?
            """)
        statement.bind(device.description)
        statement.bind(last)
        statement.bind(limit)
        var all: [StoredFrame] = []
        for frame in try statement.rows(StoredFrame.init) {
            guard frame.record.fate == .waiting else { all.append(frame); continue }
            let (body, items) = try database.body(ofMinute: frame.id)
            all.append(frame.with(body, items))
        }
        return all
    }
}

extension Database {
    fileprivate func body(ofMinute frame: Int64) throws(StoreFailure) -> (body: [UInt8], items: Int) {
        let statement = try statement("SELECT items, body FROM stream_pieces WHERE frame = ? ORDER BY place")
        statement.bind(frame)
        let pieces = try statement.rows { row in (row.int(), row.bytes()) }
        return (pieces.flatMap(\.1), pieces.reduce(0) { $0 + $1.0 })
    }
}
