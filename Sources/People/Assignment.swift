import Readings

/// What an operator said, at one time, of whose readings a device gives from some day on: all of it, until something else is
/// said of that device. It is never changed; a later one takes its place from its own day on.
package struct Assignment: Sendable, Hashable {
    package struct Share: Sendable, Hashable {
        /// The user slot on the device; nil: readings of any slot without an owner of its own, or of none.
        package var slot: Int?
        package var owner: OwnershipRule.Owner

        package init(slot: Int? = nil, _ owner: OwnershipRule.Owner) {
            self.slot = slot
            self.owner = owner
        }
    }

    package var device: DeviceID
    /// By the time of measurement; nil: of all that the device ever measured.
    package var since: Instant?
    /// None: nobody says whose they are.
    package var shares: [Share]
    package var at: Instant
    package var by: String

    package init(_ device: DeviceID, since: Instant?, _ shares: [Share], at: Instant, by: String) {
        self.device = device
        self.since = since
        self.shares = shares
        self.at = at
        self.by = by
    }

    package var persons: Set<PersonID> {
        shares.reduce(into: []) { persons, share in
            switch share.owner {
            case .person(let person): persons.insert(person)
            case .oneOf(let some): persons.formUnion(some)
            case .nobody: break
            }
        }
    }

    /// The rules that follow from all that was ever said, in the order in which it was said.
    package static func rules(of history: [Assignment]) -> [OwnershipRule] {
        effective(in: history).flatMap { assignment, until in
            assignment.shares.map {
                OwnershipRule(assignment.device, slot: $0.slot, from: assignment.since, until: until, owner: $0.owner)
            }
        }
    }

    /// Those that hold for some time, with the end of it; what was taken back whole is left out.
    package static func effective(in history: [Assignment]) -> [(assignment: Assignment, until: Instant?)] {
        var last: [DeviceID: Instant?] = [:]
        var effective: [(assignment: Assignment, until: Instant?)] = []
        // From the end: what holds of one ends where the earliest of all that was said later begins.
        for assignment in history.reversed() {
            guard let until = last[assignment.device] else {
                effective.append((assignment, nil))
                last[assignment.device] = .some(assignment.since)
                continue
            }
            guard let until else { continue }
            guard let since = assignment.since else {
                effective.append((assignment, until))
                last[assignment.device] = .some(nil)
                continue
            }
            if since < until {
                effective.append((assignment, until))
                last[assignment.device] = .some(since)
            }
        }
        return effective.reversed()
    }
}
