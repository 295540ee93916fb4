import Alarms
import GatewayTesting
import Readings
import Sinks
import Store
import Testing

@testable import Gateway

/// From the journal to a sink: in order, once settled never again, and nothing left out.
struct CourierTests {
    let ward: Ward
    let events = RecordedEvents()
    let bell = Bell()

    init() async throws {
        let limits = try #require(Limits(highWarning: ExactDecimal("135")))
        ward = try await Ward(limits: ["blood-pressure.systolic": limits])
        try await ward.store.register(sink: "platform", at: ward.clock.clocks.now().wall)
    }

    /// Takes in so many readings of 120, a minute apart.
    private func takeReadings(_ minutes: Range<Int>, systolic: UInt8 = 120) {
        for minute in minutes {
            let time = CivilTime(iso: "2026-11-21T08:00:00")!.adding(minutes: minute).text
            ward.take(ward.cuffed(CuffFrame.at(time, systolic: systolic)))
        }
        bell.ring()
    }

    /// Runs a courier until `body` ends.
    private func delivering(by sender: RecordingSender, _ body: () async throws -> Void) async throws {
        let courier = Courier(
            sink: "platform", sender: sender, store: ward.store, bell: bell, clocks: ward.clock.clocks, observer: events.observer)
        let running = Task { try await courier.run() }
        do {
            try await body()
        } catch {
            running.cancel()
            throw error
        }
        sender.release()
        running.cancel()
        _ = await running.result
    }

    private func cursor(_ lane: Lane = .bulk) async throws -> Int64 { try await ward.store.cursor(sink: "platform", lane: lane) }

    @Test func `everything is sent once, in the order of the journal`() async throws {
        let sender = RecordingSender(window: 7)
        takeReadings(0..<20)
        try await delivering(by: sender) { () async throws in
            #expect(try await eventually { try await cursor() == 20 })
            takeReadings(20..<25)
            #expect(try await eventually { try await cursor() == 25 })
        }
        #expect(sender.sent.map(\.sequence) == Array(1...25))
        #expect(sender.batches.allSatisfy { $0.count <= 7 })
        let pulses = sender.sent.map { delivery -> String in
            if case .reading(let filed) = delivery.content { filed.measuredAt.instant.rfc3339() } else { "an alarm" }
        }
        #expect(pulses.first == "2026-11-21T00:00:00Z" && pulses.last == "2026-11-21T00:24:00Z")
        try await ward.expectBalance()
    }

    @Test func `what was there before the courier came is sent without a ring`() async throws {
        takeReadings(0..<3)
        let sender = RecordingSender()
        try await delivering(by: sender) { () async throws in
            #expect(await eventually { sender.sent.count == 3 })
        }
    }

    @Test func `what a receiver will never take is a dead letter, and the rest goes on`() async throws {
        let sender = RecordingSender { $0.sequence == 2 ? .rejected("no such ward") : .accepted }
        takeReadings(0..<4)
        try await delivering(by: sender) { () async throws in
            #expect(try await eventually { try await cursor() == 4 })
        }
        #expect(sender.sent.map(\.sequence) == [1, 2, 3, 4])
        let exceptions = try await ward.store.exceptions(sink: "platform")
        #expect(exceptions.map(\.seq) == [2])
        #expect(exceptions.map(\.state) == [.dead])
        #expect(exceptions.map(\.reason) == ["no such ward"])
        let sums = try await ward.store.ledger().sinks.first { $0.lane == .bulk }
        #expect(sums?.delivered == 3 && sums?.dead == 1 && sums?.pending == 0)
        #expect(events.all.contains { if case .deadLetter("platform", let delivery, _) = $0 { delivery.sequence == 2 } else { false } })
        try await ward.expectBalance()
    }

    @Test func `what a receiver does not take now stops the rest and comes again`() async throws {
        let sender = RecordingSender { $0.sequence == 3 ? .retry("the disk is full") : .accepted }
        takeReadings(0..<5)
        try await delivering(by: sender) { () async throws in
            #expect(await eventually { sender.batches.count >= 2 })
            // Accepted after a retry counts for nothing.
            #expect(try await cursor() == 2)
            #expect(events.waits == ["the disk is full"])
            sender.answer { _ in .accepted }
            #expect(try await eventually { try await cursor() == 5 })
        }
        #expect(sender.batches.first?.map(\.sequence) == [1, 2, 3, 4, 5])
        #expect(sender.batches.dropFirst().allSatisfy { $0.map(\.sequence) == [3, 4, 5] })
        let recoveries = events.all.filter { if case .sinkRecovered("platform") = $0 { true } else { false } }
        #expect(recoveries.count == 1)
        try await ward.expectBalance()
    }

    @Test func `a cursor moves only over what was accepted`() async throws {
        let sender = RecordingSender { _ in .retry("away") }
        takeReadings(0..<5)
        try await delivering(by: sender) { () async throws in
            #expect(await eventually { !sender.batches.isEmpty })
            #expect(try await cursor() == 0)
        }
        #expect(try await ward.store.pending(sink: "platform") == 5)
        try await ward.expectBalance()
    }

    @Test func `an alarm overtakes readings that are stuck`() async throws {
        let sender = RecordingSender()
        sender.hang { if case .reading = $0.content { true } else { false } }
        takeReadings(0..<3)
        try await delivering(by: sender) { () async throws in
            #expect(await eventually { sender.batches.count == 1 })
            takeReadings(3..<4, systolic: 190)
            // Entries 1 to 4 are readings, 5 is the alarm.
            #expect(try await eventually { try await cursor(.alarm) == 5 })
            #expect(try await cursor(.bulk) == 0)
            sender.release()
            #expect(try await eventually { try await cursor(.bulk) == 4 })
        }
        try await ward.expectBalance()
    }

    @Test func `a new start goes on where the cursor stands`() async throws {
        takeReadings(0..<3)
        let first = RecordingSender { $0.sequence > 2 ? .retry("away") : .accepted }
        try await delivering(by: first) { () async throws in
            #expect(try await eventually { try await cursor() == 2 })
        }
        takeReadings(3..<5)
        let second = RecordingSender()
        try await delivering(by: second) { () async throws in
            #expect(try await eventually { try await cursor() == 5 })
        }
        #expect(second.sent.map(\.sequence) == [3, 4, 5])
        try await ward.expectBalance()
    }

    @Test func `a delivery under way when the courier was stopped comes again`() async throws {
        takeReadings(0..<2)
        let first = RecordingSender { _ in .retry("stopped") }
        first.hang { _ in true }
        try await delivering(by: first) { () async throws in
            #expect(await eventually { first.batches.count == 1 })
        }
        #expect(try await cursor() == 0)
        let second = RecordingSender()
        try await delivering(by: second) { () async throws in
            #expect(try await eventually { try await cursor() == 2 })
        }
        #expect(second.sent.map(\.sequence) == [1, 2])
    }

    @Test func `a receipt that is missing counts as not taken`() async throws {
        struct Forgetful: Sender {
            let window = 10
            func send(_ deliveries: [Delivery]) async -> [Receipt] { deliveries.dropLast().map { _ in .accepted } }
        }
        takeReadings(0..<3)
        let courier = Courier(
            sink: "platform", sender: Forgetful(), store: ward.store, bell: bell, clocks: ward.clock.clocks,
            observer: events.observer)
        let running = Task { try await courier.run() }
        #expect(await eventually { events.waits.count == 1 })
        running.cancel()
        _ = await running.result
        #expect(try await cursor() == 2)
        try await ward.expectBalance()
    }

    @Test func `a sink that is not registered is told, and nothing is lost`() async throws {
        let sender = RecordingSender()
        takeReadings(0..<1)
        let courier = Courier(
            sink: "stranger", sender: sender, store: ward.store, bell: bell, clocks: ward.clock.clocks, observer: events.observer)
        let running = Task { try await courier.run() }
        #expect(await eventually { events.waits.contains("the sink 'stranger' was not registered") })
        running.cancel()
        _ = await running.result
        try await ward.expectBalance()
    }
}
