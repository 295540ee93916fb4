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
        for _ in 0..<500 where access(folder.path + "/bus", F_OK) != 0 { usleep(10_000) }
        guard access(folder.path + "/bus", F_OK) == 0 else { throw Failure(description: "dbus-daemon does not listen") }
    }

    /// Pulls the bus from under everybody.
    package func kill() { if process.isRunning { Glibc.kill(process.processIdentifier, SIGKILL) } }

    deinit { kill() }
}
