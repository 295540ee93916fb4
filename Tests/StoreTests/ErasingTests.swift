import Alarms
import CSQLite
import Foundation
import People
import Readings
import Testing

@testable import Store

struct ErasingTests {
    let folder = TemporaryFolder()
    let anna = PersonID("p-3f9a7c")!, ben = PersonID("p-77b2e0")!

    /// Two persons, a device of each, and a sink.
    private func ward() async throws -> Store {
        let store = try folder.store()
        for device in [scale, cuff] { try await store.enroll(EnrolledDevice(id: device, name: "d", enrolledAt: noon, enrolledBy: "ada")) }
        for id in [anna, ben] {
            try await store.add(Person(
                id: id, identifiers: [Person.Identifier(system: "urn:oid:1.2.3", value: "chart-\(id)")],
                consent: Person.Consent(isGiven: true, at: noon, by: "ada"), addedAt: noon, addedBy: "ada"))
        }
        try await store.register(sink: "platform", at: noon)
        return store
    }

    @discardableResult
    private func take(
        _ store: Store, _ identity: String, _ whose: Attribution, _ reading: Reading = weight("79.8"), body: String = "frame", quarantined: Bool = false,
        at: Instant = noon, device: DeviceID = scale
    ) throws -> (frame: Int64, reading: Int64) {
        var record = record(reading, identity, quarantined: quarantined, device: device, at: at)
        record.whose = whose
        let kept = record
        return try store.intake { transaction in
            transaction.received(source: "home")
            let row = try transaction.append(frame(quarantined ? .quarantined : .reading, body: body, device: device))
            return (row, try transaction.append(kept, of: row, at: at))
        }
    }

    private func erase(_ person: PersonID, in store: Store, before: Instant? = nil) async throws -> ErasedSums {
        let erasing = try await store.beginErasing(person, before: before, by: "ada", at: noon)
        while try await !store.erase(erasing, readings: 2, at: noon).isEmpty {
            #expect(try await store.ledger().differences == [], "cut off here, all adds up")
        }
        var last: Int64? = 0
        while let after = last { last = try await store.eraseRefused(erasing, after: after, rows: 2) }
        return try await store.endErasing(erasing, at: noon)
    }

    private func told(_ store: Store, _ lane: Lane = .bulk) async throws -> [String] {
        try await store.entries(of: lane, after: 0, limit: 999).map { entry in
            switch entry.payload {
            case .reading(let stored): "\(stored.identity)"
            case .alarm(let event): "\(event.episode.id) \(event.phase)"
            case .erasure(let erasure):
                switch erasure.subject {
                case .reading(let identity, _, let revision): "forget \(identity) by \(revision)"
                case .alarm(let id, _): "forget \(id)"
                }
            case .erased: "-"
            }
        }
    }

    @Test func `a person goes with all that is theirs, and nothing that is another's`() async throws {
        let store = try await ward()
        try take(store, "A", .person(anna, .device))
        try take(store, "B", .person(ben, .device))
        try take(store, "Q", .person(anna, .device), quarantined: true)
        // Anna's by mistake first, and then the other way round.
        try take(store, "AB", .person(anna, .device))
        try take(store, "BA", .person(ben, .device))
        _ = try store.assign([ReadingIdentity("AB")], to: .person(ben, .byHand), by: "bob", at: noon)
        _ = try store.assign([ReadingIdentity("BA")], to: .person(anna, .byHand), by: "bob", at: noon)
        #expect(try await store.ledger().differences == [])
        #expect(try await store.erasable(of: anna) == ErasedSums(readings: 3, revisions: 4, frames: 3))
        #expect(try await erase(anna, in: store) == ErasedSums(readings: 3, revisions: 4, frames: 3))
        #expect(try await store.readings(limit: 9).map { "\($0.identity) \($0.revision)" } == ["AB 2", "AB 1", "B 1"])
        #expect(try await store.persons().map(\.id) == [ben])
        let ledger = try await store.ledger()
        #expect(ledger.differences == [])
        #expect(ledger.sources.map { [$0.received, $0.frames, $0.erased] } == [[5, 2, 3]])
        #expect(ledger.people.assigned == ["\(ben)": 2])
        // In the journal: what was hers is empty, and of what was passed on every sink is told.
        #expect(try await told(store) == ["-", "B", "AB", "-", "AB", "-", "forget A by 2", "forget BA by 3"])
        // Her pseudonym may be given again.
        try await store.add(Person(id: anna, consent: Person.Consent(isGiven: true, at: noon, by: "ada"), addedAt: noon, addedBy: "ada"))
        #expect(try await store.readings(ReadingFilter(person: anna), limit: 9).isEmpty)
    }

    @Test func `the same record heard again is known as erased, and others are not`() async throws {
        let store = try await ward()
        try take(store, "A", .person(anna, .device))
        #expect(try store.look { try $0.isErased(ReadingIdentity("A")) } == false)
        _ = try await erase(anna, in: store)
        #expect(try store.look { try $0.isErased(ReadingIdentity("A")) })
        #expect(try store.look { try $0.isErased(ReadingIdentity("B")) } == false)
        // Another gateway has another secret: its hashes are no use here, nor ours there.
        let other = TemporaryFolder()
        let second = try other.store()
        try await second.add(Person(id: anna, consent: Person.Consent(isGiven: true, at: noon, by: "ada"), addedAt: noon, addedBy: "ada"))
        try take(second, "A", .person(anna, .device))
        _ = try await erase(anna, in: second)
        let hash = "SELECT hex(hash) FROM tombstones"
        let (here, there) = (try folder.value(hash), try other.value(hash))
        #expect(here != there && here.count == 64)
    }

    @Test func `what sinks are told is forgotten when all of them have it, and not before`() async throws {
        let store = try await ward()
        try await store.register(sink: "second", at: noon)
        try take(store, "A", .person(anna, .device))
        try take(store, "B", .person(ben, .device))
        _ = try await erase(anna, in: store)
        #expect(try await store.untoldErasures() == 1)
        try await store.settle(sink: "platform", lane: .bulk, through: 3)
        #expect(try await store.untoldErasures() == 1)
        #expect(try await told(store) == ["-", "B", "forget A by 2"])
        try await store.settle(sink: "second", lane: .bulk, through: 2)
        #expect(try await store.untoldErasures() == 1)
        try await store.settle(sink: "second", lane: .bulk, through: 3)
        #expect(try await store.untoldErasures() == 0)
        #expect(try await told(store) == ["-", "B", "-"])
        let ledger = try await store.ledger()
        #expect(ledger.differences == [])
        #expect(ledger.sinks.allSatisfy { $0.pending == 0 })
    }

    @Test func `pages of the journal hold what was erased in its place, however long they are`() async throws {
        let store = try await ward()
        for number in 0..<7 { try take(store, "R\(number)", .person(number % 2 == 0 ? anna : ben, .device)) }
        _ = try await erase(anna, in: store)
        for limit in 1...12 {
            var (after, seen) = (Int64(0), [Int64]())
            while case let page = try await store.entries(of: .bulk, after: after, limit: limit), let last = page.last {
                #expect(page.count <= limit)
                seen += page.map(\.seq)
                after = last.seq
            }
            #expect(seen == Array(1...11))
        }
    }

    @Test func `a frame that is also another's stays, without its bytes, and so do the others of its message`() async throws {
        let store = try await ward()
        let message = "slot 1: 61 kg, slot 2: 80 kg"
        try store.intake { transaction in
            transaction.received(source: "home", count: 3)
            let both = try transaction.append(frame(body: message))
            var (hers, his, last) = (record(weight("61"), "A"), record(weight("80"), "B"), record(weight("81"), "C"))
            (hers.whose, his.whose, last.whose) = (.person(anna, .slot), .person(ben, .slot), .person(ben, .slot))
            try transaction.append(hers, of: both, at: noon)
            try transaction.append(his, of: both, at: noon)
            let sibling = try transaction.append(frame(body: message))
            try transaction.append(last, of: sibling, at: noon)
            try transaction.append(frame(.rejected, body: "another message"))
        }
        #expect(try await erase(anna, in: store).frames == 0)
        #expect(try await store.recentFrames(limit: 9).map { String(decoding: $0.record.body, as: UTF8.self) } == ["another message", "", ""])
        #expect(try await store.readings(limit: 9).map { "\($0.identity)" } == ["C", "B"])
        #expect(try await store.ledger().differences == [])
    }

    @Test func `frames that said it again go too, and what contradicted it stands alone`() async throws {
        let store = try await ward()
        let first = try take(store, "A", .person(anna, .device))
        try store.intake { transaction in
            transaction.received(source: "home", count: 2)
            try transaction.append(frame(.duplicate, duplicateOf: first.reading))
            let row = try transaction.append(frame(.conflict))
            var other = record(weight("90"), "A~2", conflictOf: first.reading)
            other.whose = .person(ben, .weight(permille: 995))
            try transaction.append(other, of: row, at: noon)
        }
        #expect(try await erase(anna, in: store) == ErasedSums(readings: 1, revisions: 1, frames: 2))
        let ledger = try await store.ledger()
        #expect(ledger.differences == [])
        #expect(ledger.framesByFate == [.reading: 1] && ledger.conflictingReadings == 0)
    }

    @Test func `her alarms go, those of others stay, and receivers are told in the lane of alarms`() async throws {
        let store = try await ward()
        try take(store, "BP1", .person(anna, .device), pressure("190"), device: cuff)
        try take(store, "BP2", .person(ben, .device), pressure("191"), device: cuff)
        func raise(_ reading: String, _ person: PersonID?) throws {
            var raised = episode()
            raised.id = "\(reading)/blood-pressure.systolic"
            raised.condition.person = person
            let event = event(.raised, raised, reading: reading)
            try store.intake { try $0.append(event, at: noon) }
        }
        // Of hers one was raised when nobody knew whose it is.
        try raise("BP1", nil)
        try raise("BP2", ben)
        try raise("BP0", anna)
        let version = try await store.enrolment(ifChangedSince: nil)?.version
        #expect(try await erase(anna, in: store).alarms == 2)
        #expect(try await store.activeEpisodes().map(\.id) == ["BP2/blood-pressure.systolic"])
        #expect(try await told(store, .alarm) == [
            "-", "BP2/blood-pressure.systolic raised", "-", "forget BP1/blood-pressure.systolic", "forget BP0/blood-pressure.systolic",
        ])
        #expect(try await store.enrolment(ifChangedSince: version) != nil, "a gateway that runs looks at its alarms again")
        #expect(try await store.ledger().differences == [])
        #expect(try await store.ledger().erased.alarms == 2)
    }

    @Test func `what was hers becomes nobody else's: somebody without a name stands in her place`() async throws {
        let store = try await ward()
        try await store.assign(Assignment(scale, since: nil, [.init(slot: 1, .person(anna)), .init(.person(ben))], at: noon, by: "ada"))
        try take(store, "A", .person(anna, .slot))
        _ = try await erase(anna, in: store)
        let household = try #require(try await store.enrolment(ifChangedSince: nil)).household
        func whose(_ slot: Int) -> Attribution {
            var reading = weight("61")
            reading.user = slot
            return household.attribution(of: reading, from: scale, measuredAt: MeasuredAt(noon, .device), arrived: noon) { _, _ in WeightHistory() }
        }
        #expect(whose(1) == .unassigned(.noConsent))
        #expect(whose(2) == .unassigned(.unknownSlot))
        #expect(try await store.persons().map(\.id) == [ben])
        #expect(try await store.ledger().people.assigned.keys.sorted() == ["\(ben)"])
    }

    @Test func `from the first moment on nothing is filed under her, and what was cut off is gone on with`() async throws {
        let store = try await ward()
        try await store.assign(Assignment(scale, since: nil, [.init(.person(anna))], at: noon, by: "ada"))
        for number in 0..<5 { try take(store, "A\(number)", .person(anna, .device)) }
        let begun = try await store.beginErasing(anna, by: "ada", at: noon)
        _ = try await store.erase(begun, readings: 2, at: noon)
        // The program is killed here, and another goes on.
        let again = try folder.store()
        #expect(throws: StoreFailure.self) { _ = try again.assign([ReadingIdentity("A4")], to: .person(anna, .byHand), by: "bob", at: noon) }
        #expect(try await again.unfinishedErasings() == [begun])
        #expect(try await again.beginErasing(anna, by: "bob", at: noon) == begun)
        #expect(try await erase(anna, in: again).readings == 5)
        #expect(try await again.unfinishedErasings() == [])
        #expect(try await again.ledger().erased.readings == 5)
        #expect(try await again.ledger().differences == [])
    }

    @Test func `a frame that still waits is dropped at its end`() async throws {
        let store = try await ward()
        try await store.assign(Assignment(scale, since: nil, [.init(.person(anna))], at: noon, by: "ada"))
        let row = try store.intake { transaction in
            transaction.received(source: "home")
            return try transaction.append(frame(.waiting))
        }
        _ = try await erase(anna, in: store)
        #expect(try store.intake { try $0.dropErased(waiting: row) })
        #expect(try store.intake { try $0.dropErased(waiting: row) } == false)
        #expect(try await store.recentFrames(limit: 9).map { "\($0.record.fate) \($0.record.body.count)" } == ["erased 0"])
        #expect(try await store.ledger().differences == [])
    }

    @Test func `what became no reading goes too, where the device was hers alone then`() async throws {
        let store = try await ward()
        try await store.assign(Assignment(scale, since: nil, [.init(.person(anna))], at: noon, by: "ada"))
        try await store.assign(Assignment(cuff, since: nil, [.init(slot: 1, .person(anna)), .init(slot: 2, .person(ben))], at: noon, by: "ada"))
        try store.intake { transaction in
            transaction.received(source: "home", count: 3)
            try transaction.append(frame(.rejected, body: "hers"))
            try transaction.append(frame(.incomplete, body: "hers"))
            try transaction.append(frame(.rejected, body: "anybody's", device: cuff))
        }
        _ = try await erase(anna, in: store)
        #expect(try await store.recentFrames(limit: 9).map { String(decoding: $0.record.body, as: UTF8.self) } == ["anybody's"])
        let ledger = try await store.ledger()
        #expect(ledger.differences == [] && ledger.erased.frames == 2)
    }

    @Test func `of what is older than a day only that goes, and the person stays`() async throws {
        let store = try await ward()
        func hours(_ hours: Int64) -> Instant { Instant(milliseconds: noon.milliseconds + hours * 3_600_000) }
        try take(store, "old", .person(anna, .device), at: hours(-30))
        try take(store, "new", .person(anna, .device), at: hours(-20))
        try take(store, "his", .person(ben, .device), at: hours(-30))
        #expect(try await store.erasable(of: anna, before: hours(-24)).readings == 1)
        #expect(try await erase(anna, in: store, before: hours(-24)).readings == 1)
        #expect(try await store.readings(limit: 9).map { "\($0.identity)" } == ["his", "new"])
        #expect(try await store.persons().first { $0.id == anna }?.consent.isGiven == true)
        #expect(try await store.ledger().differences == [])
    }

    // MARK: The file

    private func count(_ needles: [String]) throws -> [String: Int] {
        var found: [String: Int] = [:]
        for suffix in ["", "-wal", "-shm"] {
            guard let bytes = FileManager.default.contents(atPath: folder.database + suffix) else { continue }
            for needle in needles where bytes.range(of: Data(needle.utf8)) != nil { found[needle, default: 0] += 1 }
        }
        return found
    }

    @Test func `in the file, and beside it, nothing is left of her: no value, no identity, no time, no name`() async throws {
        let store = try await ward()
        try await store.assign(Assignment(scale, since: nil, [.init(.person(anna))], at: noon, by: "ada"))
        var needles = ["\(anna)", "chart-\(anna)", "hers-"]
        for number in 0..<1500 {
            // Readings of both, of different lengths, corrected now and then, so that pages part and merge.
            let isHers = (number * 7919) % 10 < 4
            let text = "\(isHers ? 6 : 8)\(number % 10).\(1000 + number)"
            let padding = String(repeating: isHers ? "hers-" : "his-", count: 1 + (number * 31) % 60)
            let identity = "\(isHers ? "ID4711" : "ID0815").\(number)"
            var reading = weight(text)
            if isHers { reading.deviceTime = CivilTime(iso: "2019-03-04T05:06:07") }
            try take(store, identity, .person(isHers ? anna : ben, .device), reading, body: padding)
            if number % 5 == 0 {
                _ = try store.assign([ReadingIdentity(identity)], to: .person(isHers ? anna : ben, .byHand), by: "bob", at: noon)
            }
            if isHers { needles += [text + " kg", identity] }
        }
        needles += ["ID4711", "2019-03-04T05:06:07"]
        let before = try count(needles)
        #expect(before.count > 1000, "or this finds nothing that is there")
        #expect(try await erase(anna, in: store).readings == 600)
        let end = try #require(try await store.entries(of: .bulk, after: 0, limit: 9999).last).seq
        try await store.settle(sink: "platform", lane: .bulk, through: end)
        try await store.rewrite()
        #expect(try count(needles) == [:])
        #expect(try count(["\(ben)", "his-", "ID0815"]).count == 3, "or the file is empty")
        #expect(try await store.ledger().differences == [])
    }
}
