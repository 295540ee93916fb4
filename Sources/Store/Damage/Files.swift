import Glibc

/// Files around the database.
enum Files {
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func name(of path: String) -> String { path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path }

    /// A name in a folder is on the disk with the folder (fsync(2)).
    static func syncFolder(of path: String) { sync(folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC) }

    /// Only of files that SQLite has not open: closing one drops locks.
    @discardableResult
    static func sync(_ path: String, _ flags: Int32 = O_RDONLY | O_CLOEXEC) -> Bool {
        let file = open(path, flags)
        guard file >= 0 else { return false }
        defer { close(file) }
        return fsync(file) == 0
    }

    static func move(_ path: String, to new: String) throws(StoreFailure) {
        guard rename(path, new) == 0 else {
            throw .refusal("\(path) cannot be renamed to \(new): \(String(cString: strerror(errno)))")
        }
    }

    /// Byte for byte, mode 0600.
    static func copy(_ path: String, to new: String) throws(StoreFailure) {
        let (from, to) = (open(path, O_RDONLY | O_CLOEXEC), open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600))
        defer { for file in [from, to] where file >= 0 { close(file) } }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while from >= 0, to >= 0 {
            let count = read(from, &buffer, buffer.count)
            if count == 0 { return }
            guard count > 0, write(to, buffer, count) == count else { break }
        }
        throw .refusal("\(path) cannot be copied to \(new): \(String(cString: strerror(errno)))")
    }

    /// As `Rescue` and `Backup` name what they set aside.
    static func setAside(besideStore path: String) -> [String] {
        guard let entries = opendir(folder(of: path)) else { return [] }
        defer { closedir(entries) }
        var found: [String] = []
        while let entry = readdir(entries) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if [".damaged-", ".replaced-"].contains(where: { name.hasPrefix(Files.name(of: path) + $0) }) { found.append(folder(of: path) + "/" + name) }
        }
        return found.sorted()
    }

    static func size(of path: String) -> Int64? {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : nil
    }

    /// Which other process has a database open. SQLite keeps a shared lock on these bytes of it as long as it has
    /// (https://sqlite.org/lockingv3.html, os_unix.c). Only where this process has not: closing the file drops its locks.
    static func user(of path: String) -> Int32? {
        let file = open(path, O_RDWR | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        (lock.l_start, lock.l_len) = (0x4000_0002, 510)
        guard fcntl(file, F_GETLK, &lock) == 0, lock.l_type != Int16(F_UNLCK) else { return nil }
        return lock.l_pid
    }
}
