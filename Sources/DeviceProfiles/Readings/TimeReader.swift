import StrictYAML

/// Reads how a reading tells when it was measured.
enum TimeReader {
    /// In the order of `CivilTime`.
    private static let parts = ["year", "month", "day", "hour", "minute", "second"]
    private static let further = ["plus-minutes", "plus-seconds", "zone"]

    /// A field; `{ field: time, … }`; `{ first: [user-time, time], … }`; `{ ago: field, unit: s }`; or `{ year: yy, plus-years: 2000, month: mm, … }`.
    static func time(_ node: YAMLNode) throws(YAMLProblem) -> ReadingDefinition.Time {
        guard node.kind == .map else {
            return ReadingDefinition.Time(form: .first([try ReadingReader.reference(node)]), node: node)
        }
        let map = try node.map()
        if let ago = map.optional("ago") {
            try map.only(["ago", "unit"])
            return ReadingDefinition.Time(form: .ago(try ValueReader.number(ago), secondsEach: try seconds(map.required("unit"))), node: node)
        }
        try map.only(["field", "first", "ago", "plus-years"] + parts + further)
        var time: ReadingDefinition.Time
        if let field = map.optional("field") {
            try map.only(["field"] + further)
            time = ReadingDefinition.Time(form: .first([try ReadingReader.reference(field)]), node: node)
        } else if let first = map.optional("first") {
            try map.only(["first"] + further)
            time = ReadingDefinition.Time(form: .first(try ValueReader.alternatives(first)), node: node)
        } else {
            var numbers: [ReadingDefinition.Number] = []
            for part in parts {
                if part == "second", map.optional(part) == nil { continue }
                guard map.optional("year") != nil else {
                    throw map.problem("say the time by its 'field', or how long 'ago', or by its parts from 'year' to 'second'")
                }
                numbers.append(try ValueReader.number(map.required(part)))
            }
            if let plus = map.optional("plus-years") {
                numbers[0].plus = try plus.int()
                guard (0...9999).contains(numbers[0].plus) else { throw plus.problem("'plus-years' lies between 0 and 9999") }
            }
            time = ReadingDefinition.Time(form: .parts(numbers), node: node)
        }
        time.plusMinutes = try map.optional("plus-minutes").map { node throws(YAMLProblem) in try offset(node, most: 1440) }
        time.plusSeconds = try map.optional("plus-seconds").map { node throws(YAMLProblem) in try offset(node, most: 86_400) }
        if let zone = map.optional("zone") {
            guard try zone.text() == "utc" else { throw zone.problem("the only zone is 'utc'; without it the time is that of the place") }
            time.isUTC = true
        }
        return time
    }

    /// A field, or a number for devices whose clock is always so far off: a day at most, for more is another epoch.
    private static func offset(_ node: YAMLNode, most: Int) throws(YAMLProblem) -> ReadingDefinition.Offset {
        guard !node.isQuoted, let text = try? node.text(), Int(signedDigits: text) != nil else { return .number(try ValueReader.number(node)) }
        let fixed = try node.int()
        guard (-most...most).contains(fixed), fixed != 0 else { throw node.problem("write a field, or a number from -\(most) to \(most) that is not 0") }
        return .fixed(fixed)
    }

    private static func seconds(_ node: YAMLNode) throws(YAMLProblem) -> Int {
        switch try node.text() {
        case "s": return 1
        case "min": return 60
        case "h": return 3600
        default: throw node.problem("'ago' is told in s, min or h")
        }
    }
}
