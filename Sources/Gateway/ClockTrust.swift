import CSystemd
import Glibc
import Synchronization

/// What says that the wall clock of this machine is right. A board without a battery-backed clock starts in the past.
package enum ClockTrust: Sendable, Hashable {
    /// It is: the machine has a clock of its own, or something else takes care.
    case always
    /// What the machine shows: see ``ClockSigns``.
    case auto
    /// It is as long as this file is there.
    case file(String)

    /// https://www.freedesktop.org/software/systemd/man/systemd-timesyncd.service.html
    package static let timesyncd = "/run/systemd/timesync/synchronized"

    /// 2026-01-01: before this program was written. A wall that shows an earlier year is wrong whoever says otherwise.
    static let earliest: Int64 = 1_767_225_600

    /// Whether somebody says so. Costs a system call or two.
    var isTold: Bool {
        switch self {
        case .always: true
        case .auto: ClockSigns.ofMachine.isRight
        case .file(let path): ClockSigns.isThere(path)
        }
    }
}

/// What a machine shows of its wall clock.
struct ClockSigns {
    /// systemd-timesyncd runs, and its flag file is there.
    var timesyncd: (runs: Bool, isSynchronised: Bool)
    /// chronyd or ntpd runs.
    var isKeptByOther: Bool
    /// A board that is described by a device tree, such as a Raspberry Pi, and has no real-time clock. A machine of another sort
    /// without one is a guest, whose host tells it the time.
    var startsInPast: Bool
    /// Whether whoever keeps the clock has told the kernel that it is right; nil where the kernel may not be asked.
    var kernel: () -> Bool?

    /// Who keeps the clock has the say. Where nobody does, a clock that runs on without power is right, and no other.
    var isRight: Bool {
        if timesyncd.runs { return timesyncd.isSynchronised }
        return isKeptByOther || startsInPast ? kernel() ?? false : true
    }

    /// Costs a few system calls, and is asked for each message: no more is looked at than the answer needs.
    static var ofMachine: ClockSigns {
        let isTimesyncd = isThere("/run/systemd/timesync")
        return ClockSigns(
            timesyncd: (isTimesyncd, isTimesyncd && isThere(ClockTrust.timesyncd)),
            isKeptByOther: !isTimesyncd && (isThere("/run/chrony") || isThere("/run/ntpd.pid")),
            startsInPast: !isTimesyncd && isBoard && !isThere("/sys/class/rtc/rtc0"), kernel: askKernel)
    }

    private static let isBoard = isThere("/proc/device-tree")

    /// Right once it may be off by less than 16 s, the most that the kernel counts: so timedatectl judges it too. Setting a clock
    /// takes a capability, asking takes none. https://man7.org/linux/man-pages/man2/adjtimex.2.html
    ///
    /// What was right stays right: without a server the kernel adds 43 s to that bound each day (500 parts in a million), while the
    /// clock of a board strays by a second or two.
    static func askKernel() -> Bool? {
        if hasBeenRight.load(ordering: .relaxed) { return true }
        var state = timex()
        guard adjtimex(&state) >= 0 else { return nil }
        let isRight = state.maxerror < 16_000_000
        if isRight { hasBeenRight.store(true, ordering: .relaxed) }
        return isRight
    }

    private static let hasBeenRight = Atomic(false)

    static func isThere(_ path: String) -> Bool { access(path, F_OK) == 0 }
}
