import ExactJSON

/// Which elements of a message are read, one by one.
///
/// ```
/// .                             the whole message
/// body                          one object in it
/// body.groups[]                 every element of a list
/// tags{}                        every member of an object; `@key` is its key
/// metrics[].data[]              every element of a list in every element of a list
/// ```
struct MessageElements: Sendable, Hashable {
    /// What a device sends needs some hundreds; a message of more is an attack or a mistake.
    static let most = 10_000

    fileprivate struct Hop: Sendable, Hashable {
        enum Kind: Sendable, Hashable {
            case one, list, members
        }
        var keys: [String]
        var kind: Kind
    }

    let text: String
    fileprivate let hops: [Hop]
    /// Elements of one list that say the same under these paths are read together, as a list.
    var groupedBy: [MessagePath] = []

    static let whole = MessageElements(text: ".", hops: [])

    fileprivate init(text: String, hops: [Hop]) {
        (self.text, self.hops) = (text, hops)
    }

    /// nil for what names no elements.
    init?(_ text: String) {
        guard text != "." else {
            self = .whole
            return
        }
        var hops: [Hop] = []
        var keys: [String] = []
        var isOpen = false
        for part in text.split(separator: ".", omittingEmptySubsequences: false) {
            var name = part
            var kinds: [Hop.Kind] = []
            while name.hasSuffix("[]") || name.hasSuffix("{}") {
                kinds.insert(name.hasSuffix("[]") ? .list : .members, at: 0)
                name = name.dropLast(2)
            }
            guard !name.contains("["), !name.contains("{"), !name.isEmpty || (!kinds.isEmpty && hops.isEmpty && keys.isEmpty) else { return nil }
            if !name.isEmpty { keys.append(String(name)) }
            isOpen = kinds.isEmpty
            for kind in kinds {
                hops.append(Hop(keys: keys, kind: kind))
                keys = []
            }
        }
        if isOpen { hops.append(Hop(keys: keys, kind: .one)) }
        guard !hops.isEmpty else { return nil }
        self.init(text: text, hops: hops)
    }

    /// How many elements stand around one, the message among them: how far `../` may go.
    var depth: Int { hops.count }

    var keys: [String] { hops.flatMap(\.keys) }

    /// What was found, and what stands in the places of lists and is none.
    struct Found {
        var scopes: [MessageScope] = []
        var refused: [BadInput] = []
    }

    /// nil where there are none: the place does not exist in this message.
    func find(in message: MessageScope) throws(BadInput) -> Found? {
        var found = Found(scopes: [message])
        for (index, hop) in hops.enumerated() {
            var next: [MessageScope] = []
            for scope in found.scopes {
                guard let inner = hop.enter(scope, path: text, &found.refused) else { continue }
                next += index == hops.count - 1 && !groupedBy.isEmpty ? grouped(inner, in: scope) : inner
                guard next.count <= MessageElements.most else {
                    throw BadInput(.tooLarge, "\(text): more than \(MessageElements.most) elements; send fewer at once")
                }
            }
            found.scopes = next
            if next.isEmpty { break }
        }
        return found.scopes.isEmpty && found.refused.isEmpty ? nil : found
    }

    /// Rows that say the same under the paths, as one element each, in the order in which they begin.
    private func grouped(_ rows: [MessageScope], in outer: MessageScope) -> [MessageScope] {
        var places: [[String?]: Int] = [:]
        var groups: [[JSON]] = []
        for row in rows {
            guard let value = row.elements.last?.value else { continue }
            let words = groupedBy.map { path in (try? row.find(path))?.flatMap(MessageWord.text) }
            if let place = places[words] {
                groups[place].append(value)
            } else {
                places[words] = groups.count
                groups.append([value])
            }
        }
        return groups.map { outer.entering(MessageScope.Element(value: .array($0))) }
    }
}

extension MessageElements.Hop {
    /// nil where nothing stands there.
    fileprivate func enter(_ scope: MessageScope, path: String, _ refused: inout [BadInput]) -> [MessageScope]? {
        var value = scope.elements[scope.elements.count - 1].value
        for key in keys {
            guard value != .null else { return nil }
            guard let object = value.object else {
                refused.append(BadInput(.wrongShape, "\(path): wanted an object with '\(key)' in it"))
                return nil
            }
            guard let next = object[key] else { return nil }
            value = next
        }
        guard value != .null else { return nil }
        switch kind {
        case .one:
            return [scope.entering(MessageScope.Element(value: value))]
        case .list:
            guard let list = value.array else {
                refused.append(BadInput(.wrongShape, "\(path): wanted a list"))
                return nil
            }
            return list.prefix(MessageElements.most + 1).map { scope.entering(MessageScope.Element(value: $0)) }
        case .members:
            guard let object = value.object else {
                refused.append(BadInput(.wrongShape, "\(path): wanted an object"))
                return nil
            }
            return object.members.prefix(MessageElements.most + 1).map {
                scope.entering(MessageScope.Element(value: $0.value, key: $0.key))
            }
        }
    }
}

extension [MessageElements] {
    /// The elements of the first place that the message has.
    func find(in message: MessageScope) throws(BadInput) -> MessageElements.Found? {
        var refused: MessageElements.Found?
        for place in self {
            guard let found = try place.find(in: message) else { continue }
            if !found.scopes.isEmpty { return found }
            refused = refused ?? found
        }
        return refused
    }
}
