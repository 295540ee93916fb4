import People
import Readings

extension Store {
    /// Takes a person in. Refuses a pseudonym, or an identifier, that another person has.
    package func add(_ person: Person) throws(StoreFailure) {
        try database.change { () throws(StoreFailure) in
            guard try database.persons(person.id).isEmpty else {
                throw .refusal("there is a person '\(person.id)' already: 'vitalgate persons show \(person.id)' tells more")
            }
            let statement = try database.statement("""
                INSERT INTO persons(id, language, consents, consent_at, consent_by, added_at, added_by) VALUES (?, ?, ?, ?, ?, ?, ?)
                """)
            statement.bind(person.id.description)
            statement.bind(person.language)
            statement.bind(person.consent.isGiven)
            statement.bind(person.consent.at)
            statement.bind(person.consent.by)
            statement.bind(person.addedAt)
            statement.bind(person.addedBy)
            try statement.run()
            for identifier in person.identifiers { try database.add(identifier, of: person.id) }
            try database.raiseEnrolmentVersion()
        }
    }

    /// All persons, or one, by pseudonym.
    package func persons(_ id: PersonID? = nil) throws(StoreFailure) -> [Person] {
        try database.snapshot { () throws(StoreFailure) in try database.persons(id) }
    }

    /// Notes whether readings may be filed under a person from now on. What is filed stays.
    /// - Returns: false where there is no such person.
    package func note(_ consent: Person.Consent, of person: PersonID) throws(StoreFailure) -> Bool {
        try database.change { () throws(StoreFailure) in
            let statement = try database.statement("UPDATE persons SET consents = ?, consent_at = ?, consent_by = ? WHERE id = ?")
            statement.bind(consent.isGiven)
            statement.bind(consent.at)
            statement.bind(consent.by)
            statement.bind(person.description)
            try statement.run()
            guard database.changes == 1 else { return false }
            try database.raiseEnrolmentVersion()
            return true
        }
    }

    /// Takes out a person of whom nothing is stored, e.g. a slip of the keyboard.
    /// - Returns: false where there is no such person.
    package func remove(_ person: PersonID) throws(StoreFailure) -> Bool {
        try database.change { () throws(StoreFailure) in
            guard try !database.persons(person).isEmpty else { return false }
            let rows = try database.count(of: person)
            guard rows == 0 else {
                throw .refusal("\(rows) stored reading(s) are of \(person): a person with readings cannot be removed")
            }
            let holding = Assignment.effective(in: try database.assignments()).filter { assignment, until in
                // Of a scale that was shared, nobody may be taken away: what they weighed would be somebody else's.
                assignment.persons.contains(person) && (until == nil || assignment.shares.contains { $0.owner.isShared })
            }
            if let (assignment, until) = holding.first {
                throw .refusal("\(assignment.device) \(until == nil ? "is" : "was") assigned to \(person): "
                    + "say first whose it is instead, with 'vitalgate devices assign \(assignment.device)'")
            }
            for sql in [
                "DELETE FROM assignment_owners WHERE person = ?", "DELETE FROM person_identifiers WHERE person = ?",
                "DELETE FROM persons WHERE id = ?",
            ] as [StaticString] {
                let statement = try database.statement(sql)
                statement.bind(person.description)
                try statement.run()
            }
            try database.raiseEnrolmentVersion()
            return true
        }
    }

    /// How many readings stand under each person now, how many in the inbox, and how many are nobody's.
    package func peopleSums() throws(StoreFailure) -> LedgerReport.PeopleSums {
        try database.snapshot { () throws(StoreFailure) in try database.peopleSums() }
    }
}

extension Database {
    func persons(_ id: PersonID? = nil) throws(StoreFailure) -> [Person] {
        let identifiers = try statement("SELECT person, system, value FROM person_identifiers ORDER BY person, system, value").rows { row in
            (row.text(), Person.Identifier(system: row.text(), value: row.text()))
        }
        let statement = try statement("""
            SELECT id, language, consents, consent_at, consent_by, added_at, added_by FROM persons WHERE ?1 IS NULL OR id = ?1 ORDER BY id
            """)
        statement.bind(id?.description)
        return try statement.rows { row throws(StoreFailure) in
            let id = try row.parsed("person", PersonID.init)
            return Person(
                id: id, language: row.optionalText(), identifiers: identifiers.filter { $0.0 == id.description }.map(\.1),
                consent: Person.Consent(isGiven: row.flag(), at: row.instant(), by: row.text()), addedAt: row.instant(),
                addedBy: row.text())
        }
    }

    func peopleSums() throws(StoreFailure) -> LedgerReport.PeopleSums {
        let assigned = try statement("""
            SELECT id, ifnull(n, 0) FROM persons LEFT JOIN (
              SELECT person, count(*) AS n FROM readings WHERE person IS NOT NULL AND state = 'current' GROUP BY person) ON person = id
            """).rows { ($0.text(), $0.int()) }
        let inbox = try statement("""
            SELECT count(*) FROM readings WHERE withheld = 0 AND person IS NULL AND ground IS NULL AND state = 'current'
            """).first { $0.int() }
        let nobody = try statement("""
            SELECT count(*) FROM readings WHERE person IS NULL AND ground IS NOT NULL AND state IN ('retracted', 'quarantined')
            """).first { $0.int() }
        return LedgerReport.PeopleSums(
            assigned: Dictionary(assigned, uniquingKeysWith: { first, _ in first }), inbox: inbox ?? 0, nobody: nobody ?? 0)
    }

    fileprivate func add(_ identifier: Person.Identifier, of person: PersonID) throws(StoreFailure) {
        let other = try statement("SELECT person FROM person_identifiers WHERE system = ? AND value = ?")
        other.bind(identifier.system)
        other.bind(identifier.value)
        if let other = try other.first({ $0.text() }) {
            throw .refusal("\(identifier.system) \(identifier.value) is \(other): one identifier is of one person")
        }
        let statement = try statement("INSERT INTO person_identifiers(system, value, person) VALUES (?, ?, ?)")
        statement.bind(identifier.system)
        statement.bind(identifier.value)
        statement.bind(person.description)
        try statement.run()
    }

    /// All revisions under that name.
    fileprivate func count(of person: PersonID) throws(StoreFailure) -> Int {
        let statement = try statement("SELECT count(*) FROM readings WHERE person = ?")
        statement.bind(person.description)
        return try statement.first { $0.int() } ?? 0
    }
}

extension OwnershipRule.Owner {
    fileprivate var isShared: Bool { if case .oneOf = self { true } else { false } }
}
