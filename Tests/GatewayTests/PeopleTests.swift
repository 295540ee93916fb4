import Alarms
import Foundation
import GatewayTesting
import Logging
import People
import Readings
import Sinks
import Testing

@testable import Gateway
@testable import Store

private let device = DeviceID(address: "00:11:22:33:44:66")!
private let anna = PersonID("anna")!, ben = PersonID("ben")!

/// Whose readings are, from the message to what goes out.
struct PeopleTests {
    private func ward(
        now: String = noon, limits: [String: Limits] = [:], each: String = "0.01", persons: [PersonID] = [anna, ben]
    ) async throws -> Ward {
        let ward = try await Ward(now: now, limits: limits, set: scaleProfiles(each: each), enrolled: [cuff, scale, device])
        let at = Instant(rfc3339: noon)!
        for person in persons {
            try await ward.store.add(Person(
                id: person, consent: Person.Consent(isGiven: true, at: at, by: "a test"), addedAt: at, addedBy: "a test"))
        }
        return ward
    }

    private func assign(_ ward: Ward, _ device: DeviceID, since: Instant? = nil, _ shares: Assignment.Share...) async throws {
        try await ward.store.assign(Assignment(device, since: since, shares, at: ward.clock.clocks.now().wall, by: "a test"))
    }

    /// `kilograms` in hundredths.
    private func weigh(_ ward: Ward, _ kilograms: Int, number: Int) {
        ward.clock.advance(.seconds(60))
        let bytes = [kilograms & 255, kilograms >> 8, number & 255, number >> 8, 0].map { value -> String in
            let text = String(value, radix: 16)
            return text.count == 1 ? "0" + text : text
        }
        ward.take(ward.raw(#"{"address":"\#(device)","name":"TESTSCALE","characteristic":"fff4","frames":["\#(bytes.joined())"]}"#))
    }

    private func say(_ ward: Ward, _ id: String, _ whose: Attribution) throws {
        _ = try ward.store.assign([ReadingIdentity(id)], to: whose, by: "bob", at: ward.clock.clocks.now().wall)
    }

    private func name(_ number: Int) -> String { "001122334466.body-weight.n\(number)" }

    /// What stands, by its number: whose, and why.
    private func standing(_ ward: Ward) async throws -> [String] {
        try await ward.readings().filter { $0.state != .superseded }.map { stored in
            let because = switch stored.record.whose {
            case .person(let person, let ground): "\(person) by \(ground.word)"
            case .nobody: "nobody"
            case .unassigned(let doubt): doubt.rawValue
            }
            return "\(stored.identity.description.split(separator: ".").last ?? "")/\(stored.revision) \(because)"
        }.sorted()
    }

    private func payloads(_ ward: Ward, _ lane: Lane = .bulk) async throws -> [String] {
        try await ward.journal(lane).compactMap { Delivery($0)?.content.payload(gateway: "g") }
    }

    // MARK: What comes in

    @Test func `without persons every reading is in the inbox, and goes out as ever`() async throws {
        let ward = try await ward(persons: [])
        ward.take(ward.cuffed(CuffFrame.normal))
        #expect(try await ward.readings().map(\.record.whose) == [.unassigned(.noRule)])
        #expect(try await payloads(ward).allSatisfy { !$0.contains("person") })
        try await ward.expectBalance()
    }

    @Test func `a slot of a cuff is one person's, another is nobody's, and the alarm says whose it is`() async throws {
        let ward = try await ward(limits: ["blood-pressure.systolic": try #require(Limits(highWarning: ExactDecimal("140")))])
        try await assign(ward, cuff, Assignment.Share(slot: 2, .person(ben)))
        ward.take(ward.cuffed(CuffFrame.crisis), ward.cuffed(CuffFrame.normal))
        #expect(try await ward.readings().map(\.record.whose) == [.person(ben, .slot), .unassigned(.noRule)])
        let told = try await payloads(ward)
        #expect(told[0].contains(#""person":"ben""#) && !told[1].contains("person"))
        #expect(try await payloads(ward, .alarm).allSatisfy { $0.contains(#""person":"ben""#) })
        #expect(ward.events.alarms.map(\.episode.condition.person) == [ben])
        try await ward.expectBalance()
    }

    @Test func `what one person shows clears no alarm of another, also after a restart`() async throws {
        let ward = try await ward(limits: ["blood-pressure.systolic": try #require(Limits(highWarning: ExactDecimal("140")))])
        try await assign(ward, cuff, Assignment.Share(.person(ben)))
        ward.take(ward.cuffed("00be0050005d00"))
        #expect(ward.events.alarms.map(\.phase) == [.raised])
        ward.clock.advance(.seconds(60))
        try await assign(ward, cuff, since: ward.clock.clocks.now().wall, Assignment.Share(.person(anna)))
        ward.clock.advance(.seconds(60))
        ward.take(ward.cuffed(CuffFrame.clockless))
        #expect(ward.events.alarms.map(\.phase) == [.raised])
        ward.clock.advance(.seconds(60))
        try await assign(ward, cuff, since: ward.clock.clocks.now().wall, Assignment.Share(.person(ben)))
        ward.clock.advance(.seconds(60))
        ward.take(ward.cuffed(CuffFrame.clockless))
        #expect(ward.events.alarms.map(\.phase) == [.raised, .cleared])
        #expect(try await ward.store.activeEpisodes().isEmpty)
        try await ward.expectBalance()
    }

    @Test func `an alarm that was of nobody known goes with its reading, and clears by who it was`() async throws {
        let ward = try await ward(limits: ["blood-pressure.systolic": try #require(Limits(highWarning: ExactDecimal("140")))])
        ward.take(ward.cuffed("00be0050005d00"))
        try await assign(ward, cuff, Assignment.Share(.person(ben)))
        try say(ward, try await ward.latest().identity.description, .person(ben, .byHand))
        ward.clock.advance(.seconds(60))
        ward.take(ward.cuffed(CuffFrame.clockless))
        #expect(ward.events.alarms.map(\.phase) == [.raised, .cleared])
        #expect(try await payloads(ward, .alarm).count == 3)
        try await ward.expectBalance()
    }

    @Test func `on a shared scale weights decide once they are known, and a guest is asked about`() async throws {
        let ward = try await ward()
        try await assign(ward, device, Assignment.Share(.oneOf([anna, ben])))
        weigh(ward, 6200, number: 1)
        weigh(ward, 7100, number: 2)
        #expect(try await standing(ward) == ["n1/1 no-history", "n2/1 no-history"])
        try say(ward, name(1), .person(anna, .byHand))
        try say(ward, name(2), .person(ben, .byHand))
        weigh(ward, 6240, number: 3)
        weigh(ward, 7060, number: 4)
        weigh(ward, 9300, number: 5)
        weigh(ward, 6650, number: 6)
        #expect(try await standing(ward) == [
            "n1/2 anna by operator", "n2/2 ben by operator", "n3/1 anna by weight", "n4/1 ben by weight", "n5/1 nobody-near",
            "n6/1 nobody-near",
        ])
        let told = try await payloads(ward)
        #expect(told.filter { $0.contains(#""supersedes":1,"correction":"assign""#) }.count == 2)
        #expect(told.count == 8)
        let report = try await ward.store.ledger()
        #expect(report.differences == [])
        #expect(report.people == LedgerReport.PeopleSums(assigned: ["anna": 2, "ben": 2], inbox: 2, nobody: 0))
    }

    @Test func `a device of nobody gives no readings, and says why`() async throws {
        let ward = try await ward()
        try await assign(ward, device, Assignment.Share(.nobody))
        weigh(ward, 3100, number: 1)
        #expect(try await ward.fates() == ["ignored: not-a-person"])
        #expect(try await ward.journal().isEmpty)
        #expect(ward.events.refusals == ["not-a-person"])
        try await ward.expectBalance()
    }

    @Test func `what a named person took back stays so, though it is heard again`() async throws {
        let ward = try await ward()
        weigh(ward, 3100, number: 1)
        try say(ward, name(1), .nobody)
        weigh(ward, 3100, number: 1)
        #expect(try await standing(ward) == ["n1/2 nobody"])
        #expect(try await ward.fates() == ["reading", "duplicate"])
        let last = try #require(try await payloads(ward).last)
        #expect(last.contains(#""supersedes":1,"correction":"assign","form":2,"retracted":true"#) && !last.contains("values"))
        try await ward.expectBalance()
    }

    // MARK: Corrections

    @Test func `a reading that says more keeps whose it is`() async throws {
        let ward = try await ward()
        ward.take(ward.advertised(ScaleAdvert.weight))
        try say(ward, try await ward.latest().identity.description, .person(anna, .byHand))
        // By now the rules would say something else.
        try await assign(ward, scale, Assignment.Share(.person(ben)))
        ward.clock.advance(.seconds(5))
        ward.take(ward.advertised(ScaleAdvert.withImpedance))
        #expect(try await ward.readings().map(\.record.whose) == [.unassigned(.noRule), .person(anna, .byHand), .person(anna, .byHand)])
        try await ward.expectBalance()
    }

    @Test func `what nobody took for a person is none when it says more`() async throws {
        let ward = try await ward()
        ward.take(ward.advertised(ScaleAdvert.weight))
        try say(ward, try await ward.latest().identity.description, .nobody)
        ward.clock.advance(.seconds(5))
        ward.take(ward.advertised(ScaleAdvert.withImpedance))
        #expect(try await ward.readings().map(\.state) == [.superseded, .retracted])
        #expect(try await ward.fates() == ["reading", "duplicate"])
        try await ward.expectBalance()
    }

    @Test func `before the clock is right nobody knows whose day it is; then it is told, and what a person said stays`() async throws {
        let woke = "1970-01-01T00:01:00Z"
        let ward = try await ward(now: woke)
        ward.clock.reboot(at: woke, isSynchronised: false)
        try await assign(ward, cuff, since: Instant(rfc3339: "2026-11-01T00:00:00Z")!, Assignment.Share(.person(anna)))
        for _ in 0..<2 {
            ward.clock.advance(.seconds(30))
            ward.take(ward.cuffed(CuffFrame.clockless))
        }
        #expect(try await ward.readings().map(\.record.whose) == [.unassigned(.uncertainTime), .unassigned(.uncertainTime)])
        try say(ward, try await ward.latest().identity.description, .person(ben, .byHand))
        ward.clock.synchronise(at: noon)
        ward.fileOverdue()
        let standing = try await ward.readings().filter { $0.state == .current }.map(\.record.whose)
        #expect(Set(standing) == [.person(anna, .device), .person(ben, .byHand)])
        try await ward.expectBalance()
    }

    @Test func `once the clock is right, a device of nobody leaves it to a person to take back what it gave before`() async throws {
        let woke = "1970-01-01T00:01:00Z"
        let ward = try await ward(now: woke)
        ward.clock.reboot(at: woke, isSynchronised: false)
        try await assign(ward, device, since: Instant(rfc3339: "2026-11-01T00:00:00Z")!, Assignment.Share(.nobody))
        weigh(ward, 3100, number: 1)
        weigh(ward, 3100, number: 2)
        try say(ward, name(2), .nobody)
        ward.clock.synchronise(at: noon)
        ward.fileOverdue()
        #expect(try await standing(ward) == ["n1/2 uncertain-time", "n2/2 nobody"])
        try await ward.expectBalance()
        let found = try InboxSorting().preview(ward.store).findings
        #expect(found.map(\.whose) == [.nobody])
        let now = ward.clock.clocks.now().wall
        #expect(try InboxSorting().apply(found, to: ward.store, by: "bob", now: { now }, pause: {}) == 1)
        #expect(try await standing(ward) == ["n1/3 nobody", "n2/2 nobody"])
        try await ward.expectBalance()
    }

    @Test func `decoding again makes no readings of a device of nobody, and leaves what is quarantined and nobody's there`() async throws {
        let ward = try await ward(each: "1")
        weigh(ward, 3100, number: 1)
        try say(ward, name(1), .nobody)
        try await assign(ward, device, since: ward.clock.clocks.now().wall, Assignment.Share(.nobody))
        weigh(ward, 31, number: 2)
        #expect(try await ward.fates() == ["quarantined: unit-mistaken", "ignored: not-a-person"])
        #expect(try redecode(ward, each: "0.01") == [])
        #expect(try await standing(ward) == ["n1/2 nobody"])
        try await ward.expectBalance()
    }

    private func redecode(_ ward: Ward, each: String) throws -> [Difference] {
        var (shown, done) = ([Difference](), [Difference]())
        func redecoding() throws -> Redecoding {
            try Redecoding(by: "ada", profile: "test/scale", among: scaleProfiles(each: each), since: nil, in: Place(identifier: "UTC")!)
        }
        var preview = try redecoding()
        _ = try preview.preview(ward.store) { shown += $0 }
        var applied = try redecoding()
        let now = ward.clock.clocks.now().wall
        _ = try applied.apply(to: ward.store, now: { now }, pause: {}) { done += $0 }
        #expect(shown == done)
        return done
    }

    @Test func `decoding again keeps whose readings are, but asks anew where the weight had decided`() async throws {
        let ward = try await ward(each: "0.02")
        try await assign(ward, device, Assignment.Share(.oneOf([anna, ben])))
        weigh(ward, 3100, number: 1)
        weigh(ward, 3550, number: 2)
        weigh(ward, 1550, number: 3)
        try say(ward, name(1), .person(anna, .byHand))
        try say(ward, name(2), .person(ben, .byHand))
        try say(ward, name(3), .nobody)
        weigh(ward, 3110, number: 4)
        weigh(ward, 3540, number: 5)
        try say(ward, name(5), .unassigned(.byHand))
        try await assign(ward, device, since: ward.clock.clocks.now().wall, Assignment.Share(.person(ben)))
        weigh(ward, 3120, number: 6)
        #expect(try await standing(ward) == [
            "n1/2 anna by operator", "n2/2 ben by operator", "n3/2 nobody", "n4/1 anna by weight", "n5/2 operator", "n6/1 ben by device",
        ])
        let differences = try redecode(ward, each: "0.01")
        #expect(differences.count == 5, "what is nobody's is told no more")
        #expect(differences.first?.after?.contains("weight 31 kg") == true && differences.first?.after?.contains("of anna") == true)
        #expect(try await standing(ward) == [
            "n1/3 anna by operator", "n2/3 ben by operator", "n3/2 nobody", "n4/2 uncompared", "n5/3 operator", "n6/2 ben by device",
        ])
        try await ward.expectBalance()
        // Once all are told anew, the weight decides again.
        let found = try InboxSorting().preview(ward.store)
        #expect(found.findings.map(\.whose.person) == [anna])
        #expect(found.waiting == [.byHand: 1])
    }

    @Test func `what is released is of whom its time makes it`() async throws {
        let ward = try await ward()
        try await assign(ward, cuff, since: Instant(rfc3339: "2026-11-01T00:00:00Z")!, Assignment.Share(.person(anna)))
        ward.take(ward.cuffed(CuffFrame.at("2031-01-02T08:00:00")))
        #expect(try await ward.latest().record.whose == .unassigned(.uncertainTime))
        let id = try await ward.latest().identity
        let released = try ward.store.release(id, by: "ada", measured: Instant(rfc3339: noon), at: Instant(rfc3339: noon)!)
        #expect(released?.whose == .person(anna, .device))
        try await ward.expectBalance()
    }

    // MARK: The inbox

    @Test func `what is known later is applied to the inbox when somebody wants it, and as it was shown`() async throws {
        let ward = try await ward()
        for (number, kilograms) in [6200, 7100, 6210, 7090, 6220, 7080, 9300].enumerated() { weigh(ward, kilograms, number: number + 1) }
        ward.take(ward.cuffed(CuffFrame.clockless))
        #expect(try InboxSorting().preview(ward.store) == InboxSorting.Result(waiting: [.noRule: 8]))
        try await assign(ward, device, Assignment.Share(.oneOf([anna, ben])))
        #expect(try InboxSorting().preview(ward.store).findings.isEmpty)
        // One weight of each, the latest: from there it leads back to the first.
        try say(ward, name(5), .person(anna, .byHand))
        try say(ward, name(6), .person(ben, .byHand))
        let rows = try await ward.readings().count
        let found = try InboxSorting().preview(ward.store)
        #expect(try await ward.readings().count == rows, "nothing is written")
        #expect(found.findings.map { "\($0.identity.description.suffix(2)) \($0.whose.said)" } == ["n1 of anna", "n2 of ben", "n3 of anna", "n4 of ben"])
        #expect(found.waiting == [.nobodyNear: 1, .noRule: 1])
        // Somebody is faster with one of them.
        try say(ward, name(1), .unassigned(.byHand))
        let now = ward.clock.clocks.now().wall
        #expect(try InboxSorting().apply(found.findings, to: ward.store, by: "bob", now: { now }, pause: {}) == 3)
        #expect(try InboxSorting().apply(found.findings, to: ward.store, by: "bob", now: { now }, pause: {}) == 0)
        #expect(try await standing(ward).filter { $0.contains("by weight") }.count == 3)
        #expect(try await standing(ward).contains("n1/2 operator"))
        let told = try await payloads(ward).filter { $0.contains(#""correction":"assign""#) }
        #expect(told.count == 6)
        try await ward.expectBalance()
    }

    @Test func `no log at info level says whose a reading is`() async throws {
        let ward = try await ward(limits: ["blood-pressure.systolic": try #require(Limits(highWarning: ExactDecimal("140")))])
        try await assign(ward, cuff, Assignment.Share(.person(PersonID("ben")!)))
        ward.take(ward.cuffed(CuffFrame.crisis))
        #expect(!ward.events.all.isEmpty)
        for event in ward.events.all {
            let (level, line) = EventLog.line(event)
            #expect(level < .info || !line.contains("ben"), "\(line)")
        }
    }
}
