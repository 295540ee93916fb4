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
            ["name", "source", "advertised", "address", "key", "service-data", "manufacturer-data", "notifications",
             "reads", "because", "fails", "talk"] + frames)
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
        if let address = map.optional("address") {
            guard let device = DeviceID(address: try address.text()) else { throw address.problem("no Bluetooth address: write AA:BB:CC:DD:EE:FF in quotes") }
            vector.observation.address = device
        }
        if let key = map.optional("key") {
            let bytes = try key.bytes()
            guard [12, 16].contains(bytes.count) else { throw key.problem("a bind key has 24 or 32 hex digits") }
            vector.key = bytes
        }
        if let notifications = map.optional("notifications") {
            vector.observation.items = try items(notifications) { node throws(YAMLProblem) in Observation.Item(try notification(node)) }
            guard !vector.observation.items.isEmpty else { throw notifications.problem("no bytes: write \"characteristic: 01 02 …\"") }
            vector.isSequence = true
            if let twice = map.optional("service-data") ?? map.optional("manufacturer-data") ?? frames.lazy.compactMap({ map.optional($0) }).first {
                throw twice.problem("with notifications, write every item among them")
            }
        } else if let node = map.optional("talk") {
            let talk = try TalkReader(of: definition).talk(node)
            (vector.talk, vector.observation.items, vector.isSequence) = (talk, talk.items.map { Observation.Item($0) }, true)
        } else {
            vector.observation.items = try content(map, node).map { Observation.Item($0) }
        }
        return vector
    }

    /// `measurement: 1B 0F`, by the name of a characteristic, or of where advertised data stood.
    private func notification(_ node: YAMLNode) throws(YAMLProblem) -> Observation.Content {
        let text = try node.text()
        guard let colon = text.firstIndex(of: ":"), let bytes = [UInt8](hex: text[text.index(after: colon)...]) else {
            throw node.problem("write a characteristic and its bytes: \"measurement: 1B 0F\"")
        }
        let name = String(text[..<colon])
        switch name {
        case "service-data": return try serviceData(bytes, node)
        case "manufacturer-data": return try manufacturerData(bytes, node)
        default: break
        }
        if let known = definition.characteristics.first(where: { $0.name == name }) { return .frame(known.uuid, bytes) }
        let names = definition.characteristics.map(\.name) + ["service-data", "manufacturer-data"]
        let hint = Spelling.nearest(name, among: names).map { "did you mean '\($0)'?" } ?? "known here: \(names.joined(separator: ", "))"
        throw node.problem("no characteristic is called '\(name)'; \(hint)")
    }

    private func serviceData(_ bytes: [UInt8], _ node: YAMLNode) throws(YAMLProblem) -> Observation.Content {
        let asked = definition.matches.lazy.compactMap(\.serviceData).first
        let read = definition.frames.lazy.compactMap { if case .serviceData(let uuid) = $0.source { uuid } else { nil } }.first
        guard let uuid = asked ?? read else { throw node.problem("the profile matches no service-data") }
        return .advertisement(Advertisement(serviceData: [uuid: bytes]))
    }

    /// Where the profile takes any company's data, the bytes begin with the company as on the air.
    private func manufacturerData(_ bytes: [UInt8], _ node: YAMLNode) throws(YAMLProblem) -> Observation.Content {
        let read = definition.frames.lazy.compactMap { if case .manufacturerData(let company) = $0.source { company } else { nil } }.first
        let isAny = definition.matches.contains { $0.isAnyCompany }
        if let company = definition.matches.lazy.compactMap(\.company).first ?? (isAny ? nil : read) {
            return .advertisement(Advertisement(manufacturerData: [company: bytes]))
        }
        guard isAny || definition.frames.contains(where: { $0.source == .anyManufacturer }) else {
            throw node.problem("the profile matches no manufacturer")
        }
        guard bytes.count >= 2 else { throw node.problem("the two bytes of the company stand in front") }
        return .advertisement(Advertisement(manufacturerData: [UInt16(bytes[1]) << 8 | UInt16(bytes[0]): Array(bytes.dropFirst(2))]))
    }

    /// What was on the air: the frame's bytes under the frame's name, or under `service-data` / `manufacturer-data`.
    private func content(_ map: YAMLMap, _ node: YAMLNode) throws(YAMLProblem) -> [Observation.Content] {
        if let data = map.optional("service-data") {
            return [try serviceData(data.bytes(), data)]
        }
        if let data = map.optional("manufacturer-data") {
            return [try manufacturerData(data.bytes(), data)]
        }
        var contents: [Observation.Content] = []
        for frame in definition.frames {
            guard let bytes = map.optional(frame.name) else { continue }
            guard case .characteristic(let uuid) = frame.source else {
                throw bytes.problem("\(frame.name) is no value of a characteristic: write it as it came, under service-data, manufacturer-data or notifications")
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
        let names = kind.names
        let word = kind.qualifierWord
        try map.only(["kind", "measured-at", "user", "number"] + (word.map { [$0] } ?? []) + ["marks"] + names + further)
        var values: [String: String] = [:]
        for name in names { values[name] = try map.optional(name)?.text() }
        return ExpectedReading(
            kind: kind, values: values, measuredAt: try map.required("measured-at").text(),
            user: try map.optional("user")?.int(), number: try map.optional("number")?.int(),
            qualifier: try word.flatMap { word throws(YAMLProblem) in try map.optional(word)?.text() },
            marks: try items(map.optional("marks")) { node throws(YAMLProblem) in try node.text() })
    }
}
