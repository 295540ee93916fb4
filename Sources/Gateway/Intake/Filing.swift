import People
import Readings
import Sinks
import Store

/// Decides what one reading of a frame is to the store: new, more of the same, the same again, a contradiction, or
/// something that nobody should believe.
struct Filing {
    let identity: ReadingIdentity
    /// What is to be stored; nil for a duplicate.
    private(set) var record: ReadingRecord?
    private(set) var duplicateOf: Int64?
    private(set) var isConflict = false
    /// Somebody said of its device that what it shows is no person's.
    private(set) var isNobodys = false
    /// It was stored once, of somebody who was erased: it is not stored again.
    private(set) var isErased = false

    /// - Parameters:
    ///   - index: the reading's place among those of its frame, so that two clockless ones stay two.
    ///   - since: the monotonic time of the first of several messages that it was joined from.
    init(
        _ reading: Reading, index: Int, of frame: FrameRecord, heard: Instant?, since: UInt64? = nil, mayBeRedelivered: Bool,
        in place: Place, _ household: Household, _ transaction: borrowing IntakeTransaction
    ) throws {
        // The broker sends an unacknowledged message again; a reading without a time of its own is known by that only.
        let isTimeless = reading.recordTime == nil && reading.number == nil && heard == nil
        if isTimeless, mayBeRedelivered, let packet = frame.packetID, let connection = frame.connection,
            let again = try transaction.redelivery(
                source: frame.source, packetID: packet, connection: connection, device: frame.device, body: frame.body)
        {
            identity = again.identity
            duplicateOf = again.reading
            return
        }
        let nanoseconds = (since ?? frame.arrived.monotonic) + UInt64(index)
        let own = ReadingIdentity(
            of: reading, from: frame.device,
            unclocked: heard.map { .stamped($0) } ?? .burst(boot: frame.arrived.boot, nanoseconds: nanoseconds))
        let standing = try transaction.standing(of: reading.values, under: own)
        identity = standing.identity
        guard standing.recurrence != .duplicate else {
            duplicateOf = standing.earlier
            return
        }
        if standing.recurrence == .new || standing.recurrence == .conflict, try transaction.isErased(standing.identity) {
            isErased = true
            return
        }
        let earlier = standing.recurrence.completes ? try transaction.standing(under: standing.identity).first : nil
        // Whatever more is said of it: it is no person's.
        if let earlier, earlier.record.whose == .nobody {
            duplicateOf = earlier.id
            return
        }
        isConflict = standing.recurrence == .conflict
        let judgement = try Judgement(
            reading, of: frame.device, heard: heard, arrived: frame.arrivedAt, isSynchronised: frame.isDated,
            isRetained: frame.isRetained, in: place, transaction)
        var record = ReadingRecord(
            device: frame.device, reading: reading, identity: standing.identity, revision: standing.revision,
            measuredAt: judgement.measuredAt, quarantine: judgement.quarantine, conflictOf: isConflict ? standing.earlier : nil,
            heard: heard, clockAhead: judgement.clockAhead)
        record.whose = try household.whose(record, arrived: frame.arrivedAt, after: earlier?.record, in: transaction)
        isNobodys = record.whose == .nobody
        if isNobodys { isConflict = false } else { self.record = record }
    }
}

extension Filing {
    static let notAPerson = "not-a-person"
}

extension Recurrence {
    fileprivate var completes: Bool { if case .completes = self { true } else { false } }
}

extension FrameRecord {
    /// One fate for the frame from those of its readings: what weighs most counts.
    mutating func settle(by filings: [Filing]) {
        let stored = filings.compactMap(\.record)
        if filings.contains(where: \.isErased) { body = [] }
        if filings.contains(where: \.isConflict) {
            fate = .conflict
            code = "conflict"
            detail = "says something else under the identity of a stored reading; both are kept"
        } else if stored.contains(where: { $0.quarantine == nil }) {
            fate = .reading
        } else if let quarantine = stored.first?.quarantine {
            fate = .quarantined
            code = quarantine.code
            detail = quarantine.detail
        } else if filings.contains(where: \.isNobodys) {
            fate = .ignored
            code = Filing.notAPerson
            detail = "what its device shows is no person's, as somebody has said"
        } else if let original = filings.lazy.compactMap(\.duplicateOf).first {
            fate = .duplicate
            duplicateOf = original
        } else {
            fate = .erased
        }
    }
}

extension FiledReading {
    init(
        _ record: ReadingRecord, profile: String, arrived: Instant, isRetained: Bool, supersedes: Int? = nil,
        correction: String? = nil, isRetracted: Bool = false
    ) {
        self.init(
            identity: record.identity, revision: record.revision, device: record.device, reading: record.reading,
            measuredAt: record.measuredAt ?? MeasuredAt(arrived, .unset), arrivedAt: arrived, profile: profile,
            isRetained: isRetained, supersedes: supersedes, correction: correction, isRetracted: isRetracted,
            person: record.whose.person)
    }
}
