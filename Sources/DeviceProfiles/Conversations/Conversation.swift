import Readings

/// What to say to a connected device, and what to take from it.
///
/// A session is a new value each time: nothing of the last person's may survive into the next.
package protocol Conversation: Sendable {
    /// Talks until the device has told all, or fails.
    /// - Parameter record: takes every event in the order of the device. The commit happens in there: a conversation goes on, and
    ///   acknowledges or deletes on the device, only after it returned. If it throws, the conversation stops at once.
    mutating func run(
        over link: some Link, in context: ConversationContext,
        record: @escaping Recording
    ) async throws(ConversationFailure)

    typealias Recording = @Sendable (ConversationEvent) async throws -> Void
}

/// What a conversation has to know of the world it is held in.
package struct ConversationContext: Sendable {
    /// The wall time when the link came up.
    package var now: Instant
    /// Of the place, east of Greenwich.
    package var secondsFromUTC: Int
    package var address: DeviceID?
    /// The device's slot for the person that is meant.
    package var user: UInt8?
    /// The person's consent code on the device, User Data Service 1.0, 0 to 9999.
    package var consent: UInt16?
    package var bindKey: [UInt8]?
    /// The number of the last record that was committed in an earlier session.
    package var lastRecord: UInt16?
    /// Whether records may be deleted on the device once they are committed. Nobody deletes unasked.
    package var mayDelete: Bool

    package init(
        now: Instant, secondsFromUTC: Int = 0, address: DeviceID? = nil, user: UInt8? = nil, consent: UInt16? = nil,
        bindKey: [UInt8]? = nil, lastRecord: UInt16? = nil, mayDelete: Bool = false
    ) {
        self.now = now
        self.secondsFromUTC = secondsFromUTC
        self.address = address
        self.user = user
        self.consent = consent
        self.bindKey = bindKey
        self.lastRecord = lastRecord
        self.mayDelete = mayDelete
    }
}

/// What comes out of a conversation.
package enum ConversationEvent: Sendable, Hashable {
    /// A value to decode, exactly as the device sent it: one notification, or what was read.
    case value(Arrived)
    case clock(ClockOffset)
}

/// How far a device's clock was from ours.
package struct ClockOffset: Sendable, Hashable {
    package enum Stage: String, Sendable {
        /// The first of a session, before anything was set: what corrects the times of stored records.
        case found
        /// Every later one: read back after it was set.
        case set
    }

    package var stage: Stage
    /// What the device said, on the wall of the place; nil where its clock was never set.
    package var said: CivilTime?
    /// Device minus gateway, in seconds; nil where the device said nothing.
    package var seconds: Int?

    package init(stage: Stage, said: CivilTime?, seconds: Int?) {
        self.stage = stage
        self.said = said
        self.seconds = seconds
    }
}

/// Why a conversation broke off: at which step, what was expected, what came.
package struct ConversationFailure: Error, Sendable, Hashable {
    package enum Reason: Sendable, Hashable {
        case link(LinkFailure)
        /// Nothing, or nothing that fits, came for that long.
        case silence(expected: String, within: Duration)
        /// The device said no.
        case refused(expected: String, came: [UInt8])
        /// What came is no such answer.
        case unreadable(expected: String, came: [UInt8], because: String)
        /// The device counted more records than it sent.
        case recordsMissing(counted: Int, came: Int)
        /// The gateway's own side could not keep what came.
        case notRecorded(because: String)
        /// The step needs something that nobody configured, or that the device has not told.
        case lacks(String)
        case overLimit(Duration)
    }

    /// The step in words: `step 3, ask port`.
    package var step: String
    package var reason: Reason

    package init(step: String, reason: Reason) {
        self.step = step
        self.reason = reason
    }

    /// A closed code for the reason.
    package var code: String {
        switch reason {
        case .link(let failure): failure.code
        case .silence: "silence"
        case .refused: "refused"
        case .unreadable: "unreadable-answer"
        case .recordsMissing: "records-missing"
        case .notRecorded: "not-recorded"
        case .lacks: "not-configured"
        case .overLimit: "over-limit"
        }
    }

    /// For a human.
    package var detail: String {
        let what = switch reason {
        case .link(let failure): failure.detail
        case .silence(let expected, let limit): "expected \(expected) within \(limit.words), but nothing of it came"
        case .refused(let expected, let came): "expected \(expected), but the device said \(came.hex)"
        case .unreadable(let expected, let came, let why): "expected \(expected), but \(came.hex) is none: \(why)"
        case .recordsMissing(let counted, let came): "the device counts \(counted) records, but sent \(came)"
        case .notRecorded(let reason): "could not keep what came: \(reason)"
        case .lacks(let what): "needs \(what)"
        case .overLimit(let limit): "not done within \(limit.words)"
        }
        return "\(step): \(what)"
    }
}

extension Duration {
    var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }

    /// As profiles write it: `500 ms`, `2 s`, `5 min`.
    var words: String {
        let seconds = components.seconds
        if milliseconds % 1000 != 0 { return "\(milliseconds) ms" }
        return seconds >= 60 && seconds % 60 == 0 ? "\(seconds / 60) min" : "\(seconds) s"
    }
}
