import CSQLite
import Glibc

/// Why the store could not do what it was asked. Nothing of the transaction in question was kept.
package struct StoreFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// SQLite's primary result code (https://sqlite.org/rescode.html); `SQLITE_ERROR` for our own refusals.
    package let code: Int32
    /// SQLite's extended result code.
    package let extendedCode: Int32
    /// What is wrong and what to do, in words for an operator.
    package let message: String
    /// The disk, the quota or the page limit is used up. Intake goes on by itself as soon as there is space again.
    package let isFull: Bool

    /// Another process writes, and went on writing for longer than the busy timeout.
    package var isBusy: Bool { code == SQLITE_BUSY || code == SQLITE_LOCKED }
    /// The file is damaged, is no database, or holds a word that this version does not know.
    package var isCorrupt: Bool { code == SQLITE_CORRUPT || code == SQLITE_NOTADB }

    package var description: String { message }

    /// What `connection` last complained about.
    init(of connection: OpaquePointer?, extendedCode: Int32, at path: String) {
        let code = extendedCode & 0xff
        let systemError = connection.map { sqlite3_system_errno($0) } ?? 0
        self.code = code
        self.extendedCode = extendedCode
        // A full disk comes as SQLITE_FULL from a write, and as an I/O error with ENOSPC from fsync and shared memory.
        isFull = code == SQLITE_FULL || (code == SQLITE_IOERR && [ENOSPC, EDQUOT].contains(systemError))
        let said = String(cString: connection.map { sqlite3_errmsg($0) } ?? sqlite3_errstr(extendedCode))
        message = "\(StoreFailure.sentence(code, isFull: isFull, at: path)) (SQLite \(extendedCode): \(said))"
    }

    private init(code: Int32, message: String) {
        self.code = code
        self.extendedCode = code
        self.message = message
        isFull = false
    }

    /// We will not work with this database, and say why.
    static func refusal(_ message: String) -> StoreFailure { StoreFailure(code: SQLITE_ERROR, message: message) }

    /// A stored value that none of our versions has written.
    static func unreadable(_ what: String) -> StoreFailure {
        StoreFailure(code: SQLITE_CORRUPT, message: "the database holds \(what): restore it from a backup")
    }

    private static func sentence(_ code: Int32, isFull: Bool, at path: String) -> String {
        if isFull { return "the disk is full: free some space where \(path) stands, or raise storage.most if that is reached" }
        return switch code {
        case SQLITE_BUSY, SQLITE_LOCKED: "another process is writing to \(path): wait for it, or end it"
        case SQLITE_CORRUPT: "\(path) is damaged: keep a copy of it and restore a backup"
        case SQLITE_NOTADB: "\(path) is not a database of vitalgate"
        case SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH:
            "\(path) may only be read: give its folder to the user that vitalgate runs as"
        case SQLITE_CANTOPEN: "\(path) cannot be opened: its folder must exist and be writable for vitalgate"
        case SQLITE_IOERR: "reading or writing \(path) failed: look at the health of the disk"
        default: "the database \(path) refused"
        }
    }
}
