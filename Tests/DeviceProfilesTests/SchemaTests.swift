import Drivers
import ExactJSON
import Readings
import Testing

@testable import DeviceProfiles
@testable import StrictYAML

/// The vocabulary that editors know, and the words that the readers take, are the same.
@Suite struct SchemaTests {
    static let keyLine = 9_999_991
    static let valueLine = 9_999_992
    private static let stranger = "zz9zz"

    private static let vocabulary = Vocabulary(drivers: DriverKind.all.map(\.name))

    /// Profiles whose every word somewhere stands; what no shipped profile uses, one of these does.
    private static let sources = Result { () throws -> [ProfileSet.Source] in
        try (ShippedProfiles.sources() + rare).map { source in
            var source = source
            source.tree = try YAMLNode.load(source.text, file: source.file)
            return source
        }
    }

    private static let rare = [ProfileSet.Source(path: "test/rare", file: "rare.yaml", text: """
        profile: test/rare
        title: Words that no shipped profile uses
        source: these tests
        match: { names: { exact: [RARE] }, services: ["181D"] }
        characteristics:
          a: { service: "181D", uuid: "2A9D" }
          control: { service: "1808", uuid: "2A52" }
          b: { service: "181D", uuid: "2A9C", framing: { parts: { index: 0, count: 2, keep: 1.. } } }
        frames:
          f:
            from: a
            fields:
              - { name: w, type: u8 }
              - { name: i, type: u8, bits: { a: 0..3 } }
              - { name: t, type: date-time }
              - { name: u, type: date-time }
              - { name: n, type: u8 }
        readings:
          body-weight:
            values: { weight: { sum: [ { field: w, each: 2 }, { field: i } ], unit: [ { when: i.a is 1, is: lb }, { is: kg } ] } }
            measured-at: { first: [t, u] }
            user: { is: 1 }
            number: { field: n, plus: 1 }
            settles: { silence: 3 s }
            stream: { rate: 1 /s, spot: none }
          heart-rate:
            values: { rate: { field: w, unit: /min } }
            measured-at: { ago: n, unit: s }
            basis: { is: ecg }
            settles: { equal: rate, frames: 2 }
          heart-rate/on:
            values: { rate: { field: w, unit: /min } }
            settles: { on: f }
        conversation:
          bond: { when: required, passkey: shown }
          pace: { rest: 100 ms }
          steps:
            - pause: 500 ms
            - subscribe: [control, a]
            - { records: control, of: a, within: 30 s }
        vectors:
          - name: a
            source: computed
            advertised: { name: RARE, services: ["181D"] }
            f: "50 00 EA 07 0B 15 08 1E 00 EA 07 0B 15 08 1E 00 00"
            reads: [ { kind: body-weight, weight: 160 kg, measured-at: arrival } ]
          - { name: b, source: computed, f: "", fails: too-short }
        """)]

    private static let walk = Result { () throws -> ShapeWalk in
        var walk = ShapeWalk(vocabulary)
        for (index, source) in try sources.get().enumerated() {
            walk.file = index
            if let tree = source.tree { walk.walk(tree, vocabulary.profile) }
        }
        return walk
    }

    /// What the readers say of a file that was changed at a place; nil where it is good.
    private func problem(_ place: ShapeWalk.Place, _ change: (YAMLNode) -> YAMLNode) throws -> YAMLProblem? {
        let sources = try SchemaTests.sources.get()
        var source = sources[place.file]
        source.tree = source.tree?.replacing(place.path[...], change)
        var needed = [source]
        while let base = try needed.last?.tree?.map().optional("extends")?.text(), let source = sources.first(where: { $0.path == base }) {
            needed.append(source)
        }
        do throws(ProfileSet.Problems) {
            _ = try ProfileSet(needed, drivers: DriverKind.all)
            return nil
        } catch {
            return error.problems.first
        }
    }

    @Test("Every profile has the shape that the schema tells") func shipped() throws {
        #expect(try SchemaTests.walk.get().misfits == [])
    }

    @Test("Every map of the vocabulary stands in some profile, so that the laws below ask its reader") func everyMap() throws {
        let seen = Set(try SchemaTests.walk.get().maps.keys)
        let values = Set(Kind.allCases.map { $0.names.joined(separator: " ") })
        // The values of a kind, and what a vector expects of one, are made alike for all kinds.
        let unseen = ShapeWalk.maps(of: SchemaTests.vocabulary).subtracting(seen).filter { !values.contains($0) && !$0.hasPrefix("kind measured-at ") }
        #expect(unseen.sorted() == [])
    }

    @Test("Each reader knows the keys that the schema tells, and no other") func keys() throws {
        var findings: [String] = []
        var asked = 0
        for place in try SchemaTests.walk.get().maps.sorted(by: { $0.key < $1.key }).flatMap(\.value) {
            asked += 1
            let named = "\(try SchemaTests.sources.get()[place.file].file) \(place.path)"
            guard let problem = try problem(place, { $0.with(SchemaTests.stranger) }), problem.line == SchemaTests.keyLine else {
                findings.append("\(named): a key that nobody knows is taken")
                continue
            }
            let opening = "unknown key '\(SchemaTests.stranger)'; known here: "
            // The values of a kind are told in another sentence, and are those of the kind.
            guard problem.message.hasPrefix(opening) else {
                if !problem.message.contains("has no value '\(SchemaTests.stranger)'") { findings.append("\(named): \(problem.message)") }
                continue
            }
            let known = Set(problem.message.dropFirst(opening.count).components(separatedBy: ", "))
            for word in place.words where !known.contains(word) { findings.append("\(named): the schema has '\(word)', its reader has not") }
            if place.hasOthers { continue }
            for word in known.subtracting(place.words).subtracting(place.present).sorted() {
                // A list that several maps share: here the word must be refused by itself, or change what map it is.
                guard let problem = try self.problem(place, { $0.with(word) }), problem.line != SchemaTests.valueLine || !problem.message.hasPrefix("found nothing") else {
                    findings.append("\(named): the reader has '\(word)', the schema has not")
                    continue
                }
            }
        }
        #expect(findings == [])
        #expect(asked > 100)
    }

    @Test("Each reader takes the words that the schema tells, and refuses a stranger") func words() throws {
        var findings: [String] = []
        for place in try SchemaTests.walk.get().words.sorted(by: { $0.key < $1.key }).flatMap(\.value) {
            let named = "\(try SchemaTests.sources.get()[place.file].file) \(place.path)"
            func said(_ word: String) throws -> String? {
                let problem = try problem(place) { _ in .stray(word, line: SchemaTests.valueLine) }
                return problem?.line == SchemaTests.valueLine ? problem?.message : nil
            }
            guard let refusal = try said(SchemaTests.stranger) else {
                findings.append("\(named): a word that nobody knows is taken")
                continue
            }
            for word in place.words {
                let sentence = refusal.replacing(SchemaTests.stranger, with: word).prefix { $0 != ";" }
                if try said(word)?.hasPrefix(sentence) == true { findings.append("\(named): '\(word)' is refused: \(sentence)") }
            }
        }
        #expect(findings == [])
    }

    @Test("The schema is one of draft 2020-12, and each definition is used and there") func schema() throws {
        let schema = try JSON(parsing: ProfileSchema(drivers: ["one", "two"]).text)
        #expect(schema["$schema"]?.string == "https://json-schema.org/draft/2020-12/schema")
        let text = schema.text
        let defined = schema["$defs"]?.object?.keys ?? []
        #expect(Set(defined).count == defined.count && defined.count > 20)
        for name in defined { #expect(text.contains("\"$ref\":\"#/$defs/\(name)\""), "nothing uses \(name)") }
        for match in text.matches(of: /#\/\$defs\/([\w.-]+)/) { #expect(defined.contains(String(match.1))) }
        #expect(text.contains(#""driver":{"enum":["one","two"]}"#))
    }
}

extension StringProtocol {
    fileprivate func components(separatedBy separator: String) -> [String] { split(separator: separator).map { String($0) } }
}
