import CSQLite
import Glibc
import Readings

/// Writes a new database with all that can still be read of a damaged one.
struct Salvage {
    /// Left as it is.
    let damaged: String
    let new: String
    let spare: Spare
    /// Under which name the damaged file will be kept.
    let file: String
    let reason: String
    let at: Instant

    /// Rows of these belong together by their numbers, which others name.
    private static let numbered: Set<String> = ["frames", "readings", "alarm_events", "journal", "corrections"]
    /// Columns with words of others, in which anything may stand.
    private static let foreign: Set<String> = ["detail", "last_detail", "reason", "name", "topic", "note"]

    func run() throws(StoreFailure) -> SalvageReport {
        for path in [new, new + "-wal", new + "-shm"] { unlink(path) }
        // Before SQLite takes of it what is whole.
        let lostTransactions = WriteAheadLog(of: damaged)?.lostTransactions ?? 0
        let source = try open()
        defer { withExtendedLifetime(source) {} }
        defer { for suffix in ["", "-wal", "-shm"] { unlink(headed + suffix) } }
        let version = (try? Migrations.version(of: source)) ?? 0
        guard version <= Migrations.all.count else { throw .refusal("\(damaged) was written by a newer vitalgate: that one must salvage it") }
        let scripts = Array(Migrations.all.prefix(version > 0 ? version : Migrations.all.count))
        let target = try Database(path: new, .readWrite)
        defer { withExtendedLifetime(target) {} }
        for setting in Setting.all { try setting.take(in: target) }
        try Migrations.run(scripts, on: target)
        // Until it is whole nobody relies on it, and what is not whole is made again.
        try target.run(script: "PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; BEGIN")
        var walks: [TableWalk] = []
        let lastReading = (try? source.statement(composed: "SELECT max(id) FROM readings INDEXED BY readings_of_frames").first { $0.integer() }) ?? nil
        for table in try target.tables() {
            let last = table.name == "readings" ? lastReading : nil
            walks.append(try copy(table, from: source, to: target, upTo: last))
        }
        let sequence = ((try? source.statement("SELECT seq FROM sqlite_sequence WHERE name = 'journal'").first { $0.integer() }) ?? nil) ?? 0
        try target.run(script: "COMMIT")
        let fromSpare = try fill(walks, in: target)
        try Migrations.run(on: target)
        let mending = try Mending(of: target, by: self, walks, sequence, fromSpare, lostTransactions, lastReading).run()
        try target.run(script: "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA wal_checkpoint(TRUNCATE)")
        return SalvageReport(
            reason: reason, file: file, kept: walks.filter { $0.kept > 0 }.map { .init(table: $0.table.name, count: $0.kept) },
            losses: try target.statement("SELECT what, name, first, last, count FROM losses WHERE damage = (SELECT max(id) FROM damages) ORDER BY id")
                .rows { Loss($0) },
            fromSpare: mending.fromSpare.filter { $0.value.count > 0 }.keys.sorted(), differences: [])
    }

    // MARK: Opening

    private var headed: String { new + "-head" }

    /// The damaged file; or, where SQLite cannot find its way in it, a copy with the first pages as they were.
    private func open() throws(StoreFailure) -> Database {
        do throws(StoreFailure) { return try opened(damaged) } catch {
            let head = spare.head()
            guard error.isCorrupt, !head.isEmpty else { throw error }
            try Files.copy(damaged, to: headed)
            if Files.exists(damaged + "-wal") { try Files.copy(damaged + "-wal", to: headed + "-wal") }
            try put(head, into: headed)
            return try opened(headed)
        }
    }

    private func opened(_ path: String) throws(StoreFailure) -> Database {
        let database = try Database(path: path, .readOnly)
        // Damage shows as early as it can.
        try database.run(script: "PRAGMA busy_timeout = 5000; PRAGMA cell_size_check = ON; PRAGMA writable_schema = ON")
        let names = try database.statement("SELECT name FROM sqlite_schema WHERE type = 'table'").rows { $0.text() }
        guard Set(names).isSuperset(of: ["meta", "frames", "readings", "journal"]) else { throw .damage }
        _ = try database.statement("SELECT count(*) FROM pragma_table_list").first { $0.int() }
        return database
    }

    /// The header names the length of the file, which has grown since.
    private func put(_ head: [(page: Int64, bytes: [UInt8])], into path: String) throws(StoreFailure) {
        let file = Glibc.open(path, O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { throw .refusal("\(path) cannot be written: \(String(cString: strerror(errno)))") }
        defer { close(file) }
        for (page, bytes) in head {
            var bytes = bytes
            if page == 1, bytes.count >= 100, let size = Files.size(of: path) {
                let pages = UInt32(clamping: size / Int64(bytes.count))
                for place in 0..<4 { bytes[28 + place] = UInt8(truncatingIfNeeded: pages >> UInt32(24 - 8 * place)) }
            }
            guard pwrite(file, bytes, bytes.count, Int(page - 1) * bytes.count) == bytes.count else {
                throw .refusal("\(path) cannot be written: \(String(cString: strerror(errno)))")
            }
        }
    }

    // MARK: Copying

    private func copy(_ table: TableWalk.Table, from source: Database, to target: Database, upTo last: Int64?) throws(StoreFailure) -> TableWalk {
        let places = Array(repeating: "?", count: table.columns.count + (table.isNumbered ? 1 : 0)).joined(separator: ", ")
        let insert = try target.statement(composed: """
            INSERT \(table.isNumbered ? "" : "OR IGNORE ")INTO "\(table.name)"(\(table.isNumbered ? table.number + ", " : "")\(table.list)) VALUES (\(places))
            """)
        var walk = TableWalk(table, of: source) { id, row throws(StoreFailure) in
            guard row.isLegible(butFor: Salvage.foreign) else { return false }
            if let id { insert.bind(id) }
            insert.bind(restOf: row)
            do throws(StoreFailure) { try insert.run() } catch {
                // What breaks a rule of its table was never written so.
                guard [SQLITE_CONSTRAINT, SQLITE_MISMATCH].contains(error.code) else { throw error }
                return false
            }
            return true
        }
        if let last, last > 0, last < .max { walk.end = last + 1 }
        try walk.run()
        if !table.isNumbered || Spare.byHand.contains(table.name) { walk.distrust() }
        return walk
    }

    /// Of torn tables what the spare has. Returns the tables that it could speak of, and how many rows came from it.
    private func fill(_ walks: [TableWalk], in target: Database) throws(StoreFailure) -> [String: Filling] {
        var fillings: [String: Filling] = [:]
        let known = try target.statement("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'enrolment-version'").first { $0.integer() }
        let isCurrent = known != nil && known == spare.enrolmentVersion()
        for walk in walks where Spare.tables.contains(walk.table.name) {
            // Older words of whose what is, or of who consents, would be worse than none.
            let mayBeOlder = !Spare.byHand.contains(walk.table.name) || (walk.table.name == "devices" && walk.isDamaged)
            guard isCurrent || mayBeOlder else { continue }
            guard let count = spare.fill(walk.table, of: target) else { continue }
            fillings[walk.table.name] = Filling(count: count, isCurrent: isCurrent)
        }
        return fillings
    }

    struct Filling {
        var count: Int
        /// Nothing that changes by hand had changed since.
        var isCurrent: Bool
    }
}

extension Database {
    /// All tables of ours, as they were made.
    func tables() throws(StoreFailure) -> [TableWalk.Table] {
        let names = try statement("""
            SELECT l.name, l.wr FROM sqlite_schema s JOIN pragma_table_list l ON l.name = s.name AND l.schema = 'main'
            WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite%' ORDER BY s.rowid
            """).rows { ($0.text(), $0.flag()) }
        var tables: [TableWalk.Table] = []
        for (name, isKeyed) in names {
            let statement = try statement("SELECT name, type, pk FROM pragma_table_xinfo(?) WHERE hidden = 0 ORDER BY cid")
            statement.bind(name)
            let columns = try statement.rows { ($0.text(), $0.text(), $0.int()) }
            let key = columns.filter { $0.2 > 0 }.sorted { $0.2 < $1.2 }
            let number = !isKeyed && key.count == 1 && key[0].1 == "INTEGER" ? key[0].0 : "rowid"
            tables.append(TableWalk.Table(
                name: name, number: number, columns: columns.map(\.0).filter { $0 != number }, key: isKeyed ? key.map(\.0) : []))
        }
        return tables
    }
}
