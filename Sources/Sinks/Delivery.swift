import Alarms
import People
import Readings

/// One journal entry on its way to a sink.
package struct Delivery: Sendable, Hashable {
    package enum Content: Sendable, Hashable {
        case reading(FiledReading)
        case alarm(AlarmEvent)
        case erasure(ErasureNotice)
    }

    /// Its place in the journal.
    package var sequence: Int64
    package var content: Content

    package init(sequence: Int64, _ content: Content) {
        self.sequence = sequence
        self.content = content
    }
}

/// That there is no such reading, or alarm, any more: whoever has it is to forget it. It says nothing of what it was.
package struct ErasureNotice: Sendable, Hashable {
    package enum Subject: Sendable, Hashable {
        /// With the revision that replaces all earlier ones.
        case reading(ReadingIdentity, Kind, revision: Int)
        case alarm(String, vital: String)
    }

    package var device: DeviceID
    package var subject: Subject

    package init(device: DeviceID, _ subject: Subject) {
        self.device = device
        self.subject = subject
    }
}

/// A reading with everything a receiver needs to file it.
package struct FiledReading: Sendable, Hashable {
    package var identity: ReadingIdentity
    /// 1 for the first; a later revision of the same identity replaces the earlier one.
    package var revision: Int
    package var device: DeviceID
    package var reading: Reading
    package var measuredAt: MeasuredAt
    package var arrivedAt: Instant
    package var profile: String
    package var isRetained: Bool
    /// The revision that the receiver has of it, to be replaced by this one.
    package var supersedes: Int?
    /// Why, where it is not that the device said more: `redecode`, `restamp`, `release`, `assign`.
    package var correction: String?
    /// There is no such reading: what the receiver has of it is to be taken back.
    package var isRetracted: Bool
    /// Whose it is, where that is known.
    package var person: PersonID?

    package init(
        identity: ReadingIdentity, revision: Int, device: DeviceID, reading: Reading, measuredAt: MeasuredAt,
        arrivedAt: Instant, profile: String, isRetained: Bool, supersedes: Int? = nil, correction: String? = nil,
        isRetracted: Bool = false, person: PersonID? = nil
    ) {
        self.identity = identity
        self.revision = revision
        self.device = device
        self.reading = reading
        self.measuredAt = measuredAt
        self.arrivedAt = arrivedAt
        self.profile = profile
        self.isRetained = isRetained
        self.supersedes = supersedes
        self.correction = correction
        self.isRetracted = isRetracted
        self.person = person
    }
}

/// What became of a delivery.
package enum Receipt: Sendable, Hashable {
    /// The receiver has it.
    case accepted
    /// The receiver will never take it as it is: a dead letter, with its reason.
    case rejected(String)
    /// Not now.
    case retry(String)
}

/// Carries deliveries to one receiver.
package protocol Sender: Sendable {
    /// Sends in the given order and returns a receipt for each. After a `retry` nothing later may be taken for accepted.
    func send(_ deliveries: [Delivery]) async -> [Receipt]
    /// How many deliveries may be under way at once.
    var window: Int { get }
}
