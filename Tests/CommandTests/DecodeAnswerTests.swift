import ExactJSON
import Foundation
import Testing

/// What `vitalgate decode` answers: the contract that outside checks stand on, one sentence of it a test.
@Suite struct DecodeAnswerTests {
    @Test("The answers of the manual are given letter by letter", arguments: [
        (
            #"{"id":"1","name":"MI SCALE2","address":"AA:BB:CC:DD:EE:FF","services":["181d"],"serviceData":{"181d":"22583ee207070110111e"}}"#,
            #"{"id":"1","profile":"xiaomi/mi-smart-scale","outcome":"readings","frames":[{"outcome":"reading"}],"readings":[{"kind":"body-weight","measuredAt":"2018-07-01T16:17:30","timeQuality":"device","values":{"weight":{"value":"79.8","unit":"kg","canonical":"79.8","ucum":"kg","loinc":"29463-7","mdc":188736}}}]}"#
        ),
        (
            #"{"id":"2","characteristic":"2a35","frames":["167c0056006100e807060f11111b33000000"]}"#,
            #"{"id":"2","profile":"bluetooth-sig/blood-pressure","outcome":"readings","frames":[{"outcome":"reading"}],"readings":[{"kind":"blood-pressure","measuredAt":"2024-06-15T17:17:27","timeQuality":"device","values":{"systolic":{"value":"124","unit":"mmHg","canonical":"124","ucum":"mm[Hg]","loinc":"8480-6","mdc":150021},"diastolic":{"value":"86","unit":"mmHg","canonical":"86","ucum":"mm[Hg]","loinc":"8462-4","mdc":150022},"mean":{"value":"97","unit":"mmHg","canonical":"97","ucum":"mm[Hg]","loinc":"8478-0","mdc":150023},"pulse":{"value":"51","unit":"/min","canonical":"51","ucum":"/min","loinc":"8867-4","mdc":149546}}}]}"#
        ),
        (
            #"{"id":"3","characteristic":"2a35","frames":["1ebe007d009200ea070b14081e005800020400"]}"#,
            #"{"id":"3","profile":"bluetooth-sig/blood-pressure","outcome":"readings","frames":[{"outcome":"reading"}],"readings":[{"kind":"blood-pressure","measuredAt":"2026-11-20T08:30:00","timeQuality":"device","values":{"systolic":{"value":"190","unit":"mmHg","canonical":"190","ucum":"mm[Hg]","loinc":"8480-6","mdc":150021},"diastolic":{"value":"125","unit":"mmHg","canonical":"125","ucum":"mm[Hg]","loinc":"8462-4","mdc":150022},"mean":{"value":"146","unit":"mmHg","canonical":"146","ucum":"mm[Hg]","loinc":"8478-0","mdc":150023},"pulse":{"value":"88","unit":"/min","canonical":"88","ucum":"/min","loinc":"8867-4","mdc":149546}},"user":2,"marks":["irregular-pulse"]}]}"#
        ),
        (
            #"{"id":"4","serviceData":{"181d":"821400e507040b101708"}}"#,
            #"{"id":"4","profile":"xiaomi/mi-smart-scale","outcome":"waiting","code":"not-final","detail":"waiting for flags.stable","frames":[{"outcome":"waiting","code":"not-final","detail":"waiting for flags.stable"}]}"#
        ),
    ])
    func examples(line: String, answer: String) throws {
        let run = try Program.decode([line])
        #expect(run.lines == [answer])
        #expect(run.errors == "")
        #expect(run.status == 0)
    }

    static let outcomes: [(line: String, outcome: String, code: String)] = [
        (#"{"characteristic":"2a6e","frames":["64"]}"#, "no-profile", "no-profile"),
        (#"{}"#, "no-profile", "no-profile"),
        (#"{"name":"nobody"}"#, "no-profile", "no-profile"),
        (#"{"serviceData":{"181d":"22583ee207070110111e","181b":"0226b20705040f0201ac018642"}}"#, "ambiguous", "ambiguous"),
        (#"{"characteristic":"2a35","frames":["0"]}"#, "bad-input", "bad-hex"),
        (#"{"characteristic":"2a35","frames":["1f0048"]}"#, "rejected", "too-short"),
        (#"{"characteristic":"2a35","frames":["0048005100400000"]}"#, "rejected", "too-long"),
        (#"{"characteristic":"2a35","frames":["02780050005d00e8070d0f11111b"]}"#, "rejected", "bad-value"),
        (#"{"characteristic":"2a35","frames":["fe2027007500550050"]}"#, "rejected", "reserved-bits"),
        (#"{"serviceData":{"181d":"22"}}"#, "rejected", "wrong-length"),
        (#"{"characteristic":"2a35","frames":["16ff07ff07ff07e80706170e230aff070000"]}"#, "incomplete", "error-value"),
        (#"{"characteristic":"2a9d","frames":["00ffff"]}"#, "incomplete", "missing-value"),
        (#"{"characteristic":"2a18","frames":["030600e407040d10260a000078b0fa"]}"#, "ignored", "not-a-measurement"),
        (#"{"profile":"bluetooth-sig/glucose","characteristic":"2a35","frames":["00480051004000"]}"#, "ignored", "nothing-to-decode"),
        (#"{"services":["1810"]}"#, "ignored", "nothing-to-decode"),
        (#"{"serviceData":{"181d":"a23e30e607020e10293a"}}"#, "waiting", "not-final"),
    ]

    @Test("An outcome that is no reading has a closed code and a sentence") func outcome() throws {
        let run = try Program.decode(Self.outcomes.map(\.line))
        let answers = try run.answers
        #expect(answers.count == Self.outcomes.count)
        for (answer, expected) in zip(answers, Self.outcomes) {
            #expect(answer.at("outcome") == expected.outcome, "\(expected.line)")
            #expect(answer.at("code") == expected.code, "\(expected.line)")
            #expect(answer.at("detail")?.isEmpty == false)
            #expect(answer["readings"] == nil)
        }
        #expect(run.status == 0)
    }

    @Test("Without a reading the worst of the frames speaks for all", arguments: [
        ("ignored", "waiting"), ("incomplete", "ignored"), ("rejected", "incomplete"), ("rejected", "ignored"), ("rejected", "waiting"),
        ("incomplete", "waiting"),
    ])
    func worst(worse: String, better: String) throws {
        let data = [
            "waiting": "a23e30e607020e10293a", "ignored": "627607e607020e10293a", "incomplete": "2200ffe607020e10293a", "rejected": "22",
        ]
        // The scale has no word for 'no weight': one that has stands in for it.
        let profile = try String(contentsOfFile: Program.profiles + "/xiaomi/mi-smart-scale.yaml", encoding: .utf8)
            .replacing("xiaomi/mi-smart-scale", with: "test/meter")
            .replacing("{ name: weight, type: u16 }", with: "{ name: weight, type: u16, unknown: 65280 }")
        try Program.inProfilesFolder(profile) { folder in
            let pairs = [[worse, better], [better, worse], [better, worse, better]]
            let lines = pairs.map { pair in
                let adverts = pair.compactMap { data[$0] }.map { #"{"serviceData":{"181d":"\#($0)"}}"# }.joined(separator: ",")
                return #"{"adverts":[\#(adverts)]}"#
            }
            for (answer, pair) in zip(try Program.decode(lines, "--profiles", folder).answers, pairs) {
                #expect(answer.at("outcome") == worse)
                #expect(answer["frames"]?.array?.map { $0.at("outcome") } == pair)
                #expect(answer.at("code") == answer["frames"]?.array?.first { $0.at("outcome") == worse }?.at("code"))
            }
        }
    }

    @Test("One reading makes it readings, whatever became of the other frames") func oneReading() throws {
        let answer = try Program.answer(
            #"{"characteristic":"2a18","frames":["0f0300e40705150a1e2d0500cdcc","030600e407040d10260a000078b0f1","000100e40705150a1e2d"]}"#)
        #expect(answer.at("outcome") == "readings")
        #expect(answer["code"] == nil)
        #expect(answer["detail"] == nil)
        #expect(answer["frames"]?.text == #"[{"outcome":"rejected","code":"too-short","detail":"too short at sample"},{"outcome":"reading"},{"outcome":"incomplete","code":"missing-value","detail":"missing glucose"}]"#)
        #expect(answer.count(at: "readings") == 1)
    }

    @Test("Readings of a conversation stand in the order of their frames") func conversation() throws {
        let answer = try Program.answer(
            #"{"characteristic":"2a18","frames":["1b0f00e807011e053a1b53016fb0f80000","030600e407040d10260a000078b0f1"]}"#)
        #expect(answer.count(at: "readings") == 2)
        #expect(answer.at("readings.0.number") == "15")
        #expect(answer.at("readings.1.number") == "6")
        #expect(answer.at("readings.0.measuredAt") == "2024-01-30T11:37:27")
        #expect(answer.at("readings.0.sample") == "plasma")
        #expect(answer.at("readings.1.sample") == "capillary-blood")
    }

    @Test("Keys that do not apply are absent: no null, no empty list, object or text") func nothingEmpty() throws {
        let lines = Self.outcomes.map(\.line) + [
            #"{"id":"a","characteristic":"2a35","frames":["00480051004000"]}"#, "nonsense", "[]", #"{"topic":"x","payload":"{}"}"#,
            #"{"topic":"home/g/BTtoMQTT/AABBCCDDEEFF","payload":"{\"id\":\"AA:BB:CC:DD:EE:FF\"}"}"#,
        ]
        for arguments in [[], ["--all-profiles"]] as [[String]] {
            let run = try Program.run(["decode"] + arguments, input: .init(lines.map { $0 + "\n" }.joined().utf8))
            let answers = try run.answers
            #expect(answers.count == lines.count)
            for (answer, line) in zip(answers, lines) { #expect(emptiness(in: answer) == nil, "\(line) -> \(answer.text)") }
        }
    }

    private func emptiness(in json: JSON, at path: String = "") -> String? {
        switch json {
        case .null, .string(""), .array([]): return path
        case .object(let object) where object.members.isEmpty: return path
        case .array(let elements): return elements.lazy.compactMap { emptiness(in: $0, at: path + "[]") }.first
        case .object(let object): return object.members.lazy.compactMap { emptiness(in: $0.value, at: "\(path).\($0.key)") }.first
        default: return nil
        }
    }

    @Test("A device that sent no time is measured when it arrived, if that is known") func arrival() throws {
        let line = #""characteristic":"2a35","frames":["00480051004000"]"#
        let unknown = try Program.answer("{\(line)}")
        #expect(unknown.at("readings.0.measuredAt") == nil)
        #expect(unknown.at("readings.0.timeQuality") == "arrival")
        let known = try Program.answer(#"{\#(line),"receivedAt":"2026-11-21T08:30:00Z"}"#)
        #expect(known.at("readings.0.measuredAt") == "2026-11-21T08:30:00Z")
        #expect(known.at("readings.0.timeQuality") == "arrival")
    }

    @Test("A clock that was never set is not believed") func unsetClock() throws {
        let line = #""serviceData":{"181b":"0226b20705040f0201ac018642"}"#
        let alone = try Program.answer("{\(line)}")
        #expect(alone.at("readings.0.measuredAt") == "1970-05-04T15:02:01")
        #expect(alone.at("readings.0.timeQuality") == "unset")
        let heard = try Program.answer(#"{\#(line),"receivedAt":"2026-11-21T08:30:00.250+08:00"}"#)
        #expect(heard.at("readings.0.measuredAt") == "2026-11-21T00:30:00.250Z")
        #expect(heard.at("readings.0.timeQuality") == "unset")
    }

    @Test("A zone is applied to the device's time and to the arrival", arguments: [
        ("Asia/Shanghai", "2018-07-01T16:17:30+08:00", "2026-11-21T16:30:00+08:00"),
        ("Europe/Berlin", "2018-07-01T16:17:30+02:00", "2026-11-21T09:30:00+01:00"),
        ("America/St_Johns", "2018-07-01T16:17:30-02:30", "2026-11-21T05:00:00-03:30"),
        ("UTC", "2018-07-01T16:17:30Z", "2026-11-21T08:30:00Z"),
    ])
    func zone(zone: String, device: String, arrival: String) throws {
        let time = #""zone":"\#(zone)","receivedAt":"2026-11-21T08:30:00Z""#
        let run = try Program.decode([
            #"{"serviceData":{"181d":"22583ee207070110111e"},\#(time)}"#, #"{"characteristic":"2a35","frames":["00480051004000"],\#(time)}"#,
        ])
        #expect(try run.answers.map { $0.at("readings.0.measuredAt") } == [device, arrival])
        #expect(try run.answers.map { $0.at("readings.0.timeQuality") } == ["device", "arrival"])
    }
}
