import Foundation
import Glibc

/// The real program while it runs.
final class RunningProgram {
    private let process = Process()

    /// - Parameter log: a file for its standard error.
    init(_ arguments: [String], environment: [String: String] = [:], log: String? = nil) throws {
        process.executableURL = try Program.executable()
        process.arguments = arguments
        process.environment = ["VITALGATE_PROFILES": Program.profiles, "PATH": "/usr/bin:/bin"]
            .merging(environment) { _, new in new }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        if let log {
            try Data().write(to: URL(fileURLWithPath: log))
            process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
        } else {
            process.standardError = FileHandle.nullDevice
        }
        try process.run()
    }

    /// Nothing of a test that failed stays behind.
    deinit { if process.isRunning { Glibc.kill(process.processIdentifier, SIGKILL) } }

    /// SIGKILL, as a power cut ends it.
    func kill() {
        Glibc.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// SIGHUP, as systemd has it reload.
    func hangUp() { Glibc.kill(process.processIdentifier, SIGHUP) }

    /// SIGTERM, as systemd stops it; nil where it goes on all the same.
    func exitStatusWhenTold(within seconds: Double) async throws -> Int32? {
        process.terminate()
        let end = Date().addingTimeInterval(seconds)
        while process.isRunning {
            guard Date() < end else { return nil }
            try await Task.sleep(for: .milliseconds(20))
        }
        return process.terminationStatus
    }
}
