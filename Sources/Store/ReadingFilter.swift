import People
import Readings

/// Which readings to list; nil stands for all.
package struct ReadingFilter: Sendable, Hashable {
    package var device: DeviceID?
    package var kind: Kind?
    package var state: StoredReading.State?
    /// Measured at or after; readings that nobody can date are left out.
    package var since: Instant?
    /// What stands under a person now.
    package var person: PersonID?
    /// Those that are passed on and of nobody known.
    package var isInbox: Bool

    package init(
        device: DeviceID? = nil, kind: Kind? = nil, state: StoredReading.State? = nil, since: Instant? = nil,
        person: PersonID? = nil, isInbox: Bool = false
    ) {
        self.device = device
        self.kind = kind
        self.state = state
        self.since = since
        self.person = person
        self.isInbox = isInbox
    }

    /// As the index `readings_inbox` wants it asked.
    static let inbox = "r.withheld = 0 AND r.person IS NULL AND r.ground IS NULL AND r.state = 'current'"
}
