import DeviceProfiles
import People
import Readings
import Store

/// Carries the frames that one profile read through that profile as it is today, and corrects what comes out differently.
/// What was told stays in the store as superseded; every sink gets the correction. No alarm is raised from what is old.
package struct Redecoding {
    package struct Failure: Error, CustomStringConvertible {
        package var description: String
    }

    /// How many frames one transaction corrects: a gateway that runs meanwhile waits no longer than for these.
    static let batch = 1000

    let profile: Profile
    let place: Place
    let by: String
    private let since: Instant?
    private var rereading: Rereading
    private(set) var summary = RedecodeSummary()
    /// What would stand under an identity by now, where nothing is written.
    private var changed: [ReadingIdentity: ReadingIdentity.StoredValues] = [:]
    private var differences: [Difference] = []
    private var correction: Int64?
    private var household = Household()

    /// - Parameter by: who answers for it.
    package init(
        by who: String, profile name: String, among profiles: ProfileSet, since: Instant?, in place: Place
    ) throws(Failure) {
        guard let profile = profiles[name] else { throw Failure(description: "no profile is called '\(name)'; see 'vitalgate profiles list'") }
        guard !profile.countsFrames else {
            throw Failure(description: "\(name) counts equal frames, and repeats are counted and not kept: nobody can tell again what it made of them")
        }
        self.profile = profile
        self.place = place
        by = who
        self.since = since
        rereading = Rereading(by: profile, among: profiles)
    }

    /// Shows what would change and writes nothing.
    package mutating func preview(_ store: Store, _ told: ([Difference]) -> Void) throws -> RedecodeSummary {
        try pages(told) { last, redecoding in
            try store.look { transaction in
                var redecoding = redecoding
                let next = try redecoding.page(after: last, transaction) { _ in nil }
                return (next, redecoding)
            }
        }
        return summary
    }

    /// Writes the corrections, a transaction for each batch, and tells each when it is on the disk.
    package mutating func apply(
        to store: Store, now: @escaping () -> Instant, pause: () -> Void, _ told: ([Difference]) -> Void
    ) throws -> RedecodeSummary {
        try pages(told) { last, redecoding in
            defer { pause() }
            return try store.intake { transaction in
                var redecoding = redecoding
                redecoding.correction = nil
                let next = try redecoding.page(after: last, transaction) { _ in now() }
                if redecoding.correction != nil { redecoding.summary.corrections += 1 }
                return (next, redecoding)
            }
        }
        return summary
    }

    private mutating func pages(
        _ told: ([Difference]) -> Void, _ one: (Int64, Redecoding) throws -> (Int64?, Redecoding)
    ) throws {
        var last: Int64? = 0
        while let after = last {
            (last, self) = try one(after, self)
            told(differences)
            differences = []
        }
    }

    /// Returns the last frame looked at; nil behind the last of all.
    private mutating func page(
        after id: Int64, _ transaction: borrowing IntakeTransaction, at: (Int64) -> Instant?
    ) throws -> Int64? {
        household = try transaction.household()
        let frames = try transaction.frames(readBy: profile.name, since: since, after: id, limit: Redecoding.batch)
        var ends: [(StoredFrame, Rereading.Result)] = []
        for frame in frames { ends += rereading.take(frame) }
        if frames.count < Redecoding.batch { ends += rereading.finish() }
        for (frame, result) in ends {
            summary.frames += 1
            switch result {
            case .untouched(let reason): summary.untouched[reason, default: 0] += 1
            case .outcome(let outcome, let heard): try compare(frame, outcome, heard, transaction, at(frame.id))
            }
        }
        return frames.count < Redecoding.batch ? nil : frames.last?.id
    }

    private func reasonToLeave(_ frame: StoredFrame, _ outcome: DecodeOutcome, _ heard: Instant?) -> String? {
        if frame.record.fate == .duplicate {
            if frame.record.minute != nil { return "another source told the minute" }
            if frame.record.code == "joined" { return Rereading.joined }
            let isTimeless = outcome.readings.contains { $0.recordTime == nil && $0.number == nil } && heard == nil
            if isTimeless { return "sent again by its broker" }
        }
        switch outcome {
        case .rejected(.noKey), .rejected(.wrongKey): return "encrypted, and its key is not known here"
        case .waiting: return "not final by itself"
        default: return nil
        }
    }

    /// - Parameter at: when it is written; nil where it is not.
    private mutating func compare(
        _ frame: StoredFrame, _ outcome: DecodeOutcome, _ heard: Instant?, _ transaction: borrowing IntakeTransaction, _ at: Instant?
    ) throws {
        if let reason = reasonToLeave(frame, outcome, heard) {
            summary.untouched[reason, default: 0] += 1
            return
        }
        let before = differences.count
        var stored = try transaction.readings(ofFrame: frame.id)
        // What else came of a minute, its profile alone does not tell.
        if frame.record.minute != nil { stored.removeAll { $0.reading.summary == nil } }
        var ends: [End] = []
        for (index, reading) in outcome.readings.enumerated() {
            let own = frame.streamTime.map { ReadingIdentity(of: reading, from: frame.record.device, in: $0) } ?? ReadingIdentity(
                of: reading, from: frame.record.device,
                unclocked: heard.map { .stamped($0) }
                    ?? .burst(boot: frame.record.arrived.boot, nanoseconds: frame.record.arrived.monotonic + UInt64(index)))
            let mine = stored.filter { $0.identity == own || $0.identity.contradicted == own }
            stored.removeAll { $0.identity == own || $0.identity.contradicted == own }
            ends.append(try end(reading, own, mine, of: frame, heard, transaction, at))
        }
        for reading in stored {
            if reading.state == .current || reading.state == .quarantined { try takeBack(reading, transaction, at) }
        }
        try refile(frame, outcome, ends, isChanged: differences.count > before, transaction, at)
        if differences.count == before { summary.unchanged += 1 }
    }

    /// What became of one reading of a frame.
    private enum End: Equatable {
        case passed(isConflict: Bool)
        case quarantined(ReadingRecord.Quarantine)
        case duplicate(of: Int64)
        /// A later frame said more under the same identity: that one answers for it. Or it is nobody's, whatever it says.
        case elsewhere
        /// Its device is nobody's.
        case nobodys
    }

    private mutating func end(
        _ reading: Reading, _ own: ReadingIdentity, _ mine: [StoredReading], of frame: StoredFrame, _ heard: Instant?,
        _ transaction: borrowing IntakeTransaction, _ at: Instant?
    ) throws -> End {
        let judgement = try Judgement(
            reading, of: frame.record.device, heard: heard, arrived: frame.minuteArrivedAt(heard) ?? frame.record.arrivedAt, isSynchronised: frame.record.isDated,
            isRetained: frame.record.isRetained, in: place, transaction)
        let standing = mine.last { $0.state != .superseded }
        if standing == nil, !mine.isEmpty { return .elsewhere }
        if let standing, standing.record.whose == .nobody {
            return standing.record.quarantine.map { .quarantined($0) } ?? .elsewhere
        }
        var record = ReadingRecord(
            device: frame.record.device, reading: reading, identity: own, measuredAt: judgement.measuredAt,
            quarantine: judgement.quarantine, heard: heard, clockAhead: judgement.clockAhead)
        if let standing, standing.state != .retracted {
            let isReleased = standing.correction?.cause == .release && standing.reading.says(reading)
            if isReleased { record.quarantine = nil; record.measuredAt = standing.measuredAt }
            record.identity = standing.identity
            record.conflictOf = standing.record.conflictOf
            let isSame = standing.reading.says(reading) && standing.measuredAt == record.measuredAt
                && standing.record.quarantine == record.quarantine
            if !isSame {
                record.whose = try household.whose(
                    record, arrived: frame.record.arrivedAt, after: standing.record, comparing: false, in: transaction)
                if record.whose == .nobody { record.whose = .unassigned(.uncompared) }
                try correct(standing, with: record, transaction, at)
            }
            return record.quarantine.map { .quarantined($0) } ?? .passed(isConflict: record.conflictOf != nil)
        }
        let place = try transaction.standing(of: reading.values, under: own, unless: changed)
        if place.recurrence == .duplicate { return .duplicate(of: place.earlier ?? 0) }
        record.identity = place.identity
        record.conflictOf = place.recurrence == .conflict ? place.earlier : nil
        record.whose = try household.whose(record, arrived: frame.record.arrivedAt, comparing: false, in: transaction)
        if record.whose == .nobody { return .nobodys }
        tell(record.quarantine == nil ? .new : .quarantined, frame, record.identity, before: nil, after: Redecoding.say(record))
        try write(record, of: frame.id, transaction, at)
        return record.quarantine.map { .quarantined($0) } ?? .passed(isConflict: record.conflictOf != nil)
    }

    private mutating func correct(
        _ standing: StoredReading, with record: ReadingRecord, _ transaction: borrowing IntakeTransaction, _ at: Instant?
    ) throws {
        let change: Difference.Change = record.quarantine == nil ? .corrected : .quarantined
        tell(change, standing.origin.frame, record.device, record.identity, before: Redecoding.say(standing.record), after: Redecoding.say(record))
        try write(record, of: standing.origin.frame, transaction, at)
    }

    private mutating func write(
        _ record: ReadingRecord, of frame: Int64, _ transaction: borrowing IntakeTransaction, _ at: Instant?
    ) throws {
        guard let at else {
            changed[record.identity] = ReadingIdentity.StoredValues(
                revision: 1, values: record.reading.values.map { ReadingIdentity.StoredValues.Value($0.name, $0.reported) })
            return
        }
        try transaction.correct(with: record, of: frame, by: opened(transaction, at), at: at)
    }

    private mutating func takeBack(_ reading: StoredReading, _ transaction: borrowing IntakeTransaction, _ at: Instant?) throws {
        tell(
            reading.state == .current ? .retracted : .dropped, reading.origin.frame, reading.device, reading.identity,
            before: Redecoding.say(reading.record), after: nil)
        guard let at else {
            changed[reading.identity] = ReadingIdentity.StoredValues(revision: 1, values: [], isRetracted: true)
            return
        }
        let correction = try opened(transaction, at)
        if reading.state == .current { try transaction.retract(reading, by: correction, at: at) } else { try transaction.drop(reading) }
    }

    private mutating func refile(
        _ frame: StoredFrame, _ outcome: DecodeOutcome, _ ends: [End], isChanged: Bool, _ transaction: borrowing IntakeTransaction,
        _ at: Instant?
    ) throws {
        var (fate, code, detail, original) = (Fate(outcome), outcome.code, outcome.detail, Int64?.none)
        if !ends.isEmpty {
            // As a frame that comes in is settled; a reading that a later frame answers for counts as this frame's too.
            let quarantines = ends.compactMap { if case .quarantined(let quarantine) = $0 { quarantine } else { nil } }
            if ends.contains(.passed(isConflict: true)) {
                (fate, code, detail) = (.conflict, "conflict", frame.record.fate == .conflict ? frame.record.detail : "found when it was decoded again")
            } else if ends.contains(.passed(isConflict: false)) || ends.contains(.elsewhere) {
                (fate, code, detail) = (.reading, nil, nil)
            } else if let quarantine = quarantines.first {
                (fate, code, detail) = (.quarantined, quarantine.code, quarantine.detail)
            } else if ends.contains(.nobodys) {
                (fate, code, detail) = (.ignored, Filing.notAPerson, "what its device shows is no person's, as somebody has said")
            } else if case .duplicate(let row)? = ends.first {
                (fate, code, detail, original) = (.duplicate, nil, nil, row)
            }
        }
        if frame.record.minute != nil { (fate, code, detail, original) = (.summarised, ends.isEmpty ? "no-sample" : nil, frame.record.detail, nil) }
        guard fate != frame.record.fate || code != frame.record.code else { return }
        if fate == .duplicate, frame.record.fate == .duplicate { return }
        if !isChanged {
            tell(.fate, frame, nil, before: Redecoding.say(frame.record.fate, frame.record.code), after: Redecoding.say(fate, code))
        }
        guard let at else { return }
        try transaction.refile(frame: frame.id, as: fate, code: code, detail: detail, duplicateOf: original, by: opened(transaction, at))
    }

    private mutating func opened(_ transaction: borrowing IntakeTransaction, _ at: Instant) throws -> Int64 {
        if let correction { return correction }
        let opened = try transaction.open(Correction(.redecode, at: at, by: by, detail: "\(profile.name) \(profile.version)"))
        correction = opened
        return opened
    }

    // MARK: Telling

    private mutating func tell(_ change: Difference.Change, _ frame: StoredFrame, _ identity: ReadingIdentity?, before: String?, after: String?) {
        tell(change, frame.id, frame.record.device, identity, before: before, after: after)
    }

    private mutating func tell(
        _ change: Difference.Change, _ frame: Int64, _ device: DeviceID, _ identity: ReadingIdentity?, before: String?, after: String?
    ) {
        summary.changes[change, default: 0] += 1
        differences.append(Difference(change: change, frame: frame, device: device, identity: identity, before: before, after: after))
    }

    private static func say(_ fate: Fate, _ code: String?) -> String { fate.rawValue + (code.map { ": \($0)" } ?? "") }

    private static func say(_ record: ReadingRecord) -> String {
        let values = record.reading.values.map { "\($0.name) \($0.reported.text)" }.joined(separator: ", ")
        let marks = record.reading.marks.isEmpty ? "" : " [\(record.reading.marks.joined(separator: ", "))]"
        let time = record.measuredAt.map { " at \($0.instant.rfc3339()) (\($0.quality.rawValue))" } ?? ""
        let person = record.whose.person.map { " of \($0)" } ?? ""
        return values + marks + time + person + (record.quarantine.map { ", quarantined: \($0.code)" } ?? "")
    }
}

extension StoredFrame {
    private var asMinute: OpenMinute? {
        record.minute.map { OpenMinute(row: id, record: record, minute: $0, pieces: 0, due: 0, last: 0) }
    }

    /// When the minute was that it is, for identities.
    fileprivate var streamTime: ReadingIdentity.StreamTime? { asMinute?.time }
    fileprivate func minuteArrivedAt(_ heard: Instant?) -> Instant? { heard == nil ? asMinute?.arrivedAt : nil }
}

extension Reading {
    /// Whether it says what `other` says. How old a reading was, and whether it is a sample, version 1 did not store.
    fileprivate func says(_ other: Reading) -> Bool {
        var (one, two) = (self, other)
        (one.secondsAgo, one.isContinuous) = (nil, false)
        (two.secondsAgo, two.isContinuous) = (nil, false)
        return one == two
    }
}
