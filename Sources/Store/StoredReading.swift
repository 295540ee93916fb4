import Readings

/// A reading as the store has it, with what its frame says of where it came from.
package struct StoredReading: Sendable, Hashable, Identifiable {
    package enum State: String, Sendable, Hashable, CaseIterable {
        case current
        /// A later revision says more.
        case superseded
        /// Kept and shown, not passed on.
        case quarantined
        /// It was passed on and should not have been: every sink is told so.
        case retracted
    }

    /// The frame that it was read from.
    package struct Origin: Sendable, Hashable {
        package let frame: Int64
        package let source: String
        package let topic: String?
        package let profile: String?
        package let profileVersion: String?
        package let arrived: Arrival
        /// When it arrived, told once a clock was right that was not then.
        package let restamped: Instant?
        package let custody: Custody
        package let isRetained: Bool
    }

    package let id: Int64
    package let record: ReadingRecord
    package let state: State
    package let origin: Origin
    /// Never passed on, for it was quarantined.
    package let isWithheld: Bool
    /// The latest earlier revision that was passed on.
    package let supersedes: Int?
    /// Why it takes the place of an earlier one, where it is not that its frame says more.
    package let correction: Correction?

    /// When its frame arrived, as far as is known by now.
    package var arrivedAt: Instant { origin.restamped ?? origin.arrived.wall }

    package var device: DeviceID { record.device }
    package var reading: Reading { record.reading }
    package var identity: ReadingIdentity { record.identity }
    package var revision: Int { record.revision }
    package var measuredAt: MeasuredAt? { record.measuredAt }
}

extension StoredReading {
    /// A reading with its frame and what corrected it.
    static let tables = "readings r JOIN frames f ON f.id = r.frame LEFT JOIN corrections c ON c.id = r.correction"

    /// Of `tables`.
    static let columns = """
        r.id, r.state, r.frame, f.source, f.topic, f.profile, f.profile_version, f.arrived, f.monotonic, f.boot, f.synced, \
        f.restamped, f.custody, f.retained, r.withheld, \
        CASE WHEN r.revision > 1 THEN (SELECT max(e.revision) FROM readings e \
          WHERE e.by_time = r.by_time AND e.revision < r.revision AND NOT e.withheld) END, \
        c.cause, c.at, c."by", c.detail, \
        r.device, r.identity, r.revision, r.measured_at, r.time_quality, r.time_doubt, r.code, r.detail, r.conflict_of, \
        r.heard, r.clock_ahead, r.person, r.ground, r.permille, r.doubt, \
        r.kind, r.user, r.number, r.qualifier, r.device_time, r.record_time, r.utc, r.ago, r.continuous, r."values", r.marks, r.summary
        """

    /// From a row of `columns`.
    init(_ row: Statement) throws(StoreFailure) {
        id = row.integer()
        state = try row.word()
        origin = Origin(
            frame: row.integer(), source: row.text(), topic: row.optionalText(), profile: row.optionalText(),
            profileVersion: row.optionalText(), arrived: row.arrival(),
            restamped: row.optionalInteger().map(Instant.init(milliseconds:)), custody: try row.word(), isRetained: row.flag())
        isWithheld = row.flag()
        supersedes = row.optionalInteger().map { Int($0) }
        correction = try Correction(optional: row)
        let device = try row.device()
        let identity = ReadingIdentity(row.text())
        let revision = row.int()
        let instant = row.optionalInteger().map(Instant.init(milliseconds:))
        let quality = try row.optionallyParsed("time quality", TimeQuality.init(rawValue:))
        let doubt = try row.optionallyParsed("doubt", TimeDoubt.init(rawValue:))
        let code = row.optionalText()
        let detail = row.optionalText()
        let conflictOf = row.optionalInteger()
        let heard = row.optionalInteger().map(Instant.init(milliseconds:))
        let clockAhead = row.optionalInteger()
        let whose = try row.whose()
        record = ReadingRecord(
            device: device, reading: try row.reading(), identity: identity, revision: revision,
            measuredAt: instant.flatMap { instant in quality.map { MeasuredAt(instant, $0, doubt) } },
            quarantine: code.map { ReadingRecord.Quarantine(code: $0, detail: detail ?? "") }, conflictOf: conflictOf,
            heard: heard, clockAhead: clockAhead, whose: whose)
    }
}
