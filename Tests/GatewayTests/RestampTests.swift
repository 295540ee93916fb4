import Alarms
import GatewayTesting
import Readings
import Sinks
import Testing

@testable import Gateway
@testable import Store

/// A gateway without a clock of its own: it starts in the past, and takes readings in before anybody tells it the time.
struct RestampTests {
    private let woke = "1970-01-01T00:01:00Z"

    private func unsynced(limits: [String: Limits] = [:]) async throws -> Ward {
        let ward = try await Ward(now: woke, limits: limits)
        ward.clock.reboot(at: woke, isSynchronised: false)
        return ward
    }

    private func states(_ ward: Ward) async throws -> [String] {
        try await ward.readings().map { "\($0.revision) \($0.state.rawValue) \($0.measured ?? "undated")" }
    }

    @Test func `what arrived before the clock was right is marked, and told again with its time once it is`() async throws {
        let ward = try await unsynced()
        ward.take(ward.cuffed(CuffFrame.clockless))
        ward.clock.advance(.seconds(90))
        ward.take(ward.cuffed(CuffFrame.clockless))
        ward.fileOverdue()
        #expect(try await states(ward) == ["1 current 1970-01-01T00:01:00Z unsynced", "1 current 1970-01-01T00:02:30Z unsynced"])
        ward.clock.advance(.seconds(30))
        ward.clock.synchronise(at: noon)
        ward.fileOverdue()
        // Two minutes and half a minute before noon, by the clock that only counts.
        #expect(try await states(ward) == [
            "1 superseded 1970-01-01T00:01:00Z unsynced", "1 superseded 1970-01-01T00:02:30Z unsynced",
            "2 current 2026-11-21T11:58:00Z arrival", "2 current 2026-11-21T11:59:30Z arrival",
        ])
        let readings = try await ward.readings()
        #expect(readings.map { $0.arrivedAt.rfc3339() }.suffix(2) == ["2026-11-21T11:58:00Z", "2026-11-21T11:59:30Z"])
        #expect(readings.allSatisfy { $0.origin.arrived.wall < Instant(rfc3339: "1971-01-01T00:00:00Z")! }, "what the wall showed is kept")
        #expect(readings.compactMap(\.correction).map(\.cause) == [.restamp, .restamp])
        #expect(Set(readings.map(\.identity)).count == 2)
        try await ward.expectBalance()
        // Once.
        ward.fileOverdue()
        ward.restart()
        ward.fileOverdue()
        #expect(try await ward.readings().count == 4)
        #expect(try await ward.journal().count == 4)
    }

    @Test func `the device's own time stays, and one that was later than ours is judged only then`() async throws {
        let ward = try await unsynced()
        ward.take(ward.cuffed(CuffFrame.at("2026-11-21T08:00:00")), ward.cuffed(CuffFrame.at("2031-01-02T08:00:00")))
        #expect(try await states(ward) == ["1 current 2026-11-21T00:00:00Z unsynced", "1 current 2031-01-02T00:00:00Z unsynced"])
        ward.clock.synchronise(at: noon)
        ward.fileOverdue()
        #expect(try await states(ward) == [
            "1 superseded 2026-11-21T00:00:00Z unsynced", "1 superseded 2031-01-02T00:00:00Z unsynced",
            "2 current 2026-11-21T00:00:00Z device", "2 retracted 2031-01-02T00:00:00Z unsynced", "3 quarantined undated",
        ])
        #expect(try await ward.fates() == ["reading", "quarantined: clock-in-future"])
        let last = Delivery(try #require(try await ward.journal().last))!.content.payload(gateway: "g")
        #expect(last.contains(#""revision":2,"supersedes":1,"correction":"restamp","form":2,"retracted":true"#), "\(last)")
        #expect(!last.contains("values"))
        try await ward.expectBalance()
    }

    @Test func `a boot that ended before its clock was right stays marked for ever, and says so`() async throws {
        let ward = try await unsynced()
        ward.take(ward.cuffed(CuffFrame.clockless))
        let other = ManualClock(woke, isSynchronised: false)
        #expect(other.clocks.now().boot != ward.clock.clocks.now().boot)
        // Frames of this boot only: those of the other have a monotonic time that says nothing.
        try await ward.store.moveToOtherBoot()
        ward.clock.synchronise(at: noon)
        ward.fileOverdue()
        #expect(try await states(ward) == ["1 current 1970-01-01T00:01:00Z unsynced"])
        try await ward.expectBalance()
    }

    @Test func `an alarm that was raised by an unsynced reading is not raised again, and clears by later ones`() async throws {
        let ward = try await unsynced(limits: ["blood-pressure.systolic": try #require(Limits(highWarning: ExactDecimal("140")))])
        // Ahead by a century: what comes later would otherwise seem to be from before the alarm.
        ward.clock.reboot(at: "2126-01-01T00:00:00Z", isSynchronised: false)
        ward.take(ward.cuffed("00be0050005d00"))
        #expect(ward.events.alarms.map(\.phase) == [.raised])
        ward.clock.synchronise(at: noon)
        ward.fileOverdue()
        #expect(ward.events.alarms.map(\.phase) == [.raised])
        ward.clock.advance(.seconds(60))
        ward.take(ward.cuffed(CuffFrame.clockless))
        #expect(ward.events.alarms.map(\.phase) == [.raised, .cleared])
        try await ward.expectBalance()
    }

    @Test func `what cannot be written leaves everything as it was, and is done the next time`() async throws {
        let ward = try await unsynced()
        for _ in 0..<200 {
            ward.clock.advance(.seconds(1))
            ward.take(ward.cuffed(CuffFrame.clockless))
        }
        ward.clock.synchronise(at: noon)
        try await ward.store.fillUp()
        ward.fileOverdue()
        #expect(try await ward.readings().allSatisfy { $0.measuredAt?.quality == .unsynced && $0.revision == 1 })
        try await ward.expectBalance()
        try await ward.store.limitPages(to: 1_000_000)
        ward.fileOverdue()
        let readings = try await ward.readings()
        #expect(readings.count == 400)
        #expect(readings.count { $0.state == .current && $0.measuredAt?.quality == .arrival } == 200)
        try await ward.expectBalance()
    }

    @Test func `the offset of a device's clock corrects what it remembered`() async throws {
        let ward = try await Ward(zone: "Europe/Berlin")
        let slow = DeviceClock(
            device: cuff, said: "2026-11-21T12:44:00", ahead: -960_000, wasSet: true, at: ward.clock.clocks.now())
        try ward.store.intake { try $0.append(slow) }
        ward.take(ward.cuffed(CuffFrame.at("2026-11-21T12:00:00")))
        let reading = try await ward.latest()
        #expect(reading.measured == "2026-11-21T11:16:00Z corrected")
        #expect(reading.record.clockAhead == -960_000)
        #expect(reading.identity.description == "001122334455.blood-pressure.20261121T120000", "identity never moves")
        try await ward.expectBalance()
    }

    @Test func `in the hour that is twice the numbers of the records decide`() async throws {
        let meter = DeviceID(address: "00:11:22:33:44:77")!
        let ward = try await Ward(zone: "Europe/Berlin", now: "2026-10-28T08:00:00Z", enrolled: [meter])
        func glucose(_ number: UInt8, _ hour: UInt8, _ minute: UInt8) -> String {
            // Flags 06: concentration in mol/L; 0.0055 mol/L, capillary plasma of a finger.
            let bytes: [UInt8] = [0x06, number, 0, 0xea, 0x07, 10, 25, hour, minute, 0, 0x37, 0xc0, 0x12]
            return bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        }
        for frame in [glucose(1, 2, 50), glucose(2, 2, 10), glucose(3, 3, 10)] {
            ward.take(ward.raw(#"{"address":"\#(meter)","services":["1808"],"characteristic":"2a18","frames":["\#(frame)"]}"#))
        }
        #expect(try await ward.readings().map(\.measured) == [
            "2026-10-25T00:50:00Z device", "2026-10-25T01:10:00Z device", "2026-10-25T02:10:00Z device",
        ])
        try await ward.expectBalance()
    }
}

extension Store {
    fileprivate func moveToOtherBoot() throws {
        try database.run(script: "UPDATE frames SET boot = '00000000-0000-0000-0000-000000000000'")
    }

    /// No page more.
    fileprivate func fillUp() throws {
        let pages = try database.statement("PRAGMA page_count").first { $0.int() } ?? 0
        try limitPages(to: pages)
    }
}
