import DeviceProfiles
import Testing

/// One mistake in a reading, and the sentence that is said about it.
@Suite struct ReadingMistakeTests {
    private static let frames = """
        f:
          from: a
          fields:
            - { name: w, type: u8, bits: { low: 0..3, one: 4 } }
            - { name: f, type: sfloat }
            - { name: t, type: date-time }
            - { name: k, type: text, size: 2, codes: { kg: 1 } }
        g: { from: b, fields: [ { name: w, type: u8 }, { name: x, type: u8, codes: { 1: fasting } } ] }
        r: { from: b, starts-with: "99", fields: [ { skip: 1 }, { repeat: until-end, fields: [ { name: rr, type: u8 } ] } ] }
        """

    private static func weight(_ value: String, _ rest: String = "") -> String {
        "body-weight: { from: f, values: { weight: { \(value) } }\(rest.isEmpty ? "" : ", ")\(rest) }"
    }

    private static let good = "field: w, unit: kg"

    @Test("The readings that the mistakes are made in are good", arguments: [weight(good), weight(good, "with: { frame: g, by: [w] }, marks: [g.x]")])
    func control(readings: String) {
        #expect(Bench.problems(ReadingMistakeTests.frames, readings) == [])
    }

    @Test("A mistake in a value is told", arguments: [
        ("field: [w], unit: kg", "a list joins bits of at least two fields; write a single one without brackets"),
        ("field: w, sum: [ { field: w } ], unit: kg", "say 'field' or 'sum', not both"),
        ("sum: [], unit: kg", "a sum has at least one field"),
        ("sum: [ { feld: w } ], unit: kg", "unknown key 'feld'; did you mean 'field'?"),
        ("field: w, plus: 10000000000, unit: kg", "'plus' lies between -1000000000 and 1000000000"),
        ("field: f, plus: 1, unit: kg", "'f' has decimals of its own, and cannot be joined or added to"),
        ("sum: [ { field: f, each: 2 } ], unit: kg", "'f' has decimals of its own, and cannot be joined or added to"),
        ("field: [w, f], unit: kg", "'f' has decimals of its own, and cannot be joined or added to"),
        ("field: [w, t], unit: kg", "'t' is a time, not a number"),
        ("field: w, unit: kg, each: 1/0", "write a fraction of two whole numbers from 1 to 1000000, such as 1/30"),
        ("field: w, unit: kg, each: 1/2.5", "write a fraction of two whole numbers from 1 to 1000000, such as 1/30"),
        ("field: w, unit: kg, each: -1/30", "write a fraction of two whole numbers from 1 to 1000000, such as 1/30"),
        ("field: w, unit: kg, each: 1/30/2", "write a fraction of two whole numbers from 1 to 1000000, such as 1/30"),
        ("field: w, unit: kg, each: 1/1000001", "write a fraction of two whole numbers from 1 to 1000000, such as 1/30"),
        ("field: w, unit: kg, each: \"1/30\"", "no decimal number: write digits such as 0.005"),
        ("field: w, unit: lb, each: 1/30", "1/30 is no decimal, and what comes of it is rounded as body-weight.weight is told: write it in kg"),
        ("sum: [ { field: w, each: 1/30 } ], unit: kg", "no decimal number: write digits such as 0.005"),
        ("field: k, unit: kg", "'k' is a word, not a number"),
        ("field: w.lo, unit: kg", "'w' names no bits 'lo'; did you mean 'low'?"),
        ("field: w, above: 5, below: 5, unit: kg", "nothing is above 5 and below 5"),
        ("field: w, above: much, unit: kg", "no decimal number: write digits such as 0.005"),
        ("field: w, when: w.on, unit: kg", "'w' names no bits 'on'; did you mean 'one'?"),
        ("field: other.x, unit: kg", "no field 'other' in this frame"),
    ])
    func value(line: String, sentence: String) {
        let found = Bench.problems(ReadingMistakeTests.frames, ReadingMistakeTests.weight(line))
        #expect(found == [sentence])
    }

    @Test("A mistake in what stands beside the values is told", arguments: [
        ("from: h", "no frame is called 'h'"),
        ("user: { is: -1 }", "write a number from 0 to 2147483647"), ("user: { is: 1, plus: 1 }", "unknown key 'plus'; known here: is"),
        ("number: { feld: w }", "unknown key 'feld'; did you mean 'field'?"), ("user: k", "'k' is a word, not a number"),
        ("marks: [f]", "'f' has no bits and no codes: there is nothing to tell of it"), ("marks: [w.on]", "'w' names no bits 'on'; did you mean 'one'?"),
        ("measured-at: w", "'w' is no date-time"), ("measured-at: { field: t, zone: cet }", "the only zone is 'utc'; without it the time is that of the place"),
        ("measured-at: { ago: w, unit: d }", "'ago' is told in s, min or h"), ("measured-at: { ago: w }", "the key 'unit' is missing"),
        ("measured-at: { month: w }", "say the time by its 'field', or how long 'ago', or by its parts from 'year' to 'second'"),
        ("measured-at: { year: w, day: w, hour: w, minute: w }", "the key 'month' is missing"),
        ("measured-at: { year: w, month: w, day: w, hour: w, minute: w, plus-years: 20000 }", "'plus-years' lies between 0 and 9999"),
        ("measured-at: { field: t, month: w }", "unknown key 'month'; known here: field, plus-minutes, plus-seconds, zone"),
        ("measured-at: { field: t, plus-seconds: 0 }", "write a field, or a number from -86400 to 86400 that is not 0"),
        ("measured-at: { field: t, plus-seconds: -86401 }", "write a field, or a number from -86400 to 86400 that is not 0"),
        ("measured-at: { field: t, plus-minutes: 1441 }", "write a field, or a number from -1440 to 1440 that is not 0"),
        ("measured-at: { field: t, plus-minutes: 010 }", "found '010'; write the number without leading zeros"),
        ("with: { frame: h }", "no frame is called 'h'"),
        ("with: { frame: r }", "'r' repeats its fields: which of them would be joined?"),
        ("with: { frame: g, by: [f] }", "the frame 'g' has no field 'f'"), ("with: { frame: g, by: [x] }", "no field 'x' in this frame"),
        ("with: { frame: g, within: 5 }", "write a time such as"), ("with: { frame: g, when: g.x is fasting }", "no field 'g' stands before this"),
        ("with: { frame: g }, marks: [g.y]", "no field 'g.y' in this frame; did you mean 'g.w'?"),
        ("with: { frame: g }, waits-for: [g.x is hungry]", "'g.x' has no code 'hungry'"),
        ("with: { frme: g }", "unknown key 'frme'; did you mean 'frame'?"),
        ("settles: { equal: weight, frames: 0 }", "write how many equal frames, from 1 to 100"),
        ("settles: { equal: wait, frames: 2 }", "no field 'wait' in this frame"), ("settles: { equal: weight }", "the key 'frames' is missing"),
        ("settles: { on: h }", "no frame is called 'h'"), ("settles: { silense: 3 s }", "unknown key 'silense'; did you mean 'silence'?"),
        ("settles: {}", "say when it is final: { equal: …, frames: … }, { on: … } or { silence: … }"),
        ("settles: { silence: soon }", "write a time such as"),
        ("settles: { on: g }, with: { frame: g }", "a reading that is joined settles only by equal values"),
        ("stream: { rate: often, spot: none }", "write how often, such as '1 /s' or '12 /min'"),
        ("stream: { rate: 1 /s, spot: all }", "'spot' is 'none' or 'settled'"), ("stream: { rate: 1 /s }", "the key 'spot' is missing"),
    ])
    func beside(line: String, sentence: String) {
        let readings = line.hasPrefix("from:")
            ? "body-weight: { values: { weight: { \(ReadingMistakeTests.good) } }, \(line) }" : ReadingMistakeTests.weight(ReadingMistakeTests.good, line)
        let found = Bench.problems(ReadingMistakeTests.frames, readings)
        #expect(found.count == 1 && found[0].hasPrefix(sentence), "\(found)")
    }

    @Test("A mistake in a kind, a site or a repetition is told", arguments: [
        ("body-weight/: { values: { weight: { field: w, unit: kg } } }", "behind the '/' stands a name, such as body-weight/stored"),
        ("body-waight/stored: { values: { weight: { field: w, unit: kg } } }", "unknown kind 'body-waight'; did you mean 'body-weight'?"),
        ("body-temperature: { values: { temperature: { field: x, unit: Cel } }, site: { is: moth } }", "a body-temperature knows no 'moth'; did you mean 'mouth'?"),
        ("body-weight: { values: { weight: { field: rr, unit: kg } }, with: { frame: g } }", "a reading that is made for each repetition is joined to nothing"),
        ("body-weight: { values: { weight: { field: rr, unit: kg } }, settles: { silence: 3 s } }", "a reading that is made for each repetition does not settle"),
    ])
    func kind(readings: String, sentence: String) {
        #expect(Bench.problems(ReadingMistakeTests.frames, readings) == [sentence])
    }

    @Test("A frame and those joined to it share 64 fields") func tooMany() {
        func frame(_ name: String, _ from: String) -> String {
            "\(name): { from: \(from), fields: [ \((0..<40).map { "{ name: \(name)\($0), type: u8 }" }.joined(separator: ", ")) ] }"
        }
        let found = Bench.problems(frame("p", "a") + "\n" + frame("q", "b"), "body-weight: { values: { weight: { field: p0, unit: kg } }, with: { frame: q } }")
        #expect(found == ["a frame and those joined to it have at most 64 fields together"])
    }

    @Test("A second name of a model is that of one above it", arguments: [
        ("- { name: A, evidence: captured }\n  - { name: A-D, variant-of: A, evidence: documented }", []),
        ("- { name: Alpha, evidence: captured }\n  - { name: A-D, variant-of: Alpa, evidence: documented }", ["no model above is called 'Alpa'; did you mean 'Alpha'?"]),
        ("- { name: A-D, variant-of: Alpha, evidence: documented }", ["no model above is called 'Alpha': list it first"]),
    ])
    func variant(models: String, sentences: [String]) {
        #expect(Bench.problems(ReadingMistakeTests.frames, ReadingMistakeTests.weight(ReadingMistakeTests.good), head: "models:\n  \(models)") == sentences)
    }
}
