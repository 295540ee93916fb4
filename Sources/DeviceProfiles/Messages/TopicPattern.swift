/// A topic filter whose levels may have names: `ruuvi/+/{tag}`, `home/sensor/{device}_{value}/state`.
struct TopicPattern: Sendable, Hashable {
    /// What MQTT is asked for: every named level as `+`.
    let filter: TopicFilter
    private let levels: [Level]

    private enum Level: Sendable, Hashable {
        case other
        case capture(String)
        /// `{device}_{value}`: the second is the longest of the words it may be.
        case pair(String, String)
    }

    enum Mistake: Error {
        case filter, capture(String), twice(String)
    }

    init(_ text: String) throws(Mistake) {
        var levels: [Level] = []
        var plain: [String] = []
        var names: Set<String> = []
        for part in text.split(separator: "/", omittingEmptySubsequences: false) {
            guard part.contains("{") || part.contains("}") else {
                levels.append(.other)
                plain.append(String(part))
                continue
            }
            let inner = part.hasPrefix("{") && part.hasSuffix("}") ? String(part.dropFirst().dropLast()) : ""
            let found = inner.split(separator: "}_{", omittingEmptySubsequences: false).map(String.init)
            guard (1...2).contains(found.count), found.allSatisfy(TopicPattern.isName) else { throw .capture(String(part)) }
            for name in found where !names.insert(name).inserted { throw .twice(name) }
            levels.append(found.count == 1 ? .capture(found[0]) : .pair(found[0], found[1]))
            plain.append("+")
        }
        guard let filter = TopicFilter(plain.joined(separator: "/")) else { throw .filter }
        self.filter = filter
        self.levels = levels
    }

    /// The names of its levels.
    var names: [String] {
        levels.flatMap { level -> [String] in
            switch level {
            case .other: []
            case .capture(let name): [name]
            case .pair(let one, let other): [one, other]
            }
        }
    }

    /// The second names of pairs, which mean nothing without the words they may be.
    var endings: [String] {
        levels.compactMap { if case .pair(_, let ending) = $0 { ending } else { nil } }
    }

    /// What the named levels say in this topic; nil where the topic is another, or where a name that has `words` says none of them.
    func captures(in topic: String, words: [String: [String]]) -> [String: String]? {
        guard filter.matches(topic) else { return nil }
        let texts = topic.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { Substring($0) }
        var captures: [String: String] = [:]
        for (level, text) in zip(levels, texts) {
            switch level {
            case .other: continue
            case .capture(let name): captures[name] = String(text)
            case .pair(let first, let second):
                let endings = (words[second] ?? []).filter { text.utf8.count > $0.utf8.count + 1 && text.hasSuffix("_" + $0) }
                guard let ending = endings.max(by: { $0.utf8.count < $1.utf8.count }) else { return nil }
                captures[first] = String(text.dropLast(ending.count + 1))
                captures[second] = ending
            }
        }
        for (name, text) in captures {
            if let known = words[name], !known.contains(text) { return nil }
        }
        return captures
    }

    static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: "-") }
    }
}
