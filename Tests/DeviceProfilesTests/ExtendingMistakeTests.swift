import DeviceProfiles
import StrictYAML
import Testing

/// Mistakes between profiles: in what one extends or changes.
@Suite struct ExtendingMistakeTests {
    private func child(_ changes: String, extends base: String? = "test/meter", vectors: String = goodVectors) -> ProfileSet.Source {
        let extends = base.map { "extends: \($0)" } ?? "# extends nothing"
        return Meter.source(
            """
            profile: test/child
            title: A meter with a quirk
            source: these tests
            \(extends)
            match: { names: { prefix: [CHILD] } }
            changes:
              \(changes)
            vectors:
            \(vectors)
            """, path: "test/child")
    }

    private static let goodVectors = """
          - { name: none, source: computed, advertised: { name: CHILD }, measurement: "", fails: too short at flags }
          - name: a hundred
            source: computed
            advertised: { name: CHILD }
            measurement: "08 00 64 01 00 EA 07 0B 14 07 0F 00"
            reads: [ { kind: blood-glucose, glucose: 100 mg/dL, sample: plasma, measured-at: 2026-11-20T07:15:00, number: 1, marks: [steady] } ]
        """

    @Test("A change of an inherited field is taken") func goodChange() throws {
        let set = try ProfileSet([Meter.source(), child("measurement.glucose: { type: sfloat-be }")])
        #expect(ProfileCheck(set).problems == [])
    }

    @Test("A version tells the texts apart, that of the extended profile included") func versions() throws {
        func version(_ text: String) throws -> String? {
            try ProfileSet([Meter.source(text), child("measurement.glucose: { type: sfloat-be }")])["test/child"]?.version
        }
        let first = try version(Meter.yaml)
        #expect(try version(Meter.yaml) == first)
        #expect(try version(Meter.yaml([5: "source: other tests"])) != first)
    }

    @Test("To extend a profile that is not there is told") func extendsNothing() {
        #expect(problems(of: [child("measurement.flags: { reserved: none }", extends: "test/metre")]) == [
            "test/child.yaml:4: extends 'test/metre', but there is no such profile"
        ])
    }

    @Test("Profiles that extend each other are told, each at its own file") func cycle() {
        let base = Meter.source(Meter.yaml([3: "extends: test/child", 4: ""]))
        #expect(problems(of: [base, child("measurement.flags: { reserved: none }")]) == [
            "test/meter.yaml:3: extends itself by way of 'test/child'",
            "test/child.yaml:4: extends itself by way of 'test/meter'",
        ])
        #expect(problems(of: [child("measurement.flags: { reserved: none }", extends: "test/child")]) == [
            "test/child.yaml:4: extends itself by way of 'test/child'"
        ])
    }

    @Test("A mistake in an extended profile is told once") func inheritedMistake() {
        let broken = Meter.source(Meter.yaml([18: "      - { name: sample, type: u9 }"]))
        #expect(problems(of: [child("measurement.flags: { reserved: none }"), broken]) == [
            "test/meter.yaml:18: unknown word 'u9'; did you mean 'u8'?"
        ])
    }

    @Test("Every file's mistake is told, not only the first") func allFiles() {
        let one = Meter.source(Meter.yaml([2: "titel: x"]))
        let two = Meter.source(Meter.yaml([1: "profile: test/other", 5: "sorce: x"]), path: "test/other")
        #expect(problems(of: [one, two]) == [
            "test/meter.yaml:2: unknown key 'titel'; did you mean 'title'?",
            "test/other.yaml:5: unknown key 'sorce'; did you mean 'source'?",
        ])
    }

    @Test("Changes need a profile to change") func changesWithoutExtends() {
        let alone = Meter.source(Meter.yaml([34: "changes:\n  measurement.flags: { reserved: none }\nvectors:"]))
        #expect(problems(of: [alone]) == ["test/meter.yaml:35: 'changes' needs 'extends'"])
    }

    @Test("A change names a frame and a field of the extended profile", arguments: [
        ("measurement.glucos: { type: u8 }", "the profile that this one extends has no field 'measurement.glucos'; did you mean 'measurement.glucose'?"),
        ("record.glucose: { type: u8 }", "the profile that this one extends has no field 'record.glucose'"),
        ("glucose: { type: u8 }", "the profile that this one extends has no field 'glucose'"),
        ("measurement.glucose: { typ: sfloat-be }", "unknown key 'typ'; did you mean 'type'?"),
        ("measurement.glucose: { name: sugar }", "unknown key 'name'"),
        ("measurement.glucose: { type: sfloat-xe }", "unknown word 'sfloat-xe'"),
        ("measurement.glucose: { when: flags.fast }", "'flags' names no bits 'fast'"),
        ("measurement.flags: { type: sfloat }", "only u8, u16, u24 and u32 have bits"),
    ])
    func badChange(change: String, sentence: String) {
        let found = problems(of: [Meter.source(), child(change)])
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("test/child.yaml:7: ") == true, "\(found)")
        #expect(found.first?.contains(sentence) == true, "\(found)")
    }

    @Test("An extending profile has vectors of its own") func childWithoutVectors() {
        #expect(problems(of: [Meter.source(), child("measurement.flags: { reserved: none }", vectors: "  []")]) == [
            "test/child.yaml:1: give vectors: at least one that reads, and one that gives no reading and says why"
        ])
    }
}
