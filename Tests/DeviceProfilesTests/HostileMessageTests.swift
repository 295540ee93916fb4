import DeviceProfiles
import ExactJSON
import Readings
import StrictYAML
import Testing

/// Messages that no bridge would send. Nothing of them may crash, and nothing may be read that was not there.
@Suite struct HostileMessageTests {
    private static let hostile: [JSON] = [
        .null, true, "", "x", "NaN", "\u{0}\u{1F4A9}", "00:11:22:33:44:55", .array([]), .object(JSONObject()), .array([.null, .array([.array([])])]),
        .array(Array(repeating: .object(JSONObject()), count: 300)),
    ]
    private static let numbers: [JSON] = [
        .number("-1"), .number("1e40"), .number("-1e-40"), .number("123456789012345678901234567890"), .number("9223372036854775807"),
        .number("0.000000000000000000000000000000000000001"), "9999999999999999999999", "1e999999999999999999999",
    ]

    @Test("Whatever stands in the place of a value, nothing is read that the message does not say") func changedValues() throws {
        for sample in try Sample.all() where !sample.readings.isEmpty {
            for payload in sample.json.everyChange(into: Self.hostile) {
                for reading in sample.readings(of: payload) {
                    #expect(
                        sample.values.isSuperset(of: reading),
                        "\(sample.profile.name): \(reading.subtracting(sample.values).sorted()) of \(payload.text)")
                }
            }
        }
    }

    @Test("No number is too large or too small to be refused or told") func changedNumbers() throws {
        for sample in try Sample.all() {
            for payload in sample.json.everyChange(into: Self.numbers) {
                for values in sample.readings(of: payload) { #expect(values.allSatisfy { $0.utf8.count < 120 }) }
                _ = sample.profile.storable(Array(payload.text.utf8))
            }
        }
    }

    @Test("Cut anywhere, a message is refused") func cuts() throws {
        for sample in try Sample.all() where sample.json.object != nil || sample.json.array != nil {
            let bytes = Array(sample.json.text.utf8)
            for count in bytes.indices {
                #expect(throws: BadInput.self) { try sample.profile.relayed(topic: sample.topic, payload: Array(bytes.prefix(count))) }
            }
        }
    }

    @Test("Lists and objects inside each other are refused before the stack ends", arguments: ["[", "{\"a\":", "{\"data\":{\"value\":{\"device_list\":["])
    func deep(start: String) throws {
        for profile in try ShippedProfiles.set().profiles where profile.decodesMessages {
            let payload = Array(String(repeating: start, count: 100_000).utf8)
            let topic = try #require(Sample.all().first { $0.profile === profile }?.topic)
            if profile.name == "mqtt/esphome" || profile.name == "mqtt/home-assistant-statestream" || profile.name == "mqtt/bt-mqtt-gateway" {
                #expect(throws: BadInput.self) { try profile.relayed(topic: topic, payload: payload) }
            } else {
                #expect { try profile.relayed(topic: topic, payload: payload) } throws: { ($0 as? BadInput)?.code == .notJSON }
            }
        }
    }

    @Test("A list without end is refused whole, and one that is just long is read") func long() throws {
        func message(_ count: Int) -> String {
            let row = #"{"scan_time":1773337306,"ble_addr":"d616f9641622","bp_high":137,"bp_low":95}"#
            let rows = Array(repeating: row, count: count).joined(separator: ",")
            return #"{"data":{"attribute":"BP_BIOLIGTH","value":{"device_list":[\#(rows)]}}}"#
        }
        let profile = try #require(try ShippedProfiles.set()["mqtt/ava4"])
        guard case .decoded(_, let outcomes)? = try profile.relayed(topic: "dusun_pub", payload: Array(message(10_000).utf8)).first else {
            Issue.record("nothing read")
            return
        }
        #expect(outcomes.count == 10_000)
        #expect { try profile.relayed(topic: "dusun_pub", payload: Array(message(10_001).utf8)) } throws: {
            ($0 as? BadInput)?.code == .tooLarge
        }
    }

    @Test("What is about a person is taken out wherever it stands, and nothing else") func personal() throws {
        let profile = try #require(try ShippedProfiles.set()["mqtt/qube-vital"])
        func stored(_ text: String) -> String { String(decoding: profile.storable(Array(text.utf8)), as: UTF8.self) }
        #expect(stored(#"{"nameEN":"Somebody","data":[{"Patient-ID":7,"v":[{"brith":"1"}]}],"nameen":"kept"}"#)
            == #"{"nameEN":null,"data":[{"Patient-ID":null,"v":[{"brith":null}]}],"nameen":"kept"}"#)
        #expect(stored(#"{"a" : 1.50}"#) == #"{"a" : 1.50}"#)
        #expect(stored("no JSON") == "no JSON")
        let many = "{" + (0..<50_000).map { "\"k\($0)\":1" }.joined(separator: ",") + ",\"dob\":\"1\"}"
        #expect(stored(many).hasSuffix(",\"dob\":null}"))
    }
}

/// A message of a vector, and what it says.
private struct Sample {
    var profile: Profile
    var topic: String
    var json: JSON
    var readings: [Set<String>] = []

    /// Every value of every reading, by its kind and name. Without the pressures beside it, a cuff's pulse is a heart rate.
    var values: Set<String> {
        let said: Set<String> = readings.reduce(into: []) { $0.formUnion($1) }
        return said.union(said.compactMap { value in
            let pulse = "blood-pressure pulse "
            return value.hasPrefix(pulse) ? "heart-rate rate " + value.dropFirst(pulse.count) : nil
        })
    }

    func readings(of payload: JSON) -> [Set<String>] {
        guard let items = try? profile.relayed(topic: topic, payload: Array(payload.text.utf8)) else { return [] }
        return items.flatMap { item -> [Set<String>] in
            switch item {
            case .decoded(let device, let outcomes): return outcomes.flatMap { Sample.values($0, device) }
            case .part(let part):
                var join: MessageJoin?
                return profile.join(part, into: &join, at: 0, isRetained: false).results.flatMap { Sample.values($0.outcome, part.device) }
            case .observation, .refused: return []
            }
        }
    }

    private static func values(_ outcome: DecodeOutcome, _ device: DeviceID) -> [Set<String>] {
        guard case .readings(let readings) = outcome else { return [] }
        return readings.map { reading in
            // An address that was put in is another device's reading, and that is what the message then says.
            _ = device
            return Set(reading.values.map { "\(reading.kind.rawValue) \($0.name) \($0.reported.text)" })
        }
    }

    static func all() throws -> [Sample] {
        let set = try ShippedProfiles.set()
        return try ShippedProfiles.sources().flatMap { source throws -> [Sample] in
            let map = try YAMLNode.load(source.text, file: source.file).map()
            guard let profile = set[source.path], profile.decodesMessages, let vectors = try map.optional("vectors")?.list() else { return [] }
            return try vectors.flatMap { node throws -> [Sample] in
                let vector = try node.map()
                let messages = try vector.optional("messages")?.list().map { try $0.map() } ?? [vector]
                return try messages.map { message throws -> Sample in
                    let payload = try message.required("payload").text()
                    var sample = Sample(
                        profile: profile, topic: try message.required("topic").text(),
                        json: (try? JSON(parsing: payload)) ?? .string(payload))
                    sample.readings = vector.optional("reads") == nil ? [] : sample.readings(of: sample.json)
                    return sample
                }
            }
        }
    }
}

extension JSON {
    /// This message with each of its values in turn replaced by each of these.
    fileprivate func everyChange(into values: [JSON]) -> [JSON] {
        var changes = values
        switch self {
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                changes += element.everyChange(into: values).map { changed in
                    var elements = elements
                    elements[index] = changed
                    return .array(elements)
                }
            }
        case .object(let object):
            for (key, value) in object.members {
                changes += value.everyChange(into: values).map { changed in
                    var object = object
                    object[key] = changed
                    return .object(object)
                }
            }
        default: break
        }
        return changes
    }
}
