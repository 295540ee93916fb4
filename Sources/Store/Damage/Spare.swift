import CSQLite
import Glibc

/// What is small and dear, a second time beside the database: who is enrolled, whose what is, how far sinks are, and the pages
/// with which SQLite finds everything else. Without these, one bad page could cost all.
package struct Spare: Sendable {
    let path: String

    package init(besideStore store: String) { path = store + "-spare" }

    /// What changes by hand only; the rest may be older than the database.
    static let byHand: Set<String> = ["devices", "persons", "person_identifiers", "assignments", "assignment_owners"]
    static let tables = ["meta", "sources", "sinks", "cursors"] + byHand.sorted()

    /// Writes it anew, on a connection of its own.
    package func write(of store: String) throws(StoreFailure) {
        let new = path + ".new"
        unlink(new)
        do throws(StoreFailure) {
            let database = try Database(path: store, .readWrite)
            for setting in Setting.all where setting.pragma == "busy_timeout" { try setting.take(in: database) }
            try refuseDamage(in: database)
            try? database.run(script: "PRAGMA wal_checkpoint(PASSIVE)")
            try Database.with(new, .readWrite) { spare throws(StoreFailure) in try spare.run(script: "PRAGMA journal_mode = DELETE") }
            let attach = try database.statement("ATTACH ? AS spare")
            attach.bind(new)
            try attach.run()
            try database.run(script: "PRAGMA spare.journal_mode = OFF; PRAGMA spare.synchronous = FULL; BEGIN")
            for table in Spare.tables { try database.run(script: "CREATE TABLE spare.\(table) AS SELECT \(table == "assignment_owners" ? "rowid AS row, " : "")* FROM main.\(table)") }
            try database.run(script: "DELETE FROM spare.meta WHERE key = 'ended'")
            try writeHead(of: database)
            try database.run(script: "COMMIT; DETACH spare")
        } catch {
            unlink(new)
            throw error
        }
        guard rename(new, path) == 0 else { throw .refusal("\(path) cannot be written: \(String(cString: strerror(errno)))") }
        Files.syncFolder(of: path)
    }

    /// The same, where there is one: what was erased stands in it no more.
    func renew(of store: String) throws(StoreFailure) {
        if Files.exists(path) { try write(of: store) }
    }

    /// What is damaged must not take the place of what is not.
    private func refuseDamage(in database: Database) throws(StoreFailure) {
        try database.run(script: "PRAGMA cell_size_check = ON")
        for table in Spare.tables {
            let said = try database.statement(composed: "PRAGMA quick_check('\(table)')").rows { $0.text() }
            guard said == ["ok"] else { throw .unreadable("a damaged table \(table)") }
        }
    }

    private func writeHead(of database: Database) throws(StoreFailure) {
        let size = try database.statement("PRAGMA main.page_size").first { $0.int() } ?? 4096
        try database.run(script: "CREATE TABLE spare.head(page INTEGER, bytes BLOB)")
        let pages = try database.statement("SELECT pageno FROM dbstat WHERE name IN ('sqlite_schema', 'sqlite_master') ORDER BY pageno")
            .rows { $0.integer() }
        for page in pages {
            guard let bytes = database.page(page, size) else { continue }
            let statement = try database.statement("INSERT INTO spare.head VALUES (?, ?)")
            statement.bind(page)
            statement.bind(bytes)
            try statement.run()
        }
    }

    /// The pages of the schema, by number.
    func head() -> [(page: Int64, bytes: [UInt8])] {
        (try? Database.with(path) { spare throws(StoreFailure) in
            try spare.statement("SELECT page, bytes FROM head").rows { ($0.integer(), $0.bytes()) }
        }) ?? []
    }

    /// Adds to `table` the rows that it has not. Returns how many; nil where there is no spare, or it is damaged too.
    func fill(_ table: TableWalk.Table, of database: Database) -> Int? {
        guard access(path, F_OK) == 0 else { return nil }
        do throws(StoreFailure) {
            let attach = try database.statement("ATTACH ? AS spare")
            attach.bind(path)
            try attach.run()
        } catch { return nil }
        defer { try? database.run(script: "DETACH spare") }
        let columns = (table.isNumbered ? table.number + ", " : "") + table.list
        let before = database.allChanges
        do throws(StoreFailure) {
            // The numbers of rows without a column for them stand in one there.
            let theirs = table.number == "rowid" ? columns.replacing("rowid, ", with: "row, ") : columns
            try database.run(script: "INSERT OR IGNORE INTO main.\"\(table.name)\"(\(columns)) SELECT \(theirs) FROM spare.\"\(table.name)\"")
            return database.allChanges - before
        } catch { return nil }
    }

    /// How often the enrolment had changed when it was written.
    func enrolmentVersion() -> Int64? {
        (try? Database.with(path) { spare throws(StoreFailure) in
            try spare.statement("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'enrolment-version'").first { $0.integer() }
        }) ?? nil
    }
}

extension Database {
    /// Rows touched since the connection was opened.
    var allChanges: Int { Int(sqlite3_total_changes64(handle)) }

    /// A page as it stands in the file, read by SQLite's own descriptor: to open and close the file here once more would drop the
    /// locks that this process has on it (fcntl(2)).
    fileprivate func page(_ number: Int64, _ size: Int) -> [UInt8]? {
        var file: UnsafeMutablePointer<sqlite3_file>?
        guard sqlite3_file_control(handle, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK, let file,
            let read = file.pointee.pMethods?.pointee.xRead
        else { return nil }
        var bytes = [UInt8](repeating: 0, count: size)
        return read(file, &bytes, Int32(size), (number - 1) * Int64(size)) == SQLITE_OK ? bytes : nil
    }
}
