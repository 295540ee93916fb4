import Readings

/// What a store has to say by itself.
package enum StoreNotice: Sendable {
    case damaged(String)
    case full(String)
    case roomAgain
    /// It is time to check it.
    case checkDue
}

extension Store {
    /// Notes that all of the file was read and is sound.
    nonisolated package func noteCheck(at: Instant) throws {
        try intake { transaction in try transaction.database.note("checked-at", "\(at.milliseconds)") }
    }

    /// Notes that the gateway ended in good order.
    package func noteEnd() throws(StoreFailure) {
        try database.change { () throws(StoreFailure) in try database.note("ended", "1") }
    }

    /// Begins a run. Returns when all of the file was checked last, unless the last run was cut off.
    package func begin() throws(StoreFailure) -> Instant? {
        try database.change { () throws(StoreFailure) in
            let hasEnded = try database.statement("SELECT 1 FROM meta WHERE key = 'ended'").first { _ in true } == true
            try database.run(script: "DELETE FROM meta WHERE key = 'ended'")
            let checked = try database.statement("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'checked-at'").first { $0.instant() }
            return hasEnded ? checked : nil
        }
    }
}

extension Database {
    fileprivate func note(_ key: String, _ value: String) throws(StoreFailure) {
        let statement = try statement("INSERT INTO meta(key, value) VALUES (?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value")
        statement.bind(key)
        statement.bind(value)
        try statement.run()
    }
}
