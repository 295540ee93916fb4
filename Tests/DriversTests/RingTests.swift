import DeviceProfiles
import Testing

@testable import Drivers

@Suite("Rings of the QRing kind") struct RingTests {
    static let answers = "6e400003-b5a3-f393-e0a9-e50e24dcca9e"
    /// tahnok/colmi_r02_client tests/captures/heart_rate_log_1730412850.bin, the first packets and the 22nd.
    static let day = "15001805000000000000000000000032"
    static let first = "1501c0002367000000000000680000c8"
    static let second = "15020000006f00000000000000000086"

    /// What a row of packets unwraps to.
    private func unwrap(_ packets: [String]) throws -> [String] {
        var ring = try driver("colmi-ring")
        return try packets.flatMap { told(try ring.unwrap(frame(Self.answers, $0), of: nil, key: nil)) ?? ["nil"] }
    }

    @Test("Slots are dated from the midnight of the day asked for") func dated() throws {
        // 2024-10-31T00:00:00 is 6722c880; slots 6 and 12 of five minutes each.
        #expect(try unwrap([Self.day, Self.first, Self.second]) == ["heart-rate: 88cf226768", "heart-rate: 90d622676f"])
    }

    @Test("Steps, with energy in tens and in ones") func steps() throws {
        let record = "432410155c0001790015001000000087"
        #expect(try unwrap(["43f00101000000000000000000000035", record]) == ["activity: f0f30e67ba04000015001000"])
        #expect(try unwrap(["43f00100000000000000000000000034", record]) == ["activity: f0f30e677900000015001000"])
    }

    @Test("A day without data is no reading, and no refusal") func noData() throws {
        #expect(try unwrap(["43ff0000000000000000000000000042", "15ff0000000000000000000000000014"]) == [])
    }

    @Test("What cannot be dated is refused", arguments: [
        [second], [day, second], [day, first, first],
    ])
    func outOfTurn(_ packets: [String]) {
        #expect(throws: DecodeFailure.notUnderstood("a heart rate packet out of turn: its slots cannot be dated")) { try unwrap(packets) }
    }

    @Test("A day that its packets do not hold, and a date that no calendar has, are refused") func impossible() {
        #expect(throws: DecodeFailure.notUnderstood("24 packets do not hold a day in slots of 6 minutes")) {
            try unwrap(["15001806000000000000000000000033"])
        }
        #expect(throws: DecodeFailure.notUnderstood("24 packets do not hold a day in slots of 0 minutes")) {
            try unwrap(["1500180000000000000000000000002d"])
        }
        #expect(throws: DecodeFailure.badValue(field: "date")) { try unwrap(["432413155c000179001500100000008a"]) }
        #expect(throws: DecodeFailure.badValue(field: "date")) { try unwrap(["4324101560000179001500100000008b"]) }
    }

    @Test("Other commands are the profile's, and what is damaged is refused or gives nothing") func others() throws {
        #expect(try unwrap(["6901004e0000000000000000000000b8"]) == ["nil"])
        for packet in [Self.day, Self.first] {
            let outcomes = try mangled(frame(Self.answers, packet), by: { try driver("colmi-ring") }, of: nil, key: nil)
            for frames in outcomes { #expect(frames ?? [] == []) }
        }
    }
}

@Suite("Masked adverts") struct IcomonTests {
    private func unwrap(_ company: UInt16, _ hex: String) throws -> [String]? {
        var adverts = try driver("icomon-advert")
        return told(try adverts.unwrap(.advertisement(Advertisement(manufacturerData: [company: bytes(hex)])), of: nil, key: nil))
    }

    @Test("The mask is the high byte of the company number", arguments: [
        ("ce9c695f91a1202c3bfa0d8e", "ad: 808c9b5aad2e"), ("a02bbe5e91a0a02c92140dbf0709", "ad: 008c32b4ad1f"),
    ])
    func unmasked(_ hex: String, _ frame: String) throws {
        // theengs/decoder issue 503; custom-components/ble_monitor test_laica.py
        #expect(try unwrap(0xA0AC, hex) == [frame])
    }

    @Test("Another mask does not add up, another company is not its business") func others() throws {
        #expect(throws: DecodeFailure.badChecksum(frame: "masked bytes")) { try unwrap(0xA2AC, "ce9c695f91a1202c3bfa0d8e") }
        #expect(throws: DecodeFailure.tooShort(field: "masked bytes")) { try unwrap(0xA0AC, "ce9c695f91a1202c3bfa0d") }
        #expect(try unwrap(0xA0AD, "ce9c695f91a1202c3bfa0d8e") == nil)
    }
}
