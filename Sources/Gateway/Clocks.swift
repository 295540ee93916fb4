import Glibc
import Readings

/// The clocks of the machine; tests give their own.
package struct Clocks: Sendable {
    package var now: @Sendable () -> Arrival

    package init(now: @escaping @Sendable () -> Arrival) { self.now = now }

    /// Those of the machine, its wall clock trusted.
    package static let machine = machine(trusting: .always)

    /// - Parameter trust: what says that the wall clock is right.
    package static func machine(trusting trust: ClockTrust) -> Clocks {
        let boot = bootID()
        return Clocks {
            // Asked before the wall is read: between the two it can only become right, never wrong.
            let isTold = trust.isTold
            let wall = reading(CLOCK_REALTIME)
            let monotonic = reading(CLOCK_BOOTTIME)
            return Arrival(
                wall: Instant(milliseconds: Int64(wall.tv_sec) * 1000 + Int64(wall.tv_nsec) / 1_000_000),
                monotonic: UInt64(monotonic.tv_sec) * 1_000_000_000 + UInt64(monotonic.tv_nsec), boot: boot,
                isSynchronised: isTold && Int64(wall.tv_sec) >= ClockTrust.earliest)
        }
    }

    private static func reading(_ clock: Int32) -> timespec {
        var time = timespec()
        clock_gettime(clock, &time)
        return time
    }

    /// The kernel's id of this boot. Without one, boots cannot be told apart: then each start of ours counts as one.
    private static func bootID() -> String {
        var bytes = [UInt8](repeating: 0, count: 36)
        let file = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
        if file >= 0 {
            defer { close(file) }
            if read(file, &bytes, 36) == 36 { return String(decoding: bytes, as: UTF8.self) }
        }
        return String(UInt64.random(in: .min ... .max), radix: 16)
    }
}
