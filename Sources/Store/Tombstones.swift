import Crypto
import Readings

// What is known of a record that was erased: that it was, when it is heard again. A hash alone would give it away, for the
// devices are few and the days of a year not many; so it is keyed, with a secret that only this gateway has.
extension Database {
    /// - Returns: false where it was there already.
    @discardableResult
    func bury(_ identity: ReadingIdentity, under key: SymmetricKey) throws(StoreFailure) -> Bool {
        let statement = try statement("INSERT INTO tombstones(hash) VALUES (?) ON CONFLICT DO NOTHING")
        statement.bind(Database.hash(of: identity, under: key))
        try statement.run()
        return changes == 1
    }

    /// The secret, made once.
    func makeTombstoneKey() throws(StoreFailure) -> SymmetricKey {
        if let key = try tombstoneKey() { return key }
        let made = SymmetricKey(size: .bits256)
        try note("tombstone-key", made.withUnsafeBytes { $0.map(\.hexPair).joined() })
        return made
    }

    /// nil where nothing was ever erased.
    func tombstoneKey() throws(StoreFailure) -> SymmetricKey? {
        guard let text = try noted("tombstone-key") else { return nil }
        let digits = text.utf8.compactMap(UInt8.init(hexDigit:))
        guard digits.count == 64, text.utf8.count == 64 else { throw .unreadable("no key where that of tombstones belongs") }
        return SymmetricKey(data: stride(from: 0, to: 64, by: 2).map { digits[$0] << 4 | digits[$0 + 1] })
    }

    fileprivate static func hash(of identity: ReadingIdentity, under key: SymmetricKey) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Array(identity.description.utf8), using: key))
    }

    fileprivate func isBuried(_ identity: ReadingIdentity, under key: SymmetricKey) throws(StoreFailure) -> Bool {
        let statement = try statement("SELECT 1 FROM tombstones WHERE hash = ?")
        statement.bind(Database.hash(of: identity, under: key))
        return try statement.first { _ in true } ?? false
    }
}

extension IntakeTransaction {
    /// Whether this reading was stored once, of somebody who was erased.
    package func isErased(_ identity: ReadingIdentity) throws(StoreFailure) -> Bool {
        guard let key = try database.tombstoneKey() else { return false }
        return try database.isBuried(identity, under: key)
    }

    /// Takes the bytes of frames away that hold something of somebody who was erased, beside what is others'.
    package func blank(_ frames: [Int64], at: Instant) throws(StoreFailure) {
        let statement = try database.statement("""
            UPDATE frames SET thinned = ?, thinned_for = 'erased', thinned_bytes = length(body), body = x''
            WHERE fate <> 'waiting' AND length(body) > 0 AND id IN (SELECT value FROM json_each(?))
            """)
        statement.bind(at)
        statement.bind(json: frames)
        try statement.run()
    }

    /// Ends a frame whose person was erased while it waited. Its row stays: somebody may remember its number.
    /// - Returns: whether it was such a frame.
    package func dropErased(waiting frame: Int64) throws(StoreFailure) -> Bool {
        let statement = try database.statement("""
            UPDATE frames SET fate = 'erased', code = NULL, detail = NULL, body = x'',
              items = items + (SELECT ifnull(sum(p.items), 0) FROM stream_pieces p WHERE p.frame = frames.id)
            WHERE id = ? AND fate = 'waiting' AND code = 'erased'
            """)
        statement.bind(frame)
        try statement.run()
        guard database.changes == 1 else { return false }
        let pieces = try database.statement("DELETE FROM stream_pieces WHERE frame = ?")
        pieces.bind(frame)
        try pieces.run()
        return true
    }
}

extension Database {
    /// Takes frames out that nothing refers to any more, and counts what was in them.
    func take(out frames: [Int64]) throws(StoreFailure) {
        guard !frames.isEmpty else { return }
        try run([
            """
            INSERT INTO erased_frames(source, items) SELECT source, sum(items) FROM frames WHERE id IN (SELECT value FROM json_each(?))
            GROUP BY source ON CONFLICT(source) DO UPDATE SET items = items + excluded.items
            """,
            "DELETE FROM frames WHERE id IN (SELECT value FROM json_each(?))",
        ], for: frames)
    }
}
