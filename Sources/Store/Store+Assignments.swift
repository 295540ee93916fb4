import People
import Readings

extension Store {
    /// Keeps what was said of a device. Refuses a device that is not enrolled, and persons that are not there.
    package func assign(_ assignment: Assignment) throws(StoreFailure) {
        try database.change { () throws(StoreFailure) in
            let enrolled = try database.statement("SELECT 1 FROM devices WHERE id = ?")
            enrolled.bind(assignment.device.description)
            guard try enrolled.first({ _ in true }) != nil else {
                throw .refusal("\(assignment.device) is not enrolled: 'vitalgate devices enroll \(assignment.device)' takes it in")
            }
            for person in assignment.persons.sorted() {
                guard let known = try database.persons(person).first else {
                    throw .refusal("there is no person '\(person)': 'vitalgate persons add \(person)' adds one")
                }
                guard known.consent.isGiven else { throw .refusal("\(person) does not consent: nothing is filed under that name") }
            }
            try database.write(assignment)
            try database.raiseEnrolmentVersion()
        }
    }

    /// All that was ever said, in the order in which it was said.
    package func assignments() throws(StoreFailure) -> [Assignment] {
        try database.snapshot { () throws(StoreFailure) in try database.assignments() }
    }
}

extension Database {
    func write(_ assignment: Assignment) throws(StoreFailure) {
        let statement = try statement("INSERT INTO assignments(device, since, nobody, at, \"by\") VALUES (?, ?, ?, ?, ?)")
        statement.bind(assignment.device.description)
        statement.bind(assignment.since)
        statement.bind(assignment.shares.contains { $0.owner == .nobody })
        statement.bind(assignment.at)
        statement.bind(assignment.by)
        try statement.run()
        let row = lastRow
        for share in assignment.shares {
            switch share.owner {
            case .nobody: break
            case .person(let person): try write(row, share.slot, person, isShared: false)
            case .oneOf(let persons): for person in persons.sorted() { try write(row, share.slot, person, isShared: true) }
            }
        }
    }

    private func write(_ assignment: Int64, _ slot: Int?, _ person: PersonID, isShared: Bool) throws(StoreFailure) {
        let statement = try statement("INSERT INTO assignment_owners(assignment, slot, person, shared) VALUES (?, ?, ?, ?)")
        statement.bind(assignment)
        statement.bind(slot)
        statement.bind(person.description)
        statement.bind(isShared)
        try statement.run()
    }

    func assignments() throws(StoreFailure) -> [Assignment] {
        let owners = try statement("SELECT assignment, slot, person, shared FROM assignment_owners ORDER BY rowid").rows { row throws(StoreFailure) in
            (row.integer(), row.optionalInteger().map { Int($0) }, try row.parsed("person", PersonID.init), row.flag())
        }
        let all = Dictionary(grouping: owners, by: \.0)
        return try statement("SELECT id, device, since, nobody, at, \"by\" FROM assignments ORDER BY id").rows { row throws(StoreFailure) in
            let id = row.integer()
            let device = try row.device()
            let since = row.optionalInteger().map(Instant.init(milliseconds:))
            var shares = row.flag() ? [Assignment.Share(.nobody)] : []
            var shared: [Int?: Set<PersonID>] = [:]
            for (_, slot, person, isShared) in all[id] ?? [] {
                if isShared { shared[slot, default: []].insert(person) } else { shares.append(Assignment.Share(slot: slot, .person(person))) }
            }
            shares += shared.map { Assignment.Share(slot: $0.key, .oneOf($0.value)) }
            return Assignment(device, since: since, shares, at: row.instant(), by: row.text())
        }
    }

    func household() throws(StoreFailure) -> Household {
        let withdrawn = try statement("SELECT id FROM persons WHERE NOT consents").rows { row throws(StoreFailure) in
            try row.parsed("person", PersonID.init)
        }
        return Household(rules: Assignment.rules(of: try assignments()), withdrawn: Set(withdrawn))
    }
}
