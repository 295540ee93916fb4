/// Whose a reading is, and on what ground; or why nobody can say. A wrong person is worse than none.
package enum Attribution: Sendable, Hashable {
    case person(PersonID, Ground)
    /// No person's: an animal, a bag, a try. Somebody said so.
    case nobody
    /// It waits for a person who knows.
    case unassigned(Doubt)

    /// From the surest down.
    package enum Ground: Sendable, Hashable {
        /// A named person said so of this reading.
        case byHand
        /// The device is theirs.
        case device
        /// The slot on the device is theirs.
        case slot
        /// The weight is theirs, so many in a thousand.
        case weight(permille: Int)

        package var word: String {
            switch self {
            case .byHand: "operator"
            case .device: "device"
            case .slot: "slot"
            case .weight: "weight"
            }
        }

        /// - Parameter permille: of a weight.
        package init?(word: String, permille: Int?) {
            switch word {
            case "operator": self = .byHand
            case "device": self = .device
            case "slot": self = .slot
            case "weight": self = .weight(permille: permille ?? 0)
            default: return nil
            }
        }
    }

    package enum Doubt: String, Sendable, Hashable, CaseIterable {
        /// Nobody has said whose readings these are.
        case noRule = "no-rule"
        /// Slots of this device have owners, and this one has none.
        case unknownSlot = "unknown-slot"
        /// Two rules say different things.
        case contradiction
        /// The owner changes with the day, and the day is not certain.
        case uncertainTime = "uncertain-time"
        /// One of several, and there is no weight to tell them apart.
        case noWeight = "no-weight"
        /// One of several, and of none is a weight known.
        case noHistory = "no-history"
        /// Nobody whose weight is known is near.
        case nobodyNear = "nobody-near"
        /// More than one is near.
        case severalNear = "several-near"
        /// Its weight came, or changed, when frames were decoded again, and so may those that it would be compared with.
        case uncompared
        /// It would be of a person who does not consent.
        case noConsent = "no-consent"
        /// A named person said that nobody knows.
        case byHand = "operator"
    }

    package var person: PersonID? { if case .person(let person, _) = self { person } else { nil } }

    /// Whether a named person said so: no rule changes it any more.
    package var isByHand: Bool {
        switch self {
        case .person(_, .byHand), .nobody, .unassigned(.byHand): true
        default: false
        }
    }
}
