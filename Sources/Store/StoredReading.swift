import Readings

/// A reading as the store has it, with what its frame says of where it came from.
package struct StoredReading: Sendable, Hashable, Identifiable {
    package enum State: String, Sendable, Hashable, CaseIterable {
        case current
        /// A later revision says more.
        case superseded
        /// Kept and shown, not passed on.
        case quarantined
    }

    /// The frame that it was read from.
    package struct Origin: Sendable, Hashable {
        package let frame: Int64
        package let source: String
        package let topic: String?
        package let profile: String?
        package let profileVersion: String?
        package let arrived: Arrival
        package let custody: Custody
        package let isRetained: Bool
    }

    package let id: Int64
    package let record: ReadingRecord
    package let state: State
    package let origin: Origin

    package var device: DeviceID { record.device }
    package var reading: Reading { record.reading }
    package var identity: ReadingIdentity { record.identity }
    package var revision: Int { record.revision }
    package var measuredAt: MeasuredAt? { record.measuredAt }
}

extension StoredReading {
    /// Of `readings r` and its `frames f`.
    static let columns = """
        r.id, r.state, r.frame, f.source, f.topic, f.profile, f.profile_version, f.arrived, f.monotonic, f.boot, f.custody, \
        f.retained, r.device, r.identity, r.revision, r.measured_at, r.time_quality, r.code, r.detail, r.conflict_of, \
        r.kind, r.user, r.number, r.qualifier, r.device_time, r.record_time, r."values", r.marks
        """

    /// From a row of `columns`.
    init(_ row: Statement) throws(StoreFailure) {
        id = row.integer()
        state = try row.word()
        origin = Origin(
            frame: row.integer(), source: row.text(), topic: row.optionalText(), profile: row.optionalText(),
            profileVersion: row.optionalText(), arrived: row.arrival(), custody: try row.word(), isRetained: row.flag())
        let device = try row.device()
        let identity = ReadingIdentity(row.text())
        let revision = row.int()
        let instant = row.optionalInteger().map(Instant.init(milliseconds:))
        let quality = try row.optionallyParsed("time quality", TimeQuality.init(rawValue:))
        let code = row.optionalText()
        let detail = row.optionalText()
        let conflictOf = row.optionalInteger()
        record = ReadingRecord(
            device: device, reading: try row.reading(), identity: identity, revision: revision,
            measuredAt: instant.flatMap { instant in quality.map { MeasuredAt(instant, $0) } },
            quarantine: code.map { ReadingRecord.Quarantine(code: $0, detail: detail ?? "") }, conflictOf: conflictOf)
    }
}
