import Glibc

/// Room on the disk that nobody else can take, for the day when it is full: then it is given up, so that sinks can still note how
/// far they are, and nothing more is taken in until there is room for it again.
///
/// ```
/// room ──(SQLITE_FULL, ENOSPC)──▶ full: the reserve is free, intake refuses ──(room for twice the reserve)──▶ room
/// ```
package final class DiskReserve {
    private let path: String
    private let bytes: Int64
    private(set) var failure: StoreFailure?
    private var lastLook: ContinuousClock.Instant?

    /// Enough for a day of cursors and alarms.
    package static let size: Int64 = 8 << 20

    init(besideStore store: String, bytes: Int64) {
        path = store + "-reserve"
        self.bytes = bytes
        make()
    }

    /// Real blocks, not a hole. Where even now there is no room for it, there is no reserve, and the disk is as full as it is.
    @discardableResult
    private func make() -> Bool {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { return false }
        defer { close(file) }
        guard posix_fallocate(file, 0, Int(bytes)) == 0, fsync(file) == 0 else {
            unlink(path)
            return false
        }
        return true
    }

    /// Gives it up, if it is the disk that is full, and not what the database may take of it.
    /// - Returns: whether this is news.
    func noteFull(_ failure: StoreFailure) -> Bool {
        guard !isThereRoom else { return false }
        defer { self.failure = failure }
        unlink(path)
        return self.failure == nil
    }

    private var isThereRoom: Bool {
        var status = statvfs()
        guard statvfs(Files.folder(of: path), &status) == 0 else { return false }
        return Int64(status.f_bavail) * Int64(status.f_frsize) > 2 * bytes
    }

    /// Whether there is room again. Looks once a second at most.
    func hasRoomAgain() -> Bool {
        guard failure != nil else { return true }
        if let lastLook, lastLook > .now - .seconds(1) { return false }
        lastLook = .now
        guard isThereRoom, make() else { return false }
        failure = nil
        return true
    }
}
