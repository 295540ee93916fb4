import Readings
import StrictYAML

/// Reads one profile file into its definition. Every mistake names its line and what to write instead.
struct ProfileReader {
    private var definition: ProfileDefinition
    private let top: YAMLMap
    private let isProved: Bool

    /// Reads the head; the body waits for what the profile extends.
    init(_ source: ProfileSet.Source) throws(YAMLProblem) {
        let node = if let tree = source.tree { tree } else { try YAMLNode.load(source.text, file: source.file) }
        try self.init(node.map(), node: node, of: source)
    }

    var extends: (name: String, node: YAMLNode)? { definition.extends }

    /// Reads the rest.
    /// - Parameter base: what the profile extends.
    mutating func read(extending base: ProfileDefinition?) throws(YAMLProblem) -> ProfileDefinition {
        try readBody(base)
        if let base {
            try definition.inherit(from: base, changes: changes())
        } else if let change = try changes().first {
            throw change.change.problem("'changes' needs 'extends'")
        }
        if isProved { return definition }
        if definition.relay == nil {
            definition.vectors = try VectorReader(definition: definition).vectors(top.optional("vectors"))
        } else {
            definition.messageVectors = try MessageVectorReader.vectors(top.optional("vectors"), of: definition)
        }
        return definition
    }

    private init(_ top: YAMLMap, node: YAMLNode, of source: ProfileSet.Source) throws(YAMLProblem) {
        self.top = top
        isProved = source.isProved
        try top.only([
            "profile", "title", "extends", "models", "source", "match", "relays", "driver", "settings", "characteristics", "frames",
            "readings", "changes", "conversation", "vectors",
        ])
        let name = try top.required("profile")
        guard try name.text() == source.path else {
            throw name.problem("this file is \(source.path).yaml: write 'profile: \(source.path)', or move the file")
        }
        definition = ProfileDefinition(
            name: source.path, title: try top.required("title").text(), origin: node,
            source: try top.required("source").text())
        definition.extends = try top.optional("extends").map { node throws(YAMLProblem) in (try node.text(), node) }
    }

    private mutating func readBody(_ base: ProfileDefinition?) throws(YAMLProblem) {
        definition.conversation = top.optional("conversation")
        definition.models = try models(top.optional("models"))
        if let node = top.optional("characteristics") {
            for (name, node) in try node.map().members { definition.characteristics.append(try characteristic(name, node)) }
        }
        if let node = top.optional("relays") { definition.relay = try RelayReader.relay(node, readings: top.optional("readings")) }
        if definition.relay == nil { definition.matches = try MatchReader.matches(top.required("match")) }
        if let driver = top.optional("driver") {
            definition.driver = (driver, try top.optional("settings")?.map())
        } else if let settings = top.optional("settings") {
            throw settings.problem("'settings' are those of a driver: give 'driver'")
        }
        let characteristics = definition.characteristics.replacing(base?.characteristics ?? [], by: \.name)
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

    /// What an extending profile changes in the frames it inherits.
    private func changes() throws(YAMLProblem) -> [(path: String, change: YAMLNode)] {
        guard let changes = top.optional("changes") else { return [] }
        return try changes.map().members.map { ($0.name, $0.node) }
    }

    private func models(_ node: YAMLNode?) throws(YAMLProblem) -> [Model] {
        var models: [Model] = []
        for node in try node?.list() ?? [] {
            let map = try node.map()
            try map.only(["name", "id", "variant-of", "evidence"])
            let model = Model(
                name: try map.required("name").text(), id: try map.optional("id")?.text(),
                variantOf: try map.optional("variant-of")?.text(), evidence: try map.required("evidence").word(of: Model.Evidence.self))
            if let base = model.variantOf, !models.contains(where: { $0.name == base && $0.variantOf == nil }) {
                let names = models.filter { $0.variantOf == nil }.map(\.name)
                throw map.problem(
                    "no model above is called '\(base)'" + (Spelling.nearest(base, among: names).map { "; did you mean '\($0)'?" } ?? ": list it first"))
            }
            models.append(model)
        }
        return models
    }

    private func characteristic(_ name: String, _ node: YAMLNode) throws(YAMLProblem) -> CharacteristicDefinition {
        let map = try node.map()
        try map.only(["service", "uuid", "framing"])
        return CharacteristicDefinition(
            name: name, service: try map.required("service").uuid(), uuid: try map.required("uuid").uuid(),
            framing: try map.optional("framing").map { node throws(YAMLProblem) in try Framing.read(node) })
    }
}

extension ProfileDefinition {
    /// Takes what it does not say itself from the profile it extends, and changes what it changes.
    fileprivate mutating func inherit(
        from base: ProfileDefinition, changes: [(path: String, change: YAMLNode)]
    ) throws(YAMLProblem) {
        readsAsItsBase = frames.isEmpty && readings.isEmpty && characteristics.isEmpty && driver == nil && changes.isEmpty
        var inherited = base.frames
        try FrameReader.apply(changes, to: &inherited)
        // The same protocol under another UUID: the frames follow the characteristic that is given again under its name.
        for old in base.characteristics {
            guard let new = characteristics.first(where: { $0.name == old.name }), new.uuid != old.uuid else { continue }
            for index in inherited.indices where inherited[index].source == .characteristic(old.uuid) {
                inherited[index].source = .characteristic(new.uuid)
            }
        }
        characteristics = characteristics.replacing(base.characteristics, by: \.name)
        frames = frames.replacing(inherited, by: \.name)
        readings = readings.replacing(base.readings, by: \.name)
        driver = driver ?? base.driver
        conversation = conversation ?? base.conversation
    }
}

extension Array {
    /// What was there, with these in the places of those of the same name, and the others behind.
    fileprivate func replacing(_ old: [Element], by name: (Element) -> String) -> [Element] {
        let mine = Dictionary(map { (name($0), $0) }, uniquingKeysWith: { first, _ in first })
        let kept = Set(old.map(name))
        return old.map { mine[name($0)] ?? $0 } + filter { !kept.contains(name($0)) }
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
