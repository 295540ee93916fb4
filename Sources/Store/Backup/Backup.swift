import CSQLite
import Glibc
import Readings

/// A copy of the database, made while the gateway goes on, that was proved before it got its name; and the way back.
package struct Backup: Sendable {
    /// The database.
    package let path: String
    /// The backup.
    package let file: String
    /// 32 bytes; nil where the backup is a plain database.
    package let key: [UInt8]?

    package init(of path: String, in file: String, key: [UInt8]?) { (self.path, self.file, self.key) = (path, file, key) }

    package struct Receipt: Sendable, Hashable {
        package var bytes: Int64
        package var readings: Int
        package var frames: Int
        /// The last number of the journal that is in it.
        package var lastEntry: Int64
    }

    /// Pages in one step: about a megabyte, between which writers come by.
    private static let step: Int32 = 256

    // MARK: There

    /// Refuses to write over anything.
    package func make() throws(StoreFailure) -> Receipt {
        guard !Files.exists(file) else { throw .refusal("\(file) exists: a backup never takes the place of another, name a new file") }
        let (plain, sealed) = (file + ".new", file + ".sealed")
        defer { for path in [plain, plain + "-wal", plain + "-shm", plain + "-journal", sealed] { unlink(path) } }
        for path in [plain, plain + "-wal", plain + "-shm", plain + "-journal"] { unlink(path) }
        try copy(path, to: plain)
        var receipt = try Backup.prove(plain)
        if let key {
            try SealedFile.seal(plain, into: sealed, key: key)
            // Only what can be opened again is a backup.
            try SealedFile.open(sealed, into: nil, key: key)
        }
        let ready = key == nil ? plain : sealed
        guard Files.sync(ready) else { throw .refusal("\(ready) cannot be brought to the disk: \(String(cString: strerror(errno)))") }
        // Not rename: what came there meanwhile stays.
        guard link(ready, file) == 0 else { throw .refusal("\(file) cannot be made: \(String(cString: strerror(errno)))") }
        Files.syncFolder(of: file)
        receipt.bytes = Files.size(of: file) ?? 0
        return receipt
    }

    /// By SQLite's online backup: what is written meanwhile is in it or not, but nothing by halves (https://sqlite.org/backup.html).
    private func copy(_ source: String, to target: String) throws(StoreFailure) {
        try Database.with(source) { from throws(StoreFailure) in
            try from.run(script: "PRAGMA busy_timeout = 5000; BEGIN; SELECT count(*) FROM meta")
            try Database.with(target, .readWrite) { to throws(StoreFailure) in
                guard let backup = sqlite3_backup_init(to.handle, "main", from.handle, "main") else { throw to.failed(sqlite3_errcode(to.handle)) }
                var code = SQLITE_OK
                while code == SQLITE_OK || code == SQLITE_BUSY || code == SQLITE_LOCKED {
                    code = sqlite3_backup_step(backup, Backup.step)
                    if code == SQLITE_OK { usleep(2000) } else if code != SQLITE_DONE { usleep(50_000) }
                }
                sqlite3_backup_finish(backup)
                guard code == SQLITE_DONE else { throw to.failed(code) }
                // One file and nothing beside it.
                try to.run(script: "PRAGMA journal_mode = DELETE")
            }
        }
    }

    /// The file is sound, and the ledger in it balances.
    private static func prove(_ plain: String) throws(StoreFailure) -> Receipt {
        if let problem = try StoreCheck(of: plain).run(.full).first { throw .refusal("the copy is damaged, as the database may be: \(problem)") }
        return try Database.with(plain) { database throws(StoreFailure) in
            if let difference = try LedgerLaws.differences(in: database).first {
                throw .refusal("the ledger in the copy does not balance: \(difference). 'vitalgate ledger verify' says more")
            }
            return Receipt(
                bytes: 0, readings: try database.statement("SELECT count(*) FROM readings").first { $0.int() } ?? 0,
                frames: try database.statement("SELECT count(*) FROM frames").first { $0.int() } ?? 0,
                lastEntry: try database.statement("SELECT ifnull(max(seq), 0) FROM journal").first { $0.integer() } ?? 0)
        }
    }

    // MARK: And back

    /// Makes the backup the database. A database that is there is set aside where `replacing`, or else is a reason to refuse.
    /// - Returns: what is in it, and under which name the other one is now.
    package func restore(replacing: Bool, at: Instant) throws(StoreFailure) -> (Receipt, aside: String?) {
        guard Files.exists(file) else { throw .refusal("there is no file \(file)") }
        if Files.exists(path) {
            guard replacing else { throw .refusal("\(path) exists: with --replace it is set aside first") }
            if let holder = Files.user(of: path) { throw .refusal("process \(holder) has \(path) open: stop the gateway first") }
        }
        let new = path + "-restoring"
        defer { for suffix in ["", "-wal", "-shm", "-journal"] { unlink(new + suffix) } }
        for suffix in ["", "-wal", "-shm", "-journal"] { unlink(new + suffix) }
        if SealedFile.isOne(file) {
            guard let key else { throw .refusal("\(file) is encrypted: say with --key-file where its key is") }
            try SealedFile.open(file, into: new, key: key)
        } else {
            guard key == nil else { throw .refusal("\(file) is not encrypted: leave --key-file out") }
            try Files.copy(file, to: new)
        }
        var receipt = try Backup.prove(new)
        receipt.bytes = Files.size(of: new) ?? 0
        try goOn(new, at: at)
        guard Files.sync(new) else { throw .refusal("\(new) cannot be brought to the disk: \(String(cString: strerror(errno)))") }
        var aside: String?
        if Files.exists(path) {
            let name = "\(path).replaced-\(at.rfc3339().prefix(19).filter { $0 != "-" && $0 != ":" })Z"
            guard !Files.exists(name) else { throw .refusal("\(name) exists: wait a second") }
            if Files.exists(path + "-wal") { try Files.move(path + "-wal", to: name + "-wal") }
            try Files.move(path, to: name)
            aside = name
        }
        for suffix in ["-wal", "-shm", "-spare", "-damaged", "-salvaged", "-salvaging"] { unlink(path + suffix) }
        try Files.move(new, to: path)
        Files.syncFolder(of: path)
        return (receipt, aside)
    }

    /// What the old one has given out since is not given out again: numbers of connections, by which a packet that was sent again is
    /// known, go on far behind it. Receivers know readings by their ids, not by numbers of the journal.
    private func goOn(_ new: String, at: Instant) throws(StoreFailure) {
        try Database.with(new, .readWrite) { database throws(StoreFailure) in
            for setting in Setting.all where setting.pragma != "journal_mode" && setting.pragma != "auto_vacuum" { try setting.take(in: database) }
            try Migrations.run(on: database)
            try database.change { () throws(StoreFailure) in
                try database.run(script: "UPDATE sources SET connections = connections + 1000000")
                try database.note("restored-at", "\(at.milliseconds)")
                try database.raiseEnrolmentVersion()
            }
        }
    }
}
