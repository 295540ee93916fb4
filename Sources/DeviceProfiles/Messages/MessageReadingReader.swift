import Readings
import StrictYAML

/// Reads what a profile makes of the elements of a message.
extension MessageReader {
    func readings(_ node: YAMLNode, drops: [String]) throws(YAMLProblem) -> [MessageReading] {
        let map = try node.map()
        var readings: [MessageReading] = []
        for ((name, key), (_, node)) in zip(map.keys, map.members) { readings.append(try reading(name, key, node)) }
        guard !readings.isEmpty else { throw node.problem("give at least one reading, or leave 'readings' out") }
        for (reading, (_, node)) in zip(readings, map.members) {
            for key in reading.keys where drops.contains(key) {
                throw node.problem("'\(key)' is among what 'drops' lists, and nothing may be read from it")
            }
        }
        return readings
    }

    private func reading(_ name: String, _ key: YAMLNode, _ node: YAMLNode) throws(YAMLProblem) -> MessageReading {
        let kind = try kind(name, key)
        let map = try node.map()
        let words = [
            "each", "grouped-by", "when", "requires", "waits-for", "ignores", "values", "measured-at", "number", "user", "marks",
        ]
        try map.only(words + (kind.qualifierWord.map { [$0] } ?? []))
        var elements = try elements(map.optional("each"))
        let depth = elements.map(\.depth).max() ?? 0
        if let groups = map.optional("grouped-by") {
            let paths = try paths(groups)
            guard elements.allSatisfy({ $0.text.hasSuffix("[]") }) else { throw groups.problem("only the elements of a list can be grouped") }
            for index in elements.indices { elements[index].groupedBy = paths }
        }
        var reading = MessageReading(kind: kind, elements: elements)
        reading.when = try conditions(map.optional("when"), depth)
        reading.waitsFor = try conditions(map.optional("waits-for"), depth)
        reading.ignores = try conditions(map.optional("ignores"), depth)
        if let word = kind.qualifierWord, let node = map.optional(word) { reading.qualifier = try qualifier(node, kind, depth) }
        let values = try map.required("values").map()
        for ((name, key), (_, node)) in zip(values.keys, values.members) {
            reading.values.append(try value(name, key, node, reading, depth))
        }
        guard !reading.values.isEmpty else { throw node.problem("a reading has at least one value") }
        let names = reading.values.map(\.name) + ["measured-at", "number", "user"]
        reading.requires = try items(map.optional("requires")) { node throws(YAMLProblem) in
            let name = try node.text()
            guard names.contains(name) else { throw node.problem("this reading has no '\(name)'" + MessageReader.hint(name, names)) }
            return name
        }
        reading.measuredAt = try map.optional("measured-at").map { node throws(YAMLProblem) in try time(node, depth: depth) }
        for (word, isMissing) in [("measured-at", reading.measuredAt == nil), ("number", map.optional("number") == nil), ("user", map.optional("user") == nil)]
        where isMissing && reading.requires.contains(word) {
            throw map.problem("requires '\(word)', and does not say where it stands")
        }
        reading.number = try paths(map.optional("number"), depth: depth)
        reading.user = try paths(map.optional("user"), depth: depth)
        reading.marks = try items(map.optional("marks")) { node throws(YAMLProblem) in try mark(node, depth) }
        return reading
    }

    /// `body-weight`, or `body-weight/stored` for a second of the same kind.
    private func kind(_ name: String, _ key: YAMLNode) throws(YAMLProblem) -> Kind {
        let parts = name.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 1 || !parts[1].isEmpty else { throw key.problem("behind the '/' stands a name, such as \(parts[0])/stored") }
        if let kind = Kind(rawValue: parts[0]) { return kind }
        let kinds = Kind.allCases.map(\.rawValue)
        let hint = Spelling.nearest(parts[0], among: kinds).map { "did you mean '\($0)'?" } ?? "the kinds are: \(kinds.joined(separator: ", "))"
        throw key.problem("unknown kind '\(parts[0])'; \(hint)")
    }

    private func conditions(_ node: YAMLNode?, _ depth: Int) throws(YAMLProblem) -> [MessageCondition] {
        var conditions: [MessageCondition] = []
        for node in try node?.listOrSingle() ?? [] {
            let condition = try MessageCondition(node)
            try check(condition.path, node, depth: depth)
            conditions.append(condition)
        }
        return conditions
    }

    private func value(
        _ name: String, _ key: YAMLNode, _ node: YAMLNode, _ reading: MessageReading, _ depth: Int
    ) throws(YAMLProblem) -> MessageReading.Value {
        let kind = reading.kind
        let vitals = reading.possibleQualifiers.compactMap { kind.vital(name, qualifier: $0) }
        guard !vitals.isEmpty else {
            throw key.problem("a \(kind.rawValue) has no value '\(name)'" + MessageReader.hint(name, Set(kind.values.map(\.name))))
        }
        let map = try node.map()
        try map.only(["path", "unit", "each", "power-of-ten", "decimals", "unknown"])
        var value = MessageReading.Value(
            name: name, paths: try paths(map.required("path"), depth: depth), unit: try unit(map.required("unit"), vitals, depth))
        value.unknown = try items(map.optional("unknown")) { node throws(YAMLProblem) in try node.text() }
        if let node = map.optional("each") {
            value.each = try node.decimal()
            guard value.each.mantissa > 0, value.each.mantissa <= 1_000_000, (-9...9).contains(value.each.exponent) else {
                throw node.problem("'each' lies between 0.000001 and 1000000")
            }
        }
        value.powerOfTen = try paths(map.optional("power-of-ten"), depth: depth)
        if let node = map.optional("decimals") {
            let decimals = try node.int()
            guard (0...6).contains(decimals) else { throw node.problem("'decimals' lies between 0 and 6") }
            value.decimals = decimals
        }
        return value
    }

    private func unit(_ node: YAMLNode, _ vitals: [Vital], _ depth: Int) throws(YAMLProblem) -> MessageReading.UnitRule {
        guard node.kind == .map else { return .fixed(try unit(node, of: vitals)) }
        let map = try node.map()
        try map.only(["path", "codes", "absent"])
        var codes: [String: Unit] = [:]
        for (word, node) in try map.required("codes").map().members { codes[word] = try unit(node, of: vitals) }
        let absent = try map.optional("absent").map { node throws(YAMLProblem) in try unit(node, of: vitals) }
        return .said(try paths(map.required("path"), depth: depth), codes: codes, absent: absent)
    }

    private func unit(_ node: YAMLNode, of vitals: [Vital]) throws(YAMLProblem) -> Unit {
        let unit = try node.word(of: Unit.self)
        for vital in vitals where !Quantity.canConvert(unit, for: vital) {
            throw node.problem("\(vital.id) is told in \(vital.unit.rawValue), and '\(unit.rawValue)' does not convert to that")
        }
        return unit
    }

    private func qualifier(_ node: YAMLNode, _ kind: Kind, _ depth: Int) throws(YAMLProblem) -> MessageReading.Words {
        func word(_ node: YAMLNode) throws(YAMLProblem) -> String {
            let word = try node.text()
            guard kind.qualifiers.contains(word) else {
                throw node.problem("a \(kind.rawValue) knows no '\(word)'" + MessageReader.hint(word, kind.qualifiers))
            }
            return word
        }
        let map = try node.map()
        if let fixed = map.optional("is") {
            try map.only(["is"])
            return .fixed(try word(fixed))
        }
        try map.only(["path", "codes"])
        var codes: [String: String] = [:]
        for (text, node) in try map.required("codes").map().members { codes[text] = try word(node) }
        return .said(try paths(map.required("path"), depth: depth), codes: codes)
    }

    private func mark(_ node: YAMLNode, _ depth: Int) throws(YAMLProblem) -> MessageReading.Mark {
        let map = try node.map()
        if let when = map.optional("when") {
            try map.only(["when", "is"])
            let condition = try MessageCondition(when)
            try check(condition.path, when, depth: depth)
            return .when(condition, is: try markWord(map.required("is")))
        }
        try map.only(["path", "codes"])
        var codes: [String: String] = [:]
        for (text, node) in try map.required("codes").map().members { codes[text] = try markWord(node) }
        return .said(try paths(map.required("path"), depth: depth), codes: codes)
    }

    /// A mark is a word of ours, never a text of the message.
    private func markWord(_ node: YAMLNode) throws(YAMLProblem) -> String {
        let word = try node.text()
        guard !word.isEmpty, word.utf8.allSatisfy(DeviceID.belongsInNamespace) else {
            throw node.problem("a mark is a word of letters a-z, digits and dashes")
        }
        return word
    }
}

extension MessageReading {
    /// What may narrow its codes.
    fileprivate var possibleQualifiers: [String?] {
        switch qualifier {
        case nil: [nil]
        case .fixed(let word): [word]
        case .said(_, let codes): [nil] + codes.values.sorted()
        }
    }

    /// Every key that it looks at.
    var keys: [String] {
        var paths = number + user + (measuredAt?.paths ?? [])
        paths += (when + waitsFor + ignores).map(\.path)
        for value in values {
            paths += value.paths + value.powerOfTen
            if case .said(let units, _, _) = value.unit { paths += units }
        }
        if case .said(let words, _) = qualifier { paths += words }
        for mark in marks {
            switch mark {
            case .when(let condition, _): paths.append(condition.path)
            case .said(let words, _): paths += words
            }
        }
        return paths.flatMap(\.keys) + elements.flatMap { $0.keys + $0.groupedBy.flatMap(\.keys) }
    }
}
