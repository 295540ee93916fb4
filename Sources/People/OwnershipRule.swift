import Readings

/// What an operator has said of whose readings a device gives: all of them, those of one user slot, those of some days.
package struct OwnershipRule: Sendable, Hashable {
    package enum Owner: Sendable, Hashable {
        case person(PersonID)
        /// One of these; their weights decide.
        case oneOf(Set<PersonID>)
        /// Nobody: a scale for animals or parcels.
        case nobody
    }

    package var device: DeviceID
    /// The user slot on the device; nil: readings of any slot, or of none.
    package var slot: Int?
    /// When the rule begins and ends to hold, by the time of measurement; nil: always. The end is not part of it.
    package var from: Instant?
    package var until: Instant?
    package var owner: Owner

    package init(_ device: DeviceID, slot: Int? = nil, from: Instant? = nil, until: Instant? = nil, owner: Owner) {
        self.device = device
        self.slot = slot
        self.from = from
        self.until = until
        self.owner = owner
    }

    package var isForSomeDays: Bool { from != nil || until != nil }

    func holds(at instant: Instant) -> Bool {
        if let from, instant < from { return false }
        if let until, instant >= until { return false }
        return true
    }
}
