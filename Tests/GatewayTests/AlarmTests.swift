import Alarms
import Gateway
import GatewayTesting
import MQTT
import Readings
import Store
import Testing

private let systolicLimits = [
    "blood-pressure.systolic": Limits(
        lowWarning: ExactDecimal("90"), highWarning: ExactDecimal("135"), highCritical: ExactDecimal("181"))!
]

/// What is told of a reading out of its limits, and when.
struct AlarmTests {
    private func line(_ event: AlarmEvent) -> String {
        "\(event.phase.rawValue) \(event.episode.level.rawValue) \(event.episode.side.rawValue) at \(event.value.text), "
            + "limit \(event.limit?.text ?? "none"), \(event.episode.id)"
    }

    @Test func `an alarm is raised, changed and cleared as one episode`() async throws {
        let ward = try await Ward(limits: systolicLimits)
        for (minute, systolic) in [(0, 120), (1, 140), (2, 142), (3, 190), (4, 150), (5, 85), (6, 120), (7, 121)] {
            ward.take(ward.cuffed(CuffFrame.at("2026-11-21T19:0\(minute):00", systolic: UInt8(systolic))))
        }
        let episode = "001122334455.blood-pressure.20261121T190100/blood-pressure.systolic"
        let told = [
            "raised warning high at 140 mmHg, limit 135, \(episode)", "changed critical high at 190 mmHg, limit 181, \(episode)",
            "changed warning high at 150 mmHg, limit 135, \(episode)", "changed warning low at 85 mmHg, limit 90, \(episode)",
            "cleared warning low at 120 mmHg, limit none, \(episode)",
        ]
        #expect(ward.events.alarms.map(line) == told)
        let stored = try await ward.journal(.alarm).map { entry -> String in
            if case .alarm(let event) = entry.payload { line(event) } else { "a reading" }
        }
        #expect(stored == told)
        #expect(try await ward.store.alarms(activeOnly: false).count == 1)
        #expect(try await ward.store.activeEpisodes().isEmpty)
        try await ward.expectBalance()
    }

    @Test func `no alarm without limits, and none for what is quarantined, refused or a duplicate`() async throws {
        let quiet = try await Ward()
        quiet.take(quiet.cuffed(CuffFrame.crisis))
        #expect(quiet.events.alarms.isEmpty)
        let ward = try await Ward(limits: systolicLimits)
        ward.take(ward.cuffed(CuffFrame.at("2099-01-01T00:00:00", systolic: 190)))
        ward.take(ward.cuffed(CuffFrame.failed))
        #expect(ward.events.alarms.isEmpty)
        ward.take(ward.cuffed(CuffFrame.crisis), ward.cuffed(CuffFrame.crisis))
        #expect(ward.events.alarms.count == 1)
        try await ward.expectBalance()
    }

    @Test func `an intake that starts again goes on with the episode that was active`() async throws {
        let ward = try await Ward(limits: systolicLimits)
        ward.take(ward.cuffed(CuffFrame.at("2026-11-21T19:00:00", systolic: 140)))
        let again = RecordedEvents()
        let intake = Intake(
            profiles: try Ward.shipped.get(), store: ward.store, clocks: ward.clock.clocks,
            place: try #require(Place(identifier: "Asia/Shanghai")),
            watch: Watch(limits: systolicLimits, active: try await ward.store.activeEpisodes()), bell: Bell(),
            observer: again.observer)
        let connection = SourceConnection(number: 2, isResumed: false)
        _ = intake.take([ward.cuffed(CuffFrame.at("2026-11-21T19:05:00", systolic: 190))], from: "ward", over: connection)
        #expect(again.alarms.map(line) == [
            "changed critical high at 190 mmHg, limit 181, 001122334455.blood-pressure.20261121T190000/blood-pressure.systolic"
        ])
        try await ward.expectBalance()
    }

    @Test func `a batch that cannot be committed never happened, and happens once when it comes again`() async throws {
        let ward = try await Ward(limits: systolicLimits)
        ward.take(ward.cuffed(CuffFrame.normal))
        ward.events.clear()
        let ledger = try await ward.store.ledger()

        // More than a page, so that the file must grow.
        let padding = String(repeating: " ", count: 50_000)
        let batch = [
            ward.cuffed(CuffFrame.crisis, padding), ward.cuffed(CuffFrame.clockless, packet: 3),
            ward.advertised(ScaleAdvert.weight), ward.raw("no JSON"),
        ]
        try await ward.store.limitPages(to: 1)
        for _ in 0..<3 {
            guard case .refuse(let reason) = ward.take(batch[0], batch[1], batch[2], batch[3]) else {
                Issue.record("acknowledged what is not on the disk")
                return
            }
            #expect(reason.contains("full"))
        }
        #expect(ward.events.all.count == 3)
        #expect(ward.events.readings.isEmpty && ward.events.alarms.isEmpty && ward.events.refusals.isEmpty)
        #expect(try await ward.store.ledger() == ledger)
        #expect(try await ward.store.alarms(activeOnly: false).isEmpty)

        try await ward.store.limitPages(to: 1_000_000)
        ward.events.clear()
        #expect(ward.take(batch[0], batch[1], batch[2], batch[3], over: 2, resumed: true) == .acknowledge)
        #expect(ward.events.alarms.map(line) == [
            "raised critical high at 190 mmHg, limit 181, 001122334455.blood-pressure.20261120T083000.u2/blood-pressure.systolic",
            "changed warning low at 72 mmHg, limit 90, 001122334455.blood-pressure.20261120T083000.u2/blood-pressure.systolic",
        ])
        // The broadcast that was refused does not make this one a repeat.
        #expect(try await ward.fates() == ["reading", "reading", "reading", "reading"])
        #expect(try await ward.tallies() == ["not-json": 1])
        try await ward.expectBalance()
    }

    @Test func `an alarm that was raised in a refused batch is raised by a later reading too`() async throws {
        let ward = try await Ward(limits: systolicLimits)
        try await ward.store.limitPages(to: 1)
        ward.take(ward.cuffed(CuffFrame.at("2026-11-21T19:00:00", systolic: 140), String(repeating: " ", count: 50_000)))
        try await ward.store.limitPages(to: 1_000_000)
        ward.events.clear()
        ward.take(ward.cuffed(CuffFrame.at("2026-11-21T19:05:00", systolic: 141)))
        #expect(ward.events.alarms.map(\.phase) == [.raised])
        try await ward.expectBalance()
    }

    @Test func `who is enrolled during a refused batch is enrolled after it`() async throws {
        let ward = try await Ward(enrolled: [])
        ward.take(ward.cuffed(CuffFrame.clockless))
        try await ward.store.enroll(cuff)
        try await ward.store.limitPages(to: 1)
        let large = ward.cuffed(CuffFrame.normal, String(repeating: " ", count: 50_000))
        #expect(ward.take(large) != .acknowledge)
        try await ward.store.limitPages(to: 1_000_000)
        #expect(ward.take(large) == .acknowledge)
        #expect(try await ward.fates() == ["reading"])
        try await ward.expectBalance()
    }

    @Test func `the courier is rung for after the commit, and not for a refused batch`() async throws {
        let ward = try await Ward()
        let bell = Bell()
        let intake = Intake(
            profiles: try Ward.shipped.get(), store: ward.store, clocks: ward.clock.clocks,
            place: try #require(Place(identifier: "UTC")), watch: Watch(limits: [:]), bell: bell, observer: { _ in })
        var rings = bell.listen().makeAsyncIterator()
        // The one at the start.
        await rings.next()
        let connection = SourceConnection(number: 1, isResumed: false)
        _ = intake.take([ward.cuffed(CuffFrame.normal)], from: "ward", over: connection)
        await rings.next()
        #expect(try await ward.journal().count == 1)
    }
}
