import Readings
import StrictYAML

/// Reads the values of a reading: which numbers they are, and in which units.
enum ValueReader {
    private static let numberKeys = ["field", "sum", "first", "plus"]

    static func value(
        _ name: String, _ key: YAMLNode, _ node: YAMLNode, kind: Kind
    ) throws(YAMLProblem) -> ReadingDefinition.Value {
        guard let vital = kind.vital(name) else {
            let names = kind.values.map(\.name)
            let hint = Spelling.nearest(name, among: names).map { "did you mean '\($0)'?" } ?? "its values are: \(Set(names).sorted().joined(separator: ", "))"
            throw key.problem("a \(kind.rawValue) has no value '\(name)'; \(hint)")
        }
        let map = try node.map()
        try map.only(numberKeys + ["unit", "each", "when", "above", "below"])
        var value = ReadingDefinition.Value(
            name: name, number: try number(map), units: try units(map, vital), node: node)
        value.when = try ReadingReader.several(map.optional("when"), ReadingReader.condition)
        value.above = try map.optional("above")?.decimal()
        value.below = try map.optional("below")?.decimal()
        if let above = value.above, let below = value.below, above >= below {
            throw map.problem("nothing is above \(above.text) and below \(below.text)")
        }
        return value
    }

    /// A field, or a list of fields whose bits stand in one row.
    static func number(_ node: YAMLNode) throws(YAMLProblem) -> ReadingDefinition.Number {
        guard node.kind == .list else {
            return ReadingDefinition.Number(form: .field(try ReadingReader.reference(node)), node: node)
        }
        let fields = try items(node, ReadingReader.reference)
        guard fields.count > 1 else { throw node.problem("a list joins bits of at least two fields; write a single one without brackets") }
        return ReadingDefinition.Number(form: .joined(fields), node: node)
    }

    /// What `field`, `sum` or `first` of a map says, and `plus`.
    static func number(_ map: YAMLMap) throws(YAMLProblem) -> ReadingDefinition.Number {
        var number: ReadingDefinition.Number
        if let first = map.optional("first") {
            for other in ["field", "sum", "plus"] {
                if let node = map.optional(other) { throw node.problem("'\(other)' has no place beside 'first'") }
            }
            return ReadingDefinition.Number(form: .first(try alternatives(first)), node: first)
        }
        if let sum = map.optional("sum") {
            if let field = map.optional("field") { throw field.problem("say 'field' or 'sum', not both") }
            let terms = try items(sum) { node throws(YAMLProblem) -> (field: ReadingReader.Reference, each: ExactDecimal) in
                let map = try node.map()
                try map.only(["field", "each"])
                return (try ReadingReader.reference(map.required("field")), try factor(map.optional("each")))
            }
            guard !terms.isEmpty else { throw sum.problem("a sum has at least one field") }
            number = ReadingDefinition.Number(form: .sum(terms), node: sum)
        } else {
            number = try self.number(map.required("field"))
        }
        if let plus = map.optional("plus") {
            number.plus = try plus.int()
            guard abs(number.plus.clamped) <= 1_000_000_000 else { throw plus.problem("'plus' lies between -1000000000 and 1000000000") }
        }
        return number
    }

    /// At least two fields, of which the first that is there counts.
    static func alternatives(_ node: YAMLNode) throws(YAMLProblem) -> [ReadingReader.Reference] {
        let fields = try items(node, ReadingReader.reference)
        guard fields.count > 1 else { throw node.problem("'first' chooses among at least two fields; write a single one under 'field'") }
        return fields
    }

    private static func units(_ map: YAMLMap, _ vital: Vital) throws(YAMLProblem) -> [ReadingDefinition.UnitChoice] {
        let unit = try map.required("unit")
        let each = map.optional("each")
        guard unit.kind == .list else { return [try choice(unit, when: nil, each: each, vital)] }
        if let each { throw each.problem("with several units, write 'each' beside each of them") }
        let choices = try items(unit) { node throws(YAMLProblem) in
            let map = try node.map()
            try map.only(["when", "is", "each"])
            return try choice(map.required("is"), when: map.optional("when"), each: map.optional("each"), vital)
        }
        guard let last = choices.last, last.when.isEmpty, choices.dropLast().allSatisfy({ !$0.when.isEmpty }) else {
            throw unit.problem("all units but the last need a 'when'; the last holds otherwise")
        }
        return choices
    }

    private static func choice(
        _ node: YAMLNode, when: YAMLNode?, each: YAMLNode?, _ vital: Vital
    ) throws(YAMLProblem) -> ReadingDefinition.UnitChoice {
        let unit = try node.word(of: Unit.self)
        guard Quantity.canConvert(unit, for: vital) else {
            throw node.problem("\(vital.id) is told in \(vital.unit.rawValue), and '\(unit.rawValue)' does not convert to that")
        }
        let when = try ReadingReader.several(when, ReadingReader.condition)
        return ReadingDefinition.UnitChoice(when: when, unit: unit, scale: try scale(each, unit, vital))
    }

    /// `0.1`, or a fraction: `1/30`.
    ///
    /// A fraction that some decimal is, such as 1/200, is that decimal. Of any other the product is rounded half to even to
    /// the vital's precision + 2 decimals, as values converted to the vital's unit are; so it must be told in that unit.
    private static func scale(_ node: YAMLNode?, _ unit: Unit, _ vital: Vital) throws(YAMLProblem) -> ReadingDefinition.Scale {
        guard let node, !node.isQuoted, let text = try? node.text(), let slash = text.firstIndex(of: "/") else {
            return ReadingDefinition.Scale(each: try factor(node))
        }
        guard let top = Int(digits: text[..<slash]), let bottom = Int(digits: text[text.index(after: slash)...]),
            (1...1_000_000).contains(top), (1...1_000_000).contains(bottom)
        else { throw node.problem("write a fraction of two whole numbers from 1 to 1000000, such as 1/30") }
        // In lowest terms a fraction is a decimal where nothing but twos and fives is below its line.
        var (over, each) = (Int64(bottom), ExactDecimal(Int64(top)))
        let common = greatestCommonDivisor(over, each.mantissa)
        (over, each.mantissa) = (over / common, each.mantissa / common)
        var (rest, decimal) = (over, each)
        while decimal.mantissa % 10 == 0 { decimal = ExactDecimal(decimal.mantissa / 10, exponent: decimal.exponent + 1) }
        while rest % 2 == 0 || rest % 5 == 0, decimal.mantissa <= 1_000_000 {
            let by: Int64 = rest % 10 == 0 ? 10 : rest % 5 == 0 ? 5 : 2
            rest /= by
            decimal = ExactDecimal(decimal.mantissa * (10 / by), exponent: decimal.exponent - 1)
        }
        if rest == 1, decimal.mantissa <= 1_000_000, decimal.exponent >= -9 { return ReadingDefinition.Scale(each: decimal) }
        guard unit == vital.unit else {
            throw node.problem("\(text) is no decimal, and what comes of it is rounded as \(vital.id) is told: write it in \(vital.unit.rawValue)")
        }
        return ReadingDefinition.Scale(each: each, over: over, places: vital.precision + 2)
    }

    private static func greatestCommonDivisor(_ one: Int64, _ other: Int64) -> Int64 {
        var (one, other) = (one, other)
        while other != 0 { (one, other) = (other, one % other) }
        return one
    }

    /// What the number is multiplied by: between 0.000001 and 1000000, without zeros at its end.
    private static func factor(_ node: YAMLNode?) throws(YAMLProblem) -> ExactDecimal {
        guard let node else { return ExactDecimal(1) }
        var factor = try node.decimal()
        guard factor.mantissa > 0, factor.mantissa <= 1_000_000, (-9...9).contains(factor.exponent) else {
            throw node.problem("'each' lies between 0.000001 and 1000000")
        }
        while factor.mantissa % 10 == 0 { factor = ExactDecimal(factor.mantissa / 10, exponent: factor.exponent + 1) }
        return factor
    }
}

extension Int {
    /// The nearest number whose magnitude fits.
    fileprivate var clamped: Int { Swift.max(self, -Int.max) }
}
