import Readings

/// How much room the database takes, in bytes. Its WAL stands beside it, and is as large as what was written at one time.
package struct Room: Sendable, Hashable {
    /// Of the file.
    package let file: Int64
    /// Of these, in pages that hold nothing and can be given back.
    package let free: Int64

    /// What stands in it.
    package var used: Int64 { file - free }
}

extension Store {
    package func room() throws(StoreFailure) -> Room {
        let (size, pages, free) = try database.statement(
            "SELECT page_size, page_count, freelist_count FROM pragma_page_size, pragma_page_count, pragma_freelist_count"
        ).first { row in (row.integer(), row.integer(), row.integer()) } ?? (0, 0, 0)
        return Room(file: size * pages, free: size * free)
    }

    /// Lets the file grow to so many bytes and no further: what comes then is refused as on a full disk, and its sources keep it.
    package func limit(bytes: Int64) throws(StoreFailure) {
        let size = try database.statement("PRAGMA page_size").first { $0.integer() } ?? 4096
        mostPages = max(1, bytes / max(1, size))
        try database.limit(pages: mostPages)
    }

    /// Gives up to `pages` empty pages back to the file system. Returns how long everybody else had to wait.
    package func giveBack(pages: Int) throws(StoreFailure) -> Duration {
        let began = ContinuousClock.now
        try database.statement(composed: "PRAGMA incremental_vacuum(\(pages))").run()
        return .now - began
    }

    /// What time it is for the age of what is stored; nil where nobody knows. See `RetentionClock`.
    package func retentionTime(by now: Arrival) throws(StoreFailure) -> Instant? {
        guard now.isSynchronised else { return nil }
        return try database.change { () throws(StoreFailure) in
            let clock = RetentionClock(after: try database.noted("retention-clock").flatMap(RetentionClock.init(text:)), now)
            try database.note("retention-clock", clock.text)
            return clock.wall
        }
    }
}

extension Database {
    /// As large as SQLite can make a file.
    static let anyPages = Int64(UInt32.max) - 1

    /// SQLite never sets it below the size that the file has.
    func limit(pages: Int64) throws(StoreFailure) { try statement(composed: "PRAGMA max_page_count = \(pages)").run() }
}
