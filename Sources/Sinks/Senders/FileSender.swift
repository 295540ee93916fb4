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
        let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure("opened") }
        defer { close(file) }
        let before = lseek(file, 0, SEEK_END)
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { write(file, $0.baseAddress! + written, $0.count - written) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let failure = failure("written")
                _ = ftruncate(file, before)
                throw failure
            }
            written += count
        }
        guard fdatasync(file) == 0 else { throw failure("brought to the disk") }
    }

    private func failure(_ what: String) -> Failure {
        Failure(text: "\(path) cannot be \(what): \(String(cString: strerror(errno)))")
    }
}
