import Glibc

/// What says that the wall clock of this machine is right. A board without a battery-backed clock starts in the past.
package enum ClockTrust: Sendable, Hashable {
    /// It is: the machine has a clock of its own, or something else takes care.
    case always
    /// Where systemd-timesyncd runs, its flag file; else it is trusted as `always` is.
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
        case .auto: !ClockTrust.isThere("/run/systemd/timesync") || ClockTrust.isThere(ClockTrust.timesyncd)
        case .file(let path): ClockTrust.isThere(path)
        }
    }

    private static func isThere(_ path: String) -> Bool { access(path, F_OK) == 0 }
}
