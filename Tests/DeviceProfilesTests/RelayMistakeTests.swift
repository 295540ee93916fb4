import DeviceProfiles
import StrictYAML
import Testing

/// Mistakes in profiles of message formats.
@Suite struct RelayMistakeTests {
    private func relay(_ body: String) -> [String] {
        problems(of: [Meter.source("profile: mqtt/bridge\ntitle: A bridge\nsource: these tests\nrelays:\n  custody: acknowledged\n\(body)\n", path: "mqtt/bridge")])
    }

    @Test("A relay that only hands on needs no vectors to load") func goodRelay() {
        #expect(relay("  topics: [\"a/#\"]\n  form: raw-frames") == [])
        #expect(relay("  topics: [a]\n  adverts: { address: id, structures: raw }") == [])
    }

    @Test("A topic filter that is none is refused", arguments: ["a/#/b", "a#", "#a", "a/b+", "+a/b", "++", ""])
    func topicFilter(filter: String) {
        #expect(relay("  topics: [a, \"\(filter)\"]\n  form: raw-frames") == [
            "mqtt/bridge.yaml:6: no MQTT topic filter: '+' stands for a whole level, '#' for the last ones"
        ])
    }

    @Test("A relay's own mistakes are told where they stand", arguments: [
        ("  form: raw-frames", "mqtt/bridge.yaml:5: the key 'topics' is missing"),
        ("  topics: [a]", "mqtt/bridge.yaml:5: describe its 'adverts' or its 'readings', or write 'form: raw-frames'"),
        ("  topics: []\n  form: raw-frames", "mqtt/bridge.yaml:5: give at least one topic"),
        ("  topics: [a]\n  form: raw", "mqtt/bridge.yaml:7: unknown word 'raw'; write one of: raw-frames, json, scalar"),
        ("  topic: [a]\n  form: raw-frames", "mqtt/bridge.yaml:6: unknown key 'topic'; did you mean 'topics'?"),
        ("  topics: [a]\n  adverts: { adress: id }", "mqtt/bridge.yaml:7: unknown key 'adress'; did you mean 'address'?"),
        ("  topics: [a]\n  adverts: { name: id }", "mqtt/bridge.yaml:7: the key 'address' is missing"),
        ("  topics: [a]\n  adverts: { address: id }", "mqtt/bridge.yaml:7: give 'service-data', 'manufacturer-data' or 'structures', or there is nothing to read"),
        ("  topics: [a]\n  adverts: { address: id, service-data: { uuid: u } }", "mqtt/bridge.yaml:7: the key 'bytes' is missing"),
        ("  topics: [a]\n  adverts: { address: id, service-data: { uuid: u, byte: b } }", "mqtt/bridge.yaml:7: unknown key 'byte'; did you mean 'bytes'?"),
        ("  topics: [a]\n  form: raw-frames\n  drops: [x]", "mqtt/bridge.yaml:5: 'raw-frames' are read as they are: leave 'drops' out"),
    ])
    func relayMistakes(body: String, problem: String) {
        #expect(relay(body) == [problem])
    }

    @Test("The bridge that the mistakes are made in is a good profile") func bridgeIsGood() throws {
        let set = try ProfileSet([Bridge.source()])
        #expect(ProfileCheck(set).problems == [])
        #expect(set["test/bridge"]?.custody == "acknowledged")
    }

    @Test("Every mistake in a message format has its own sentence", arguments: [
        Mistake(5, "", "the key 'custody' is missing", at: 6),
        Mistake(5, "  custody: best", "unknown word 'best'; write one of: best-effort, acknowledged"),
        Mistake(6, "  topics: [\"clinic/{Ward}/{kind}\"]", "'{Ward}' is no named level: write '{device}' or '{device}_{value}'"),
        Mistake(6, "  topics: [\"clinic/{kind}/{kind}\"]", "two levels are called 'kind'"),
        Mistake(6, "  topics: [\"clinic/{ward}_{bed}/{kind}\"]", "'{…}_{bed}' needs the words that bed may be", at: 5),
        Mistake(7, "  words: { kinds: [vitals] }", "unknown key 'kinds'; did you mean 'kind'?"),
        Mistake(7, "  words: { kind: [] }", "give at least one word, or leave 'kind' out"),
        Mistake(8, "  device: { namespace: Clinic, id: /device }", "a namespace has 1 to 24 letters a-z, digits and dashes"),
        Mistake(8, "  device: { namespace: clinic, is: bed 3 }", "an id has 1 to 64 letters, digits, points, dashes and underscores"),
        Mistake(8, "  device: { address: mac, id: x }", "unknown key 'id'"),
        Mistake(8, "  device: { namespace: clinic, id: \"{wart}\" }", "no level of the topics is called 'wart'; did you mean 'ward'?"),
        Mistake(8, "  device: { namespace: clinic, id: \"a..b\" }", "'a..b' is no path; write"),
        Mistake(8, "  device: { namespace: clinic, id: patient_id }", "'patient_id' is about a person: it is dropped, and nothing may be read from it"),
        Mistake(8, "", "say which 'device' the readings are of", at: 5),
        Mistake(9, "  drops: [shift]", "'shift' is among what 'drops' lists, and nothing may be read from it", at: 14),
        Mistake(10, "  form: scalar", "'form: scalar' and 'joins' belong together: one value for each topic, joined to an object", at: 5),
        Mistake(10, "  joins: { at: [kinds], within: 5 s }", "no level of the topics is called 'kinds'; did you mean 'kind'?"),
        Mistake(10, "  joins: { at: [kind], within: 5 }", "write a time from '1 s' to '600 s'"),
        Mistake(10, "  joins: { at: [kind], within: 601 s }", "write a time from '1 s' to '600 s'"),
        Mistake(10, "  joins: { at: [], within: 5 s }", "name the levels of the topic that say which value it is"),
        Mistake(11, "  adverts: { each: \"heard[0]\", address: mac, structures: raw }", "no place of elements: write 'a.list[]', 'a.object{}', 'a.b' or '.'"),
        Mistake(13, "  body-wait:", "unknown kind 'body-wait'"),
        Mistake(13, "  body-weight/:", "behind the '/' stands a name, such as body-weight/stored"),
        Mistake(14, "    each: \"rows[].more{\"", "no place of elements"),
        Mistake(14, "    each: rows", "only the elements of a list can be grouped", at: 15),
        Mistake(16, "    when: [weight]", "write 'has path', 'path is word', 'path above 3' or 'path below 3', with 'not' in front or without"),
        Mistake(16, "    when: [a above b]", "'b' is no decimal number"),
        Mistake(16, "    when: [has ../../a]", "'../../a' leads out of the message"),
        Mistake(19, "    requires: [wait]", "this reading has no 'wait'; known here: impedance, measured-at, number, user, weight"),
        Mistake(21, "      wight: { path: a, unit: kg }", "a body-weight has no value 'wight'; did you mean 'weight'?"),
        Mistake(21, "      weight: { path: a, unit: mmHg }", "body-weight.weight is told in kg, and 'mmHg' does not convert to that"),
        Mistake(21, "      weight: { path: a, unit: { path: b, code: { kg: kg } } }", "unknown key 'code'; did you mean 'codes'?"),
        Mistake(21, "      weight: { path: a, unit: kg, decimals: 7 }", "'decimals' lies between 0 and 6"),
        Mistake(21, "      weight: { pat: a, unit: kg }", "unknown key 'pat'; did you mean 'path'?"),
        Mistake(22, "      impedance: { path: a, unit: Ohm, each: 0 }", "'each' lies between 0.000001 and 1000000"),
        Mistake(23, "    measured-at: { path: at, as: unix-second }", "'unix-second' is no time; did you mean 'unix-seconds'?"),
        Mistake(23, "    measured-at: { path: at, as: \"DD/MM/YY\" }", "'DD/MM/YY' is no time; write unix-seconds, unix-milliseconds, rfc3339, iso, or parts such as"),
        Mistake(23, "    measured-at: { path: at, as: iso, zone: local }", "unknown word 'local'; write one of: utc, place"),
        Mistake(23, "", "requires 'measured-at', and does not say where it stands", at: 14),
        Mistake(26, "    marks: [ { when: has a, is: Late night } ]", "a mark is a word of letters a-z, digits and dashes"),
        Mistake(26, "    marks: [ { when: has a, as: late } ]", "unknown key 'as'; did you mean 'is'?"),
        Mistake(29, "    site: { path: place, codes: { ear: nose } }", "a body-temperature knows no 'nose'"),
        Mistake(29, "    sample: { is: ear }", "unknown key 'sample'"),
        Mistake(34, "    source: somewhere", "begin with captured, published or computed, then say where from"),
        Mistake(35, "    messages: [ { topic: a, payload: b } ]", "'messages' have their own topics: leave 'topic' and 'payload' out"),
        Mistake(37, "    reads: [ { kind: body-temperature, temperature: 36.60 Cel, measured-at: arrival } ]", "the key 'device' is missing"),
        Mistake(37, "    reads: [ { device: d1, kind: body-temperature, temperature: 36.60 Cel, measured-at: arrival } ]", "write a Bluetooth address, or a namespace and an id"),
        Mistake(37, "", "say what it 'reads' or 'gives', or 'because' of what it reads nothing, or how it 'fails'", at: 33),
        Mistake(47, "    gives: '{}'", "give vectors: at least one that 'reads' or 'gives', and one that does not and says why", at: 1),
    ])
    func mistake(_ mistake: Mistake) throws {
        let found = problems(of: [Bridge.source([mistake.line: mistake.text])])
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.hasPrefix("bridge.yaml:\(mistake.at): ") == true, "\(found)")
        #expect(found.first?.contains(mistake.sentence) == true, "\(found)")
    }

    @Test("A vector that does not hold is told at its line", arguments: [
        (37, "    reads: [ { device: \"clinic:d2\", kind: body-temperature, temperature: 36.60 Cel, site: ear, measured-at: arrival } ]", "but got clinic:d1"),
        (37, "    reads: [ { device: \"clinic:d1\", kind: body-temperature, temperature: 36.6 Cel, site: ear, measured-at: arrival } ]", "temperature 36.60 Cel"),
        (35, "    topic: clinic/three", "the topic 'clinic/three' is not this profile's alone"),
        (42, "    gives: '{\"address\":\"00:11:22:33:44:56\",\"manufacturerData\":{\"0157\":\"aa\"}}'", "hands on something else"),
        (46, "    payload: '{\"device\":\"d1\",\"temperature\":{\"value\":37}}'", "expected 'nothing to decode', but got clinic:d1"),
    ])
    func falseVector(line: Int, text: String, sentence: String) throws {
        let found = ProfileCheck(try ProfileSet([Bridge.source([line: text])])).problems
        #expect(!found.isEmpty)
        #expect(found.allSatisfy { $0.message.contains(sentence) || $0.message.contains("expected") }, "\(found)")
        #expect(found.contains { $0.message.contains(sentence) }, "\(found)")
    }
}
