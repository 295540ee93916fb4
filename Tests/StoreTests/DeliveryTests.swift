import Alarms
import Readings
import Testing

@testable import Store

struct DeliveryTests {
    let folder = TemporaryFolder()

    private func later(_ seconds: Int64) -> Instant { Instant(milliseconds: noon.milliseconds + seconds * 1000) }

    /// Entries 1, 2 and 4 in the bulk lane, 3 in the alarm lane.
    private func filled() throws -> Store {
        let store = try folder.store()
        try store.take("A")
        try store.take("B")
        try store.intake { try $0.append(event(.raised, episode()), at: noon) }
        try store.take("C")
        return store
    }

    @Test func `each lane gives its own entries, in the order of the journal`() async throws {
        let store = try filled()
        let bulk = try await store.entries(of: .bulk, after: 0, limit: 10)
        #expect(bulk.map(\.seq) == [1, 2, 4])
        #expect(bulk.allSatisfy { $0.lane == .bulk && $0.at == noon })
        let identities = bulk.map { if case .reading(let stored) = $0.payload { stored.identity.description } else { "?" } }
        #expect(identities == ["A", "B", "C"])
        #expect(try await store.entries(of: .bulk, after: 1, limit: 1).map(\.seq) == [2])
        let alarms = try await store.entries(of: .alarm, after: 0, limit: 10)
        #expect(alarms.map(\.seq) == [3])
        #expect(alarms[0].payload == .alarm(event(.raised, episode())))
        #expect(try await store.entry(3) == alarms[0])
        #expect(try await store.entry(4) == bulk[2])
        #expect(try await store.entry(5) == nil)
    }

    @Test func `a new sink gets everything, and is registered once`() async throws {
        let store = try filled()
        try await store.register(sink: "ehr", at: noon)
        #expect(try await store.pending(sink: "ehr") == 4)
        try await store.settle(sink: "ehr", lane: .bulk, through: 2)
        try await store.register(sink: "ehr", at: later(9))
        #expect(try await store.cursor(sink: "ehr", lane: .bulk) == 2)
        #expect(try await store.cursor(sink: "ehr", lane: .alarm) == 0)
        #expect(try await store.pending(sink: "ehr") == 2)
    }

    @Test func `one bad entry does not hold up the rest`() async throws {
        let store = try filled()
        try await store.register(sink: "ehr", at: noon)
        let waiting = SinkException(seq: 2, state: .waiting, reason: "HTTP 503", attempts: 1, at: noon)
        let filtered = SinkException(seq: 1, state: .filtered, reason: "no weights", attempts: 0, at: noon)
        try await store.settle(sink: "ehr", lane: .bulk, through: 4, exceptions: [waiting, filtered])
        #expect(try await store.exceptions(sink: "ehr") == [filtered, waiting])
        // The alarm, and the one to be tried again.
        #expect(try await store.pending(sink: "ehr") == 2)

        var dead = waiting
        dead.state = .dead
        dead.attempts = 2
        try await store.settle(sink: "ehr", lane: .bulk, through: 0, exceptions: [dead])
        #expect(try await store.exceptions(sink: "ehr") == [filtered, dead])
        #expect(try await store.cursor(sink: "ehr", lane: .bulk) == 4)
        #expect(try await store.ledger().sinks == [
            LedgerReport.SinkSums(sink: "ehr", lane: .alarm, entries: 1, delivered: 0, pending: 1, held: 0, filtered: 0, dead: 0),
            LedgerReport.SinkSums(sink: "ehr", lane: .bulk, entries: 3, delivered: 1, pending: 0, held: 0, filtered: 1, dead: 1),
        ])

        try await store.settle(sink: "ehr", lane: .bulk, through: 4, delivered: [2])
        #expect(try await store.exceptions(sink: "ehr") == [filtered])
        #expect(try await store.ledger().sinks[1].delivered == 2)
        #expect(try await store.ledger().isBalanced)
    }

    @Test func `a sink that was not registered cannot settle`() async throws {
        let store = try filled()
        await #expect(throws: StoreFailure.self) { try await store.settle(sink: "ehr", lane: .bulk, through: 1) }
    }

    @Test func `an alarm stands as its latest event left it`() async throws {
        let store = try folder.store()
        try store.intake { try $0.append(event(.raised, episode()), at: noon) }
        try store.intake { try $0.append(event(.changed, episode(level: .critical, newest: later(60)), at: later(60)), at: noon) }
        #expect(try await store.alarms(activeOnly: true)
            == [AlarmRecord(episode: episode(level: .critical, newest: later(60)), clearedAt: nil)])
        #expect(try await store.activeEpisodes() == [episode(level: .critical, newest: later(60))])
        let end = event(.cleared, episode(level: .critical, newest: later(120)), at: later(120))
        try store.intake { try $0.append(end, at: noon) }
        #expect(try await store.alarms(activeOnly: true).isEmpty)
        #expect(try await store.activeEpisodes().isEmpty)
        #expect(try await store.alarms(activeOnly: false).map(\.clearedAt) == [later(120)])
        // Each event is passed on as it was told.
        let events = try await store.entries(of: .alarm, after: 0, limit: 9).map(\.payload)
        #expect(events == [
            .alarm(event(.raised, episode())),
            .alarm(event(.changed, episode(level: .critical, newest: later(60)), at: later(60))), .alarm(end),
        ])
    }

    @Test func `after a restart an alarm knows the latest reading, also one that caused no event`() async throws {
        let store = try folder.store()
        func take(_ reading: Reading, _ identity: String, at: Instant, device: DeviceID = cuff, quarantined: Bool = false) throws {
            try store.intake { transaction in
                let row = try transaction.append(frame(device: device))
                var taken = record(reading, identity, quarantined: quarantined, device: device, at: at)
                taken.measuredAt = MeasuredAt(at, .device)
                try transaction.append(taken, of: row, at: noon)
            }
        }
        // Newer than the reading that raised it, but before it came: the watch did not hold it against the alarm.
        try take(pressure("120"), "EARLIER", at: later(500))
        try take(pressure("181"), "BP1", at: noon)
        try store.intake { try $0.append(event(.raised, episode()), at: noon) }
        #expect(try await store.activeEpisodes().map(\.newest) == [noon])
        try take(pressure("182"), "BP2", at: later(60))
        #expect(try await store.activeEpisodes().map(\.newest) == [later(60)])
        // Another vital, another device, a quarantined reading: none of them says anything of it.
        try take(weight("80"), "W", at: later(70))
        try take(pressure("120"), "OTHER", at: later(80), device: scale)
        try take(pressure("120"), "BAD", at: later(90), quarantined: true)
        #expect(try await store.activeEpisodes().map(\.newest) == [later(60)])
    }

    @Test func `a vital that two kinds share is looked for in both`() async throws {
        let store = try folder.store()
        func take(_ kind: Kind, _ identity: String, at: Instant) throws {
            let value = Reading.Value("weight", Quantity(ExactDecimal("80")!, .kilogram), kind.vital("weight")!)
            try store.intake { transaction in
                let row = try transaction.append(frame())
                var taken = record(Reading(kind, [value]), identity, at: at)
                taken.measuredAt = MeasuredAt(at, .device)
                try transaction.append(taken, of: row, at: noon)
            }
        }
        try take(.bodyWeight, "BP1", at: noon)
        var heavy = episode()
        heavy.condition = Condition(device: scale, vital: "body-weight.weight")
        try store.intake { try $0.append(event(.raised, heavy), at: noon) }
        try take(.bodyComposition, "BC", at: later(60))
        #expect(try await store.activeEpisodes().map(\.newest) == [later(60)])
    }
}
