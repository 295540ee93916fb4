import BlueZ
import GatewayTesting
import Readings
import Store
import Testing

@testable import Gateway

private let first = DeviceID(address: "F0:00:00:00:00:01")!
private let second = DeviceID(address: "F0:00:00:00:00:02")!

@Suite("Bonds and wakes of devices") struct BondTests {
    private func found(_ holders: Set<DeviceID>, at adapters: Set<DeviceID> = [first, second], busy: Set<DeviceID> = []) -> Radio.BondSurvey {
        Radio.BondSurvey(adapters: adapters, bonds: holders.isEmpty ? [:] : [cuff: holders], busy: busy)
    }

    private func news(_ bonds: inout Bonds, _ found: Radio.BondSurvey, isSettled: Bool = true) -> [BondNews] {
        bonds.compare(with: found, enrolled: [cuff], isSettled: isSettled).map(\.news)
    }

    @Test("A bond is pinned to the adapter at which it was seen first; its loss is told once, and its return")
    func lost() {
        var bonds = Bonds()
        #expect(news(&bonds, found([])) == [] && bonds.all.isEmpty)
        #expect(news(&bonds, found([first])) == [] && bonds.pins == [cuff: first])
        #expect(news(&bonds, found([])) == [.lost(first)])
        #expect(news(&bonds, found([])) == [])
        #expect(bonds.all[cuff]?.state == .lost)
        #expect(news(&bonds, found([first])) == [.held(first)])
        #expect(news(&bonds, found([first, second])) == [])
    }

    @Test("What an earlier run lost is told again at the start") func start() {
        var bonds = Bonds([cuff: first])
        #expect(bonds.all[cuff]?.state == .unknown)
        #expect(news(&bonds, found([]), isSettled: false) == [.lost(first)])
    }

    @Test("An adapter that is not there has not lost its bonds, and is given the time to come up") func away() {
        var bonds = Bonds([cuff: first])
        #expect(news(&bonds, found([], at: [second]), isSettled: false) == [])
        #expect(news(&bonds, found([], at: [second])) == [.away(first)])
        #expect(news(&bonds, found([], at: [second])) == [])
        #expect(bonds.pins == [cuff: first])
        #expect(news(&bonds, found([first])) == [.held(first)])
    }

    @Test("A bond with another adapter is told, and is the one from then on") func moved() {
        var bonds = Bonds([cuff: first])
        #expect(news(&bonds, found([second])) == [.moved(from: first, to: second)])
        #expect(bonds.pins == [cuff: second])
    }

    @Test("In a session nothing is judged, and what is not enrolled any more is forgotten") func quiet() {
        var bonds = Bonds([cuff: first])
        #expect(news(&bonds, found([], busy: [cuff])) == [])
        #expect(bonds.compare(with: found([first]), enrolled: [], isSettled: true).isEmpty && bonds.all.isEmpty)
    }

    @Test("The median is of the middle, the worst stays") func tally() {
        var tally = WakeTally()
        for milliseconds in [900, 300, 700, 4000, 500] { tally.note(caughtAfter: .milliseconds(milliseconds)) }
        tally.miss()
        tally.rest()
        #expect(tally.median == 700 && tally.worst == 4000)
        #expect([tally.caught, tally.idle, tally.missed] == [5, 1, 1])
        for _ in 0..<1000 { tally.note(caughtAfter: .milliseconds(10)) }
        #expect(tally.median == 10 && tally.worst == 4000 && tally.caught == 1005)
    }

    @Test("A note is read as it was written; others are none") func note() throws {
        var tally = WakeTally()
        tally.note(caughtAfter: .milliseconds(650))
        tally.miss()
        let since = try #require(Instant(rfc3339: noon))
        let note = DeviceNote(bond: Bond(adapter: first, state: .lost), wakes: .init(tally, since: since))
        #expect(DeviceNote(note.text) == note)
        #expect(note.summary == "bond lost; 1 of 2 wakes, 0.7 s")
        #expect(DeviceNote("nothing") == nil && DeviceNote("{}")?.summary == "")
        #expect(DeviceNote(#"{"bond":{"adapter":"F0:00:00:00:00:01","state":"of another century"}}"#)?.bond?.state == .unknown)
    }

    @Test("Notes come with an enrolment and go with it") func notes() async throws {
        let ward = try await Ward(enrolled: [cuff])
        try await ward.store.note([cuff: "a", scale: "b"])
        #expect(try await ward.store.radioNotes() == [cuff: "a"])
        try await ward.store.note([cuff: "c"])
        #expect(try await ward.store.radioNotes() == [cuff: "c"])
        _ = try await ward.store.forget(cuff, at: Instant(rfc3339: noon)!, by: "a test")
        #expect(try await ward.store.radioNotes().isEmpty)
    }
}
