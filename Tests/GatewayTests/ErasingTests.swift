import Alarms
import Foundation
import GatewayTesting
import MQTT
import People
import Readings
import Sinks
import Testing

@testable import Gateway
@testable import Store

private let oximeter = DeviceID(address: "00:11:22:33:44:99")!
private let anna = PersonID("anna")!, ben = PersonID("ben")!

/// A person is erased while the gateway goes on: what it remembers, what it hears again, and what it passes on.
struct ErasingTests {
    private func ward(limits: [String: Limits] = [:]) async throws -> Ward {
        let ward = try await Ward(limits: limits, enrolled: [cuff, scale, oximeter])
        let at = Instant(rfc3339: noon)!
        for person in [anna, ben] {
            try await ward.store.add(Person(id: person, consent: Person.Consent(isGiven: true, at: at, by: "a test"), addedAt: at, addedBy: "a test"))
        }
        return ward
    }

    private func assign(_ ward: Ward, _ device: DeviceID, to person: PersonID, since: String? = nil) async throws {
        try await ward.store.assign(Assignment(
            device, since: since.flatMap { Instant(rfc3339: $0) }, [Assignment.Share(.person(person))], at: ward.clock.clocks.now().wall, by: "a test"))
    }

    private func erase(_ person: PersonID, _ ward: Ward) async throws {
        let clock = ward.clock
        _ = try await PersonErasing.erase(person, in: ward.store, by: "a test", now: { clock.clocks.now().wall }, pause: { _ in })
    }

    // MARK: What is heard again

    @Test func `a record read again from a cuff's memory is known as erased, is not stored again, and new ones are`() async throws {
        let ward = try await ward()
        try await assign(ward, cuff, to: anna)
        ward.take(ward.cuffed(CuffFrame.normal))
        try await erase(anna, ward)
        #expect(try await ward.readings().isEmpty)
        #expect(try await ward.fates() == [])
        ward.take(ward.cuffed(CuffFrame.normal))
        #expect(try await ward.fates() == ["erased"])
        #expect(try await ward.latestFrame().body.isEmpty)
        try await assign(ward, cuff, to: ben)
        ward.take(ward.cuffed(CuffFrame.normal), ward.cuffed(CuffFrame.crisis))
        #expect(try await ward.fates() == ["erased", "erased", "reading"])
        #expect(try await ward.readings().map(\.record.whose.person) == [ben])
        try await ward.expectBalance()
    }

    @Test func `a message that tells an erased record among others keeps none of its bytes, and all of the others`() async throws {
        let ward = try await ward()
        try await assign(ward, cuff, to: anna)
        ward.take(ward.cuffed(CuffFrame.normal))
        try await erase(anna, ward)
        ward.take(ward.raw(
            #"{"address":"\#(cuff)","services":["1810"],"characteristic":"2a35","frames":["\#(CuffFrame.normal)","\#(CuffFrame.crisis)","00"]}"#))
        let frames = try await ward.store.recentFrames(limit: 9)
        #expect(frames.map(\.record.fate) == [.rejected, .reading, .erased])
        #expect(frames.allSatisfy { $0.record.body.isEmpty })
        #expect(try await ward.readings().map(\.said) == ["systolic 190 mmHg, diastolic 125 mmHg, mean 146 mmHg, pulse 88 /min"])
        // Without their bytes they are left alone by whoever reads frames again.
        var redecoding = try Redecoding(
            by: "a test", profile: "bluetooth-sig/blood-pressure", among: Ward.shipped.get(), since: nil, in: try #require(Place(identifier: "UTC")))
        let clock = ward.clock
        let changes = try redecoding.apply(to: ward.store, now: { clock.clocks.now().wall }, pause: {}) { _ in }.changes
        #expect(changes == [:])
        try await ward.expectBalance()
    }

    @Test func `what comes in of her device after that is nobody's known, and raises no alarm of hers`() async throws {
        let ward = try await ward(limits: ["blood-pressure.systolic": try #require(Limits(highWarning: ExactDecimal("135")))])
        try await assign(ward, cuff, to: anna)
        ward.take(ward.cuffed(CuffFrame.at("2026-11-21T08:00:00", systolic: 150)))
        #expect(ward.events.alarms.map(\.episode.condition.person) == [anna])
        try await erase(anna, ward)
        ward.take(ward.cuffed(CuffFrame.at("2026-11-21T08:10:00", systolic: 151)))
        #expect(ward.events.alarms.map { "\($0.phase) \($0.episode.condition.person?.description ?? "-")" } == ["raised anna", "raised -"])
        #expect(try await ward.readings().map(\.record.whose) == [.unassigned(.noConsent)])
        try await ward.expectBalance()
    }

    // MARK: Streams

    /// PLX Continuous Measurement (2a5f) and Spot-Check (2a5e) begin alike: flags, SpO2, pulse.
    private func measured(_ spo2: Int, _ ward: Ward, on characteristic: String = "2a5f") -> ReceivedMessage {
        let frame = "00" + [UInt8(spo2), 0, 70, 0].map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        return ward.raw(#"{"address":"\#(oximeter)","services":["1822"],"characteristic":"\#(characteristic)","frames":["\#(frame)"]}"#)
    }

    private func play(_ spo2: Int, seconds: Int, _ ward: Ward) {
        for _ in 0..<seconds {
            ward.take(measured(spo2, ward))
            ward.clock.advance(.seconds(1))
            ward.fileOverdue()
        }
    }

    @Test func `a minute that goes on while she is erased is dropped, with what comes of it afterwards`() async throws {
        let ward = try await ward()
        try await assign(ward, oximeter, to: anna)
        play(97, seconds: 70, ward)
        #expect(try await ward.readings().map(\.record.whose) == [.person(anna, .device)])
        try await erase(anna, ward)
        try await ward.expectBalance()
        play(96, seconds: 10, ward)
        ward.clock.advance(.seconds(60))
        ward.fileOverdue()
        #expect(try await ward.readings().isEmpty)
        #expect(try await ward.fates() == ["erased"])
        #expect(try await ward.latestFrame().body.isEmpty)
        #expect(try await ward.store.ledger().sources.map { [$0.received, $0.frames, $0.erased] } == [[80, 20, 60]])
        // The next minute is a new one, and of nobody known.
        play(96, seconds: 30, ward)
        ward.hungUp(oximeter)
        #expect(try await ward.readings().map(\.record.whose) == [.unassigned(.noConsent)])
        try await ward.expectBalance()
    }

    @Test func `a summary and the alarm of its signal are of whoever had the device then, also after a restart`() async throws {
        let ward = try await ward(limits: ["oxygen-saturation.spo2": try #require(Limits(lowWarning: ExactDecimal("92")))])
        try await assign(ward, oximeter, to: anna)
        play(85, seconds: 6, ward)
        ward.restart()
        play(85, seconds: 6, ward)
        #expect(ward.events.alarms.map { "\($0.phase) \($0.episode.condition.person?.description ?? "-")" } == ["raised anna"])
        #expect(ward.events.alarms.first?.episode.since == Instant(rfc3339: noon))
        // A reading of the same vital, and of the same person, is of the same alarm.
        ward.take(measured(98, ward, on: "2a5e"))
        #expect(ward.events.alarms.map(\.phase) == [.raised, .cleared])
        ward.hungUp(oximeter)
        #expect(try await ward.readings().map(\.record.whose) == [.person(anna, .device), .person(anna, .device)])
        // Handed over, it says nothing of her any more.
        ward.clock.advance(.seconds(60))
        try await assign(ward, oximeter, to: ben, since: "2026-11-21T12:01:00Z")
        play(85, seconds: 12, ward)
        #expect(ward.events.alarms.map { "\($0.phase) \($0.episode.condition.person?.description ?? "-")" } == ["raised anna", "cleared anna", "raised ben"])
        try await ward.expectBalance()
    }

    @Test func `a signal that is no person's raises no alarm and becomes no reading`() async throws {
        let ward = try await ward(limits: ["oxygen-saturation.spo2": try #require(Limits(lowWarning: ExactDecimal("92")))])
        try await ward.store.assign(Assignment(
            oximeter, since: nil, [Assignment.Share(.nobody)], at: ward.clock.clocks.now().wall, by: "a test"))
        play(85, seconds: 30, ward)
        ward.hungUp(oximeter)
        #expect(ward.events.alarms.isEmpty)
        #expect(try await ward.readings().isEmpty)
        #expect(try await ward.fates() == ["summarised: not-a-person"])
        try await ward.expectBalance()
    }

    // MARK: What goes out

    @Test func `a sink is told of each reading and alarm once, hears no value of them, and stands at the end of the journal`() async throws {
        let ward = try await ward(limits: ["blood-pressure.systolic": try #require(Limits(highWarning: ExactDecimal("135")))])
        try await assign(ward, cuff, to: anna)
        try await ward.store.register(sink: "platform", at: ward.clock.clocks.now().wall)
        ward.take(ward.cuffed(CuffFrame.at("2026-11-21T08:00:00", systolic: 150)), ward.cuffed(CuffFrame.at("2026-11-21T08:05:00", systolic: 120)))
        try await erase(anna, ward)
        let (bell, sender, events) = (Bell(), RecordingSender(window: 1), RecordedEvents())
        let courier = Courier(sink: "platform", sender: sender, store: ward.store, bell: bell, clocks: ward.clock.clocks, observer: events.observer)
        let running = Task { try await courier.run() }
        #expect(try await eventually { try await ward.store.pending(sink: "platform") == 0 })
        running.cancel()
        _ = await running.result
        let tree = TopicTree(prefix: "vitalgate", gateway: "g")
        let told = sender.sent.map { tree.topic(of: $0.content) + " " + $0.content.payload(gateway: "g") }.sorted()
        #expect(told == [
            #"vitalgate/g/alarms/001122334455/blood-pressure.systolic {"type":"alarm","id":"001122334455.blood-pressure.20261121T080000/blood-pressure.systolic","phase":"cleared","erased":true,"gateway":"g","device":"00:11:22:33:44:55","vital":"blood-pressure.systolic"}"#,
            #"vitalgate/g/readings/001122334455/blood-pressure {"type":"reading","id":"001122334455.blood-pressure.20261121T080000","revision":2,"supersedes":1,"form":4,"retracted":true,"erased":true,"gateway":"g","device":"00:11:22:33:44:55","kind":"blood-pressure"}"#,
            #"vitalgate/g/readings/001122334455/blood-pressure {"type":"reading","id":"001122334455.blood-pressure.20261121T080500","revision":2,"supersedes":1,"form":4,"retracted":true,"erased":true,"gateway":"g","device":"00:11:22:33:44:55","kind":"blood-pressure"}"#,
        ])
        #expect(try await ward.store.untoldErasures() == 0)
        #expect(try await ward.journal().map(\.payload) == Array(repeating: .erased, count: 4))
        try await ward.expectBalance()
    }
}

/// What is kept of a person for some time only.
struct RetentionTests {
    private func keep(_ ward: Ward, _ events: RecordedEvents) async {
        await Retention(store: ward.store, clocks: ward.clock.clocks, bell: Bell(), observer: events.observer).keep()
    }

    private func ward() async throws -> Ward {
        let ward = try await Ward(zone: "UTC", enrolled: [cuff])
        let at = Instant(rfc3339: noon)!
        try await ward.store.add(Person(
            id: anna, keep: KeepingTime("30d"), consent: Person.Consent(isGiven: true, at: at, by: "a test"), addedAt: at, addedBy: "a test"))
        try await ward.store.assign(Assignment(cuff, since: nil, [Assignment.Share(.person(anna))], at: at, by: "a test"))
        for time in ["2026-10-20T08:00:00", "2026-10-23T08:00:00", "2026-11-20T08:00:00"] { ward.take(ward.cuffed(CuffFrame.at(time))) }
        return ward
    }

    @Test func `what is older goes once a day, is known when it is heard again, and the rest stays`() async throws {
        let (ward, events) = (try await ward(), RecordedEvents())
        await keep(ward, events)
        #expect(try await ward.readings().map { $0.identity.description.suffix(15) } == ["20261023T080000", "20261120T080000"])
        ward.take(ward.cuffed(CuffFrame.at("2026-10-20T08:00:00")))
        #expect(try await ward.fates() == ["reading", "reading", "erased"])
        await keep(ward, events)
        #expect(try await ward.store.ledger().erased.readings == 1)
        ward.clock.advance(.seconds(3 * 86_400))
        await keep(ward, events)
        #expect(try await ward.store.ledger().erased.readings == 2)
        #expect(try await ward.store.persons().map(\.keep?.description) == ["P30D"])
        try await ward.expectBalance()
    }

    @Test func `by a clock that is not right nothing is old`() async throws {
        let (ward, events) = (try await ward(), RecordedEvents())
        ward.clock.reboot(at: "2036-01-01T00:00:00Z", isSynchronised: false)
        await keep(ward, events)
        #expect(try await ward.readings().count == 3)
    }

    @Test func `a person whose erasing was cut off is gone on with, by whatever clock`() async throws {
        let (ward, events) = (try await ward(), RecordedEvents())
        let begun = try await ward.store.beginErasing(anna, by: "a test", at: Instant(rfc3339: noon)!)
        _ = try await ward.store.erase(begun, readings: 1, at: Instant(rfc3339: noon)!)
        ward.clock.reboot(at: "1970-01-01T00:00:00Z", isSynchronised: false)
        await keep(ward, events)
        #expect(try await ward.readings().isEmpty)
        #expect(try await ward.store.persons().isEmpty)
        try await ward.expectBalance()
    }
}
