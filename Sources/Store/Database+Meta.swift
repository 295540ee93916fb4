/// Words that the store keeps about itself, by their key.
extension Database {
    func noted(_ key: String) throws(StoreFailure) -> String? {
        let statement = try statement("SELECT value FROM meta WHERE key = ?")
        statement.bind(key)
        return try statement.first { $0.text() }
    }

    /// In the place of what was noted before.
    func note(_ key: String, _ value: String) throws(StoreFailure) {
        let statement = try statement("INSERT INTO meta(key, value) VALUES (?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value")
        statement.bind(key)
        statement.bind(value)
        try statement.run()
    }
}
