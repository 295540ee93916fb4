import People
import Readings

extension IntakeTransaction {
    /// Whose devices are, as it was said up to now.
    package func household() throws(StoreFailure) -> Household { try database.household() }

    /// What a person weighed last before a moment and first after it.
    package func weights(of person: PersonID, about instant: Instant) throws(StoreFailure) -> WeightHistory {
        // One step in the index of persons for each. A time that stands on a wrong clock is near to nothing.
        let statement = try database.statement(kept: """
            WITH known(kind, measured_at, said) AS (
              \(IntakeTransaction.weighed("body-weight", "<=", "DESC")) UNION ALL \(IntakeTransaction.weighed("body-weight", ">", "ASC"))
              UNION ALL \(IntakeTransaction.weighed("body-composition", "<=", "DESC"))
              UNION ALL \(IntakeTransaction.weighed("body-composition", ">", "ASC")))
            SELECT kind, measured_at, said FROM known
            """)
        statement.bind(person.description)
        statement.bind(instant)
        let points = try statement.rows { row throws(StoreFailure) -> WeightHistory.Point? in
            let kind: Kind = try row.word()
            let at = row.instant()
            let values = try row.parsed("list of values", Quantity.all(stored:))
            let known = values.compactMap { name, quantity in kind.vital(name).map { Reading.Value(name, quantity, $0) } }
            return Reading(kind, known).weight.map { WeightHistory.Point(at: at, kilograms: $0) }
        }
        return WeightHistory(points.compactMap { $0 })
    }

    private static func weighed(_ kind: String, _ order: String, _ direction: String) -> String {
        """
        SELECT * FROM (SELECT kind, measured_at, "values" FROM readings INDEXED BY readings_weighed
          WHERE kind IN ('body-weight', 'body-composition') AND person = ?1 AND kind = '\(kind)' AND measured_at \(order) ?2 AND state = 'current' AND time_quality <> 'unsynced'
            AND "values" LIKE '%"weight":%'
          ORDER BY measured_at \(direction) LIMIT 1)
        """
    }

    /// The latest readings behind row `id` that wait for a person, of one device or of all, oldest first.
    package func inbox(of device: DeviceID?, after id: Int64, limit: Int) throws(StoreFailure) -> [StoredReading] {
        let statement = try database.statement(kept: """
            SELECT \(StoredReading.columns) FROM \(StoredReading.tables)
            WHERE r.id > ?1 AND \(ReadingFilter.inbox) AND (?2 IS NULL OR r.device = ?2) ORDER BY r.id LIMIT ?3
            """)
        statement.bind(id)
        statement.bind(device?.description)
        statement.bind(limit)
        return try statement.rows(StoredReading.init)
    }

    /// Files what stands under an identity under somebody else, or under nobody: its next revision, that every sink gets.
    /// - Returns: the revision; nil where it says so already.
    package func reassign(
        _ identity: ReadingIdentity, to whose: Attribution, by correction: inout Reassignment, at: Instant
    ) throws(StoreFailure) -> Int? {
        let standing = try standing(under: identity)
        guard !standing.isEmpty else { throw .refusal("there is no reading '\(identity)': 'vitalgate readings inbox' tells their ids") }
        // What was withdrawn for another reason is no reading whose owner could be told.
        let told = standing.filter { $0.state != .retracted || $0.record.whose == .nobody }
        guard !told.isEmpty else { throw .refusal("\(identity) was withdrawn: there is no such reading any more") }
        let changed = told.filter { $0.record.whose != whose }
        guard !changed.isEmpty else { return nil }
        let row = try correction.row(in: self)
        // What is quarantined comes after what was passed on, and goes back there.
        for stored in told {
            var record = stored.record
            record.whose = whose
            record.revision = try lastRevision(of: identity) + 1
            let isWithdrawn = record.quarantine == nil && whose == .nobody
            try append(record, of: stored.origin.frame, at: at, correction: row, retracting: isWithdrawn)
        }
        try moveAlarms(raisedBy: identity, to: whose, at: at)
        return try lastRevision(of: identity)
    }

    /// An active alarm goes with the reading that raised it; of nobody there is none.
    private func moveAlarms(raisedBy identity: ReadingIdentity, to whose: Attribution, at: Instant) throws(StoreFailure) {
        let raised = try database.statement("SELECT id FROM alarms WHERE id > ? AND id < ? AND cleared_at IS NULL")
        // An episode's id is that of its reading, a stroke, and the vital.
        raised.bind("\(identity)/")
        raised.bind("\(identity)0")
        let episodes = try raised.rows { $0.text() }
        for episode in episodes {
            if whose == .nobody { try end(episode) } else { try move(episode, to: whose.person) }
            guard database.changes == 1 else { continue }
            let event = try database.statement("""
                INSERT INTO alarm_events(episode, phase, level, side, newest_at, reading, value, "limit", measured_at, time_quality, until, extreme)
                SELECT episode, ?, level, side, newest_at, reading, value, iif(?, NULL, "limit"), measured_at, time_quality, until, extreme
                FROM alarm_events WHERE episode = ? ORDER BY id DESC LIMIT 1
                """)
            event.bind(whose == .nobody ? "cleared" : "changed")
            event.bind(whose == .nobody)
            event.bind(episode)
            try event.run()
            try journal(.alarm, "alarm", database.lastRow, at: at)
        }
        if !episodes.isEmpty { try database.raiseEnrolmentVersion() }
    }

    private func end(_ episode: String) throws(StoreFailure) {
        let statement = try database.statement("UPDATE alarms SET cleared_at = newest_at WHERE id = ?")
        statement.bind(episode)
        try statement.run()
    }

    /// Unless that person has one of the same already.
    private func move(_ episode: String, to person: PersonID?) throws(StoreFailure) {
        let statement = try database.statement("""
            UPDATE alarms SET person = ?1 WHERE id = ?2 AND person IS NOT ?1 AND NOT EXISTS (
              SELECT 1 FROM alarms other WHERE other.device = alarms.device AND other.vital = alarms.vital AND other.person IS ?1
                AND other.cleared_at IS NULL)
            """)
        statement.bind(person?.description)
        statement.bind(episode)
        try statement.run()
    }
}

extension Store {
    /// Files readings under a person, under nobody, or back into the inbox: all of them, or none.
    /// - Returns: what each stands as now, and nil for those that said so already.
    nonisolated package func assign(
        _ identities: [ReadingIdentity], to whose: Attribution, by who: String, at: Instant
    ) throws -> [(identity: ReadingIdentity, revision: Int?)] {
        try intake { transaction in
            if let person = whose.person {
                guard let known = try transaction.database.persons(person).first else {
                    throw StoreFailure.refusal("there is no person '\(person)': 'vitalgate persons add \(person)' adds one")
                }
                guard known.consent.isGiven else {
                    throw StoreFailure.refusal("\(person) does not consent: nothing is filed under that name")
                }
            }
            var reassignment = Reassignment(by: who, at: at, detail: whose.said)
            var results: [(identity: ReadingIdentity, revision: Int?)] = []
            for identity in identities {
                results.append((identity, try transaction.reassign(identity, to: whose, by: &reassignment, at: at)))
            }
            return results
        }
    }
}

/// A correction of whose readings are, opened with the first that changes.
package struct Reassignment: Sendable {
    private let correction: Correction
    private var row: Int64?

    package init(by who: String, at: Instant, detail: String) {
        correction = Correction(.assign, at: at, by: who, detail: detail)
    }

    mutating func row(in transaction: borrowing IntakeTransaction) throws(StoreFailure) -> Int64 {
        if let row { return row }
        let opened = try transaction.open(correction)
        row = opened
        return opened
    }
}

extension Attribution {
    /// In words.
    package var said: String {
        switch self {
        case .person(let person, _): "of \(person)"
        case .nobody: "of nobody"
        case .unassigned(.byHand): "nobody knows whose"
        case .unassigned: "not assigned"
        }
    }
}
