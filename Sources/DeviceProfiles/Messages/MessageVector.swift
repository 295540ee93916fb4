import Readings
import StrictYAML

/// Proof of a message format: messages with an origin, and what they say.
struct MessageVector: Sendable {
    enum Expectation: Sendable {
        case reads([Expected])
        /// What it hands on, as raw-frame JSON.
        case gives([String])
        case none(because: String)
        case fails(String)
    }

    struct Expected: Sendable, Hashable {
        var device: DeviceID
        var reading: ExpectedReading
    }

    var name: String
    /// In the order in which they come, a second apart.
    var messages: [(topic: String, payload: String)]
    var expectation: Expectation
    var node: YAMLNode
}

/// Reads the vectors of a profile with `relays`.
enum MessageVectorReader {
    static func vectors(_ node: YAMLNode?, of definition: ProfileDefinition) throws(YAMLProblem) -> [MessageVector] {
        let vectors = try items(node) { node throws(YAMLProblem) in try vector(node, definition) }
        let proves = vectors.contains { vector in
            switch vector.expectation {
            case .reads, .gives: true
            case .none, .fails: false
            }
        }
        let refutes = vectors.contains { vector in
            switch vector.expectation {
            case .reads, .gives: false
            case .none, .fails: true
            }
        }
        guard proves && refutes || definition.relay?.readings.isEmpty == true else {
            throw definition.origin.problem("give vectors: at least one that 'reads' or 'gives', and one that does not and says why")
        }
        return vectors
    }

    private static func vector(_ node: YAMLNode, _ definition: ProfileDefinition) throws(YAMLProblem) -> MessageVector {
        let map = try node.map()
        try map.only(["name", "source", "topic", "payload", "messages", "reads", "gives", "because", "fails"])
        let source = try map.required("source")
        guard Vector.Origin(rawValue: String(try source.text().prefix { $0.isLetter })) != nil else {
            throw source.problem("begin with captured, published or computed, then say where from")
        }
        var messages: [(topic: String, payload: String)] = []
        if let list = map.optional("messages") {
            guard map.optional("topic") == nil, map.optional("payload") == nil else {
                throw list.problem("'messages' have their own topics: leave 'topic' and 'payload' out")
            }
            for node in try list.list() {
                let map = try node.map()
                try map.only(["topic", "payload"])
                messages.append((try map.required("topic").text(), try map.required("payload").text()))
            }
            guard !messages.isEmpty else { throw list.problem("give at least one message") }
        } else {
            messages = [(try map.required("topic").text(), try map.required("payload").text())]
        }
        return MessageVector(
            name: try map.required("name").text(), messages: messages, expectation: try expectation(map, definition), node: node)
    }

    private static func expectation(
        _ map: YAMLMap, _ definition: ProfileDefinition
    ) throws(YAMLProblem) -> MessageVector.Expectation {
        guard ["reads", "because", "fails", "gives"].count(where: { map.optional($0) != nil }) <= 1 else {
            throw map.problem("say one of 'reads', 'because', 'fails' and 'gives'")
        }
        if let gives = map.optional("gives") {
            var texts: [String] = []
            for node in try gives.listOrSingle() { texts.append(try node.text()) }
            return .gives(texts)
        }
        if let fails = map.optional("fails") { return .fails(try fails.text()) }
        if let because = map.optional("because") { return .none(because: try because.text()) }
        let reads = try map.optional("reads")?.list() ?? []
        guard !reads.isEmpty else {
            throw map.problem("say what it 'reads' or 'gives', or 'because' of what it reads nothing, or how it 'fails'")
        }
        let reader = VectorReader(definition: definition)
        var expected: [MessageVector.Expected] = []
        for node in reads {
            let written = try node.map().required("device")
            guard let device = DeviceID(try written.text()) else {
                throw written.problem("write a Bluetooth address, or a namespace and an id, such as zigbee:0x00158d0001a2b3c4")
            }
            expected.append(MessageVector.Expected(device: device, reading: try reader.expectedReading(node, also: ["device"])))
        }
        return .reads(expected)
    }
}
