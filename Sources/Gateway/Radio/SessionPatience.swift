import DeviceProfiles

/// How long a device is left alone after a session: as its profile says, and longer where trying again helps nobody.
struct SessionPatience: Sendable {
    /// One behind the other.
    private var failures = 0
    /// Sessions in which the device had nothing to say.
    private var idle = 0

    mutating func rest(after report: SessionReport, of profile: Profile) -> Duration {
        guard let failure = report.failure else {
            failures = 0
            let least = profile.plan?.again ?? .seconds(30)
            guard report.frames == 0 else {
                idle = 0
                return least
            }
            idle = min(idle + 1, 4)
            return max(least, .seconds(15) * (1 << idle))
        }
        failures = min(failures + 1, 8)
        switch failure.remedy {
        // It sleeps soon: the first tries follow one another, later ones save its battery.
        case .again: return min(.milliseconds(300) * (1 << (failures - 1)), .seconds(30))
        case .later: return min(.seconds(10) * (1 << (failures - 1)), .seconds(300))
        case .person: return .seconds(60) * min(failures, 10)
        }
    }
}
