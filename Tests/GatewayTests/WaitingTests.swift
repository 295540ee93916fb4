import Alarms
import GatewayTesting
import MQTT
import Readings
import Store
import Synchronization
import Testing

@testable import Gateway

/// Frames that wait for others of their device: in custody from the first moment, and never without an end.
struct WaitingTests {
    private final class Counter: Sendable {
        private let looks = Mutex(0)
        func count() { looks.withLock { $0 += 1 } }
        var value: Int { looks.withLock { $0 } }
    }

    /// On 2A9D `number weight`, on 2A9C `number impedance`; adverts of FFF9 that count when three in a row are equal.
    private static let pair = """
        profile: test/pair
        title: A scale that says things one after the other
        source: these tests
        match: { names: { exact: [PAIR] } }
        characteristics:
          w: { service: "181D", uuid: "2A9D" }
          x: { service: "181D", uuid: "2A9C" }
          p: { service: "181D", uuid: "2A9B", framing: { starts-with: "AA", size: 3, within: 2 s } }
        frames:
          weight: { from: w, fields: [ { name: n, type: u8 }, { name: w, type: u8 } ] }
          extra: { from: x, fields: [ { name: n, type: u8 }, { name: i, type: u8 } ] }
          piece: { from: p, fields: [ { skip: 1 }, { name: n, type: u8 }, { name: pw, type: u8 } ] }
          live: { from: { service-data: "FFF9" }, fields: [ { name: lw, type: u8 } ] }
        readings:
          body-weight:
            values: { weight: { field: w, unit: kg }, impedance: { field: extra.i, unit: Ohm } }
            number: n
            with: { frame: extra, by: [n], within: 10 s }
          body-weight/piece: { values: { weight: { field: pw, unit: kg } }, number: n }
          body-weight/live: { values: { weight: { field: lw, unit: kg } }, settles: { equal: weight, frames: 3 } }
        vectors:
          - { name: a, source: computed, notifications: ["p: AA 01 50"], reads: [ { kind: body-weight, weight: 80 kg, number: 1, measured-at: arrival } ] }
          - { name: b, source: computed, notifications: ["w: 50"], fails: too short at w }
        """

    private func ward() async throws -> Ward { try await Ward(profiles: ["test/pair": WaitingTests.pair]) }

    private func sent(_ ward: Ward, _ characteristic: String, _ frames: String..., by device: DeviceID = scale, padded padding: Int = 0) -> ReceivedMessage {
        let list = frames.map { "\"\($0)\"" }.joined(separator: ",")
        return ward.raw(#"{"address":"\#(device)","name":"PAIR","characteristic":"\#(characteristic)","frames":[\#(list)]}"# + String(repeating: " ", count: padding))
    }

    @Test func `a frame waits in custody, and ends as part of what the other frame says`() async throws {
        let ward = try await ward()
        ward.take(sent(ward, "2a9d", "0150"))
        #expect(try await ward.fates() == ["waiting: not-final"])
        try await ward.expectBalance()
        ward.take(sent(ward, "2a9c", "01c8"))
        #expect(try await ward.fates() == ["duplicate: joined", "reading"])
        #expect(try await ward.readings().map(\.said) == ["weight 80 kg, impedance 200 Ohm"])
        #expect(try await ward.journal().count == 1)
        try await ward.expectBalance()
    }

    @Test func `where nothing more comes, time alone files what waited, and nothing turns until then`() async throws {
        let ward = try await Ward(profiles: ["test/pair": WaitingTests.pair.replacing("within: 10 s", with: "within: 1 s")])
        let turns = Counter()
        let clocks = Clocks {
            turns.count()
            return Clocks.machine.now()
        }
        let intake = Intake(
            profiles: ward.profiles, store: ward.store, clocks: clocks, place: try #require(Place(identifier: "UTC")),
            watch: Watch(limits: [:]), bell: Bell(), observer: { _ in })
        let task = Task { try await Timekeeper(intake: intake).run() }
        let before = turns.value
        #expect(intake.take([sent(ward, "2a9d", "0150")], from: "ward", over: SourceConnection(number: 1, isResumed: false)) == .acknowledge)
        #expect(try await eventually(within: .seconds(10)) { try await ward.fates() == ["reading"] })
        // The frame, its filing, and a look or two around each.
        #expect(turns.value - before < 10, "\(turns.value - before) looks at the clock")
        task.cancel()
        _ = try? await task.value
    }

    @Test func `a reading that is not joined in time is filed as of its own arrival, and says so`() async throws {
        let ward = try await ward()
        ward.take(sent(ward, "2a9d", "0150"))
        ward.clock.advance(.milliseconds(9999))
        ward.fileOverdue()
        #expect(try await ward.fates() == ["waiting: not-final"])
        ward.clock.advance(.milliseconds(1))
        ward.fileOverdue()
        #expect(try await ward.fates() == ["reading"])
        let reading = try await ward.latest()
        #expect(reading.said == "weight 80 kg")
        #expect(reading.reading.marks == ["unjoined"])
        #expect(reading.measured == "2026-11-21T12:00:00Z arrival")
        #expect(ward.events.readings.count == 1)
        ward.fileOverdue()
        #expect(try await ward.journal().count == 1)
        try await ward.expectBalance()
    }

    @Test func `what is overdue is filed before the next message`() async throws {
        let ward = try await ward()
        ward.take(sent(ward, "2a9d", "0150"))
        ward.clock.advance(.seconds(60))
        ward.take(sent(ward, "2a9d", "0251"))
        #expect(try await ward.fates() == ["reading", "waiting: not-final"])
        ward.take(sent(ward, "2a9c", "01c8"))
        ward.clock.advance(.seconds(60))
        ward.fileOverdue()
        #expect(try await ward.fates() == ["reading", "reading", "incomplete: missing-value"])
        try await ward.expectBalance()
    }

    @Test func `a frame of one device is never joined to that of another`() async throws {
        let ward = try await ward()
        ward.take(sent(ward, "2a9d", "0150"))
        ward.take(sent(ward, "2a9c", "01c8", by: cuff))
        #expect(try await ward.fates() == ["waiting: not-final", "waiting: not-final"])
        #expect(try await ward.readings().isEmpty)
    }

    @Test func `a restart forgets nothing that waits`() async throws {
        let ward = try await ward()
        ward.take(sent(ward, "2a9d", "0150"))
        ward.take(sent(ward, "2a9d", "0251"))
        ward.restart()
        ward.take(sent(ward, "2a9c", "01c8"))
        #expect(try await ward.fates() == ["duplicate: joined", "waiting: not-final", "reading"])
        #expect(try await ward.latest().said == "weight 80 kg, impedance 200 Ohm")
        ward.restart()
        ward.fileOverdue()
        #expect(try await ward.fates() == ["duplicate: joined", "waiting: not-final", "reading"])
        ward.clock.advance(.seconds(10))
        ward.fileOverdue()
        #expect(try await ward.fates() == ["duplicate: joined", "reading", "reading"])
        #expect(try await ward.latest().said == "weight 81 kg")
        try await ward.expectBalance()
    }

    @Test func `of a message with several frames, those that waited end visibly at a restart`() async throws {
        let ward = try await ward()
        ward.take(sent(ward, "2a9d", "0150", "0251"))
        #expect(try await ward.fates() == ["waiting: not-final", "waiting: not-final"])
        ward.restart()
        ward.fileOverdue()
        #expect(try await ward.fates() == ["incomplete: interrupted", "incomplete: interrupted"])
        try await ward.expectBalance()
    }

    @Test func `a batch that fails leaves what waits as it was`() async throws {
        let ward = try await ward()
        ward.take(sent(ward, "2a9d", "0150"))
        try await ward.store.limitPages(to: 1)
        // More than a page, so that the file must grow.
        guard case .refuse = ward.take(sent(ward, "2a9c", "01c8", padded: 50_000)) else { Issue.record("the disk was full, and it was acknowledged"); return }
        try await ward.store.limitPages(to: 1 << 20)
        ward.take(sent(ward, "2a9c", "01c8"))
        #expect(try await ward.fates() == ["duplicate: joined", "reading"])
        try await ward.expectBalance()
    }

    @Test func `parts of a frame are in custody, and end with the whole`() async throws {
        let ward = try await ward()
        ward.take(sent(ward, "2a9b", "aa01"))
        #expect(try await ward.fates() == ["waiting: not-final"])
        ward.take(sent(ward, "2a9b", "50"))
        #expect(try await ward.fates() == ["duplicate: joined", "reading"])
        ward.take(sent(ward, "2a9b", "aa"))
        ward.clock.advance(.seconds(5))
        ward.fileOverdue()
        #expect(try await ward.fates() == ["duplicate: joined", "reading", "incomplete: missing-value"])
        try await ward.expectBalance()
    }

    @Test func `a profile that counts frames hears the repeats of a broadcast`() async throws {
        let ward = try await ward()
        let advert = #"{"address":"\#(scale)","name":"PAIR","serviceData":{"fff9":"50"}}"#
        for _ in 0..<5 { ward.take(ward.raw(advert)) }
        #expect(try await ward.fates() == ["ignored: not-final", "reading"])
        #expect(try await ward.tallies() == ["repeat": 3])
        try await ward.expectBalance()
    }
}
