import People
import Readings

extension Store {
    /// Lets a quarantined reading go: it is passed on as any other, as the next revision, and who did it is kept.
    /// - Parameters:
    ///   - measured: when it was measured, as that person says; needed where nobody can tell otherwise.
    /// - Returns: what is passed on; nil where nothing is quarantined under that identity.
    nonisolated package func release(
        _ identity: ReadingIdentity, by who: String, measured: Instant?, at: Instant
    ) throws -> ReadingRecord? {
        try intake { transaction in
            guard let stored = try transaction.standing(under: identity).first(where: { $0.state == .quarantined }) else { return nil }
            guard stored.record.whose != .nobody else {
                throw StoreFailure.refusal("\(identity) is no person's, as somebody has said: 'vitalgate readings assign' takes that back")
            }
            var record = stored.record
            let because = record.quarantine?.code ?? ""
            record.quarantine = nil
            if let measured { record.measuredAt = MeasuredAt(measured, .corrected) }
            let whose = try transaction.household().whose(record, arrived: stored.arrivedAt, after: stored.record, in: transaction)
            // Its device is nobody's, and whoever releases it says otherwise.
            if whose != .nobody { record.whose = whose }
            guard record.measuredAt != nil else {
                throw StoreFailure.refusal("\(identity) has no time that can be believed (\(because)): say when it was measured, with --at")
            }
            let correction = try transaction.open(Correction(.release, at: at, by: who, detail: "was quarantined: \(because)"))
            try transaction.correct(with: record, of: stored.origin.frame, by: correction, at: at)
            record.revision = try transaction.lastRevision(of: identity)
            try transaction.release(frame: stored.origin.frame, by: correction)
            return record
        }
    }
}

extension IntakeTransaction {
    /// A frame whose readings were quarantined has one that is passed on.
    fileprivate func release(frame: Int64, by correction: Int64) throws(StoreFailure) {
        let statement = try database.statement("""
            UPDATE frames SET fate = 'reading', code = NULL, detail = NULL, refiled = ? WHERE id = ? AND fate = 'quarantined'
            """)
        statement.bind(correction)
        statement.bind(frame)
        try statement.run()
    }
}
