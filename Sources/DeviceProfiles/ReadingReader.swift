import Readings
import StrictYAML

/// Reads what a profile makes of its fields.
enum ReadingReader {
    static func reading(_ name: String, _ key: YAMLNode, _ node: YAMLNode) throws(YAMLProblem) -> ReadingDefinition {
        guard let kind = Kind(rawValue: name) else {
            let kinds = Kind.allCases.map(\.rawValue)
            let hint = Spelling.nearest(name, among: kinds).map { "did you mean '\($0)'?" } ?? "the kinds are: \(kinds.joined(separator: ", "))"
            throw key.problem("unknown kind '\(name)'; \(hint)")
        }
        let map = try node.map()
        try map.only([
            "requires", "waits-for", "ignores", "values", "measured-at", "user", "number", "site", "sample", "marks",
        ])
        var reading = ReadingDefinition(kind: kind, node: node)
        reading.requires = try items(map.optional("requires")) { node throws(YAMLProblem) in (try node.text(), node) }
        reading.waitsFor = try items(map.optional("waits-for"), condition)
        reading.ignores = try items(map.optional("ignores"), condition)
        let values = try map.required("values").map()
        for ((name, key), (_, node)) in zip(values.keys, values.members) {
            reading.values.append(try value(name, key, node, kind: kind))
        }
        guard !reading.values.isEmpty else { throw node.problem("a reading has at least one value") }
        if let at = map.optional("measured-at") {
            if at.kind == .scalar {
                reading.measuredAt = (try at.text(), at)
            } else {
                let map = try at.map()
                try map.only(["field", "plus-minutes"])
                reading.measuredAt = (try map.required("field").text(), at)
                reading.plusMinutes = try field(map.optional("plus-minutes"))
            }
        }
        reading.user = try field(map.optional("user"))
        reading.number = try field(map.optional("number"))
        reading.marks = try field(map.optional("marks"))
        let word = kind.qualifierWord
        for other in ["site", "sample"] where other != word {
            if let node = map.optional(other) { throw node.problem("a \(name) has no \(other)") }
        }
        if let word { reading.qualifier = try field(map.optional(word)) }
        return reading
    }

    private static func field(_ node: YAMLNode?) throws(YAMLProblem) -> (field: String, node: YAMLNode)? {
        guard let node else { return nil }
        return (try node.text(), node)
    }

    private static func condition(_ node: YAMLNode) throws(YAMLProblem) -> ConditionText {
        ConditionText(text: try node.text(), node: node)
    }

    private static func value(
        _ name: String, _ key: YAMLNode, _ node: YAMLNode, kind: Kind
    ) throws(YAMLProblem) -> ReadingDefinition.Value {
        guard let vital = kind.vital(name) else {
            let names = kind.values.map(\.name)
            let hint = Spelling.nearest(name, among: names).map { "did you mean '\($0)'?" } ?? "its values are: \(Set(names).sorted().joined(separator: ", "))"
            throw key.problem("a \(kind.rawValue) has no value '\(name)'; \(hint)")
        }
        let map = try node.map()
        try map.only(["field", "unit", "each"])
        let unit = try map.required("unit")
        let each = map.optional("each")
        let choices: [ReadingDefinition.UnitChoice]
        if unit.kind == .list {
            if let each { throw each.problem("with several units, write 'each' beside each of them") }
            choices = try items(unit) { node throws(YAMLProblem) in
                let map = try node.map()
                try map.only(["when", "is", "each"])
                return try choice(map.required("is"), when: map.optional("when"), each: map.optional("each"), vital)
            }
            guard choices.last?.when == nil, choices.dropLast().allSatisfy({ $0.when != nil }) else {
                throw unit.problem("all units but the last need a 'when'; the last holds otherwise")
            }
        } else {
            choices = [try choice(unit, when: nil, each: each, vital)]
        }
        return ReadingDefinition.Value(name: name, field: try map.required("field").text(), units: choices, node: node)
    }

    private static func choice(
        _ node: YAMLNode, when: YAMLNode?, each: YAMLNode?, _ vital: Vital
    ) throws(YAMLProblem) -> ReadingDefinition.UnitChoice {
        let unit = try node.word(of: Unit.self)
        guard Quantity.canConvert(unit, for: vital) else {
            throw node.problem("\(vital.id) is told in \(vital.unit.rawValue), and '\(unit.rawValue)' does not convert to that")
        }
        let factor = try each?.decimal() ?? ExactDecimal(1)
        // 64 bits hold any 32-bit field times this, and any canonical value that comes of it.
        guard factor.mantissa > 0, factor.mantissa <= 1_000_000, (-9...9).contains(factor.exponent) else {
            throw (each ?? node).problem("'each' lies between 0.000001 and 1000000")
        }
        var trimmed = factor
        while trimmed.mantissa % 10 == 0 {
            trimmed = ExactDecimal(trimmed.mantissa / 10, exponent: trimmed.exponent + 1)
        }
        return ReadingDefinition.UnitChoice(when: try when.map(condition), unit: unit, each: trimmed)
    }
}
