import Foundation
import Glibc

/// A real dbus-daemon of its own, for one test. It goes with the value.
package final class PrivateBus: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    private let folder = TemporaryFolder()
    private let process: Process

    package var address: String { "unix:path=\(folder.path)/bus" }

    package init() throws {
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/dbus-daemon")
        process.arguments = ["--session", "--nofork", "--nopidfile", "--nosyslog", "--address=unix:path=\(folder.path)/bus"]
        process.standardError = FileHandle.nullDevice
        try process.run()
        for _ in 0..<1000 where !isListening { usleep(10_000) }
        guard isListening else { throw Failure(description: "dbus-daemon does not listen") }
    }

    /// The socket is in the file system a moment before anybody is at its other end.
    private var isListening: Bool {
        let socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { return false }
        defer { close(socket) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: (folder.path + "/bus").utf8.prefix($0.count - 1)) }
        return withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0 }
        }
    }

    /// Pulls the bus from under everybody.
    package func kill() { if process.isRunning { Glibc.kill(process.processIdentifier, SIGKILL) } }

    deinit { kill() }
}
