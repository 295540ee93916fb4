import ExactJSON
import Foundation
import Testing

/// What `vitalgate decode` takes, and what it refuses with which word.
@Suite struct DecodeInputTests {
    private static let cuff = #""characteristic":"2a35","frames":["00480051004000"]"#

    private static let mistakes: [(line: String, code: String, detail: String)] = [
        (#"{"nme":"x"}"#, "unknown-key", "'nme'"),
        (#"{"Name":"x"}"#, "unknown-key", "'Name'"),
        (#"{"adverts":[{"serviceData":{"181d":"22"},"id":"2"}]}"#, "unknown-key", "'id'"),
        (#"{"characteristic":"2a35","frames":[{"frame":"00","time":"x"}]}"#, "unknown-key", "'time'"),
        (#"{"name":null}"#, "wrong-shape", "name"),
        (#"{"id":null}"#, "wrong-shape", "id"),
        (#"{"frames":null}"#, "wrong-shape", "frames"),
        (#"{"adverts":[null]}"#, "wrong-shape", "adverts"),
        (#"{"adverts":[{"name":null,"serviceData":{"181d":"22"}}]}"#, "wrong-shape", "name"),
        (#"{"serviceData":{"181d":null}}"#, "wrong-shape", "serviceData"),
        (#"{"characteristic":"2a35","frames":[null]}"#, "wrong-shape", "frames"),
        (#"{"characteristic":"2a35","frames":[]}"#, "wrong-shape", "frames"),
        (#"{"services":[]}"#, "wrong-shape", "services"),
        (#"{"adverts":[]}"#, "wrong-shape", "adverts"),
        (#"{"serviceData":{}}"#, "wrong-shape", "serviceData"),
        (#"{"manufacturerData":{}}"#, "wrong-shape", "manufacturerData"),
        (#"{"id":true}"#, "wrong-shape", "id"),
        (#"{"id":["1"]}"#, "wrong-shape", "id"),
        (#"{"name":5}"#, "wrong-shape", "name"),
        (#"{"services":"181d"}"#, "wrong-shape", "services"),
        (#"{"services":[181]}"#, "wrong-shape", "services"),
        (#"{"serviceData":["181d"]}"#, "wrong-shape", "serviceData"),
        (#"{"serviceData":{"181d":22}}"#, "wrong-shape", "serviceData"),
        (#"{"rssi":"-60"}"#, "wrong-shape", "rssi"),
        (#"{"characteristic":"2a35"}"#, "wrong-shape", "characteristic"),
        (#"{"frames":["00"]}"#, "wrong-shape", "characteristic"),
        (#"{"characteristic":"2a35","frames":[{"characteristic":"2a35"}]}"#, "wrong-shape", "frame"),
        (#"{"topic":"a"}"#, "wrong-shape", "payload"),
        (#"{"payload":"a"}"#, "wrong-shape", "topic"),
        (#"{"topic":"vitalgate/raw/x","payload":{}}"#, "wrong-shape", "payload"),
        (#"["a"]"#, "wrong-shape", "object"),
        (#""text""#, "wrong-shape", "object"),
        (#"{"name":"a","name":"b"}"#, "wrong-shape", "\"name\" stands twice"),
        (#"{"serviceData":{"181d":"00","181d":"11"}}"#, "wrong-shape", "\"181d\" stands twice"),
        (#"{"serviceData":{"181d":"22583"}}"#, "bad-hex", "odd number of hex digits (5)"),
        (#"{"characteristic":"2a35","frames":["0g"]}"#, "bad-hex", "not hex digits"),
        (#"{"characteristic":"2a35","frames":["0x00"]}"#, "bad-hex", "not hex digits"),
        (#"{"services":["18"]}"#, "bad-uuid", "'18'"),
        (#"{"characteristic":"2a3","frames":["00"]}"#, "bad-uuid", "'2a3'"),
        (#"{"serviceData":{"x81d":"00"}}"#, "bad-uuid", "'x81d'"),
        (#"{"manufacturerData":{"157":"00"}}"#, "bad-uuid", "'157'"),
        (#"{"manufacturerData":{"+157":"00"}}"#, "bad-uuid", "'+157'"),
        (#"{"manufacturerData":{"0x0157":"00"}}"#, "bad-uuid", "'0x0157'"),
        (#"{"address":"AA:BB:CC:DD:EE"}"#, "bad-address", "'AA:BB:CC:DD:EE'"),
        (#"{"address":"AA:BB:CC:DD:EE:GG"}"#, "bad-address", "'AA:BB:CC:DD:EE:GG'"),
        (#"{"receivedAt":"yesterday"}"#, "bad-time", "'yesterday'"),
        (#"{"receivedAt":"2026-11-21 08:30:00"}"#, "bad-time", "RFC 3339"),
        (#"{"receivedAt":"2026-02-30T08:30:00Z"}"#, "bad-time", "RFC 3339"),
        (#"{"adverts":[{"serviceData":{"181d":"22"},"receivedAt":"now"}]}"#, "bad-time", "'now'"),
        (#"{"zone":"Moon/Tranquility"}"#, "bad-zone", "'Moon/Tranquility'"),
        (#"{"zone":""}"#, "bad-zone", "''"),
        (#"{"key":"00"}"#, "bad-key", "24 or 32"),
        (#"{"key":"00112233445566778899aabbccddeefg"}"#, "bad-key", "24 or 32"),
        (#"{"profile":"acme/none"}"#, "unknown-profile", "'acme/none'"),
        (#"{"topic":"vitalgate/raw/x","payload":"no JSON"}"#, "not-json", "expected a value"),
        (#"{"topic":"vitalgate/raw/x","payload":"{\"characteristic\":\"2a35\",\"frames\":[\"00\"]}"}"#, "bad-address", "missing"),
        (#"{"topic":"vitalgate/raw/x","payload":"{\"address\":\"00:11:22:33:44:55\",\"key\":\"00\"}"}"#, "refused-key", "'key'"),
        (#"{"topic":"vitalgate/raw/x","payload":"{\"address\":\"00:11:22:33:44:55\",\"profile\":\"a/b\"}"}"#, "refused-key", "'profile'"),
        (#"{"topic":"vitalgate/raw/x","payload":"{\"address\":\"00:11:22:33:44:55\",\"zone\":\"UTC\"}"}"#, "unknown-key", "'zone'"),
    ]

    @Test("A key that is wrong in any way is refused by name") func badInput() throws {
        let run = try Program.decode(Self.mistakes.map(\.line))
        let answers = try run.answers
        #expect(answers.count == Self.mistakes.count)
        for (answer, mistake) in zip(answers, Self.mistakes) {
            #expect(answer.at("outcome") == "bad-input", "\(mistake.line)")
            #expect(answer.at("code") == mistake.code, "\(mistake.line)")
            #expect(answer.at("detail")?.contains(mistake.detail) == true, "\(answer.text)")
        }
        #expect(run.status == 0)
    }

    @Test("A topic that no bridge is known for has no profile") func unknownTopic() throws {
        let answer = try Program.answer(#"{"topic":"nobody/here","payload":"{}"}"#)
        #expect(answer.at("outcome") == "no-profile")
        #expect(answer.at("code") == "unknown-topic")
        #expect(answer.at("detail")?.contains("'nobody/here'") == true)
    }

    @Test("A refusal bears the line's id, or its number where it has none") func idOrNumber() throws {
        let run = try Program.decode([#"{"id":"a","nme":"x"}"#, #"{"nme":"x"}"#, #"{"id":7,"nme":"x"}"#])
        #expect(try run.answers.map { $0.at("id") } == ["a", nil, "7"])
        #expect(try run.answers.map { $0.at("line") } == [nil, "2", nil])
    }

    @Test("An id comes back as it was given", arguments: [#""1""#, "1", "1.50", "-7e3", #""""#, #""a\"b\\\u0001é😀""#])
    func id(text: String) throws {
        let answer = try Program.answer(#"{"id":\#(text),\#(Self.cuff)}"#)
        #expect(answer["id"] == (try JSON(parsing: text)))
        #expect(answer.at("outcome") == "readings")
    }

    @Test("UUIDs are taken in every form there is") func uuid() throws {
        let forms = [
            "2a35", "2A35", "0x2a35", "00002a35", "00002a35-0000-1000-8000-00805f9b34fb", "00002A35-0000-1000-8000-00805F9B34FB",
            "00002a3500001000800000805f9b34fb",
        ]
        let frames = forms.map { #"{"characteristic":"\#($0)","frames":["00480051004000"]}"# }
        #expect(try Program.decode(frames).answers.map { $0.at("profile") } == forms.map { _ in "bluetooth-sig/blood-pressure" })
        let services = forms.map { $0.replacing("2a35", with: "181d").replacing("2A35", with: "181D") }
        let adverts = services.map { #"{"serviceData":{"\#($0)":"22583ee207070110111e"}}"# }
        #expect(try Program.decode(adverts).answers.map { $0.at("profile") } == forms.map { _ in "xiaomi/mi-smart-scale" })
    }

    @Test("Hex is taken in any case, with spaces or colons between octets") func hex() throws {
        let forms = ["22583ee207070110111e", "22583EE207070110111E", "22 58 3e e2 07 07 01 10 11 1e", "22:58:3E:E2:07:07:01:10:11:1E"]
        let run = try Program.decode(forms.map { #"{"serviceData":{"181d":"\#($0)"}}"# })
        #expect(try run.answers.map { $0.at("readings.0.values.weight.value") } == forms.map { _ in "79.8" })
    }

    @Test("An address is taken with colons, dashes or nothing", arguments: ["AA:BB:CC:DD:EE:FF", "aa-bb-cc-dd-ee-ff", "AABBCCDDEEFF"])
    func address(text: String) throws {
        #expect(try Program.answer(#"{"address":"\#(text)",\#(Self.cuff)}"#).at("outcome") == "readings")
    }

    @Test("Every key of the contract is taken at once") func everyKey() throws {
        let answer = try Program.answer(
            #"{"id":"1","name":"MI SCALE2","address":"AA:BB:CC:DD:EE:FF","services":["181d"],"serviceData":{"181d":"22583ee207070110111e"},"manufacturerData":{"0157":"00"},"adverts":[{"serviceData":{"181d":"22583ee207070110111e"},"receivedAt":"2026-11-21T08:30:00Z"}],"rssi":-60,"receivedAt":"2026-11-21T08:30:00Z","zone":"Asia/Shanghai","key":"00112233445566778899aabbccddeeff","profile":"xiaomi/mi-smart-scale"}"#)
        #expect(answer.at("outcome") == "readings")
        #expect(answer.count(at: "frames") == 2)
        #expect(answer.count(at: "readings") == 2)
    }

    @Test("A bind key has 16 octets, or the 12 of the older kind", arguments: ["00112233445566778899aabb", "00112233445566778899aabbccddeeff"])
    func key(text: String) throws {
        #expect(try Program.answer(#"{"key":"\#(text)",\#(Self.cuff)}"#).at("outcome") == "readings")
    }

    @Test("Manufacturer data is found by its company number, and stands without it") func manufacturerData() throws {
        let profile = """
            profile: test/meter
            title: A scale that tells everybody
            source: these tests
            match: { manufacturer: "0a0b" }
            frames: { f: { from: { manufacturer: "0a0b" }, byte-order: big, fields: [ { name: weight, type: u16 } ] } }
            readings: { body-weight: { values: { weight: { field: weight, unit: kg, each: 0.1 } } } }
            vectors:
              - { name: a, source: computed, manufacturer-data: "0320", reads: [ { kind: body-weight, weight: 80 kg, measured-at: arrival } ] }
              - { name: b, source: computed, manufacturer-data: "03", fails: too short at weight }
            """
        try Program.inProfilesFolder(profile) { folder in
            let answer = try Program.answer(#"{"manufacturerData":{"0a0b":"0321"}}"#, "--more-profiles", folder)
            #expect(answer.at("profile") == "test/meter")
            #expect(answer.at("readings.0.values.weight.value") == "80.1")
            #expect(try Program.answer(#"{"manufacturerData":{"0b0a":"0321"}}"#, "--more-profiles", folder).at("outcome") == "no-profile")
            let check = try Program.run(["profiles", "check", "--more-profiles", folder])
            #expect(check.status == 0, "\(check.errors)")
        }
    }

    @Test("A frame is a text, or an object that may name its own characteristic") func frameObjects() throws {
        let answer = try Program.answer(
            #"{"profile":"bluetooth-sig/blood-pressure","characteristic":"2a35","frames":["00480051004000",{"frame":"00490051004000"},{"characteristic":"2a6e","frame":"00"},{"characteristic":"2A35","frame":"004a0051004000"}]}"#)
        #expect(answer["frames"]?.array?.map { $0.at("outcome") } == ["reading", "reading", "ignored", "reading"])
        #expect(answer["readings"]?.array?.map { $0.at("values.systolic.value") } == ["72", "73", "74"])
        let own = try Program.answer(#"{"frames":[{"characteristic":"2a35","frame":"00480051004000"}]}"#)
        #expect(own.at("outcome") == "readings")
    }

    @Test("Each advertisement has its own time of arrival, else that of the line") func advertTimes() throws {
        let data = #""serviceData":{"181b":"0226b20705040f0201ac018642"}"#
        let answer = try Program.answer(
            #"{\#(data),"receivedAt":"2026-11-21T08:00:00Z","adverts":[{\#(data),"receivedAt":"2026-11-21T08:30:00Z"},{\#(data)}]}"#)
        #expect(answer["readings"]?.array?.map { $0.at("measuredAt") } == ["2026-11-21T08:00:00Z", "2026-11-21T08:30:00Z", "2026-11-21T08:00:00Z"])
    }

    @Test("A name heard in a later advertisement counts") func lateName() throws {
        let answer = try Program.answer(
            #"{"adverts":[{"services":["1810"]},{"name":"BM85"}],"characteristic":"2a35","frames":["566a0047000000ea07080b121f00003f000000"]}"#)
        #expect(answer.at("profile") == "beurer/bm85-blood-pressure")
        #expect(answer.at("readings.0.values.pulse.value") == "63")
    }

    @Test("A profile that is forced answers, whatever the names say") func forced() throws {
        let frame = #""characteristic":"2a35","frames":["566a0047000000ea07080b121f00003f000000"]"#
        #expect(try Program.answer("{\(frame)}").at("outcome") == "rejected")
        let forced = try Program.answer(#"{\#(frame),"name":"Other","profile":"beurer/bm85-blood-pressure"}"#)
        #expect(forced.at("outcome") == "readings")
        #expect(forced.at("profile") == "beurer/bm85-blood-pressure")
    }

    @Test("A bridge's message is read by its topic, and the device's profile reads what it hands on") func relayed() throws {
        let bridge = try Program.answer(
            #"{"id":"3","topic":"home/gw/BTtoMQTT/C8478CC09589","payload":"{\"id\":\"C8:47:8C:C0:95:89\",\"servicedata\":\"223e30e607020e10293a\",\"servicedatauuid\":\"0x181d\"}"}"#)
        #expect(bridge.at("format") == "mqtt/openmqttgateway")
        #expect(bridge.at("profile") == "xiaomi/mi-smart-scale")
        #expect(bridge.at("readings.0.values.weight.value") == "61.75")
        let raw = try Program.answer(
            #"{"topic":"vitalgate/raw/ward-3","payload":"{\"address\":\"00:11:22:33:44:55\",\"characteristic\":\"2a35\",\"frames\":[\"00480051004000\"],\"receivedAt\":\"2026-11-21T08:30:00Z\"}","zone":"Asia/Shanghai"}"#)
        #expect(raw.at("format") == "mqtt/raw-frames")
        #expect(raw.at("profile") == "bluetooth-sig/blood-pressure")
        #expect(raw.at("readings.0.measuredAt") == "2026-11-21T16:30:00+08:00")
    }

    @Test("A message's format may be forced, whatever its topic") func forcedFormat() throws {
        let message = #""payload":"{\"id\":\"C8:47:8C:C0:95:89\",\"servicedata\":\"223e30e607020e10293a\",\"servicedatauuid\":\"181d\"}""#
        let forced = try Program.answer(#"{"profile":"mqtt/openmqttgateway","topic":"my/own/topic",\#(message)}"#)
        #expect(forced.at("format") == "mqtt/openmqttgateway")
        #expect(forced.at("readings.0.values.weight.value") == "61.75")
        let alone = try Program.answer(#"{"profile":"mqtt/openmqttgateway",\#(Self.cuff)}"#)
        #expect(alone.at("outcome") == "bad-input")
        #expect(alone.at("code") == "unknown-profile")
        #expect(alone.at("detail") == "mqtt/openmqttgateway reads messages: give 'topic' and 'payload'")
    }

    @Test("A message that the bridge decoded itself hands nothing on") func decodedByBridge() throws {
        let answer = try Program.answer(#"{"topic":"home/gw/BTtoMQTT/C8478CC09589","payload":"{\"id\":\"C8:47:8C:C0:95:89\",\"weight\":61.75}"}"#)
        #expect(answer.at("outcome") == "ignored")
        #expect(answer.at("code") == "nothing-to-decode")
    }

    @Test("A topic that two bridges claim is told with both their names") func ambiguousTopic() throws {
        let profile = "profile: test/meter\ntitle: A\nsource: a\nrelays: { custody: acknowledged, topics: [\"vitalgate/raw/#\"], form: raw-frames }"
        try Program.inProfilesFolder(profile) { folder in
            let answer = try Program.answer(#"{"topic":"vitalgate/raw/x","payload":"{}"}"#, "--more-profiles", folder)
            #expect(answer.at("outcome") == "ambiguous")
            #expect(answer.at("code") == "ambiguous-topic")
            #expect(answer.at("detail")?.contains("mqtt/raw-frames and test/meter") == true)
        }
    }
}
