import DeviceProfiles
import GatewayTesting
import MQTT
import Readings
import Store
import Testing

/// What must never become a reading, and what it is counted as instead.
struct RefusalTests {
    // MARK: Frames

    @Test(arguments: [
        CuffFrame.normal, CuffFrame.crisis, CuffFrame.clockless,
        "167c0056006100e807060f11111b33002700", "167c0056006100e807060f11111b33001000", "17b0f06ef080f0dd07081a090a144800" + "0000",
        "0a780050005d0000000000000000ff", "0478005000ff07ff07",
    ])
    func `a cuff's frame that is cut anywhere is refused as too short`(frame: String) async throws {
        let ward = try await Ward()
        let lengths = 0..<frame.utf8.count / 2
        for length in lengths {
            #expect(ward.take(ward.cuffed(String(frame.prefix(2 * length)))) == .acknowledge)
        }
        // With no byte at all there is nothing to tell one layout from another.
        #expect(try await ward.fates().dropFirst() == Array(repeating: "rejected: too-short", count: lengths.count - 1)[...])
        #expect(try await ward.fates().first?.hasPrefix("rejected: ") == true)
        #expect(try await ward.readings().isEmpty)
        #expect(try await ward.journal().isEmpty)
        #expect(try await ward.store.refusals(after: 0, limit: 100).count == lengths.count)
        try await ward.expectBalance()
    }

    @Test func `an error on the cuff's display is incomplete, not a number`() async throws {
        let ward = try await Ward()
        ward.take(ward.cuffed(CuffFrame.failed))
        #expect(try await ward.fates() == ["incomplete: error-value"])
        #expect(try await ward.latestFrame().detail == "missing systolic")
        #expect(try await ward.readings().isEmpty)
        try await ward.expectBalance()
    }

    @Test func `one bad frame among good ones spoils none of them`() async throws {
        let ward = try await Ward()
        ward.take(ward.raw(
            #"{"address":"00:11:22:33:44:55","services":["1810"],"characteristic":"2a35","frames":["00480033003c00","0048","\#(CuffFrame.failed)","\#(CuffFrame.normal)"]}"#))
        #expect(try await ward.fates() == ["reading", "rejected: too-short", "incomplete: error-value", "reading"])
        try await ward.expectBalance()
    }

    private static let summed = """
        profile: acme/summed
        title: A cuff with a checksum
        source: this test
        match: { services: ["fff0"] }
        characteristics: { measurement: { service: "fff0", uuid: "fff4" } }
        frames:
          measurement:
            from: measurement
            checksum: sum8
            fields: [ { name: systolic, type: u8 }, { name: diastolic, type: u8 } ]
        readings:
          blood-pressure:
            values: { systolic: { field: systolic, unit: mmHg }, diastolic: { field: diastolic, unit: mmHg } }
        vectors:
          - name: good
            source: computed, here
            measurement: "78 50 C8"
            reads: [ { kind: blood-pressure, systolic: 120 mmHg, diastolic: 80 mmHg, measured-at: arrival } ]
          - name: bad
            source: computed, here
            measurement: "78"
            fails: "checksum of measurement"
        """

    @Test func `a frame whose checksum is wrong is rejected, whichever bit is`() async throws {
        let ward = try await Ward(profiles: ["acme/summed": RefusalTests.summed])
        func message(_ frame: String) -> ReceivedMessage {
            ward.raw(#"{"address":"\#(cuff)","services":["fff0"],"characteristic":"fff4","frames":["\#(frame)"]}"#)
        }
        // 120 + 80 = 200 = c8
        ward.take(message("7850c8"))
        for bit in 0..<24 {
            let number = 0x7850c8 ^ (1 << bit)
            ward.take(message(String(repeating: "0", count: 6 - String(number, radix: 16).count) + String(number, radix: 16)))
        }
        #expect(try await ward.fates() == ["reading"] + Array(repeating: "rejected: bad-checksum", count: 24))
        #expect(try await ward.readings().map(\.said) == ["systolic 120 mmHg, diastolic 80 mmHg"])
        try await ward.expectBalance()
    }

    // MARK: Devices

    @Test func `a device that nobody enrolled is counted with its profile, never stored`() async throws {
        let ward = try await Ward(enrolled: [])
        ward.take(ward.cuffed(CuffFrame.normal), ward.advertised(ScaleAdvert.weight))
        #expect(try await ward.tallies() == ["not-enrolled": 2])
        #expect(ward.events.refusals == ["not-enrolled", "not-enrolled"])
        let details = try await ward.store.tallies().map(\.lastDetail)
        #expect(details == ["00:11:22:33:44:11 as xiaomi/mi-body-composition-scale"])
        #expect(try await ward.fates() == [])
        #expect(try await ward.readings().isEmpty)
        try await ward.expectBalance()
    }

    @Test func `a device that no profile claims is counted, enrolled or not`() async throws {
        let ward = try await Ward()
        ward.take(ward.raw(#"{"address":"\#(cuff)","characteristic":"fff4","frames":["00"]}"#))
        ward.take(ward.raw(#"{"address":"66:66:66:66:66:66","serviceData":{"fff4":"00"}}"#))
        #expect(try await ward.tallies() == ["no-profile": 2])
        try await ward.expectBalance()
    }

    @Test func `a device that two profiles claim is counted with both names, not guessed`() async throws {
        let twin = RefusalTests.summed.replacing("acme/summed", with: "acme/twin")
        let ward = try await Ward(profiles: ["acme/summed": RefusalTests.summed, "acme/twin": twin])
        ward.take(ward.raw(#"{"address":"\#(cuff)","services":["fff0"],"characteristic":"fff4","frames":["7850c8"]}"#))
        #expect(try await ward.tallies() == ["ambiguous": 1])
        #expect(try await ward.store.tallies().first?.lastDetail
            == "00:11:22:33:44:55: claimed by acme/summed and acme/twin; give one of them, or mend their match")
        #expect(try await ward.readings().isEmpty)
        try await ward.expectBalance()
    }

    @Test func `the profile of the enrolment decides between two that claim a device`() async throws {
        let twin = RefusalTests.summed.replacing("acme/summed", with: "acme/twin")
        let ward = try await Ward(profiles: ["acme/summed": RefusalTests.summed, "acme/twin": twin])
        try await ward.store.enroll(cuff, profile: "acme/summed")
        ward.take(ward.raw(#"{"address":"\#(cuff)","services":["fff0"],"characteristic":"fff4","frames":["7850c8"]}"#))
        #expect(try await ward.readings().map(\.said) == ["systolic 120 mmHg, diastolic 80 mmHg"])
        #expect(try await ward.readings().map(\.origin.profile) == ["acme/summed"])
        try await ward.expectBalance()
    }

    @Test func `the profile of the enrolment is used whatever the device says of itself`() async throws {
        let ward = try await Ward()
        // Without its name this cuff looks like any other; the standard profile refuses its dialect.
        let frame = "566a00470000" + "00ea07080b121f00003f000000"
        ward.take(ward.cuffed(frame))
        try await ward.store.enroll(cuff, profile: "beurer/bm85-blood-pressure")
        ward.take(ward.cuffed(frame))
        #expect(try await ward.fates() == ["rejected: reserved-bits", "reading"])
        #expect(try await ward.readings().map(\.said) == ["systolic 106 mmHg, diastolic 71 mmHg, pulse 63 /min"])
        try await ward.expectBalance()
    }

    @Test func `a device whose enrolled profile is not there any more is counted, not read by another`() async throws {
        let ward = try await Ward()
        try await ward.store.enroll(cuff, profile: "acme/gone")
        ward.take(ward.cuffed(CuffFrame.normal))
        #expect(try await ward.tallies() == ["unknown-profile": 1])
        #expect(try await ward.readings().isEmpty)
        try await ward.expectBalance()
    }

    @Test func `who is enrolled or forgotten by another program is so from the next batch on`() async throws {
        let ward = try await Ward(enrolled: [])
        let other = try Store(path: ward.folder.path + "/vitalgate.db")
        ward.take(ward.cuffed(CuffFrame.clockless))
        try await other.enroll(cuff)
        ward.take(ward.cuffed(CuffFrame.clockless))
        try await other.forget(cuff, at: Instant(milliseconds: 0), by: "a test")
        ward.take(ward.cuffed(CuffFrame.clockless))
        #expect(try await ward.fates() == ["reading"])
        #expect(try await ward.tallies() == ["not-enrolled": 2])
        try await ward.expectBalance()
    }

    // MARK: Messages

    @Test(arguments: [
        ("", "not-json"), ("hello", "not-json"), (#"{"address":"#, "not-json"), ("\u{0}", "not-json"), ("[]", "wrong-shape"),
        (#"[{"address":"00:11:22:33:44:55"}]"#, "wrong-shape"), ("7", "wrong-shape"), ("null", "wrong-shape"),
        (String(repeating: "[", count: 100_000), "not-json"),
        (#"{"characteristic":"2a35","frames":["00"]}"#, "bad-address"),
        (#"{"address":"00:11:22:33:44","characteristic":"2a35","frames":["00"]}"#, "bad-address"),
        (#"{"address":7,"characteristic":"2a35","frames":["00"]}"#, "wrong-shape"),
        (#"{"address":"00:11:22:33:44:55","frames":["00"]}"#, "wrong-shape"),
        (#"{"address":"00:11:22:33:44:55","characteristic":"2a35","frames":[]}"#, "wrong-shape"),
        (#"{"address":"00:11:22:33:44:55","characteristic":"2a35","frames":"00"}"#, "wrong-shape"),
        (#"{"address":"00:11:22:33:44:55","characteristic":"2a35","frames":[7]}"#, "wrong-shape"),
        (#"{"address":"00:11:22:33:44:55","characteristic":"2a35","frames":["000"]}"#, "bad-hex"),
        (#"{"address":"00:11:22:33:44:55","characteristic":"2a35","frames":["zz"]}"#, "bad-hex"),
        (#"{"address":"00:11:22:33:44:55","characteristic":"2a3","frames":["00"]}"#, "bad-uuid"),
        (#"{"address":"00:11:22:33:44:55","characteristic":"2a35","frames":["00"],"receivedAt":"yesterday"}"#, "bad-time"),
        (#"{"address":"00:11:22:33:44:55","characteristic":"2a35","frames":["00"],"key":"00112233445566778899aabbccddeeff"}"#, "refused-key"),
        (#"{"address":"00:11:22:33:44:55","characteristic":"2a35","frames":["00"],"profile":"acme/mine"}"#, "refused-key"),
        (#"{"address":"00:11:22:33:44:55","characteristic":"2a35","frames":["00"],"zone":"Asia/Tokyo"}"#, "unknown-key"),
        (#"{"address":"00:11:22:33:44:55","a\u0000b":1}"#, "unknown-key"),
        (#"{"address":"00:11:22:33:44:55","address":"00:11:22:33:44:66","characteristic":"2a35","frames":["00"]}"#, "not-json"),
        (#"{"address":"00:11:22:33:44:55"}"#, "no-profile"),
    ])
    func `a message that says nothing usable is counted with its reason and acknowledged`(
        payload: String, code: String
    ) async throws {
        let ward = try await Ward()
        #expect(ward.take(ward.raw(payload)) == .acknowledge)
        #expect(try await ward.tallies() == [code: 1])
        #expect(ward.events.refusals == [code])
        #expect(try await ward.fates() == [])
        try await ward.expectBalance()
    }

    @Test(arguments: ["", "\u{fffd}"]) func `bytes that are no UTF-8 are counted as no JSON`(start: String) async throws {
        let ward = try await Ward()
        ward.take(ReceivedMessage(topic: "vitalgate/raw/x", payload: Array(start.utf8) + [0xff, 0xfe, 0x00, 0x80]))
        #expect(try await ward.tallies() == ["not-json": 1])
        try await ward.expectBalance()
    }

    @Test func `a bridge's message is refused for its own mistakes`() async throws {
        let ward = try await Ward()
        let topic = "home/OMG/BTtoMQTT/001122334411"
        ward.take(ward.raw(#"{"id":"00:11:22:33:44:11","servicedata":"022","servicedatauuid":"181b"}"#, to: topic))
        ward.take(ward.raw(#"{"id":"00:11:22:33:44:11","servicedata":"0224"}"#, to: topic))
        ward.take(ward.raw(#"{"servicedata":"0224","servicedatauuid":"181b"}"#, to: topic))
        ward.take(ward.raw(#"{"id":"00:11:22:33:44:11","manufacturerdata":"4c"}"#, to: topic))
        ward.take(ward.raw(#"{"id":"00:11:22:33:44:11","rssi":-60}"#, to: topic))
        #expect(try await ward.tallies() == ["bad-hex": 2, "wrong-shape": 1, "bad-address": 1, "nothing-to-decode": 1])
        try await ward.expectBalance()
    }

    @Test func `a message that was too large to take is counted by its size`() async throws {
        let ward = try await Ward()
        ward.take(ReceivedMessage(topic: "vitalgate/raw/x", payload: [], payloadWasTooLarge: 10_485_760))
        #expect(try await ward.tallies() == ["too-large": 1])
        #expect(try await ward.store.tallies().first?.lastDetail == "vitalgate/raw/x: 10485760 bytes")
        try await ward.expectBalance()
    }

    @Test func `a message that would fill the disk many times over is refused and blocks nothing`() async throws {
        let ward = try await Ward()
        let frames = Array(repeating: "\"00480033003c00\"", count: 50_000).joined(separator: ",")
        let large = ward.raw(#"{"address":"\#(cuff)","services":["1810"],"characteristic":"2a35","frames":[\#(frames)]}"#)
        #expect(ward.take(large, ward.cuffed(CuffFrame.normal)) == .acknowledge)
        #expect(try await ward.tallies() == ["too-large": 1])
        #expect(try await ward.fates() == ["reading"])
        try await ward.expectBalance()
    }

    @Test func `a message of a thousand records is taken`() async throws {
        let ward = try await Ward()
        let frames = Array(repeating: "\"00480033003c00\"", count: 1000).joined(separator: ",")
        ward.take(ward.raw(#"{"address":"\#(cuff)","services":["1810"],"characteristic":"2a35","frames":[\#(frames)]}"#))
        #expect(try await ward.readings().count == 1000)
        try await ward.expectBalance()
    }

    @Test(arguments: [
        ("/", "unknown-topic"), ("", "unknown-topic"), ("//", "unknown-topic"), ("a/BTtoMQTT/x", "unknown-topic"),
        ("a/b/c/BTtoMQTT", "unknown-topic"), ("/vitalgate/raw/x", "unknown-topic"), ("vitalgate", "unknown-topic"),
        ("vitalgate/raws/x", "unknown-topic"), ("$SYS/b/BTtoMQTT/x", "unknown-topic"),
        ("a//BTtoMQTT/", "not-json"), ("//BTtoMQTT", "not-json"), ("a/b/BTtoMQTT//", "not-json"),
        ("vitalgate/raw", "not-json"), ("vitalgate/raw/", "not-json"), ("vitalgate/raw//x/", "not-json"),
        // Two formats fit, and the one that names more of the topic's levels is meant.
        ("vitalgate/raw/BTtoMQTT/x", "not-json"), ("vitalgate/raw/BTtoMQTT", "not-json"),
        (String(repeating: "x/", count: 30_000), "unknown-topic"),
    ])
    func `a topic is taken for what it is, wherever its slashes are`(topic: String, code: String) async throws {
        let ward = try await Ward()
        ward.take(ward.raw("x", to: topic))
        #expect(try await ward.tallies() == [code: 1])
        try await ward.expectBalance()
    }

    @Test func `an empty batch changes nothing`() async throws {
        let ward = try await Ward()
        #expect(ward.take() == .acknowledge)
        #expect(try await ward.store.ledger().sources.isEmpty)
        try await ward.expectBalance()
    }
}
