import DeviceProfiles
import Testing

@testable import StrictYAML

/// Goes through a profile and its shape side by side, and notes where maps and closed lists of words stand.
struct ShapeWalk {
    enum Step: Hashable {
        case key(String)
        case index(Int)
    }

    /// One map, or one word of a closed list.
    struct Place {
        var file: Int
        var path: [Step]
        var words: [String]
        /// The keys that are there already.
        var present: [String] = []
        var hasOthers = false
    }

    let vocabulary: Vocabulary
    var file = 0
    /// By what the map or the list may say; of each some places that differ.
    var maps: [String: [Place]] = [:]
    var words: [String: [Place]] = [:]
    /// What the shape does not let through.
    var misfits: [String] = []

    init(_ vocabulary: Vocabulary) { self.vocabulary = vocabulary }

    mutating func walk(_ node: YAMLNode, _ shape: Shape, _ path: [Step] = []) {
        switch shape {
        case .text, .quoted, .whole, .truth: expect(.scalar, node, path)
        case .anything: break
        case .words(let list):
            expect(.scalar, node, path)
            note(Place(file: file, path: path, words: list), in: &words, most: 1)
        case .named(let name):
            if let shape = vocabulary[name] { walk(node, shape, path) } else { misfits.append("no definition '\(name)'") }
        case .either(let shapes):
            if let fitting = shapes.first(where: { fits(node, $0) }) { walk(node, fitting, path) } else { misfits.append(told(node, path)) }
        case .both(let shapes):
            for shape in shapes { walk(node, shape, path) }
        case .list(let shape, _):
            expect(.list, node, path)
            for (index, node) in ((try? node.list()) ?? []).enumerated() { walk(node, shape, path + [.index(index)]) }
        case .names(let shape): members(node, path) { _ in shape }
        case .keyed(let patterns):
            members(node, path) { key in patterns.first { (try? Regex($0.pattern)).map { key.contains($0) } ?? false }?.shape }
        case .chosen(let choices, let otherwise):
            if let map = choices.first(where: { self.keys(node).contains($0.key) })?.map ?? otherwise { walk(node, map, path) } else { misfits.append(told(node, path)) }
        case .told(let key, let choices):
            let word = try? node.map().optional(key)?.text()
            if let map = choices.first(where: { $0.word == word })?.map { walk(node, map, path) } else { misfits.append(told(node, path)) }
        case .map(let map): walk(node, map, path)
        }
    }

    private mutating func walk(_ node: YAMLNode, _ map: ShapeMap, _ path: [Step]) {
        let known = map.keys.map(\.name)
        if !map.isPartial {
            note(Place(file: file, path: path, words: known, present: keys(node), hasOthers: map.others != nil), in: &maps, most: 4)
        }
        for key in map.keys where key.isRequired && !keys(node).contains(key.name) { misfits.append(told(node, path) + " without \(key.name)") }
        if !map.oneOf.isEmpty, !map.oneOf.contains(where: keys(node).contains) { misfits.append(told(node, path) + " with none of \(map.oneOf)") }
        members(node, path) { name in map.keys.first { $0.name == name }?.shape ?? map.others ?? (map.isPartial ? .anything : nil) }
    }

    private mutating func members(_ node: YAMLNode, _ path: [Step], _ shape: (String) -> Shape?) {
        expect(.map, node, path)
        for (name, node) in (try? node.map().members) ?? [] {
            if let shape = shape(name) { walk(node, shape, path + [.key(name)]) } else { misfits.append(told(node, path) + " has \(name)") }
        }
    }

    private func keys(_ node: YAMLNode) -> [String] { ((try? node.map().keys) ?? []).map(\.name) }

    private mutating func expect(_ kind: YAMLNode.Kind, _ node: YAMLNode, _ path: [Step]) {
        if node.kind != kind { misfits.append(told(node, path)) }
    }

    /// By the kind of the value, which tells the shapes of an `either` apart.
    private func fits(_ node: YAMLNode, _ shape: Shape) -> Bool {
        switch shape {
        case .text, .quoted, .whole, .truth, .words: node.kind == .scalar
        case .list: node.kind == .list
        case .map, .names, .keyed, .chosen, .told: node.kind == .map
        case .either(let shapes): shapes.contains { fits(node, $0) }
        case .both(let shapes): shapes.allSatisfy { fits(node, $0) }
        case .named(let name): vocabulary[name].map { fits(node, $0) } ?? false
        case .anything: true
        }
    }

    private func note(_ place: Place, in places: inout [String: [Place]], most: Int) {
        let key = place.words.joined(separator: " ")
        let noted = places[key, default: []]
        guard noted.count < most, !noted.contains(where: { $0.present == place.present }) else { return }
        places[key, default: []].append(place)
    }

    private func told(_ node: YAMLNode, _ path: [Step]) -> String { "\(node.file):\(node.line): \(path)" }
}

extension ShapeWalk {
    /// Every closed map of the vocabulary, by its keys.
    static func maps(of vocabulary: Vocabulary) -> Set<String> {
        var found: Set<String> = []
        func look(_ map: ShapeMap) {
            if !map.isPartial { found.insert(map.keys.map(\.name).joined(separator: " ")) }
            for key in map.keys { look(key.shape) }
            if let others = map.others { look(others) }
        }
        func look(_ shape: Shape) {
            switch shape {
            case .map(let map): look(map)
            case .list(let shape, _), .names(let shape): look(shape)
            case .keyed(let patterns): for (_, shape) in patterns { look(shape) }
            case .either(let shapes), .both(let shapes): for shape in shapes { look(shape) }
            case .chosen(let choices, let otherwise):
                for (_, map) in choices { look(map) }
                if let otherwise { look(otherwise) }
            case .told(_, let choices): for (_, map) in choices { look(map) }
            case .text, .quoted, .whole, .truth, .words, .named, .anything: break
            }
        }
        look(vocabulary.profile)
        for (_, shape) in vocabulary.definitions { look(shape) }
        return found
    }
}

extension YAMLNode {
    /// The same tree with another value at a place.
    func replacing(_ path: ArraySlice<ShapeWalk.Step>, _ change: (YAMLNode) -> YAMLNode) -> YAMLNode {
        guard let step = path.first else { return change(self) }
        let content: Content
        switch (self.content, step) {
        case (.map(let entries), .key(let name)):
            content = .map(entries.map { $0.key.name == name ? ($0.key, $0.value.replacing(path.dropFirst(), change)) : $0 })
        case (.list(let elements), .index(let index)):
            content = .list(elements.enumerated().map { $0.offset == index ? $0.element.replacing(path.dropFirst(), change) : $0.element })
        default: content = self.content
        }
        return YAMLNode(file: file, line: line, column: column, content: content)
    }

    /// One that stands in a line of its own, so that a problem with it is known by its line.
    static func stray(_ text: String?, line: Int) -> YAMLNode {
        YAMLNode(file: "", line: line, column: 1, content: text.map { .scalar($0, isQuoted: false) } ?? .empty)
    }

    /// The same map with one key more, and nothing under it.
    func with(_ key: String) -> YAMLNode {
        guard case .map(let entries) = content else { return self }
        let stray = (key: YAMLNode.stray(key, line: SchemaTests.keyLine), value: YAMLNode.stray(nil, line: SchemaTests.valueLine))
        return YAMLNode(file: file, line: line, column: column, content: .map(entries + [stray]))
    }
}
