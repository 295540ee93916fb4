import GatewayTesting
import MQTT
import Readings
import Sinks
import Store
import Testing

/// New, the same again, more of the same, a contradiction.
struct IntakeTests {
    @Test func `a new reading is one frame, one reading and one journal entry`() async throws {
        let ward = try await Ward()
        #expect(ward.take(ward.cuffed(CuffFrame.normal)) == .acknowledge)
        #expect(try await ward.fates() == ["reading"])
        let readings = try await ward.readings()
        #expect(readings.map(\.identity.description) == ["001122334455.blood-pressure.20240615T171727"])
        try #require(readings.count == 1)
        #expect(readings[0].said == "systolic 124 mmHg, diastolic 86 mmHg, mean 97 mmHg, pulse 51 /min")
        // 17:17:27 on a wall in Shanghai.
        #expect(readings[0].measured == "2024-06-15T09:17:27Z device")
        #expect(readings[0].revision == 1 && readings[0].state == .current)
        #expect(readings[0].origin.custody == .acknowledged)
        #expect(readings[0].origin.profile == "bluetooth-sig/blood-pressure")
        #expect(try await ward.journal().map(\.payload) == [.reading(readings[0])])
        #expect(try await ward.journal(.alarm).isEmpty)
        #expect(ward.events.readings.map(\.identity.description) == ["001122334455.blood-pressure.20240615T171727"])
        try await ward.expectBalance()
    }

    @Test func `every field that a cuff sends is kept`() async throws {
        let ward = try await Ward()
        ward.take(ward.cuffed(CuffFrame.crisis))
        let reading = try await ward.latest()
        #expect(reading.identity.description == "001122334455.blood-pressure.20261120T083000.u2")
        #expect(reading.said == "systolic 190 mmHg, diastolic 125 mmHg, mean 146 mmHg, pulse 88 /min")
        #expect(reading.reading.user == 2)
        #expect(reading.reading.marks == ["irregular-pulse"])
        #expect(reading.measured == "2026-11-20T00:30:00Z device")
        try await ward.expectBalance()
    }

    @Test func `the same message twice is a reading and a duplicate`() async throws {
        let ward = try await Ward()
        ward.take(ward.cuffed(CuffFrame.normal))
        ward.take(ward.cuffed(CuffFrame.normal))
        #expect(try await ward.fates() == ["reading", "duplicate"])
        #expect(try await ward.journal().count == 1)
        let duplicate = try await ward.latestFrame()
        #expect(try await duplicate.duplicateOf == ward.latest().id)
        try await ward.expectBalance()
    }

    @Test func `the same message twice in one batch is a reading and a duplicate`() async throws {
        let ward = try await Ward()
        ward.take(ward.cuffed(CuffFrame.normal), ward.cuffed(CuffFrame.normal))
        #expect(try await ward.fates() == ["reading", "duplicate"])
        #expect(try await ward.journal().count == 1)
        try await ward.expectBalance()
    }

    @Test func `the same record by way of another source is a duplicate`() async throws {
        let ward = try await Ward()
        ward.take(ward.cuffed(CuffFrame.normal), from: "ward")
        ward.clock.advance(.seconds(3600))
        ward.take(ward.cuffed(CuffFrame.normal), from: "corridor")
        #expect(try await ward.fates() == ["reading", "duplicate"])
        #expect(try await ward.store.ledger().sources.map(\.source) == ["corridor", "ward"])
        try await ward.expectBalance()
    }

    @Test func `two cuffs that say the same at the same time are two readings`() async throws {
        let other = DeviceID(address: "00:11:22:33:44:66")!
        let ward = try await Ward(enrolled: [cuff, other])
        ward.take(ward.cuffed(CuffFrame.normal), ward.cuffed(CuffFrame.normal, from: other))
        #expect(try await ward.fates() == ["reading", "reading"])
        try await ward.expectBalance()
    }

    @Test func `other values under one identity are a conflict: both are kept, flagged and passed on`() async throws {
        let ward = try await Ward()
        ward.take(ward.cuffed(CuffFrame.at("2026-11-21T08:00:00", systolic: 120)))
        ward.take(ward.cuffed(CuffFrame.at("2026-11-21T08:00:00", systolic: 140)))
        ward.take(ward.cuffed(CuffFrame.at("2026-11-21T08:00:00", systolic: 140)))
        #expect(try await ward.fates() == ["reading", "conflict: conflict", "duplicate"])
        let readings = try await ward.readings()
        #expect(readings.map(\.identity.description) == [
            "001122334455.blood-pressure.20261121T080000", "001122334455.blood-pressure.20261121T080000~2",
        ])
        try #require(readings.count == 2)
        #expect(readings.map { $0.reading.values[0].reported.text } == ["120 mmHg", "140 mmHg"])
        #expect(readings[1].record.conflictOf == readings[0].id)
        #expect(readings.map(\.state) == [.current, .current])
        #expect(try await ward.journal().count == 2)
        #expect(try await ward.store.ledger().conflictingReadings == 1)
        try await ward.expectBalance()
    }

    @Test func `a scale that adds the impedance makes the second revision of the same reading`() async throws {
        let ward = try await Ward()
        ward.take(ward.advertised(ScaleAdvert.weight))
        ward.clock.advance(.seconds(5))
        ward.take(ward.advertised(ScaleAdvert.withImpedance))
        let readings = try await ward.readings()
        #expect(readings.map(\.said) == ["weight 72.45 kg", "weight 72.45 kg, impedance 503 Ohm"])
        #expect(Set(readings.map(\.identity.description)) == ["001122334411.body-weight.20220214T164158"])
        #expect(readings.map(\.revision) == [1, 2])
        #expect(readings.map(\.state) == [.superseded, .current])
        #expect(readings.map(\.origin.custody) == [.bestEffort, .bestEffort])
        #expect(try await ward.journal().count == 2)
        try await ward.expectBalance()
    }

    @Test func `what was said before the impedance came is a contradiction no more than it is new`() async throws {
        let ward = try await Ward()
        ward.take(ward.advertised(ScaleAdvert.withImpedance))
        ward.clock.advance(.seconds(5))
        ward.take(ward.advertised(ScaleAdvert.weight))
        #expect(try await ward.fates() == ["reading", "duplicate"])
        try await ward.expectBalance()
    }

    // MARK: Broadcasts

    @Test func `repeats of a broadcast are counted, not kept`() async throws {
        let ward = try await Ward()
        for _ in 0..<50 {
            ward.take(ward.advertised(ScaleAdvert.weight))
            ward.clock.advance(.seconds(1))
        }
        #expect(try await ward.fates() == ["reading"])
        #expect(try await ward.tallies() == ["repeat": 49])
        #expect(ward.events.refusals == [])
        try await ward.expectBalance()
    }

    @Test func `the same broadcast after a silence is a new frame`() async throws {
        let ward = try await Ward()
        ward.take(ward.advertised(ScaleAdvert.weight))
        ward.clock.advance(.milliseconds(29_900))
        ward.take(ward.advertised(ScaleAdvert.weight))
        ward.clock.advance(.seconds(31))
        ward.take(ward.advertised(ScaleAdvert.weight))
        // Its record has a time: the reading is the same.
        #expect(try await ward.fates() == ["reading", "duplicate"])
        #expect(try await ward.tallies() == ["repeat": 1])
        try await ward.expectBalance()
    }

    @Test func `a device that broadcasts two things in turns repeats both`() async throws {
        let ward = try await Ward()
        for _ in 0..<10 {
            ward.take(ward.advertised(ScaleAdvert.weight), ward.advertised("0204b20701011210" + "1a0000a852"))
            ward.clock.advance(.seconds(1))
        }
        #expect(try await ward.fates() == ["reading", "ignored: not-final"])
        #expect(try await ward.tallies() == ["repeat": 18])
        try await ward.expectBalance()
    }

    // MARK: Devices without a clock

    @Test func `two identical frames without a time are two readings`() async throws {
        let ward = try await Ward()
        ward.take(ward.cuffed(CuffFrame.clockless), ward.cuffed(CuffFrame.clockless))
        ward.clock.advance(.seconds(2))
        ward.take(ward.cuffed(CuffFrame.clockless))
        #expect(try await ward.fates() == ["reading", "reading", "reading"])
        #expect(try await ward.readings().map(\.measured) == [
            "2026-11-21T12:00:00Z arrival", "2026-11-21T12:00:00Z arrival", "2026-11-21T12:00:02Z arrival",
        ])
        #expect(try await ward.readings().map(\.identity.description) == [
            "001122334455.blood-pressure.b11111111-1000000000", "001122334455.blood-pressure.b11111111-1000001000",
            "001122334455.blood-pressure.b11111111-3000000000",
        ])
        try await ward.expectBalance()
    }

    @Test func `two frames without a time in one message are two readings`() async throws {
        let ward = try await Ward()
        ward.take(ward.raw(
            #"{"address":"00:11:22:33:44:55","services":["1810"],"characteristic":"2a35","frames":["00480033003c00","00480033003c00"]}"#))
        #expect(try await ward.fates() == ["reading", "reading"])
        try await ward.expectBalance()
    }

    @Test func `a redelivery of a frame without a time is a duplicate`() async throws {
        let ward = try await Ward()
        ward.take(ward.cuffed(CuffFrame.clockless, packet: 7), over: 1)
        ward.clock.advance(.seconds(60))
        ward.take(ward.cuffed(CuffFrame.clockless, packet: 7), over: 2, resumed: true)
        // And once more, should that acknowledgement be lost too.
        ward.take(ward.cuffed(CuffFrame.clockless, packet: 7), over: 3, resumed: true)
        #expect(try await ward.fates() == ["reading", "duplicate", "duplicate"])
        #expect(try await ward.journal().count == 1)
        try await ward.expectBalance()
    }

    @Test func `a message of two frames without a time that is sent again is two duplicates`() async throws {
        let ward = try await Ward()
        let json = #"{"address":"00:11:22:33:44:55","services":["1810"],"characteristic":"2a35","frames":["00480033003c00","00490033003c00"]}"#
        ward.take(ward.raw(json, packet: 9), over: 1)
        ward.take(ward.raw(json, packet: 9), over: 2, resumed: true)
        #expect(try await ward.fates() == ["reading", "reading", "duplicate", "duplicate"])
        try await ward.expectBalance()
    }

    @Test(arguments: [(1, true), (2, false)])
    func `the same packet number is no redelivery on the same connection or in a new session`(
        connection: Int64, resumed: Bool
    ) async throws {
        let ward = try await Ward()
        ward.take(ward.cuffed(CuffFrame.clockless, packet: 7), over: 1)
        ward.clock.advance(.seconds(86_400))
        ward.take(ward.cuffed(CuffFrame.clockless, packet: 7), over: connection, resumed: resumed)
        #expect(try await ward.fates() == ["reading", "reading"])
        try await ward.expectBalance()
    }

    @Test func `a frame that its publisher stamped has an identity that survives a redelivery in a new session`() async throws {
        let ward = try await Ward()
        let stamp = #","receivedAt":"2026-11-21T11:59:58.250Z""#
        ward.take(ward.cuffed(CuffFrame.clockless, stamp, packet: 7), over: 1)
        ward.clock.advance(.seconds(600))
        ward.take(ward.cuffed(CuffFrame.clockless, stamp, packet: 1), over: 2)
        #expect(try await ward.fates() == ["reading", "duplicate"])
        // 2026-11-21T11:59:58.250Z in milliseconds.
        #expect(try await ward.readings().map(\.identity.description) == ["001122334455.blood-pressure.r1795262398250"])
        #expect(try await ward.readings().map(\.measured) == ["2026-11-21T11:59:58.250Z arrival"])
        try await ward.expectBalance()
    }
}
