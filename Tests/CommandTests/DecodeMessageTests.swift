import ExactJSON
import Foundation
import Testing

@Suite struct DecodeMessageTests {
    private func ask(_ topic: String, _ payload: String, _ more: String = "", _ arguments: String...) throws -> JSON {
        let run = try Program.decode([JSON.object(JSONObject([("topic", .string(topic)), ("payload", .string(payload))])).text.dropLast() + more + "}"])
        return try #require(run.answers.first)
    }

    @Test("A message that the bridge decoded is answered with its devices and readings") func decoded() throws {
        let answer = try ask(
            "dusun_pub",
            #"{"data":{"attribute":"BP_BIOLIGTH","value":{"device_list":[{"scan_time":1773337306,"ble_addr":"d616f9641622","bp_high":137,"bp_low":95},{"ble_addr":"d616f9641623","bp_high":121}]}}}"#,
            #","zone":"Asia/Shanghai""#)
        #expect(answer.at("format") == "mqtt/ava4" && answer.at("profile") == "mqtt/ava4")
        #expect(answer.at("outcome") == "readings")
        #expect(answer.count(at: "readings") == 1)
        #expect(answer.at("readings.0.device") == "D6:16:F9:64:16:22")
        #expect(answer.at("readings.0.kind") == "blood-pressure")
        #expect(answer.at("readings.0.measuredAt") == "2026-03-13T01:41:46+08:00")
        #expect(answer.at("readings.0.timeQuality") == "device")
        #expect(answer.at("readings.0.values.systolic.value") == "137")
        #expect(answer.at("frames.1.outcome") == "incomplete")
        #expect(answer.at("frames.1.detail") == "missing diastolic")
    }

    @Test("A moment is told in UTC where no zone is asked for") func moment() throws {
        let answer = try ask("open-mhealth/s", #"{"respiratory_rate":{"value":12,"unit":"breaths/min"},"effective_time_frame":{"date_time":"2020-02-05T07:25:00-08:00"}}"#)
        #expect(answer.at("readings.0.measuredAt") == "2020-02-05T15:25:00Z")
    }

    @Test("An element that cannot be read is told with its code") func refused() throws {
        let answer = try ask("dusun_pub", #"{"data":{"attribute":"BP_BIOLIGTH","value":{"device_list":[{"ble_addr":"x","bp_high":137,"bp_low":95}]}}}"#)
        #expect(answer.at("outcome") == "bad-input")
        #expect(answer.at("code") == "bad-address")
        let shape = try ask("dusun_pub", #"{"data":{"attribute":"BP_BIOLIGTH","value":{"device_list":[{"ble_addr":"d616f9641622","bp_high":[],"bp_low":95}]}}}"#)
        #expect(shape.at("outcome") == "rejected")
        #expect(shape.at("code") == "wrong-shape")
        #expect(shape.at("detail") == "bp_high: wanted a number")
    }

    @Test("A value that waits for others says so") func scalar() throws {
        let answer = try ask("bedroom/sensor/cuff_systolic/state", "121")
        #expect(answer.at("outcome") == "waiting")
        #expect(answer.at("detail") == "waiting for diastolic")
    }

    @Test("Several advertisements in one message are all answered") func adverts() throws {
        let answer = try ask(
            "ruuvi/C8:25:2D:8E:9C:2C",
            #"{"data":{"tags":{"00:11:22:33:44:11":{"timestamp":"1653633986","data":"0D161D18223e30e607020e10293a"},"5A:00:00:00:00:01":{"data":"0BFF4c0010060319247bbc68"}}}}"#)
        #expect(answer.at("outcome") == "readings")
        #expect(answer.at("profile") == "xiaomi/mi-smart-scale")
        #expect(answer.at("readings.0.device") == "00:11:22:33:44:11")
    }

    @Test("A device of a cloud is enrolled, listed and forgotten like any other, and with the profile of its format") func enrolment() throws {
        try Program.inTemporaryFolder { folder in
            let database = folder.appendingPathComponent("vitalgate.db").path
            func devices(_ arguments: String...) throws -> Program.Run {
                try Program.run(["devices"] + arguments + ["--store", database])
            }
            #expect(try devices("enroll", "zigbee:0x00158d0001a2b3c4", "--profile", "mqtt/zigbee2mqtt", "--by", "a test").status == 0)
            #expect(try devices("enroll", "aabbccddeeff", "--by", "a test").status == 0)
            let listed = try devices("list", "--json")
            #expect(listed.lines.count == 2, "\(listed)")
            #expect(listed.lines.contains { $0.contains("zigbee:0x00158d0001a2b3c4") && $0.contains("mqtt/zigbee2mqtt") })
            #expect(listed.lines.contains { $0.contains("AA:BB:CC:DD:EE:FF") })
            #expect(try devices("enroll", "zigbee:bed 3").status != 0)
            #expect(try devices("enroll", "Zigbee:3").status != 0)
            #expect(try devices("enroll", "zigbee:3", "--profile", "mqtt/raw-frames").status != 0)
            #expect(try devices("forget", "zigbee:0x00158d0001a2b3c4").status == 0)
            #expect(try devices("list", "--json").lines.count == 1)
        }
    }
}
