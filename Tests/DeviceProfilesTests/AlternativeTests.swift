import DeviceProfiles
import Readings
import StrictYAML
import Testing

/// What is there only sometimes: one of several fields, a sum at the end, repetitions, what another frame told before.
@Suite struct AlternativeTests {
    @Test("The first of several fields that is there counts") func first() throws {
        let bench = try Workbench(
            "{ name: flags, type: u8, bits: { wide: 0, none: 1 } }", "{ name: narrow, type: u8, when: [not flags.wide, not flags.none] }",
            "{ name: wide, type: u16, when: flags.wide }", "{ name: value, type: u8 }",
            reading: "number: { first: [narrow, wide] }")
        #expect(try bench.reading("00 07 01").number == 7)
        #expect(try bench.reading("01 0203 01").number == 0x0302)
        #expect(try bench.reading("02 01").number == nil)
    }

    @Test("A choice among fields that cannot be made is refused", arguments: [
        ("{ first: [value] }", "'first' chooses among at least two fields; write a single one under 'field'"),
        ("{ first: [value, other] }", "no field 'other' in this frame"),
        ("{ first: [value, flags.wide] }", "'first' chooses among whole fields of one sort; 'flags.wide' is of another"),
        ("{ first: [value, exact] }", "'first' chooses among whole fields of one sort; 'exact' is of another"),
        ("{ first: [value, time] }", "'time' is a time, not a number"),
        ("{ first: [value, flags], plus: 1 }", "'plus' has no place beside 'first'"),
        ("{ first: [value, flags], field: value }", "'field' has no place beside 'first'"),
    ])
    func firstMistakes(number: String, sentence: String) throws {
        expect(
            sentence, "{ name: flags, type: u8, bits: { wide: 0 } }", "{ name: value, type: u8 }", "{ name: exact, type: sfloat }",
            "{ name: time, type: date-time }", reading: "number: \(number)")
    }

    @Test("A time is chosen among times") func firstTime() throws {
        let fields = [
            "{ name: flags, type: u8, bits: { user: 0 } }", "{ name: value, type: u8 }", "{ name: time, type: seconds, size: 4, epoch: 2000 }",
            "{ name: shown, type: seconds, size: 4, epoch: 2000, when: flags.user }",
        ]
        let bench = try Workbench(
            fields[0], fields[1], fields[2], fields[3], reading: "measured-at: { first: [shown, time] }")
        #expect(try bench.reading("00 01 00000000").deviceTime?.text == "2000-01-01T00:00:00")
        #expect(try bench.reading("01 01 00000000 10 0E 00 00").deviceTime?.text == "2000-01-01T01:00:00")
        expect("'value' is no date-time", fields[1], fields[2], reading: "measured-at: { first: [time, value] }")
    }

    @Test("A sum that only some devices send is checked where its bytes are") func optionalSum() throws {
        let bench = try Workbench("{ name: value, type: u16 }", frame: "checksum: { kind: sum8, optional: true }")
        #expect(try bench.value("05 01") == "261")
        #expect(try bench.value("05 01 06") == "261")
        #expect(try bench.refusal("05 01 07") == "checksum of f")
        #expect(try bench.refusal("05 01 06 00") == "length 4, but the layout ends at 2")
        #expect(try bench.refusal("05") == "too short at value")
        expect(
            "an optional sum stands at the end, over all before it", "{ name: value, type: u16 }",
            frame: "checksum: { kind: sum8, optional: true, at: 1 }")
    }

    @Test("What repeats only sometimes comes at least once then, and else never") func repeats() throws {
        let bench = try Workbench(
            "{ name: flags, type: u8, bits: { has: 0 } }", "{ repeat: until-end, when: flags.has, fields: [ { name: value, type: u8 } ] }")
        #expect(try bench.value("01 07") == "7")
        #expect(try bench.refusal("01") == "too short at value")
        #expect(try bench.refusal("00 07") == "length 2, but the layout ends at 1")
        #expect(try bench.refusal("00") == "missing value" || bench.refusal("00") == "the profile reads nothing in this")
        expect(
            "'when' goes with until-end; a count of 0 says that there is none", "{ name: flags, type: u8, bits: { has: 0 } }",
            "{ repeat: flags, when: flags.has, fields: [ { name: value, type: u8 } ] }")
    }

    @Test("What is joined as the latest does not wait", arguments: [
        ("with: { frame: f, latest: true }", "the latest of the frame itself is the frame itself"),
        ("with: { frame: g, latest: true, within: 2 s }", "nothing waits for the latest: leave 'within' out"),
    ])
    func latestMistakes(join: String, sentence: String) throws {
        expect(sentence, "{ name: value, type: u8 }", reading: join)
    }

    /// That the profile cannot be loaded, and why.
    private func expect(_ sentence: String, _ fields: String..., frame: String = "", reading: String = "") {
        let text = """
            profile: test/bench
            title: A bench
            source: these tests
            match: { services: ["181D"] }
            characteristics: { c: { service: "181D", uuid: "2A9D" }, d: { service: "181D", uuid: "2A9E" } }
            frames:
              f:
                from: c
                \(frame)
                fields: [ \(fields.joined(separator: ", ")) ]
              g: { from: d, fields: [ { name: more, type: u8 } ] }
            readings:
              body-weight:
                from: [f]
                values: { weight: { field: value, unit: kg } }
                \(reading)
            vectors:
              - { name: a, source: computed, f: "", fails: "" }
              - { name: b, source: computed, f: "", reads: [ { kind: body-weight, measured-at: arrival } ] }
            """
        do throws(ProfileSet.Problems) {
            _ = try ProfileSet([ProfileSet.Source(path: "test/bench", file: "bench.yaml", text: text)])
            Issue.record("no problem where '\(sentence)' was expected")
        } catch {
            #expect(error.problems.contains { $0.description.contains(sentence) }, "\(error)")
        }
    }
}
