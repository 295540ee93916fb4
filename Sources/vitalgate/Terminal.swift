import ExactJSON
import Glibc

/// Standard output and standard error.
enum Terminal {
    static func out(_ text: String) { write(text + "\n", to: 1) }

    static func out(_ json: JSON) { out(json.text) }

    static func complain(_ text: String) { write(text + "\n", to: 2) }

    /// Columns as wide as their widest cell.
    static func table(_ header: [String], _ rows: [[String]]) {
        let all = [header] + rows
        let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        for row in all {
            let cells = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            var line = cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            out(line)
        }
    }

    /// The same program once more, in the place of this one: for systemd it is still the process that it started. Nothing of this
    /// one is left, least of all an open database; and no signal is held back that was here.
    static func startAgain() -> Never {
        for number in [SIGTERM, SIGINT, SIGHUP] { signal(number, SIG_DFL) }
        var none = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, nil)
        execv("/proc/self/exe", CommandLine.unsafeArgv)
        complain("vitalgate cannot start itself again: \(String(cString: strerror(errno)))")
        exit(1)
    }

    private static func write(_ text: String, to file: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
