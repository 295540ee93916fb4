import CSQLite
import Synchronization

/// Looks for damage in the file, on a connection of its own: nobody waits for it.
package final class StoreCheck: Sendable {
    package enum Depth: Sendable {
        /// What is small and what all else depends on.
        case vital
        /// Every page, but not whether indexes and tables say the same.
        case quick
        /// Everything, table by table, so that the log does not grow all the while.
        case full
    }

    private let path: String
    private let isEnded = Atomic(false)

    package init(of path: String) { self.path = path }

    /// Ends a check that is under way; it then throws.
    package func cancel() { isEnded.store(true, ordering: .sequentiallyConsistent) }

    /// What is wrong, in SQLite's words; empty where all is well. Throws where nobody can tell.
    package func run(_ depth: Depth) throws(StoreFailure) -> [String] {
        do throws(StoreFailure) {
            let database = try Database(path: path, .readOnly)
            defer { withExtendedLifetime(database) {} }
            try database.run(script: "PRAGMA busy_timeout = 5000; PRAGMA cell_size_check = ON")
            return try database.interruptible(by: self) { () throws(StoreFailure) in
                switch depth {
                case .quick: return try problems("PRAGMA quick_check(5)", in: database)
                case .vital: return try byTable("quick_check", in: database) { Spare.tables.contains($0) || $0 == "alarms" }
                case .full: return try byTable("integrity_check", in: database) { _ in true }
                }
            }
        } catch {
            guard error.isCorrupt else { throw error }
            return ["\(error)"]
        }
    }

    private func byTable(_ pragma: String, in database: Database, _ isWanted: (String) -> Bool) throws(StoreFailure) -> [String] {
        var found: [String] = []
        let names = try database.statement("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY rowid").rows { $0.text() }
        for name in names where isWanted(name) { found += try problems("PRAGMA \(pragma)('\(name)')", in: database) }
        return found
    }

    private func problems(_ pragma: String, in database: Database) throws(StoreFailure) -> [String] {
        try database.statement(composed: pragma).rows { $0.text() }.filter { $0 != "ok" }
    }

    fileprivate var shallEnd: Bool { isEnded.load(ordering: .relaxed) }
}

extension Database {
    fileprivate func interruptible<Result>(by check: StoreCheck, _ body: () throws(StoreFailure) -> Result) throws(StoreFailure) -> Result {
        sqlite3_progress_handler(handle, 10_000, { check in
            guard let check else { return 0 }
            return Unmanaged<StoreCheck>.fromOpaque(check).takeUnretainedValue().shallEnd ? 1 : 0
        }, Unmanaged.passUnretained(check).toOpaque())
        defer { sqlite3_progress_handler(handle, 0, nil, nil) }
        return try body()
    }
}
