import CSystemd
import Glibc

/// What systemd is told: ready, still alive, what we wait for. Without systemd nothing happens.
package struct Systemd: Sendable {
    /// How often the watchdog must hear of us; nil when none was asked for.
    package let watchdog: Duration?

    package init() {
        var microseconds: UInt64 = 0
        watchdog = sd_watchdog_enabled(0, &microseconds) > 0 ? .microseconds(Int64(microseconds)) : nil
    }

    package func ready() { sd_notify(0, "READY=1\nSTATUS=Taking readings in") }

    /// Not ready yet, and not stuck either.
    package func waits(for what: String) { sd_notify(0, "STATUS=\(what)\nEXTEND_TIMEOUT_USEC=30000000") }

    package func isAlive() { sd_notify(0, "WATCHDOG=1") }

    package func stopping() { sd_notify(0, "STOPPING=1") }
}
