import ExactJSON
import Readings
import StrictYAML

/// Reads the vectors of a profile. Runs after inheritance, since a vector names frames by the profile's own words.
struct VectorReader {
    let definition: ProfileDefinition

    func vectors(_ node: YAMLNode?) throws(YAMLProblem) -> [Vector] {
        let vectors = try items(node, vector)
        let provesReading = vectors.contains { if case .reads = $0.expectation { true } else { false } }
        let provesRefusal = vectors.contains { if case .reads = $0.expectation { false } else { true } }
        guard provesReading, provesRefusal else {
            throw definition.origin.problem("give vectors: at least one that reads, and one that gives no reading and says why")
        }
        return vectors
    }

    private func vector(_ node: YAMLNode) throws(YAMLProblem) -> Vector {
        let map = try node.map()
        let frames = definition.frames.map(\.name)
        try map.only(
            ["name", "source", "advertised", "service-data", "manufacturer-data", "reads", "because", "fails"]
                + frames)
        let source = try map.required("source")
        let word = try source.text().prefix { $0.isLetter }
        guard let origin = Vector.Origin(rawValue: String(word)) else {
            throw source.problem("begin with captured, published or computed, then say where from")
        }
        var vector = Vector(
            name: try map.required("name").text(), origin: origin, observation: Observation(),
            expectation: try expectation(map), node: node)
        if let advertised = try map.optional("advertised")?.map() {
            try advertised.only(["name", "services"])
            vector.observation.name = try advertised.optional("name")?.text()
            vector.observation.services = try items(advertised.optional("services")) { node throws(YAMLProblem) in try node.uuid() }
        }
        vector.observation.items = try content(map, node).map { Observation.Item($0) }
        return vector
    }

    /// What was on the air: the frame's bytes under the frame's name, or under `service-data` / `manufacturer-data`.
    private func content(_ map: YAMLMap, _ node: YAMLNode) throws(YAMLProblem) -> [Observation.Content] {
        if let data = map.optional("service-data") {
            guard let uuid = definition.match.serviceData else { throw data.problem("the profile matches no service-data") }
            return [.advertisement(Advertisement(serviceData: [uuid: try data.bytes()]))]
        }
        if let data = map.optional("manufacturer-data") {
            guard let company = definition.match.company else { throw data.problem("the profile matches no manufacturer") }
            return [.advertisement(Advertisement(manufacturerData: [company: try data.bytes()]))]
        }
        var contents: [Observation.Content] = []
        for frame in definition.frames {
            guard let bytes = map.optional(frame.name) else { continue }
            guard case .characteristic(let uuid) = frame.source else {
                throw bytes.problem("\(frame.name) is advertised: write it under service-data or manufacturer-data")
            }
            contents.append(.frame(uuid, try bytes.bytes()))
        }
        guard !contents.isEmpty else {
            throw node.problem("no bytes: write them under one of: \(definition.frames.map(\.name).joined(separator: ", ")), service-data, manufacturer-data")
        }
        return contents
    }

    private func expectation(_ map: YAMLMap) throws(YAMLProblem) -> Vector.Expectation {
        let reads = try map.optional("reads")?.list() ?? []
        guard ["reads", "because", "fails"].count(where: { map.optional($0) != nil }) <= 1 else {
            throw map.problem("say one of 'reads', 'because' and 'fails'")
        }
        if let fails = map.optional("fails") { return .fails(try fails.text()) }
        if let because = map.optional("because") { return .none(because: try because.text()) }
        guard !reads.isEmpty else { throw map.problem("say what it 'reads', or 'because' of what it reads nothing, or how it 'fails'") }
        var readings: [ExpectedReading] = []
        for node in reads { readings.append(try expectedReading(node)) }
        return .reads(readings)
    }

    func expectedReading(_ node: YAMLNode, also further: [String] = []) throws(YAMLProblem) -> ExpectedReading {
        let map = try node.map()
        let kind = try map.required("kind").word(of: Kind.self)
        let names = kind.values.map(\.name)
        try map.only(["kind", "measured-at", "user", "number", "site", "sample", "marks"] + names + further + (kind.qualifierWord.map { [$0] } ?? []))
        var values: [String: String] = [:]
        for name in names { values[name] = try map.optional(name)?.text() }
        return ExpectedReading(
            kind: kind, values: values, measuredAt: try map.required("measured-at").text(),
            user: try map.optional("user")?.int(), number: try map.optional("number")?.int(),
            qualifier: try kind.qualifierWord.flatMap { word throws(YAMLProblem) in try map.optional(word)?.text() },
            marks: try items(map.optional("marks")) { node throws(YAMLProblem) in try node.text() })
    }
}
