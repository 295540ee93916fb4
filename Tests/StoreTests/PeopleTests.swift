import Alarms
import People
import Readings
import Testing

@testable import Store

struct PeopleTests {
    let folder = TemporaryFolder()
    let anna = PersonID("anna")!, ben = PersonID("ben")!

    private func person(_ id: String, _ identifiers: Person.Identifier...) -> Person {
        Person(
            id: PersonID(id)!, language: "de", identifiers: identifiers, consent: Person.Consent(isGiven: true, at: noon, by: "ada"),
            addedAt: noon, addedBy: "ada")
    }

    private func family() async throws -> Store {
        let store = try folder.store()
        try await store.enroll(EnrolledDevice(id: scale, name: "scale", enrolledAt: noon, enrolledBy: "ada"))
        for id in ["anna", "ben"] { try await store.add(person(id)) }
        return store
    }

    private func take(_ store: Store, _ identity: String, _ reading: Reading, _ whose: Attribution, at: Instant = noon) throws {
        var record = record(reading, identity, at: at)
        record.whose = whose
        let kept = record
        try store.intake { transaction in
            transaction.received(source: "home")
            let row = try transaction.append(frame())
            try transaction.append(kept, of: row, at: noon)
        }
    }

    private func told(_ store: Store) async throws -> [String] {
        try await store.entries(of: .bulk, after: 0, limit: 99).map { entry in
            guard case .reading(let stored) = entry.payload else { return "alarm" }
            return "\(stored.identity) \(stored.revision) for \(stored.supersedes ?? 0) \(stored.state.rawValue) \(stored.record.whose.said)"
        }
    }

    private func refusal(_ body: () async throws -> Void) async -> String {
        do { try await body() } catch { return "\(error)" }
        return "nothing"
    }

    @Test func `a person comes back as they went in, and neither pseudonym nor identifier is given twice`() async throws {
        let store = try folder.store()
        let anna = person("anna", Person.Identifier(system: "urn:oid:1.2.3", value: "12345"))
        try await store.add(anna)
        #expect(try await store.persons() == [anna])
        #expect(await refusal { try await store.add(person("anna")) }.contains("there is a person 'anna' already"))
        #expect(await refusal { try await store.add(person("ben", anna.identifiers[0])) }.contains("urn:oid:1.2.3 12345 is anna"))
        #expect(try await store.persons() == [anna], "of a refused person nothing is kept")
    }

    @Test func `whose devices are comes back as it was said, and is told with the devices when it changes`() async throws {
        let store = try await family()
        let before = try #require(try await store.enrolment(ifChangedSince: nil))
        let shares = [Assignment.Share(slot: 1, .person(anna)), Assignment.Share(.oneOf([anna, ben]))]
        let said = Assignment(scale, since: noon, shares, at: noon, by: "ada")
        try await store.assign(said)
        try await store.assign(Assignment(scale, since: nil, [Assignment.Share(.nobody)], at: noon, by: "ada"))
        let kept = try await store.assignments()
        #expect(kept.map(\.shares).map(Set.init) == [Set(shares), [Assignment.Share(.nobody)]])
        #expect(kept.map(\.since) == [noon, nil] && kept.map(\.by) == ["ada", "ada"])
        let after = try #require(try await store.enrolment(ifChangedSince: before.version))
        #expect(after.household == Household(rules: [OwnershipRule(scale, owner: .nobody)]))
        // A new run of the gateway reads nothing where nothing changed.
        #expect(try await store.enrolment(ifChangedSince: after.version) == nil)
    }

    @Test func `what is not there, and who does not consent, is assigned nothing`() async throws {
        let store = try await family()
        func assign(_ device: DeviceID, _ person: PersonID) async throws {
            try await store.assign(Assignment(device, since: nil, [Assignment.Share(.person(person))], at: noon, by: "ada"))
        }
        #expect(await refusal { try await assign(cuff, anna) }.contains("is not enrolled"))
        #expect(await refusal { try await assign(scale, PersonID("carl")!) }.contains("there is no person 'carl'"))
        #expect(try await store.note(Person.Consent(isGiven: false, at: noon, by: "anna"), of: anna))
        #expect(await refusal { try await assign(scale, anna) }.contains("does not consent"))
        try take(store, "A", weight("62"), .unassigned(.noRule))
        #expect(await refusal { _ = try store.assign([ReadingIdentity("A")], to: .person(anna, .byHand), by: "ada", at: noon) }.contains("does not consent"))
        #expect(try await store.assignments() == [])
        #expect(try await store.ledger().differences == [])
    }

    @Test func `a device that is enrolled again is nobody's until somebody says so`() async throws {
        let store = try await family()
        try await store.assign(Assignment(scale, since: nil, [Assignment.Share(.person(anna))], at: noon, by: "ada"))
        #expect(try await store.forget(scale, at: noon, by: "ada"))
        try await store.enroll(EnrolledDevice(id: scale, name: "another's", enrolledAt: noon, enrolledBy: "ada"))
        let household = try #require(try await store.enrolment(ifChangedSince: nil)).household
        #expect(household == Household(rules: [OwnershipRule(scale, until: noon, owner: .person(anna))]))
    }

    @Test func `only of whom nothing is stored, and who has no device, is removed`() async throws {
        let store = try await family()
        try await store.assign(Assignment(scale, since: nil, [Assignment.Share(.person(anna))], at: noon, by: "ada"))
        #expect(await refusal { _ = try await store.remove(anna) }.contains("is assigned to anna"))
        try await store.assign(Assignment(scale, since: noon, [Assignment.Share(.person(ben))], at: noon, by: "ada"))
        #expect(try await store.remove(anna))
        #expect(try await store.remove(anna) == false)
        try take(store, "B", weight("71"), .person(ben, .device))
        #expect(await refusal { _ = try await store.remove(ben) }.contains("1 stored reading(s) are of ben"))
        #expect(try await store.persons().map(\.id) == [ben])
        #expect(try await store.ledger().differences == [])
    }

    // MARK: Readings

    @Test(arguments: [
        Attribution.person(PersonID("anna")!, .device), .person(PersonID("anna")!, .slot), .person(PersonID("anna")!, .weight(permille: 998)),
        .unassigned(.noRule), .unassigned(.severalNear), .unassigned(.byHand),
    ])
    func `whose a reading is comes back as it went in`(whose: Attribution) async throws {
        let store = try await family()
        try take(store, "A", weight("62"), whose)
        #expect(try await store.readings(limit: 9).map(\.record.whose) == [whose])
        #expect(try await store.readings(ReadingFilter(isInbox: true), limit: 9).count == (whose.person == nil ? 1 : 0))
        #expect(try await store.readings(ReadingFilter(person: anna), limit: 9).count == (whose.person == nil ? 0 : 1))
        #expect(try await store.ledger().differences == [])
    }

    @Test func `a reading that is found to be somebody's goes out once more, and stands under them alone`() async throws {
        let store = try await family()
        try take(store, "A", weight("62"), .unassigned(.noHistory))
        try take(store, "B", weight("71"), .person(anna, .weight(permille: 991)))
        func assign(_ whose: Attribution, _ ids: String...) throws -> [Int?] {
            try store.assign(ids.map { ReadingIdentity($0) }, to: whose, by: "bob", at: noon).map(\.revision)
        }
        #expect(try assign(.person(anna, .byHand), "A") == [2])
        #expect(try assign(.person(ben, .byHand), "B") == [2])
        #expect(try assign(.person(ben, .byHand), "B") == [nil], "said already")
        #expect(try await told(store) == [
            "A 1 for 0 superseded not assigned", "B 1 for 0 superseded of anna", "A 2 for 1 current of anna", "B 2 for 1 current of ben",
        ])
        #expect(try assign(.unassigned(.byHand), "A") == [3])
        #expect(try await store.readings(ReadingFilter(person: anna), limit: 9).isEmpty)
        #expect(try await store.readings(ReadingFilter(isInbox: true), limit: 9).map(\.revision) == [3])
        let report = try await store.ledger()
        #expect(report.differences == [])
        #expect(report.people == LedgerReport.PeopleSums(assigned: ["anna": 0, "ben": 1], inbox: 1, nobody: 0))
    }

    @Test func `a dog is withdrawn, stays withdrawn when its record is heard again, and may turn out to be somebody`() async throws {
        let store = try await family()
        try take(store, "A", weight("31"), .unassigned(.nobodyNear))
        #expect(try store.assign([ReadingIdentity("A")], to: .nobody, by: "bob", at: noon).map(\.revision) == [2])
        #expect(try await told(store).last == "A 2 for 1 retracted of nobody")
        let again = try store.look { try $0.standing(of: weight("31").values, under: ReadingIdentity("A")) }
        #expect(again.recurrence == .duplicate)
        var report = try await store.ledger()
        #expect(report.differences == [])
        #expect(report.people.nobody == 1 && report.people.inbox == 0)
        #expect(try store.assign([ReadingIdentity("A")], to: .person(ben, .byHand), by: "bob", at: noon).map(\.revision) == [3])
        #expect(try await told(store).last == "A 3 for 2 current of ben")
        report = try await store.ledger()
        #expect(report.differences == [])
        #expect(report.people.nobody == 0 && report.people.assigned["ben"] == 1)
    }

    @Test func `all of several readings are filed, or none`() async throws {
        let store = try await family()
        try take(store, "A", weight("62"), .unassigned(.noRule))
        let refused = await refusal {
            _ = try store.assign([ReadingIdentity("A"), ReadingIdentity("nothing")], to: .person(anna, .byHand), by: "bob", at: noon)
        }
        #expect(refused.contains("there is no reading 'nothing'"))
        #expect(try await store.readings(limit: 9).map(\.record.whose) == [.unassigned(.noRule)])
        #expect(try await store.ledger().differences == [])
    }

    @Test func `what was withdrawn for another reason is nobody's to assign, and what is quarantined keeps its place there`() async throws {
        let store = try await family()
        try take(store, "A", weight("62"), .unassigned(.noRule))
        let wrong = try #require(try await store.readings(limit: 1).first)
        try store.intake { transaction in
            let opened = try transaction.open(Correction(.redecode, at: noon, by: "ada", detail: ""))
            try transaction.retract(wrong, by: opened, at: noon)
            transaction.received(source: "home")
            let row = try transaction.append(frame(.quarantined))
            try transaction.append(record(weight("70"), "Q", quarantined: true), of: row, at: noon)
        }
        #expect(await refusal {
            _ = try store.assign([ReadingIdentity("A")], to: .person(anna, .byHand), by: "bob", at: noon)
        }.contains("was withdrawn"))
        let journal = try await store.ledger().journal
        #expect(try store.assign([ReadingIdentity("Q")], to: .person(anna, .byHand), by: "bob", at: noon).map(\.revision) == [2])
        #expect(try await store.ledger().journal == journal, "no sink hears of what is quarantined")
        #expect(try store.release(ReadingIdentity("Q"), by: "bob", measured: noon, at: noon)?.whose == .person(anna, .byHand))
        #expect(try await store.ledger().differences == [])
    }

    @Test func `what is quarantined and no person's is not released before somebody says otherwise`() async throws {
        let store = try await family()
        try store.intake { transaction in
            transaction.received(source: "home")
            let row = try transaction.append(frame(.quarantined))
            try transaction.append(record(weight("70"), "Q", quarantined: true), of: row, at: noon)
        }
        #expect(try store.assign([ReadingIdentity("Q")], to: .nobody, by: "bob", at: noon).map(\.revision) == [2])
        #expect(await refusal { _ = try store.release(ReadingIdentity("Q"), by: "bob", measured: noon, at: noon) }.contains("is no person's"))
        #expect(try await store.ledger().people.nobody == 1)
        _ = try store.assign([ReadingIdentity("Q")], to: .unassigned(.byHand), by: "bob", at: noon)
        #expect(try store.release(ReadingIdentity("Q"), by: "bob", measured: noon, at: noon)?.revision == 4)
        #expect(try await store.ledger().differences == [])
    }

    @Test func `what somebody weighed is what stands under them, before and after a moment, by clocks that are right`() async throws {
        let store = try await family()
        func day(_ day: Int64) -> Instant { Instant(milliseconds: noon.milliseconds + day * 86_400_000) }
        for (number, kilograms) in ["60", "61", "62", "63"].enumerated() {
            try take(store, "A\(number)", weight(kilograms), .person(anna, .weight(permille: 999)), at: day(Int64(number)))
        }
        try take(store, "B", weight("80"), .person(ben, .device), at: day(2))
        try take(store, "X", weight("99"), .unassigned(.noWeight), at: day(2))
        func known(_ person: PersonID, about instant: Instant) throws -> [Double] {
            try store.look { try $0.weights(of: person, about: instant) }.points.map(\.kilograms).sorted()
        }
        #expect(try known(anna, about: Instant(milliseconds: day(1).milliseconds + 1)) == [61, 62])
        #expect(try known(anna, about: day(-5)) == [60])
        #expect(try known(ben, about: day(9)) == [80])
        _ = try store.assign([ReadingIdentity("A1")], to: .person(ben, .byHand), by: "bob", at: noon)
        #expect(try known(anna, about: Instant(milliseconds: day(1).milliseconds + 1)) == [60, 62], "what was hers and is not any more")
    }

    // MARK: Alarms

    @Test func `an active alarm goes with its reading to whom it is found to be of, and ends with a dog`() async throws {
        let store = try await family()
        try take(store, "BP1", pressure("190"), .unassigned(.noRule))
        try store.intake { try $0.append(event(.raised, episode()), at: noon) }
        _ = try store.assign([ReadingIdentity("BP1")], to: .person(anna, .byHand), by: "bob", at: noon)
        #expect(try await store.activeEpisodes().map(\.condition.person) == [anna])
        func alarms() async throws -> [String] {
            try await store.entries(of: .alarm, after: 0, limit: 9).map { entry in
                guard case .alarm(let event) = entry.payload else { return "reading" }
                return "\(event.phase.rawValue) \(event.limit == nil ? "-" : "limit")"
            }
        }
        #expect(try await alarms() == ["raised limit", "changed limit"])
        _ = try store.assign([ReadingIdentity("BP1")], to: .nobody, by: "bob", at: noon)
        #expect(try await store.activeEpisodes().isEmpty)
        #expect(try await alarms() == ["raised limit", "changed limit", "cleared -"])
        #expect(try await store.ledger().differences == [])
    }

    // MARK: Laws

    struct Tampering: CustomTestStringConvertible {
        let sql: String
        let difference: String
        var testDescription: String { sql }
    }

    @Test(arguments: [
        Tampering(sql: "UPDATE readings SET person = 'eve' WHERE identity = 'A'", difference: "is of eve, who is not there"),
        Tampering(sql: "UPDATE readings SET ground = NULL WHERE identity = 'A'", difference: "is of anna without a ground"),
        Tampering(sql: "UPDATE readings SET doubt = 'no-weight' WHERE identity = 'A'", difference: "is of anna, and doubtful: no-weight"),
        Tampering(sql: "UPDATE readings SET ground = 'slot' WHERE identity = 'D' AND revision = 2", difference: "is of nobody, and nobody said so"),
        Tampering(sql: "UPDATE readings SET state = 'current' WHERE identity = 'D' AND revision = 2", difference: "is of nobody, and stands all the same"),
        Tampering(sql: "UPDATE readings SET person = 'anna' WHERE identity = 'B' AND revision = 2", difference: "is of ben by an operator, but of no correction that says so"),
        Tampering(sql: "UPDATE readings SET ground = 'operator' WHERE identity = 'A'", difference: "is of anna by an operator, but of no correction that says so"),
        Tampering(sql: "UPDATE readings SET person = 'anna', ground = 'device' WHERE identity = 'B' AND revision = 3", difference: "was of ben by an operator, and is of anna without one"),
        Tampering(sql: "UPDATE readings SET ground = 'operator' WHERE identity = 'C'", difference: "2 reading(s) assigned and 0 in the inbox, but 3 are current"),
        Tampering(sql: "DELETE FROM persons WHERE id = 'ben'", difference: "is of ben, who is not there"),
    ])
    func `tampering with whose readings are is found and named`(tampering: Tampering) async throws {
        let store = try await family()
        try take(store, "A", weight("62"), .person(anna, .device))
        try take(store, "B", weight("71"), .unassigned(.severalNear))
        try take(store, "C", weight("80"), .unassigned(.noRule))
        try take(store, "D", weight("31"), .unassigned(.nobodyNear))
        _ = try store.assign([ReadingIdentity("B")], to: .person(ben, .byHand), by: "bob", at: noon)
        _ = try store.assign([ReadingIdentity("D")], to: .nobody, by: "bob", at: noon)
        // Told once more for another reason, and still his.
        let stored = try #require(try await store.readings(ReadingFilter(person: ben), limit: 1).first)
        try store.intake { transaction in
            let opened = try transaction.open(Correction(.restamp, at: noon, by: "vitalgate", detail: ""))
            try transaction.correct(with: stored.record, of: stored.origin.frame, by: opened, at: noon)
        }
        #expect(try await store.ledger().differences == [])
        try folder.tamper(tampering.sql)
        let differences = try await store.ledger().differences
        #expect(differences.contains { $0.contains(tampering.difference) }, "\(differences)")
    }
}
