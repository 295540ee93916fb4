import DeviceProfiles
import Foundation
import GatewayTesting
import MQTT
import Readings
import Store
import Testing

/// What bridges decode themselves, on its way into the store.
struct MessageIntakeTests {
    private static let first = DeviceID(address: "D6:16:F9:64:16:22")!
    private static let second = DeviceID(address: "D6:16:F9:64:16:23")!
    private static let node = DeviceID(namespace: "esphome", id: "bathroom.mi_scale")!

    /// Two cuffs of one bridge in one message; without a time unless given one.
    private func pressures(_ time: String = "", systolic: Int = 137) -> String {
        func row(_ address: String, _ systolic: Int) -> String {
            "{\(time)\"ble_addr\":\"\(address)\",\"bp_high\":\(systolic),\"bp_low\":95}"
        }
        return #"{"data":{"attribute":"BP_BIOLIGTH","value":{"device_list":[\#(row("d616f9641622", systolic)),\#(row("D616F9641623", 121))]}}}"#
    }

    private func scalar(_ ward: Ward, _ value: String, _ text: String, retained: Bool = false) -> ReceivedMessage {
        ward.raw(text, to: "bathroom/sensor/mi_scale_\(value)/state", qos: 0, retained: retained)
    }

    @Test func `a message of several devices is a reading for each that is enrolled, and a count for the others`() async throws {
        let ward = try await Ward(enrolled: [Self.first])
        ward.take(ward.raw(pressures(#""scan_time":1773337306,"#), to: "dusun_pub", qos: 0))
        #expect(try await ward.fates() == ["reading"])
        #expect(try await ward.tallies() == ["not-enrolled": 1])
        let reading = try await ward.latest()
        #expect(reading.identity.description == "D616F9641622.blood-pressure.20260312T174146")
        #expect(reading.measured == "2026-03-12T17:41:46Z device")
        #expect(reading.said == "systolic 137 mmHg, diastolic 95 mmHg")
        #expect(reading.origin.custody == .bestEffort && reading.origin.profile == "mqtt/ava4")
        try await ward.expectBalance()
    }

    @Test func `a bridge whose clock runs years ahead dates nothing`() async throws {
        let ward = try await Ward(enrolled: [Self.first])
        ward.take(ward.raw(pressures(#""scan_time":1836942771,"#), to: "dusun_pub", qos: 0))
        #expect(try await ward.fates() == ["quarantined: clock-in-future"])
        #expect(try await ward.journal().isEmpty)
        try await ward.expectBalance()
    }

    @Test func `one message twice is one reading for each device, also without a clock`() async throws {
        let ward = try await Ward(enrolled: [Self.first])
        ward.take(ward.raw(pressures(), to: "dusun_pub", packet: 7), over: 1)
        try await ward.store.enroll(Self.second)
        ward.clock.advance(.seconds(60))
        ward.take(ward.raw(pressures(), to: "dusun_pub", packet: 7), over: 2, resumed: true)
        // The second device was not enrolled before: of its reading, this is the first.
        #expect(try await ward.fates() == ["reading", "duplicate", "reading"])
        #expect(try await ward.readings().map(\.reading.values[0].reported.text) == ["137 mmHg", "121 mmHg"])
        try await ward.expectBalance()
    }

    @Test func `a bad element is refused and counted, and the others are read`() async throws {
        let ward = try await Ward(enrolled: [Self.first, Self.second])
        let text = pressures().replacingOccurrences(of: "\"bp_high\":137", with: "\"bp_high\":{\"v\":137}")
            .replacingOccurrences(of: "[{", with: "[{\"ble_addr\":\"Mrs. Example\",\"bp_high\":1,\"bp_low\":1},{")
        ward.take(ward.raw(text, to: "dusun_pub"))
        #expect(try await ward.fates().sorted() == ["reading", "rejected: wrong-shape"])
        #expect(try await ward.tallies() == ["bad-address": 1])
        #expect(try await ward.store.tallies().allSatisfy { $0.lastDetail?.contains("Example") == false })
        try await ward.expectBalance()
    }

    @Test(arguments: ["", "no JSON", "[]", "7", "null", "{}", "{\"data\":7}", "{\"data\":{\"attribute\":\"BP_BIOLIGTH\",\"value\":{\"device_list\":{}}}}"])
    func `a message of another shape is counted`(text: String) async throws {
        let ward = try await Ward(enrolled: [Self.first])
        #expect(ward.take(ward.raw(text, to: "dusun_pub")) == .acknowledge)
        #expect(try await ward.fates() == [])
        #expect(try await ward.tallies().values.reduce(0, +) == 1)
        try await ward.expectBalance()
    }

    @Test func `nothing about a person reaches the disk`() async throws {
        let device = DeviceID(address: "FF:22:09:08:31:31")!
        let ward = try await Ward(enrolled: [device])
        let person = #""citiz":"3570300411111","nameTH":"ใครบางคน","nameEN":"Mr.#Some##Body","brith":"25220713","gender":"1","#
        for (number, value) in [#"{"bp_high":120,"bp_low":78,"pr":71}"#, #"{"bp_high":120}"#, #"{"bp_high":[]}"#].enumerated() {
            ward.take(ward.raw(
                #"{"time":\#(1_739_360_702 + number),\#(person)"data":{"attribute":"WBP_JUMPER","ble_mac":"\#(device)","value":\#(value)}}"#,
                to: "CM4_BLE_GW_TX"))
        }
        ward.take(ward.raw(#"{"time":1,\#(person)"data":{"attribute":"WBP_JUMPER","ble_mac":"Mr. Body","value":{"bp_high":1}}}"#, to: "CM4_BLE_GW_TX"))
        #expect(try await ward.fates() == ["reading", "incomplete: missing-value", "rejected: wrong-shape"])
        #expect(try await ward.latest().said == "systolic 120 mmHg, diastolic 78 mmHg, pulse 71 /min")
        for file in ["vitalgate.db", "vitalgate.db-wal"] {
            let bytes = (try? Data(contentsOf: URL(fileURLWithPath: "\(ward.folder.path)/\(file)"))) ?? Data()
            for secret in ["3570300411111", "ใครบางคน", "Some##Body", "25220713", "Mr. Body"] {
                #expect(bytes.range(of: Data(secret.utf8)) == nil, "\(secret) in \(file)")
            }
        }
        #expect(!ward.events.all.contains { "\($0)".contains("Body") })
        try await ward.expectBalance()
    }

    @Test func `a broadcast that a bridge decodes again and again is one reading`() async throws {
        let ward = try await Ward()
        func message(_ rssi: Int, _ weight: String) -> ReceivedMessage {
            ward.raw(
                #"{"id":"\#(scale)","rssi":\#(rssi),"type":"SCALE","unit":"kg","weight":\#(weight)}"#, to: "home/OMG/BTtoMQTT/001122334411", qos: 0)
        }
        for rssi in -70 ..< -60 {
            ward.take(message(rssi, "72.45"))
            ward.clock.advance(.seconds(2))
        }
        #expect(try await ward.fates() == ["reading"])
        #expect(try await ward.tallies() == ["repeat": 9])
        ward.clock.advance(.seconds(60))
        ward.take(message(-60, "72.45"))
        #expect(try await ward.fates() == ["reading", "reading"])
        try await ward.expectBalance()
    }

    @Test func `bytes beat what the bridge made of them, unless nobody can read them`() async throws {
        let ward = try await Ward()
        func message(_ uuid: String) -> ReceivedMessage {
            ward.raw(
                #"{"id":"\#(scale)","type":"SCALE","unit":"kg","weight":99.9,"servicedata":"\#(ScaleAdvert.weight)","servicedatauuid":"\#(uuid)"}"#,
                to: "home/OMG/BTtoMQTT/001122334411", qos: 0)
        }
        ward.take(message("181b"))
        #expect(try await ward.latest().said == "weight 72.45 kg")
        ward.take(message("fff7"))
        #expect(try await ward.latest().said == "weight 99.9 kg")
        #expect(try await ward.latest().origin.profile == "mqtt/openmqttgateway")
        try await ward.expectBalance()
    }

    @Test func `a device that is enrolled with a profile of its own is not read by a bridge, and one enrolled with the bridge's is`() async throws {
        let ward = try await Ward(enrolled: [])
        try await ward.store.enroll(scale, profile: "xiaomi/mi-body-composition-scale")
        let decoded = #"{"id":"\#(scale)","type":"SCALE","unit":"kg","weight":72.45}"#
        ward.take(ward.raw(decoded, to: "home/OMG/BTtoMQTT/001122334411", qos: 0))
        #expect(try await ward.tallies() == ["other-profile": 1])
        try await ward.store.enroll(scale, profile: "mqtt/openmqttgateway")
        ward.take(ward.raw(decoded, to: "home/OMG/BTtoMQTT/001122334411", qos: 0))
        #expect(try await ward.fates() == ["reading"])
        try await ward.expectBalance()
    }

    @Test func `values of one device in several messages are one reading, completed by those that come later`() async throws {
        let ward = try await Ward(enrolled: [Self.node])
        ward.take(scalar(ward, "weight", "79.80"))
        ward.clock.advance(.seconds(3))
        ward.take(scalar(ward, "impedance", "503"))
        #expect(try await ward.fates() == ["reading", "reading"])
        let readings = try await ward.readings()
        #expect(readings.map(\.revision) == [1, 2])
        #expect(Set(readings.map(\.identity)).count == 1)
        #expect(readings.last?.said == "weight 79.80 kg, impedance 503 Ohm")
        #expect(readings[0].identity.description.hasPrefix("esphome_bathroom_pmi__scale.body-weight.b11111111-"))
        // The next weighing is another reading, and so is what comes after the window.
        ward.clock.advance(.seconds(1))
        ward.take(scalar(ward, "weight", "79.80"))
        ward.clock.advance(.seconds(11))
        ward.take(scalar(ward, "impedance", "510"))
        #expect(try await ward.fates() == ["reading", "reading", "reading", "waiting: not-final"])
        ward.clock.advance(.seconds(11))
        ward.fileOverdue()
        #expect(try await ward.fates() == ["reading", "reading", "reading", "incomplete: missing-value"])
        #expect(try await Set(ward.readings().map(\.identity)).count == 2)
        try await ward.expectBalance()
    }

    @Test func `half a pressure waits for the other half, which may come first`() async throws {
        let node = DeviceID(namespace: "esphome", id: "bedroom.cuff")!
        let ward = try await Ward(enrolled: [node])
        func half(_ value: String, _ text: String) -> ReceivedMessage { ward.raw(text, to: "bedroom/sensor/cuff_\(value)/state") }
        ward.take(half("diastolic", "78"))
        #expect(try await ward.fates() == ["waiting: not-final"])
        ward.take(half("systolic", "121"))
        #expect(try await ward.fates() == ["duplicate: joined", "reading"])
        #expect(try await ward.latest().said == "systolic 121 mmHg, diastolic 78 mmHg")
        // A half that comes twice begins anew, and the first is told as what it is.
        ward.clock.advance(.seconds(1))
        ward.take(half("systolic", "122"), half("systolic", "123"))
        ward.take(half("diastolic", "79"))
        #expect(try await ward.fates() == ["duplicate: joined", "reading", "incomplete: missing-value", "duplicate: joined", "reading"])
        #expect(try await ward.latest().said == "systolic 123 mmHg, diastolic 79 mmHg")
        try await ward.expectBalance()
    }

    @Test func `a retained value may be old: it is quarantined, and never meets a live one`() async throws {
        let ward = try await Ward(enrolled: [Self.node])
        ward.take(scalar(ward, "impedance", "503", retained: true), scalar(ward, "weight", "60.1", retained: true))
        #expect(try await ward.fates() == ["duplicate: joined", "quarantined: retained-without-time"])
        ward.take(scalar(ward, "weight", "79.80"))
        #expect(try await ward.latest().said == "weight 79.80 kg")
        try await ward.expectBalance()
    }

    @Test func `a device without an address keeps its name in the store`() async throws {
        let watch = DeviceID(namespace: "imei", id: "865067123456789")!
        let ward = try await Ward(enrolled: [watch])
        let message = #"{"IMEI":"865067123456789","heartRate":72,"timeStamps":"16/06/2025 12:30:45"}"#
        ward.take(ward.raw(message, to: "iMEDE_watch/VitalSign"), ward.raw(message, to: "iMEDE_watch/VitalSign"))
        #expect(try await ward.fates() == ["reading", "duplicate"])
        let reading = try await ward.latest()
        #expect(reading.device == watch)
        #expect(reading.identity.description == "imei_865067123456789.heart-rate.20250616T123045")
        // A wall in Shanghai.
        #expect(reading.measured == "2025-06-16T04:30:45Z device")
        #expect(try await ward.store.enrolledDevices().map(\.id) == [watch])
        #expect(try await ward.latestFrame().device == watch)
        try await ward.expectBalance()
    }

    @Test func `a list of clockless readings is not one reading`() async throws {
        let account = DeviceID(namespace: "thingsboard", id: "bed-3")!
        let ward = try await Ward(enrolled: [account])
        let rows = (0..<1500).map { #"{"values":{"hr":\#(60 + $0 % 40)}}"# }.joined(separator: ",")
        ward.take(ward.raw(#"{"bed-3":[\#(rows)]}"#, to: "v1/gateway/telemetry"), ward.raw(#"{"bed-3":[{"values":{"hr":61}}]}"#, to: "v1/gateway/telemetry"))
        #expect(try await ward.fates() == ["reading", "reading"])
        #expect(try await Set(ward.readings().map(\.identity)).count == 1501)
        try await ward.expectBalance()
    }
}
