import CSystemd
import Glibc
import Synchronization

/// What systemd is told: ready, still alive, what we wait for. Without systemd nothing happens.
package final class Systemd: Sendable {
    /// How often the watchdog must hear of us; nil when none was asked for.
    package let watchdog: Duration?
    private let isReady = Atomic(false)
    private static let working = "Taking readings in"

    package init() {
        var microseconds: UInt64 = 0
        watchdog = sd_watchdog_enabled(0, &microseconds) > 0 ? .microseconds(Int64(microseconds)) : nil
    }

    package func ready() {
        isReady.store(true, ordering: .sequentiallyConsistent)
        sd_notify(0, "READY=1\nSTATUS=\(Systemd.working)")
    }

    /// Not ready yet, and not stuck either.
    package func waits(for what: String) { sd_notify(0, "STATUS=\(what)\nEXTEND_TIMEOUT_USEC=30000000") }

    package func isAlive() { sd_notify(0, "WATCHDOG=1") }

    /// Profiles are being read again. The time is for systemd 253 and newer, which wants it from `Type=notify-reload` (sd_notify(3));
    /// 252 does not look at it. While we are not ready, the word that ends a reload would say that we are: then nothing is told.
    package func reloading() {
        guard isReady.load(ordering: .sequentiallyConsistent) else { return }
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        let microseconds = UInt64(now.tv_sec) * 1_000_000 + UInt64(now.tv_nsec) / 1000
        sd_notify(0, "RELOADING=1\nMONOTONIC_USEC=\(microseconds)\nSTATUS=Reading profiles and keys again")
    }

    /// - Parameter problem: why the reload was refused; it stands in `systemctl status` until the next one.
    package func reloaded(problem: String?) {
        guard isReady.load(ordering: .sequentiallyConsistent) else { return }
        // A line break would begin another word.
        let line = problem.map { "; the reload was refused: " + $0.prefix(300).map { $0.isNewline ? " " : String($0) }.joined() }
        sd_notify(0, "READY=1\nSTATUS=\(Systemd.working)\(line ?? "")")
    }

    package func stopping() { sd_notify(0, "STOPPING=1") }
}
