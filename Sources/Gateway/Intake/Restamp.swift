import People
import Readings
import Store

/// Puts times right that stand on a wall clock which was not: once it is right, when each frame of this boot arrived follows
/// from the monotonic clock. What is told differently is the next revision of the same reading; all in one transaction.
struct Restamp {
    let place: Place
    /// By a wall clock that is right.
    let now: Arrival
    private var household = Household()
    private var correction: Int64?
    private(set) var frames = 0
    private(set) var readings = 0

    init(in place: Place, now: Arrival) {
        self.place = place
        self.now = now
    }

    mutating func run(_ transaction: borrowing IntakeTransaction) throws {
        try transaction.restampClocks(by: now)
        household = try transaction.household()
        for waiting in try transaction.unsynchronised(ofBoot: now.boot) {
            let arrived = waiting.arrived.wall(by: now)
            try transaction.restamp(frame: waiting.frame, to: arrived)
            frames += 1
            for reading in try transaction.standing(ofFrame: waiting.frame) where reading.state != .retracted && reading.record.whose != .nobody {
                try correct(reading, of: waiting, arrived, transaction)
            }
        }
    }

    private mutating func correct(
        _ stored: StoredReading, of frame: IntakeTransaction.Unsynchronised, _ arrived: Instant,
        _ transaction: borrowing IntakeTransaction
    ) throws {
        var record = stored.record
        let judgement = try Judgement(
            record.reading, of: record.device, heard: record.heard, arrived: arrived, isSynchronised: true,
            isRetained: frame.isRetained, in: place, transaction)
        // What a person released stays released; only its time moves.
        let quarantine = stored.correction?.cause == .release ? nil : judgement.quarantine
        guard judgement.measuredAt != record.measuredAt || quarantine != record.quarantine else { return }
        if let old = record.measuredAt?.instant, let new = judgement.measuredAt?.instant, old != new {
            try transaction.moveAlarms(of: record.device, newest: old, to: new)
        }
        guard quarantine != nil || judgement.measuredAt != nil else { return }
        record.measuredAt = judgement.measuredAt
        record.clockAhead = judgement.clockAhead
        record.quarantine = quarantine
        // A device of nobody: whether this one is taken back is for a person to say, with the rest of the inbox.
        let whose = try household.whose(record, arrived: arrived, after: stored.record, in: transaction)
        if whose != .nobody { record.whose = whose }
        let correction = try self.correction ?? transaction.open(
            Correction(.restamp, at: now.wall, by: "vitalgate", detail: "the clock of the gateway became right"))
        self.correction = correction
        try transaction.correct(with: record, of: stored.origin.frame, by: correction, at: now.wall)
        readings += 1
        if quarantine == nil, frame.fate == .quarantined {
            try transaction.refile(frame: frame.frame, as: .reading, by: correction)
        } else if let quarantine, frame.fate == .reading {
            try transaction.refile(
                frame: frame.frame, as: .quarantined, code: quarantine.code, detail: quarantine.detail, by: correction)
        }
    }
}
