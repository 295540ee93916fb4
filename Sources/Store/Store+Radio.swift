import Readings

// What the radio found of devices: a note each, in words that only the gateway understands. A note comes with an enrolment and goes
// with it.
extension Store {
    private static let prefix = "radio/"

    package func radioNotes() throws(StoreFailure) -> [DeviceID: String] {
        let statement = try database.statement("SELECT substr(key, ?1 + 1), value FROM meta WHERE substr(key, 1, ?1) = ?2")
        statement.bind(Store.prefix.utf8.count)
        statement.bind(Store.prefix)
        let rows = try statement.rows { row throws(StoreFailure) in (row.text(), row.text()) }
        return Dictionary(rows.compactMap { id, note in DeviceID(id).map { ($0, note) } }, uniquingKeysWith: { $1 })
    }

    /// Replaces the notes of these devices, as far as they are enrolled; nil drops one.
    package func note(_ notes: [DeviceID: String?]) throws(StoreFailure) {
        try database.change { () throws(StoreFailure) in
            for (device, note) in notes.sorted(by: { $0.key < $1.key }) { try database.note(note, of: device) }
        }
    }
}

extension Database {
    func note(_ note: String?, of device: DeviceID) throws(StoreFailure) {
        let statement = note == nil
            ? try statement("DELETE FROM meta WHERE key = 'radio/' || ?1")
            : try statement("""
                INSERT INTO meta(key, value) SELECT 'radio/' || ?1, ?2 WHERE EXISTS (SELECT 1 FROM devices WHERE id = ?1)
                ON CONFLICT(key) DO UPDATE SET value = excluded.value
                """)
        statement.bind(device.description)
        if let note { statement.bind(note) }
        try statement.run()
    }
}
