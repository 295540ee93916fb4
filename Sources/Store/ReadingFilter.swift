import Readings

/// Which readings to list; nil stands for all.
package struct ReadingFilter: Sendable, Hashable {
    package var device: DeviceID?
    package var kind: Kind?
    package var state: StoredReading.State?
    /// Measured at or after; readings that nobody can date are left out.
    package var since: Instant?

    package init(
        device: DeviceID? = nil, kind: Kind? = nil, state: StoredReading.State? = nil, since: Instant? = nil
    ) {
        self.device = device
        self.kind = kind
        self.state = state
        self.since = since
    }
}
