import Readings
import Testing

@testable import DeviceProfiles

/// The words of `match` beyond services and names, who is asked, and what is told about it.
@Suite struct MatchWordTests {
    private func profile(_ match: String, named name: String = "test/one", from: String = "{ manufacturer: any }") throws -> ProfileSet.Source {
        Meter.source("""
            profile: \(name)
            title: A scale
            source: these tests
            match: \(match.hasPrefix("[") ? match : "{ \(match) }")
            frames: { f: { from: \(from), tail: ignored, fields: [ { name: w, type: u8 } ] } }
            readings: { body-weight: { values: { weight: { field: w, unit: kg } } } }
            vectors:
              - { name: a, source: computed, notifications: ["service-data: 01", "manufacturer-data: 01 02 03"], reads: [ { kind: body-weight, measured-at: arrival } ] }
              - { name: b, source: computed, notifications: ["service-data: 01"], fails: x }
            """.replacing(from == "{ manufacturer: any }" ? "\"service-data: 01\", " : "XX", with: "")
            .replacing(from == "{ manufacturer: any }" ? "\"service-data: 01\"" : "XX", with: "\"manufacturer-data: 01 02\""), path: name)
    }

    private func claims(_ match: String, _ seen: Observation) throws -> Bool {
        let set = try ProfileSet([profile(match)])
        let isClaimed = if case .profile = set.match(seen) { true } else { false }
        // The lines that are told say the same as the match itself.
        #expect(set.profiles[0].explain(seen).contains { $0.allSatisfy(\.isHeld) } == isClaimed)
        return isClaimed
    }

    private func seen(_ name: String? = nil, company: UInt16? = nil, _ hex: String = "") -> Observation {
        let advert = company.map { Advertisement(manufacturerData: [$0: [UInt8](hex: hex) ?? []]) }
        return Observation(name: name, items: advert.map { [Observation.Item(.advertisement($0))] } ?? [])
    }

    @Test("A name is told by its end or by what it contains", arguments: [
        ("suffix: [BT]", "Scale BT", true), ("suffix: [BT]", "BT Scale", false), ("suffix: [BT]", "T", false), ("contains: [cal]", "Scale", true),
        ("contains: [cal]", "SCALE", false), ("contains: [cal]", "ca", false), ("exact: [X], suffix: [BT]", "X", true), ("exact: [X], contains: [Y]", "aYb", true),
        ("prefix: [M]", "MI", true), ("prefix: [M]", "M", true), ("prefix: [M]", "", false),
    ])
    func names(names: String, name: String, isClaimed: Bool) throws {
        #expect(try claims("names: { \(names) }", seen(name)) == isClaimed)
    }

    @Test("Advertised bytes are looked at", arguments: [
        ("data: { length: 2..3 }", "0102", true), ("data: { length: 2..3 }", "01", false), ("data: { starts-with: \"AA ?1\" }", "AA51", true),
        ("data: { starts-with: \"AA ?1\" }", "AA52", false), ("data: { where: { 1: \"?1\", -1: \"FF\" } }", "0021FF", true),
        ("data: { where: { 1: \"?1\", -1: \"FF\" } }", "0021FE", false), ("data: { where: { 5: \"00\" } }", "00", false),
    ])
    func data(data: String, hex: String, isClaimed: Bool) throws {
        #expect(try claims("manufacturer: \"0157\", \(data)", seen(company: 0x0157, hex)) == isClaimed)
        #expect(try !claims("manufacturer: \"0157\", \(data)", seen(company: 0x0158, hex)))
    }

    @Test("Of any company, the two bytes of the company stand in front", arguments: [(0x0157, true), (0x0158, false)] as [(UInt16, Bool)])
    func anyCompany(company: UInt16, isClaimed: Bool) throws {
        #expect(try claims("manufacturer: any, data: { starts-with: \"57 01 AA\" }", seen(company: company, "AA")) == isClaimed)
        #expect(try claims("manufacturer: any, names: { exact: [S] }", seen("S", company: company, "AA")))
        #expect(try !claims("manufacturer: any, names: { exact: [S] }", seen("S")))
    }

    @Test("A frame of any company begins with the company's bytes") func anyFrame() throws {
        let set = try ProfileSet([profile("manufacturer: any, data: { length: 3 }")])
        let outcome = set.profiles[0].decode(.advertisement(Advertisement(manufacturerData: [0x0150: [7]])))
        #expect(outcome.words == "weight 80 kg")
    }

    @Test("A match that cannot be meant is refused", arguments: [
        ("data: { length: 3 }, names: { exact: [S] }", "of which bytes? Give service-data or manufacturer beside it"),
        ("manufacturer: any", "any manufacturer, and nothing else: give 'data' or 'names' beside it"),
        ("manufacturer: any, names: { exact: [S], optional: true }", "any manufacturer, and nothing else: give 'data' or 'names' beside it"),
        ("manufacturer: \"0157\", data: { starts: \"AA\" }", "unknown key 'starts'"),
        ("names: { sufix: [A] }", "unknown key 'sufix'; did you mean 'suffix'?"),
    ])
    func mistakes(match: String, sentence: String) throws {
        let found = problems(of: [try profile(match)])
        #expect(found.count == 1 && found[0].contains(sentence), "\(found)")
    }

    @Test("Every line is told, held or not, and why") func explain() throws {
        let set = try ProfileSet([profile("services: [\"181D\"], manufacturer: \"0157\", data: { length: 2 }, names: { prefix: [MI] }")])
        let told = set.profiles[0].explain(seen("MX", company: 0x0157, "01"))[0].map { "\($0.isHeld ? "+" : "-") \($0.line): \($0.because)" }
        #expect(told == [
            "- names: prefix MI: the name is 'MX'", "+ manufacturer: 0157: it is advertised", "- data: no advertised bytes look so",
            "- services: 181d: nobody told its services",
        ])
    }

    @Test("Of a list of rules any claims, each told by itself, and all have one rank") func rules() throws {
        let rules = "[ { manufacturer: \"0157\" }, { names: { exact: [Band] } } ]"
        let set = try ProfileSet([profile(rules)])
        #expect(set.profiles[0].claims(seen("Other", company: 0x0157, "01")))
        #expect(set.profiles[0].explain(seen("Band", company: 0x0158, "01")).map { $0.map(\.isHeld) } == [[false], [true]])
        #expect(!set.profiles[0].claims(seen("Other", company: 0x0158, "01")))
        let ranks = "[ { manufacturer: \"0157\" }, { names: { exact: [Band] }, rank: standard } ]"
        #expect(problems(of: [try profile(ranks)]).first?.contains("all rules of a profile have one rank") == true)
        #expect(problems(of: [try profile("[]")]).first?.contains("an empty list claims no device: give a rule") == true)
    }

    @Test("Whoever claims is asked, in every shipped profile's own proof") func indexMissesNobody() throws {
        let set = try ShippedProfiles.set()
        let index = MatchIndex(set.profiles)
        for vector in set.profiles.flatMap(\.vectors) {
            let asked = index.candidates(for: vector.observation)
            let claiming = set.profiles.indices.filter { set.profiles[$0].claims(vector.observation) }
            #expect(Set(asked).isSuperset(of: claiming), "\(vector.name)")
        }
    }

    @Test("A name asks exactly those who have a word for it, whatever stands around the word") func namesByIndex() throws {
        let set = try ShippedProfiles.set()
        let index = MatchIndex(set.profiles)
        let rules = set.profiles.enumerated().flatMap { place, profile in profile.matches.map { (place, $0) } }.filter {
            $0.1.serviceData == nil && $0.1.company == nil && $0.1.names?.isOptional == false
        }
        let words = Set(rules.flatMap { $0.1.names?.all ?? [] }).sorted() + ["", "A", "Ä", "iPhone"]
        #expect(words.count > 300)
        for word in words {
            for name in [word, word + "x", "x" + word, "xy" + word + "xy", String(word.dropLast()), String(word.dropFirst())] {
                let wanting = Set(rules.filter { $0.1.names?.contains(name) ?? false }.map(\.0))
                #expect(Set(index.candidates(for: seen(name))) == wanting, "\(name)")
            }
        }
    }

    @Test("An advertisement that nobody wants asks nobody, of 150 profiles") func nobodyIsAsked() throws {
        var sources: [ProfileSet.Source] = []
        for number in 0..<150 {
            let digits = String(number + 0x1000, radix: 16)
            let match = ["service-data: \"\(digits)\"", "manufacturer: \"\(digits)\"", "names: { prefix: [D\(number)] }", "names: { exact: [E\(number)] }"][number % 4]
            sources.append(try profile(match, named: "test/p\(number)", from: "{ service-data: \"\(digits)\" }"))
        }
        let set = try ProfileSet(sources.map { source in
            var source = source
            source.text = source.text.replacing("\"manufacturer-data: 01 02 03\"", with: "\"service-data: 02\"")
            return source
        })
        let index = MatchIndex(set.profiles)
        #expect(index.candidates(for: seen("MI Band", company: 0x004C, "10 05 01")) == [])
        #expect(index.candidates(for: seen("D2x")).map { set.profiles[$0].name } == ["test/p2"])
        #expect(index.candidates(for: seen("D3x")) == [])
        #expect(index.candidates(for: seen(company: 0x1001, "00")).map { set.profiles[$0].name } == ["test/p1"])
    }
}
