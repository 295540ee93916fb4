import DeviceProfiles
import Foundation
import Glibc
import StrictYAML

/// What an earlier start read of the profile files, in one file that may be deleted at any time.
///
/// The files rule: a tree is taken only for the very text that stands in the file now, and goes through the same readers as one
/// that was read just now; only its vectors are left out, for only a set whose vectors were read whole is kept. A cache that is broken, of another version, or that anybody else could have written is no cache, and
/// the next start has a new one.
package struct ProfileCache: Sendable {
    private let path: String
    private let mayWrite: Bool

    /// Below `$CACHE_DIRECTORY` (systemd's `CacheDirectory=`), else beside the database.
    package init(besideStore store: String, mayWrite: Bool = true) {
        let given = ProcessInfo.processInfo.environment["CACHE_DIRECTORY"]?.split(separator: ":").first.map(String.init)
        self.init(folder: given ?? URL(fileURLWithPath: store).deletingLastPathComponent().path, mayWrite: mayWrite)
    }

    package init(folder: String, mayWrite: Bool = true) {
        path = folder + "/profiles.cache"
        self.mayWrite = mayWrite
    }

    /// 203 profiles take 0.4 MB; more than this is no cache of ours.
    private static let most = 32 << 20

    /// Raised whenever trees are made otherwise than before: YAML that was taken is refused, or places are counted anew.
    private static let seal = "2, vitalgate \(GatewayVersion.text)"

    func read() -> YAMLArchive? {
        // Not through a link, and without waiting for a pipe.
        let file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid(),
            status.st_mode & (S_IWGRP | S_IWOTH) == 0, (1...ProfileCache.most).contains(Int(status.st_size))
        else { return nil }
        let size = Int(status.st_size)
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            while count < size {
                let got = Glibc.read(file, buffer.baseAddress.map { $0 + count }, size - count)
                if got < 0, errno == EINTR { continue }
                guard got > 0 else { break }
                count += got
            }
        }
        return YAMLArchive(bytes, seal: ProfileCache.seal)
    }

    /// The next start reads this one whole or the former one. Where it cannot be written the next start is slower, and that is all.
    func keep(_ sources: [ProfileSet.Source]) {
        guard mayWrite else { return }
        let read = sources.compactMap { source in source.tree.map { (source.text, $0.without("vectors")) } }
        let bytes = YAMLArchive.bytes(of: read, seal: ProfileCache.seal)
        guard bytes.count <= ProfileCache.most else { return }
        let new = path + ".new"
        unlink(new)
        let file = open(new, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR)
        guard file >= 0 else { return }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress.map { $0 + written }, $0.count - written) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            written += count
        }
        // After a loss of power the file may be empty or torn; its sum tells. So nothing waits for the disk here.
        guard close(file) == 0, written == bytes.count, rename(new, path) == 0 else {
            unlink(new)
            return
        }
    }
}
