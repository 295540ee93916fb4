import Glibc

/// Appends each delivery as one line of JSON to a file. Settled when the lines are on the disk.
package actor FileSender: Sender {
    package nonisolated let window = 200
    private let path: String
    private let gateway: String

    package init(path: String, gateway: String) {
        self.path = path
        self.gateway = gateway
    }

    package func send(_ deliveries: [Delivery]) -> [Receipt] {
        let lines = deliveries.map { $0.content.payload(gateway: gateway) + "\n" }.joined()
        do throws(Failure) {
            try append(Array(lines.utf8))
        } catch {
            return deliveries.map { _ in .retry(error.text) }
        }
        return deliveries.map { _ in .accepted }
    }

    private struct Failure: Error {
        var text: String
    }

    /// Opened anew each time, so that a rotated file is let go. What a failed write left behind is cut off again:
    /// the same lines come once more, and half a line would spoil the next.
    private func append(_ bytes: [UInt8]) throws(Failure) {
        // For reading too: the last line is looked at.
        let file = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure("opened") }
        defer { close(file) }
        let before = try end(of: file)
        do throws(Failure) {
            try write(bytes, to: file)
            try sync(file)
        } catch {
            if let before { _ = ftruncate(file, before) }
            throw error
        }
        if before == 0 { syncFolder() }
    }

    /// Where the whole lines end; half a line that a power cut left behind them is cut off. nil for a terminal and the like;
    /// a pipe is refused, for what stands in it when its reader goes is lost.
    private func end(of file: Int32) throws(Failure) -> off_t? {
        var status = stat()
        guard fstat(file, &status) == 0 else { throw failure("looked at") }
        if status.st_mode & S_IFMT == S_IFCHR { return nil }
        guard status.st_mode & S_IFMT == S_IFREG else { throw Failure(text: "\(path) is no plain file") }
        var end = status.st_size
        var block = [UInt8](repeating: 0, count: 4096)
        while end > 0 {
            let start = max(0, end - off_t(block.count))
            let count = pread(file, &block, Int(end - start), start)
            guard count == Int(end - start) else { throw failure("read") }
            if let newline = block[..<count].lastIndex(of: UInt8(ascii: "\n")) {
                end = start + off_t(newline) + 1
                break
            }
            end = start
        }
        guard end == status.st_size || ftruncate(file, end) == 0 else { throw failure("mended") }
        return end
    }

    private func write(_ bytes: [UInt8], to file: Int32) throws(Failure) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress! + written, $0.count - written) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("written") }
            written += count
        }
    }

    /// A terminal has no disk to be brought to.
    private func sync(_ file: Int32) throws(Failure) {
        guard fdatasync(file) == 0 || errno == EINVAL || errno == EROFS else { throw failure("brought to the disk") }
    }

    /// A new file is on the disk only when its name is.
    private func syncFolder() {
        let name = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let folder = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        _ = fsync(folder)
        close(folder)
    }

    private func failure(_ what: String) -> Failure {
        Failure(text: "\(path) cannot be \(what): \(String(cString: strerror(errno)))")
    }
}
