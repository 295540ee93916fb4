import DeviceProfiles
import Testing

/// Vectors of several notifications: what they say, how they are proved, and their mistakes.
@Suite struct SequenceVectorTests {
    private func problems(_ vectors: String, readings: String? = nil) throws -> [String] {
        let text = """
            profile: test/scale
            title: A scale
            source: these tests
            match: { names: { exact: [S] } }
            characteristics:
              w: { service: "181D", uuid: "2A9D" }
              x: { service: "181D", uuid: "2A9C", framing: { starts-with: "AA", size: 3 } }
            frames:
              weight: { from: w, fields: [ { name: w, type: u8 }, { name: n, type: u8 } ] }
              extra: { from: x, fields: [ { skip: 1 }, { name: n, type: u8 }, { name: i, type: u8 } ] }
            readings:
              body-weight:
                values: { weight: { field: w, unit: kg }, impedance: { field: extra.i, unit: Ohm } }
                with: { frame: extra, by: [n] }
            vectors:
              - { name: lone, source: computed, notifications: ["w: 50 01"], reads: [ { kind: body-weight, weight: 80 kg, measured-at: arrival, marks: [unjoined] } ] }
              - { name: cut, source: computed, notifications: ["w: 50"], fails: too short at n }
            \(vectors)
            """
        do throws(ProfileSet.Problems) {
            return ProfileCheck(try ProfileSet([Meter.source(text, path: "test/scale")])).problems.map(\.message)
        } catch {
            return error.problems.map(\.message)
        }
    }

    private let whole = "reads: [ { kind: body-weight, weight: 80 kg, impedance: 200 Ohm, measured-at: arrival } ]"

    @Test("A sequence is fed in its order, parts and joins included") func sequence() throws {
        #expect(try problems("  - { name: a, source: computed, notifications: [\"x: AA 01\", \"w: 50 01\", \"x: C8\"], \(whole) }") == [])
        #expect(try problems("  - { name: a, source: computed, notifications: [\"x: AA 01 C8\", \"w: 50 01\"], advertised: { name: S }, \(whole) }") == [])
    }

    @Test("Of a sequence without a reading the last word counts") func lastWord() throws {
        #expect(try problems("  - { name: a, source: computed, notifications: [\"x: AA 01\"], because: waiting for the rest of the frame }") == [])
        #expect(try problems("  - { name: a, source: computed, notifications: [\"x: AA\", \"x: 01 C8\"], because: missing weight }") == [])
        let read = try problems("  - { name: a, source: computed, notifications: [\"w: 50 01\", \"x: AA 01 C8\"], because: missing weight }")
        #expect(read == ["vector 'a': expected 'missing weight', but got 'a reading'"])
    }

    @Test("A sequence that gives something else is told") func wrong() throws {
        let found = try problems("  - { name: a, source: computed, notifications: [\"w: 50 02\", \"x: AA 01 C8\"], \(whole) }")
        #expect(found == ["vector 'a': expected body-weight impedance 200 Ohm weight 80 kg at arrival, but got body-weight weight 80 kg at arrival unjoined"])
    }

    @Test("A mistake in a sequence is told", arguments: [
        ("notifications: [\"zzz: 01\"]", "no characteristic is called 'zzz'; known here: w, x, service-data, manufacturer-data"),
        ("notifications: [\"w 01\"]", "write a characteristic and its bytes: \"measurement: 1B 0F\""),
        ("notifications: [\"w: 0\"]", "write a characteristic and its bytes: \"measurement: 1B 0F\""),
        ("notifications: []", "no bytes: write \"characteristic: 01 02 …\""),
        ("notifications: [\"w: 01\"], weight: \"01\"", "with notifications, write every item among them"),
        ("notifications: [\"service-data: 01\"]", "the profile matches no service-data"),
        ("notifications: [\"manufacturer-data: 01\"]", "the profile matches no manufacturer"),
        ("notifications: [\"w: 01\"], address: \"00:11\"", "no Bluetooth address: write AA:BB:CC:DD:EE:FF in quotes"),
        ("notifications: [\"w: 01\"], key: \"0011\"", "a bind key has 24 or 32 hex digits"),
    ])
    func mistakes(line: String, sentence: String) throws {
        #expect(try problems("  - { name: a, source: computed, \(line), fails: x }") == [sentence])
    }
}
