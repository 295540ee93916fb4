import Readings
import StrictYAML

/// Reads what a profile makes of its fields.
enum ReadingReader {
    typealias Reference = ReadingDefinition.Reference

    static func reading(_ name: String, _ key: YAMLNode, _ node: YAMLNode) throws(YAMLProblem) -> ReadingDefinition {
        let kind = try kind(name, key)
        let map = try node.map()
        try map.only([
            "from", "requires", "waits-for", "ignores", "values", "measured-at", "user", "number", "marks", "with", "settles", "stream",
        ] + qualifierWords)
        var reading = ReadingDefinition(name: name, kind: kind, node: node)
        reading.from = try several(map.optional("from"), reference)
        reading.requires = try items(map.optional("requires"), reference)
        reading.waitsFor = try items(map.optional("waits-for"), condition)
        reading.ignores = try items(map.optional("ignores"), condition)
        let values = try map.required("values").map()
        for ((name, key), (_, node)) in zip(values.keys, values.members) {
            reading.values.append(try ValueReader.value(name, key, node, kind: kind))
        }
        guard !reading.values.isEmpty else { throw node.problem("a reading has at least one value") }
        reading.time = try map.optional("measured-at").map(TimeReader.time)
        reading.user = try map.optional("user").map(choice)
        reading.number = try map.optional("number").map(choice)
        reading.marks = try several(map.optional("marks"), reference)
        let word = kind.qualifierWord
        for other in qualifierWords where other != word {
            if let node = map.optional(other) { throw node.problem("a \(kind.rawValue) has no \(other)") }
        }
        if let word { reading.qualifier = try map.optional(word).map { node throws(YAMLProblem) in try qualifier(node, of: kind) } }
        reading.joins = try several(map.optional("with"), join)
        reading.settles = try map.optional("settles").map { node throws(YAMLProblem) in try settles(node, reading.values) }
        reading.stream = try map.optional("stream").map(stream)
        return reading
    }

    private static let qualifierWords = Kind.allCases.compactMap(\.qualifierWord)

    /// `body-weight`, or `body-weight/stored` for a further one.
    private static func kind(_ name: String, _ key: YAMLNode) throws(YAMLProblem) -> Kind {
        let parts = name.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 1 || !parts[1].isEmpty else { throw key.problem("behind the '/' stands a name, such as \(parts[0])/stored") }
        if let kind = Kind(rawValue: parts[0]) { return kind }
        let kinds = Kind.allCases.map(\.rawValue)
        let hint = Spelling.nearest(parts[0], among: kinds).map { "did you mean '\($0)'?" } ?? "the kinds are: \(kinds.joined(separator: ", "))"
        throw key.problem("unknown kind '\(parts[0])'; \(hint)")
    }

    static func reference(_ node: YAMLNode) throws(YAMLProblem) -> Reference { Reference(text: try node.text(), node: node) }

    static func condition(_ node: YAMLNode) throws(YAMLProblem) -> ConditionText { ConditionText(text: try node.text(), node: node) }

    /// One item, or a list of them.
    static func several<Item>(
        _ node: YAMLNode?, _ read: (YAMLNode) throws(YAMLProblem) -> Item
    ) throws(YAMLProblem) -> [Item] {
        var items: [Item] = []
        for node in try node?.listOrSingle() ?? [] { items.append(try read(node)) }
        return items
    }

    /// A field, `{ field: user, plus: 1 }`, `{ first: [user, slot] }`, or `{ is: 1 }`.
    private static func choice(_ node: YAMLNode) throws(YAMLProblem) -> ReadingDefinition.Choice {
        guard node.kind == .map else { return .number(try ValueReader.number(node)) }
        let map = try node.map()
        try map.only(["field", "first", "plus", "is"])
        guard let fixed = map.optional("is") else { return .number(try ValueReader.number(map)) }
        try map.only(["is"])
        let number = try fixed.int()
        guard (0...Int(Int32.max)).contains(number) else { throw fixed.problem("write a number from 0 to \(Int32.max)") }
        return .fixed(number)
    }

    /// A field with codes, `{ first: [site, type.site] }`, or `{ is: capillary-blood }`.
    private static func qualifier(_ node: YAMLNode, of kind: Kind) throws(YAMLProblem) -> ReadingDefinition.Word {
        guard node.kind == .map else { return .first([try reference(node)]) }
        let map = try node.map()
        if let first = map.optional("first") {
            try map.only(["first"])
            return .first(try ValueReader.alternatives(first))
        }
        try map.only(["is", "first"])
        let fixed = try map.required("is")
        let word = try fixed.text()
        guard kind.qualifiers.contains(word) else { throw fixed.problem(unknown(word, qualifierOf: kind)) }
        return .fixed(word)
    }

    static func unknown(_ word: String, qualifierOf kind: Kind) -> String {
        let hint = Spelling.nearest(word, among: kind.qualifiers).map { "did you mean '\($0)'?" }
        return "a \(kind.rawValue) knows no '\(word)'; " + (hint ?? "its words are: \(kind.qualifiers.joined(separator: ", "))")
    }

    private static func join(_ node: YAMLNode) throws(YAMLProblem) -> ReadingDefinition.Join {
        let map = try node.map()
        try map.only(["frame", "by", "when", "within", "required", "latest"])
        var join = ReadingDefinition.Join(frame: try reference(map.required("frame")))
        join.by = try several(map.optional("by"), reference)
        join.when = try several(map.optional("when"), condition)
        if let within = map.optional("within") { join.within = try within.milliseconds() }
        join.isRequired = try map.optional("required")?.bool() ?? false
        join.isLatest = try map.optional("latest")?.bool() ?? false
        if join.isLatest, let within = map.optional("within") { throw within.problem("nothing waits for the latest: leave 'within' out") }
        return join
    }

    private static func settles(_ node: YAMLNode, _ values: [ReadingDefinition.Value]) throws(YAMLProblem) -> ReadingDefinition.Settles {
        let map = try node.map()
        if let equal = map.optional("equal") {
            try map.only(["equal", "frames"])
            let frames = try map.required("frames")
            let count = try frames.int()
            guard (1...100).contains(count) else { throw frames.problem("write how many equal frames, from 1 to 100") }
            // By the name of a value, or of a field.
            let name = try equal.text()
            let number = if let value = values.first(where: { $0.name == name }) { value.number } else { try ValueReader.number(equal) }
            return .equal(number, name: name, frames: count)
        }
        if let stop = map.optional("on") {
            try map.only(["on"])
            return .on(try reference(stop))
        }
        try map.only(["equal", "frames", "on", "silence"])
        guard let silence = map.optional("silence") else {
            throw node.problem("say when it is final: { equal: …, frames: … }, { on: … } or { silence: … }")
        }
        try map.only(["silence"])
        return .silence(try silence.milliseconds())
    }

    /// `{ rate: 1 /s, spot: none }`
    private static func stream(_ node: YAMLNode) throws(YAMLProblem) -> ReadingDefinition.Stream {
        let map = try node.map()
        try map.only(["rate", "spot"])
        let rate = try map.required("rate")
        let parts = try rate.text().split(separator: " ")
        let units = ["/s": Int64(1000), "/min": 60_000]
        guard parts.count == 2, let samples = Int(digits: parts[0]), (1...100_000).contains(samples), let per = units[String(parts[1])] else {
            throw rate.problem("write how often, such as '1 /s' or '12 /min'")
        }
        let spot = try map.required("spot")
        let word = try spot.text()
        guard ["none", "settled"].contains(word) else { throw spot.problem("'spot' is 'none' or 'settled'") }
        return ReadingDefinition.Stream(samples: samples, per: per, hasSpot: word == "settled")
    }
}
