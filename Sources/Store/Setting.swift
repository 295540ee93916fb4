import CSQLite

/// A pragma that the store's promises stand on. Set at opening and read back, because SQLite ignores in silence
/// what it cannot do.
struct Setting: Sendable {
    let pragma: String
    /// As SQL sets it.
    let value: String
    /// As SQLite reads it back.
    let expected: String
    /// It stands in the file and is set once: setting it again would wait for whoever is writing.
    let isInFile: Bool
    /// What is not true where it did not take.
    let otherwise: String

    /// In this order: `auto_vacuum` works only before the first table, and before `journal_mode` writes the first page.
    static let all = [
        Setting("busy_timeout", "5000", otherwise: "a second process would make writes fail at once"),
        Setting("auto_vacuum", "INCREMENTAL", "2", isInFile: true,
            otherwise: "the file would never give space back; it was made by another program"),
        Setting("application_id", "\(applicationID)", isInFile: true,
            otherwise: "it would not be known as a database of vitalgate"),
        Setting("journal_mode", "WAL", "wal", isInFile: true,
            otherwise: "nothing could be read while a frame is stored; keep it on a local file system"),
        Setting("synchronous", "FULL", "2", otherwise: "a power cut could take readings that were acknowledged"),
        Setting("secure_delete", "ON", "1", otherwise: "erased readings could be read from the file"),
        Setting("foreign_keys", "ON", "1", otherwise: "a reading could lose its frame"),
    ]

    /// "VitG", in the header of the file (https://sqlite.org/fileformat.html#application_id).
    static let applicationID: Int64 = 0x5669_7447

    init(_ pragma: String, _ value: String, _ expected: String? = nil, isInFile: Bool = false, otherwise: String) {
        self.pragma = pragma
        self.value = value
        self.expected = expected ?? value
        self.isInFile = isInFile
        self.otherwise = otherwise
    }

    func take(in database: Database) throws(StoreFailure) {
        if isInFile, try value(in: database) == expected { return }
        try database.statement(composed: "PRAGMA \(pragma) = \(value)").run()
        let taken = try value(in: database)
        guard taken == expected else {
            throw .refusal("\(database.path): \(pragma) reads back \(taken) instead of \(expected), so \(otherwise)")
        }
    }

    private func value(in database: Database) throws(StoreFailure) -> String {
        try database.statement(composed: "PRAGMA \(pragma)").first { $0.text() } ?? "nothing"
    }
}
