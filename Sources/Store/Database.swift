import CSQLite
import Glibc

/// One connection to one SQLite file. Not safe to share: its owner sees to it that one thread at a time uses it.
///
/// A transaction in which any statement failed cannot be committed: SQLite may have rolled it back already
/// (https://sqlite.org/lang_transaction.html#response_to_errors_within_a_transaction), and what came afterwards would stand alone.
final class Database {
    let path: String
    let handle: OpaquePointer
    private var statements: [UnsafePointer<UInt8>: Statement] = [:]
    private var composedStatements: [String: Statement] = [:]
    /// What failed in the open transaction.
    private(set) var failure: StoreFailure?
    private var isInTransaction = false
    /// Hears of damage that a statement met with.
    var onDamage: ((StoreFailure) -> Void)?

    enum Access { case readWrite, readOnly }

    /// Opens the file, and makes it (mode 0600) where it is missing and `access` allows it.
    init(path: String, _ access: Access) throws(StoreFailure) {
        if access == .readWrite { Database.makePrivate(path) }
        var opened: OpaquePointer?
        let flags = access == .readWrite ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY
        let code = sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard code == SQLITE_OK, let opened else {
            let failure = StoreFailure(of: opened, extendedCode: code, at: path)
            sqlite3_close(opened)
            throw failure
        }
        self.path = path
        handle = opened
    }

    deinit {
        statements = [:]
        composedStatements = [:]
        sqlite3_close_v2(handle)
    }

    /// For one thing to do. Statements do not keep their database: here it stays until all is done.
    static func with<Result>(
        _ path: String, _ access: Access = .readOnly, _ body: (Database) throws(StoreFailure) -> Result
    ) throws(StoreFailure) -> Result {
        let database = try Database(path: path, access)
        defer { withExtendedLifetime(database) {} }
        return try body(database)
    }

    /// SQLite gives the -wal and -shm files the mode of the database, so it has to be right before SQLite sees it.
    /// Where this fails, opening fails next and says why. The file is never opened here when it exists already:
    /// closing it would drop the locks that other connections of this process hold (fcntl(2)).
    private static func makePrivate(_ path: String) {
        let file = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        if file >= 0 { close(file) }
        chmod(path, 0o600)
    }

    /// The statement for `sql`, prepared once and kept. Only literals come here, so nothing from outside can be SQL.
    func statement(_ sql: StaticString) throws(StoreFailure) -> Statement {
        if let statement = statements[sql.utf8Start] { return statement }
        let statement = try prepare(sql.utf8Start, sql.utf8CodeUnitCount, SQLITE_PREPARE_PERSISTENT)
        statements[sql.utf8Start] = statement
        return statement
    }

    /// A statement put together of literals, prepared once and kept: for those that are asked once for each frame.
    func statement(kept sql: String) throws(StoreFailure) -> Statement {
        if let statement = composedStatements[sql] { return statement }
        let statement = try statement(composed: sql)
        composedStatements[sql] = statement
        return statement
    }

    /// A statement put together of literals, for one use.
    func statement(composed sql: String) throws(StoreFailure) -> Statement {
        var prepared: Result<Statement, StoreFailure>?
        var sql = sql
        sql.withUTF8 { utf8 in
            prepared = Result { () throws(StoreFailure) in try prepare(utf8.baseAddress, utf8.count, 0) }
        }
        return try prepared!.get()
    }

    private func prepare(
        _ sql: UnsafePointer<UInt8>?, _ count: Int, _ flags: Int32
    ) throws(StoreFailure) -> Statement {
        var prepared: OpaquePointer?
        let text = UnsafeRawPointer(sql)?.assumingMemoryBound(to: CChar.self)
        let code = sqlite3_prepare_v3(handle, text, Int32(count), UInt32(flags), &prepared, nil)
        guard code == SQLITE_OK, let prepared else { throw failed(code) }
        return Statement(prepared, in: self)
    }

    /// Runs a script of several statements.
    func run(script: String) throws(StoreFailure) {
        let code = sqlite3_exec(handle, script, nil, nil, nil)
        guard code == SQLITE_OK else { throw failed(code) }
    }

    /// The row made by the latest INSERT.
    var lastRow: Int64 { sqlite3_last_insert_rowid(handle) }

    /// Rows touched by the latest INSERT, UPDATE or DELETE.
    var changes: Int { Int(sqlite3_changes(handle)) }

    /// The failure behind `code`; an open transaction cannot be committed any more.
    func failed(_ code: Int32) -> StoreFailure {
        let failure = StoreFailure(of: handle, extendedCode: code, at: path)
        if failure.isCorrupt { onDamage?(failure) }
        if isInTransaction, self.failure == nil { self.failure = failure }
        return failure
    }
}

// Transactions
extension Database {
    /// Everything that `body` writes, or nothing: on disk when this returns, rolled back when it throws.
    func transaction<Result>(_ body: () throws -> Result) throws -> Result {
        try begin()
        do {
            let result = try body()
            try commit()
            return result
        } catch {
            rollback()
            throw error
        }
    }

    /// The same, for bodies that can only fail as the store fails.
    func change<Result>(_ body: () throws(StoreFailure) -> Result) throws(StoreFailure) -> Result {
        try begin()
        do throws(StoreFailure) {
            let result = try body()
            try commit()
            return result
        } catch {
            rollback()
            throw error
        }
    }

    /// Several reads that see the same moment.
    func snapshot<Result>(_ body: () throws(StoreFailure) -> Result) throws(StoreFailure) -> Result {
        rollback()
        try statement("BEGIN").run()
        defer { rollback() }
        return try body()
    }

    /// The same, for bodies that fail in other ways too.
    func look<Result>(_ body: () throws -> Result) throws -> Result {
        rollback()
        try statement("BEGIN").run()
        defer { rollback() }
        return try body()
    }

    private func begin() throws(StoreFailure) {
        rollback()
        // IMMEDIATE: waiting for another writer happens here, before anything is done, and never in the middle.
        try statement("BEGIN IMMEDIATE").run()
        isInTransaction = true
    }

    private func commit() throws(StoreFailure) {
        if let failure { throw failure }
        try statement("COMMIT").run()
        isInTransaction = false
    }

    /// Does nothing where SQLite has rolled back by itself.
    private func rollback() {
        (failure, isInTransaction) = (nil, false)
        guard sqlite3_get_autocommit(handle) == 0 else { return }
        // Should even this fail, the next begin() tries again before it writes anything.
        try? statement("ROLLBACK").run()
    }
}
