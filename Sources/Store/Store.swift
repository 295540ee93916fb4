import Readings

/// The one database, and the only place with SQL.
///
/// It works on one serial queue. Whoever can wait asynchronously awaits its methods; a thread that must not go on before
/// the commit calls `intake`, which blocks. Long listings and the ledger hold that queue, so a live page opens a store of
/// its own with `init(readingOnly:)`.
package actor Store {
    private let queue = StoreQueue()
    let database: Database
    /// How far the file may grow, see `limit(bytes:)`.
    var mostPages = Database.anyPages
    /// What it has to say by itself.
    package nonisolated let notices: AsyncStream<StoreNotice>
    private nonisolated let notice: AsyncStream<StoreNotice>.Continuation
    private var reserve: DiskReserve?

    package nonisolated var unownedExecutor: UnownedSerialExecutor { queue.asUnownedSerialExecutor() }

    /// Opens the database at `path`, and makes it (mode 0600) where there is none. Its folder must exist.
    /// Refuses a file on which SQLite does not keep the promises in `Setting`, of another program, or of a newer version.
    package init(path: String) throws(StoreFailure) {
        try self.init(path: path, settings: Setting.all, migrations: Migrations.all)
    }

    /// For tests: with settings that do not take, and other histories.
    init(path: String, settings: [Setting], migrations: [String]) throws(StoreFailure) {
        database = try Database(path: path, .readWrite)
        (notices, notice) = AsyncStream.makeStream(of: StoreNotice.self)
        try Store.refuseForeign(database)
        for setting in settings { try setting.take(in: database) }
        try Migrations.run(migrations, on: database)
        database.onDamage = { [notice] failure in notice.yield(.damaged("\(failure)")) }
    }

    /// Opens a database that exists, for listings, also while a daemon writes to it. Every change fails.
    package init(readingOnly path: String) throws(StoreFailure) {
        database = try Database(path: path, .readOnly)
        (notices, notice) = AsyncStream.makeStream(of: StoreNotice.self)
        try Store.refuseForeign(database)
        for setting in Setting.all where setting.pragma == "busy_timeout" { try setting.take(in: database) }
        try Migrations.check(on: database)
    }

    private static func refuseForeign(_ database: Database) throws(StoreFailure) {
        let owner = try database.statement("PRAGMA application_id").first { $0.integer() } ?? 0
        let tables = try database.statement("SELECT count(*) FROM sqlite_schema").first { $0.int() } ?? 0
        guard owner == Setting.applicationID || (owner == 0 && tables == 0) else {
            throw .refusal("\(database.path) is a database of another program: name another file")
        }
    }

    /// Runs `body` in one transaction and waits for it: committed and synced to disk when this returns.
    ///
    /// Blocks the calling thread; never call it from within another `intake`. Whatever `body` throws, and a COMMIT that
    /// fails (disk full, I/O error), leaves nothing behind, and the next call starts afresh.
    nonisolated package func intake<Result: Sendable>(
        _ body: (inout IntakeTransaction) throws -> Result
    ) throws -> Result {
        try queue.wait {
            // `body` runs on this queue while its caller waits, so it stays where it is: on one thread at a time.
            try withoutActuallyEscaping(body) { body in
                nonisolated(unsafe) let body = body
                return try assumeIsolated { store in
                    try store.withRoom {
                        try store.database.transaction {
                            var transaction = IntakeTransaction(in: store.database)
                            let result = try body(&transaction)
                            try transaction.writeCounters()
                            return result
                        }
                    }
                }
            }
        }
    }

    /// Says something to whoever listens to `notices`.
    nonisolated package func tell(_ notice: StoreNotice) { self.notice.yield(notice) }

    /// Keeps room on the disk for the day when there is none, see `DiskReserve`.
    package func keepReserve(bytes: Int64 = DiskReserve.size) { reserve = DiskReserve(besideStore: database.path, bytes: bytes) }

    /// While the disk is full nothing is taken in: what the reserve had is for those who have to note how far they are.
    private func withRoom<Result>(_ body: () throws -> Result) throws -> Result {
        guard let reserve else { return try body() }
        let wasFull = reserve.failure != nil
        guard reserve.hasRoomAgain() else { throw reserve.failure ?? .refusal("the disk is full") }
        if wasFull { tell(.roomAgain) }
        do { return try body() } catch let failure as StoreFailure where failure.isFull {
            if reserve.noteFull(failure) { tell(.full("\(failure)")) }
            throw failure
        }
    }

    /// Reads what `body` asks for, all of it from one moment, and writes nothing. Blocks as `intake` does.
    nonisolated package func look<Result: Sendable>(
        _ body: (borrowing IntakeTransaction) throws -> Result
    ) throws -> Result {
        try queue.wait {
            // As in `intake`.
            try withoutActuallyEscaping(body) { body in
                nonisolated(unsafe) let body = body
                return try assumeIsolated { store in try store.database.look { try body(IntakeTransaction(in: store.database)) } }
            }
        }
    }

    /// This gateway's id, made once and kept.
    package func gatewayID(makingWith make: @Sendable () -> String) throws(StoreFailure) -> String {
        try database.change { () throws(StoreFailure) in
            if let id = try database.noted("gateway-id") { return id }
            let id = make()
            try database.note("gateway-id", id)
            return id
        }
    }
}
