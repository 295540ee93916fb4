import GatewayTesting
import MQTT
import Readings
import Sinks
import Store
import Testing

/// The claim's third word: no reading misdated.
struct MisdatingTests {
    @Test(arguments: [
        ("2099-01-01T00:00:00", "clock-in-future"), ("2026-11-21T20:11:00", "clock-in-future"),
        ("2000-01-01T00:03:00", "clock-unset"), ("1970-01-01T00:00:00", "clock-unset"), ("2009-12-31T23:59:59", "clock-unset"),
        ("2010-01-01T00:00:00", "clock-unset"), ("2021-01-01T00:02:00", "clock-unset"),
    ])
    func `a reading by a clock that is plainly wrong is kept and shown, and not passed on`(time: String, code: String) async throws {
        let ward = try await Ward()
        ward.take(ward.cuffed(CuffFrame.at(time)))
        #expect(try await ward.fates() == ["quarantined: \(code)"])
        let readings = try await ward.readings()
        #expect(readings.map(\.state) == [.quarantined])
        try #require(readings.count == 1)
        #expect(readings[0].measuredAt == nil)
        #expect(readings[0].record.quarantine?.code == code)
        #expect(readings[0].record.quarantine?.detail.contains("the device says \(time)") == true)
        #expect(try await ward.journal().isEmpty)
        #expect(ward.events.readings.isEmpty)
        try await ward.expectBalance()
    }

    @Test(arguments: ["2026-11-21T20:00:00", "2026-11-21T20:09:59", "2026-11-21T20:10:00", "2010-01-02T00:00:00"])
    func `a clock that is at most ten minutes ahead is believed`(time: String) async throws {
        let ward = try await Ward()
        ward.take(ward.cuffed(CuffFrame.at(time)))
        #expect(try await ward.fates() == ["reading"])
        try await ward.expectBalance()
    }

    @Test(arguments: [
        ("Asia/Shanghai", "2026-11-20T08:30:00", "2026-11-20T00:30:00Z"),
        ("Asia/Kolkata", "2026-11-20T08:30:00", "2026-11-20T03:00:00Z"),
        ("America/New_York", "2026-11-20T08:30:00", "2026-11-20T13:30:00Z"),
        ("Europe/Berlin", "2026-07-01T12:00:00", "2026-07-01T10:00:00Z"),
        ("Europe/Berlin", "2026-01-01T12:00:00", "2026-01-01T11:00:00Z"),
        ("Europe/Berlin", "2026-01-01T00:30:00", "2025-12-31T23:30:00Z"),
        // The last second before and the first after the clocks went forward, then back.
        ("Europe/Berlin", "2026-03-29T01:59:59", "2026-03-29T00:59:59Z"),
        ("Europe/Berlin", "2026-03-29T03:00:00", "2026-03-29T01:00:00Z"),
        ("Europe/Berlin", "2026-10-25T01:59:59", "2026-10-24T23:59:59Z"),
        ("Europe/Berlin", "2026-10-25T03:00:00", "2026-10-25T02:00:00Z"),
        ("America/New_York", "2026-03-08T01:59:59", "2026-03-08T06:59:59Z"),
        ("America/New_York", "2026-03-08T03:00:00", "2026-03-08T07:00:00Z"),
        ("America/New_York", "2026-11-01T00:59:59", "2026-11-01T04:59:59Z"),
        ("America/New_York", "2026-11-01T02:00:00", "2026-11-01T07:00:00Z"),
    ])
    func `a device's time is that of the walls around it`(zone: String, said: String, instant: String) async throws {
        let ward = try await Ward(zone: zone)
        ward.take(ward.cuffed(CuffFrame.at(said)))
        #expect(try await ward.readings().map(\.measured) == ["\(instant) device"])
        try await ward.expectBalance()
    }

    @Test(arguments: [
        // 02:30 never was: an hour early or late is all that is left.
        ("2026-03-29T02:30:00", ["2026-03-29T00:30:00Z device", "2026-03-29T01:30:00Z device"]),
        // 02:30 was twice.
        ("2026-10-25T02:30:00", ["2026-10-25T00:30:00Z device", "2026-10-25T01:30:00Z device"]),
    ])
    func `an hour that the walls skipped or showed twice is off by an hour at most`(said: String, either: [String]) async throws {
        let ward = try await Ward(zone: "Europe/Berlin")
        ward.take(ward.cuffed(CuffFrame.at(said)))
        #expect(try await either.contains(ward.latest().measured ?? "none"))
        // Identity never uses the instant.
        #expect(try await ward.latest().reading.deviceTime == CivilTime(iso: said))
        try await ward.expectBalance()
    }

    @Test func `another zone makes no other identity`() async throws {
        let (shanghai, berlin) = (try await Ward(zone: "Asia/Shanghai"), try await Ward(zone: "Europe/Berlin"))
        for ward in [shanghai, berlin] { ward.take(ward.cuffed(CuffFrame.crisis)) }
        #expect(try await shanghai.latest().identity == berlin.latest().identity)
        #expect(try await shanghai.latest().measured == "2026-11-20T00:30:00Z device")
        #expect(try await berlin.latest().measured == "2026-11-20T07:30:00Z device")
    }

    @Test func `a retained message with a time is marked, and a duplicate when it comes again`() async throws {
        let ward = try await Ward()
        ward.take(ward.cuffed(CuffFrame.normal, retained: true))
        ward.take(ward.cuffed(CuffFrame.normal, retained: true))
        #expect(try await ward.fates() == ["reading", "duplicate"])
        #expect(try await ward.readings().map(\.origin.isRetained) == [true])
        #expect(ward.events.readings.map(\.isRetained) == [true])
        try await ward.expectBalance()
    }

    @Test func `a retained message without a time is not dated by its arrival`() async throws {
        let ward = try await Ward()
        ward.take(ward.cuffed(CuffFrame.clockless, retained: true))
        #expect(try await ward.fates() == ["quarantined: retained-without-time"])
        #expect(try await ward.readings().map(\.measuredAt) == [nil])
        #expect(try await ward.journal().isEmpty)
        try await ward.expectBalance()
    }

    @Test func `a retained message that its publisher stamped has the time of the stamp`() async throws {
        let ward = try await Ward()
        ward.take(ward.cuffed(CuffFrame.clockless, #","receivedAt":"2026-11-21T10:00:00+02:00""#, retained: true))
        #expect(try await ward.readings().map(\.measured) == ["2026-11-21T08:00:00Z arrival"])
        try await ward.expectBalance()
    }

    @Test(arguments: [("2099-01-01T00:00:00Z", "clock-in-future"), ("1970-01-01T00:00:05Z", "clock-unset")])
    func `a publisher's clock is believed no more than a device's`(stamp: String, code: String) async throws {
        let ward = try await Ward()
        ward.take(ward.cuffed(CuffFrame.clockless, #","receivedAt":"\#(stamp)""#))
        #expect(try await ward.fates() == ["quarantined: \(code)"])
        try await ward.expectBalance()
    }

    @Test func `a device that says it does not know the time has the time of its arrival`() async throws {
        let ward = try await Ward()
        ward.take(ward.cuffed("0a780050005d0000000000000000ff"))
        #expect(try await ward.readings().map(\.measured) == ["2026-11-21T12:00:00Z arrival"])
        try await ward.expectBalance()
    }

    @Test func `what no living person shows is quarantined, whatever its time`() async throws {
        let meter = DeviceID(address: "00:11:22:33:44:77")!
        let ward = try await Ward(enrolled: [meter])
        // 81 mol/L, from a test of another program; here without the promise of a context.
        ward.take(ward.raw(
            #"{"address":"\#(meter)","services":["1808"],"characteristic":"2a18","frames":["0f0200e40705150a1e2d00005100140600"]}"#))
        #expect(try await ward.fates() == ["quarantined: implausible-value"])
        let reading = try await ward.latest()
        #expect(reading.said == "glucose 81000 mmol/L")
        #expect(reading.record.quarantine?.detail
            == "glucose 81000 mmol/L: a living person shows 10 to 1000 mg/dL")
        // 10:30:45 in Shanghai: when it was said to be is known.
        #expect(reading.measured == "2020-05-21T02:30:45Z device")
        #expect(try await ward.journal().isEmpty)
        try await ward.expectBalance()
    }
}
