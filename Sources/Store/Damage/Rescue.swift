import Glibc
import Readings

/// What is done with a database that is damaged: all that can be read of it goes into a new one, which takes its place, and the
/// damaged file is kept under a name with the date. Whatever is cut off on the way is done again, or ended, by the next start.
///
/// ```
/// x.db-damaged     it is known to be damaged, and why
/// x.db-salvaging   not whole yet
/// x.db-salvaged    whole, and not in its place yet
/// x.db.damaged-20261128T031500Z
/// ```
package struct Rescue: Sendable {
    package let path: String

    package init(of path: String) { self.path = path }

    private var mark: String { path + "-damaged" }
    private var salvaging: String { path + "-salvaging" }
    private var salvaged: String { path + "-salvaged" }
    package var spare: Spare { Spare(besideStore: path) }

    /// Notes that the database is damaged: the next start will not trust it.
    package func note(_ reason: String) {
        let file = open(mark, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { return }
        _ = reason.utf8.withContiguousStorageIfAvailable { write(file, $0.baseAddress, $0.count) }
        fsync(file)
        close(file)
        Files.syncFolder(of: path)
    }

    /// Why it was noted to be damaged.
    package var noted: String? {
        let file = open(mark, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 2000)
        let count = read(file, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }

    /// Files up to this size are looked through whole before they are used: that takes a second or two on a slow card.
    package static let quickSize: Int64 = 64 << 20

    /// Why the database cannot be used as it is; nil where it can, or where there is none yet.
    package func examine() throws(StoreFailure) -> String? {
        try finish()
        if let noted { return noted }
        guard let size = Files.size(of: path) else { return nil }
        let torn = WriteAheadLog(of: path)?.lostTransactions ?? 0
        if torn > 0 { return "the log is damaged, and \(torn) transactions stand behind the damage" }
        if size == 0 { return Files.exists(spare.path) ? "the file is empty" : nil }
        do throws(StoreFailure) {
            // A log that a crash left is put in order here, and old versions become new.
            _ = try Store(path: path)
            return try StoreCheck(of: path).run(size <= Rescue.quickSize ? .quick : .vital).first
        } catch {
            guard error.isCorrupt, isOurs else { throw error }
            return "\(error)"
        }
    }

    /// Whether the file was a database of ours: with a wrong name in the configuration, somebody's only letter could stand there.
    private var isOurs: Bool {
        if Files.exists(spare.path) { return true }
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return false }
        defer { close(file) }
        var head = [UInt8](repeating: 0, count: 100)
        guard read(file, &head, head.count) == head.count else { return false }
        // https://sqlite.org/fileformat.html#the_database_header
        let owner = head[68..<72].reduce(0) { $0 << 8 | Int64($1) }
        return owner == Setting.applicationID
    }

    /// Puts a new database in the place of the damaged one.
    package func run(because reason: String, at: Instant) throws(StoreFailure) -> SalvageReport {
        // Somebody who only looks is gone in a moment.
        for _ in 0..<100 where Files.user(of: path) != nil { usleep(100_000) }
        if let holder = Files.user(of: path) {
            throw .refusal("\(path) is damaged and must be put aside, but process \(holder) has it open: end that")
        }
        let report = try salvage(into: salvaging, because: reason, at: at)
        try Files.move(salvaging, to: salvaged)
        Files.syncFolder(of: path)
        try finish()
        return report
    }

    /// Writes a new database with what can be read, and changes nothing of the old one.
    package func salvage(into new: String, because reason: String, at: Instant) throws(StoreFailure) -> SalvageReport {
        var report = try Salvage(damaged: path, new: new, spare: spare, file: Files.name(of: aside(at)), reason: reason, at: at).run()
        report.differences = try proof(of: new)
        guard Files.sync(new) else { throw .refusal("\(new) cannot be brought to the disk: \(String(cString: strerror(errno)))") }
        return report
    }

    private func proof(of new: String) throws(StoreFailure) -> [String] {
        try Database.with(new, .readWrite) { database throws(StoreFailure) in try LedgerLaws.differences(in: database) }
    }

    private func aside(_ at: Instant) -> String {
        let date = at.rfc3339().prefix(19).filter { $0 != "-" && $0 != ":" }
        var name = "\(path).damaged-\(date)Z"
        var copy = 1
        while Files.exists(name) {
            copy += 1
            name = "\(path).damaged-\(date)Z-\(copy)"
        }
        return name
    }

    /// Ends what was cut off between the new file being whole and its being in its place.
    private func finish() throws(StoreFailure) {
        guard Files.exists(salvaged) else { return }
        let name = try Database.with(salvaged, .readWrite) { new throws(StoreFailure) in
            try new.statement("SELECT file FROM damages ORDER BY id DESC LIMIT 1").first { $0.text() }
        }
        let aside = Files.folder(of: path) + "/" + (name ?? Files.name(of: self.aside(Instant(milliseconds: 0))))
        // The log first: with the new file it would be taken for its own.
        if Files.exists(path + "-wal") { try Files.move(path + "-wal", to: aside + "-wal") }
        unlink(path + "-shm")
        if Files.exists(path) { try Files.move(path, to: aside) }
        for suffix in ["-wal", "-shm"] { unlink(salvaged + suffix) }
        try Files.move(salvaged, to: path)
        unlink(mark)
        Files.syncFolder(of: path)
    }
}
