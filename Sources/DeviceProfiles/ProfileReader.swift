import Readings
import StrictYAML

/// Reads one profile file into its definition. Every mistake names its line and what to write instead.
struct ProfileReader {
    private var definition: ProfileDefinition
    private let top: YAMLMap

    /// - Parameter path: where the file stands below the profiles folder, without its ending; the profile must be named so.
    static func read(_ text: String, path: String, file: String) throws(YAMLProblem) -> ProfileDefinition {
        let node = try YAMLNode.load(text, file: file)
        var reader = try ProfileReader(node.map(), node: node, path: path)
        try reader.readBody()
        return reader.definition
    }

    private init(_ top: YAMLMap, node: YAMLNode, path: String) throws(YAMLProblem) {
        self.top = top
        try top.only([
            "profile", "title", "extends", "models", "source", "match", "relays", "characteristics", "frames", "readings",
            "changes", "vectors",
        ])
        let name = try top.required("profile")
        guard try name.text() == path else {
            throw name.problem("this file is \(path).yaml: write 'profile: \(path)', or move the file")
        }
        definition = ProfileDefinition(
            name: path, title: try top.required("title").text(), origin: node,
            source: try top.required("source").text())
    }

    private mutating func readBody() throws(YAMLProblem) {
        definition.extends = try top.optional("extends").map { node throws(YAMLProblem) in (try node.text(), node) }
        definition.models = try items(top.optional("models"), model)
        if let node = top.optional("characteristics") {
            for (name, node) in try node.map().members { definition.characteristics.append((name, try characteristic(node))) }
        }
        if let node = top.optional("relays") { definition.relay = try RelayReader.relay(node, readings: top.optional("readings")) }
        if definition.relay == nil { definition.match = try match(top.required("match")) }
        let characteristics = definition.characteristics
        if let node = top.optional("frames") {
            for (name, node) in try node.map().members {
                definition.frames.append(try FrameReader.frame(name, node, characteristics: characteristics))
            }
        }
        if let node = top.optional("readings"), definition.relay == nil {
            let map = try node.map()
            for ((kind, key), (_, node)) in zip(map.keys, map.members) {
                definition.readings.append(try ReadingReader.reading(kind, key, node))
            }
        }
    }

    /// What an extending profile changes in the frames it inherits; read apart, since it needs those frames.
    static func changes(of node: YAMLNode) throws(YAMLProblem) -> [(path: String, change: YAMLNode)] {
        guard let changes = try node.map().optional("changes") else { return [] }
        return try changes.map().members.map { ($0.name, $0.node) }
    }

    private func model(_ node: YAMLNode) throws(YAMLProblem) -> Model {
        let map = try node.map()
        try map.only(["name", "id", "evidence"])
        return Model(
            name: try map.required("name").text(), id: try map.optional("id")?.text(),
            evidence: try map.required("evidence").word(of: Model.Evidence.self))
    }

    private func match(_ node: YAMLNode) throws(YAMLProblem) -> MatchRule {
        let map = try node.map()
        try map.only(["services", "service-data", "manufacturer", "names", "rank"])
        var rule = MatchRule()
        rule.services = try items(map.optional("services")) { node throws(YAMLProblem) in try node.uuid() }
        rule.serviceData = try map.optional("service-data")?.uuid()
        rule.company = try map.optional("manufacturer")?.company()
        if let names = map.optional("names") {
            let map = try names.map()
            try map.only(["prefix", "exact", "optional"])
            rule.names = MatchRule.Names(
                prefixes: try items(map.optional("prefix")) { node throws(YAMLProblem) in try node.text() },
                exact: try items(map.optional("exact")) { node throws(YAMLProblem) in try node.text() },
                isOptional: try map.optional("optional")?.bool() ?? false)
            if let names = rule.names, (names.prefixes + names.exact).isEmpty || (names.prefixes + names.exact).contains("") {
                throw map.problem("names without a name: give 'prefix' or 'exact', or leave it out")
            }
        }
        if let rank = map.optional("rank") {
            guard try rank.text() == "standard" else { throw rank.problem("the only rank is 'standard'; leave the line out for a vendor profile") }
            rule.isStandard = true
        }
        let saysNothing = rule.services.isEmpty && rule.serviceData == nil && rule.company == nil
            && (rule.names.map { $0.isOptional } ?? true)
        guard !saysNothing else { throw node.problem("this would match every device: give services, service-data, manufacturer or names") }
        return rule
    }

    private func characteristic(_ node: YAMLNode) throws(YAMLProblem) -> BluetoothUUID {
        let map = try node.map()
        try map.only(["service", "uuid"])
        _ = try map.required("service").uuid()
        return try map.required("uuid").uuid()
    }
}

/// Every item of a list, read by `read`; an absent list is an empty one.
func items<Item>(
    _ node: YAMLNode?, _ read: (YAMLNode) throws(YAMLProblem) -> Item
) throws(YAMLProblem) -> [Item] {
    var items: [Item] = []
    for node in try node?.list() ?? [] { items.append(try read(node)) }
    return items
}

extension YAMLNode {
    func uuid() throws(YAMLProblem) -> BluetoothUUID {
        guard isQuoted else { throw problem("write the UUID in quotes, or YAML may take it for a number") }
        guard let uuid = BluetoothUUID(try text()) else { throw problem("no UUID: write \"181D\" or all 36 characters") }
        return uuid
    }

    func company() throws(YAMLProblem) -> UInt16 {
        guard isQuoted, let number = UInt16(fourDigits: try text()) else {
            throw problem("no company number: write four hex digits in quotes, such as \"0157\"")
        }
        return number
    }

    func bytes() throws(YAMLProblem) -> [UInt8] {
        guard let bytes = [UInt8](hex: try text()) else { throw problem("no bytes: write pairs of hex digits in quotes") }
        return bytes
    }

    /// One of a closed list of words.
    func word<Word: RawRepresentable & CaseIterable>(of type: Word.Type) throws(YAMLProblem) -> Word
    where Word.RawValue == String {
        let text = try text()
        if let word = Word(rawValue: text) { return word }
        let words = Word.allCases.map(\.rawValue)
        let hint = Spelling.nearest(text, among: words).map { "did you mean '\($0)'?" } ?? "write one of: \(words.joined(separator: ", "))"
        throw problem("unknown word '\(text)'; \(hint)")
    }

    func decimal() throws(YAMLProblem) -> ExactDecimal {
        guard let value = ExactDecimal(try text()) else { throw problem("no decimal number: write digits such as 0.005") }
        return value
    }
}
