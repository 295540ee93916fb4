import DeviceProfiles
import Readings
import Testing

/// Which profile answers for a device. Each case names the profiles there are by their `match`.
@Suite struct MatchTests {
    /// Profiles that all read characteristic 2A9D, service data 181D and manufacturer 0157, and differ in their match.
    private func answer(_ matches: [String: String], _ seen: Observation) throws -> [String] {
        switch try profiles(matches).match(seen) {
        case .none: []
        case .profile(let profile): [profile.name]
        case .ambiguous(let profiles): profiles.map(\.name)
        }
    }

    private func profiles(_ matches: [String: String]) throws -> ProfileSet {
        try ProfileSet(matches.map { name, match in
            ProfileSet.Source(path: name, file: name, text: """
                profile: \(name)
                title: A scale
                source: these tests
                match: { \(match) }
                characteristics: { c: { service: "181D", uuid: "2A9D" } }
                frames:
                  f: { from: c, fields: [ { name: w, type: u16 } ] }
                  s: { from: { service-data: "181D" }, fields: [ { name: w, type: u16 } ] }
                  m: { from: { manufacturer: "0157" }, fields: [ { name: w, type: u16 } ] }
                readings: { body-weight: { values: { weight: { field: w, unit: kg } } } }
                vectors:
                  - { name: a, source: computed, f: "0100", reads: [ { kind: body-weight, weight: 1 kg, measured-at: arrival } ] }
                  - { name: b, source: computed, f: "01", fails: too short at w }
                """)
        })
    }

    private func seen(
        _ name: String? = nil, services: [String] = [], data: [String] = [], company: UInt16? = nil, frames: [String] = []
    ) -> Observation {
        let advert = Advertisement(
            serviceData: Dictionary(uniqueKeysWithValues: data.compactMap { BluetoothUUID($0) }.map { ($0, [1, 0]) }),
            manufacturerData: company.map { [$0: [1, 0]] } ?? [:])
        var items = frames.compactMap { BluetoothUUID($0) }.map { Observation.Item(.frame($0, [1, 0])) }
        if advert != Advertisement() { items.insert(Observation.Item(.advertisement(advert)), at: 0) }
        return Observation(name: name, services: services.compactMap { BluetoothUUID($0) }, items: items)
    }

    private let standard = "services: [\"181D\"], rank: standard"
    private let vendor = "services: [\"181D\"], names: { prefix: [MI] }"

    @Test("A vendor's profile beats the standard one, whose own devices stay with it") func vendorBeatsStandard() throws {
        let all = ["a/standard": standard, "z/vendor": vendor]
        #expect(try answer(all, seen("MI SCALE", services: ["181d"])) == ["z/vendor"])
        #expect(try answer(all, seen("Other", services: ["181d"])) == ["a/standard"])
        #expect(try answer(all, seen(services: ["181d"])) == ["a/standard"])
        #expect(try answer(all, seen("MI SCALE", services: ["181d"], frames: ["2a9d"])) == ["z/vendor"])
    }

    @Test("Two vendors that claim one device are told, and the standard is no way out") func ambiguous() throws {
        let all = ["a/standard": standard, "x/one": vendor, "y/two": "services: [\"181D\"], names: { exact: [MI SCALE] }"]
        #expect(try answer(all, seen("MI SCALE", services: ["181d"])) == ["x/one", "y/two"])
        #expect(try answer(all, seen("MI SCALE 2", services: ["181d"])) == ["x/one"])
    }

    @Test("Two standards that claim one device are ambiguous too") func twoStandards() throws {
        let all = ["a/one": standard, "b/two": "services: [\"1810\"], rank: standard"]
        #expect(try answer(all, seen(services: ["181d", "1810"])) == ["a/one", "b/two"])
        #expect(try answer(all, seen(services: ["1810"])) == ["b/two"])
        #expect(try answer(all, seen(frames: ["2a9d"])) == ["a/one", "b/two"])
    }

    @Test("Nothing that anyone knows matches nothing") func nothing() throws {
        let all = ["a/standard": standard, "z/vendor": vendor]
        #expect(try answer(all, seen()) == [])
        #expect(try answer(all, seen("Other", services: ["180f"])) == [])
        #expect(try answer(all, seen("Other", frames: ["2a19"])) == [])
        #expect(try answer([:], seen("MI SCALE", services: ["181d"])) == [])
    }

    @Test("A name that is required must be there and fit", arguments: [
        ("MI", true), ("MI SCALE", true), ("mi scale", false), ("XMI", false), ("M", false), ("", false), (nil, false),
    ] as [(String?, Bool)])
    func names(name: String?, isClaimed: Bool) throws {
        #expect(try answer(["z/vendor": vendor], seen(name, services: ["181d"])) == (isClaimed ? ["z/vendor"] : []))
        #expect(try answer(["z/vendor": vendor], seen(name, frames: ["2a9d"])) == (isClaimed ? ["z/vendor"] : []))
    }

    @Test("An exact name takes no longer one") func exactName() throws {
        let all = ["z/vendor": "names: { exact: [BM, BP], prefix: [ZZ] }"]
        #expect(try answer(all, seen("BM")) == ["z/vendor"])
        #expect(try answer(all, seen("BP")) == ["z/vendor"])
        #expect(try answer(all, seen("BM85")) == [])
        #expect(try answer(all, seen("ZZ9")) == ["z/vendor"])
    }

    @Test("A name that is optional decides nothing") func optionalName() throws {
        let all = ["z/vendor": "service-data: \"181D\", names: { prefix: [MI], optional: true }"]
        #expect(try answer(all, seen("Other", data: ["181d"])) == ["z/vendor"])
        #expect(try answer(all, seen(data: ["181d"])) == ["z/vendor"])
        #expect(try answer(all, seen("MI")) == [])
    }

    @Test("Services that nobody told refuse nothing to a named device, wrong ones do") func services() throws {
        #expect(try answer(["z/vendor": vendor], seen("MI")) == ["z/vendor"])
        #expect(try answer(["z/vendor": vendor], seen("MI", services: ["180f"])) == [])
        #expect(try answer(["z/vendor": vendor], seen("MI", services: ["180f", "181d"])) == ["z/vendor"])
        #expect(try answer(["z/vendor": vendor], seen("MI", services: ["0000181D-0000-1000-8000-00805F9B34FB"])) == ["z/vendor"])
        #expect(try answer(["a/standard": standard], seen("MI")) == [])
    }

    @Test("What a device sends says more than what it advertises") func characteristic() throws {
        #expect(try answer(["a/standard": standard], seen(frames: ["2a9d"])) == ["a/standard"])
        #expect(try answer(["a/standard": standard], seen(services: ["180f"], frames: ["2a9d"])) == ["a/standard"])
        #expect(try answer(["a/standard": standard], seen(services: ["181d"], frames: ["2a19"])) == [])
        #expect(try answer(["a/standard": standard], seen(frames: ["2a19", "2a9d"])) == ["a/standard"])
    }

    @Test("Service data and manufacturer data are matched where a profile asks for them") func advertised() throws {
        let all = ["x/data": "service-data: \"181D\"", "y/company": "manufacturer: \"0157\""]
        #expect(try answer(all, seen(data: ["181d"])) == ["x/data"])
        #expect(try answer(all, seen(data: ["181b"])) == [])
        #expect(try answer(all, seen(services: ["181d"])) == [])
        #expect(try answer(all, seen(company: 0x0157)) == ["y/company"])
        #expect(try answer(all, seen(company: 0x5701)) == [])
        #expect(try answer(all, seen(data: ["181b", "181d"], company: 0x0157)) == ["x/data", "y/company"])
        #expect(try answer(["z/both": "service-data: \"181D\", manufacturer: \"0157\""], seen(data: ["181d"])) == [])
        #expect(try answer(["z/both": "service-data: \"181D\", manufacturer: \"0157\""], seen(data: ["181d"], company: 0x0157)) == ["z/both"])
    }

    @Test("Who could read the bytes is asked of the bytes alone") func readers() throws {
        let set = try profiles(["z/vendor": vendor, "a/standard": standard])
        #expect(set.readers(of: seen("Other", frames: ["2a9d"])).map(\.name) == ["a/standard", "z/vendor"])
        #expect(set.readers(of: seen(data: ["181d"])).map(\.name) == ["a/standard", "z/vendor"])
        #expect(set.readers(of: seen(company: 0x0157)).map(\.name) == ["a/standard", "z/vendor"])
        #expect(set.readers(of: seen("MI", services: ["181d"])).isEmpty)
    }

    @Test("A UUID is the same however it is written", arguments: [
        ("181D", "181d"), ("0x181d", "181d"), ("0000181d", "181d"), ("0000181D-0000-1000-8000-00805F9B34FB", "181d"),
        ("0000181d00001000800000805f9b34fb", "181d"), ("0001181d", "0001181d-0000-1000-8000-00805f9b34fb"),
        ("00001530-1212-EFDE-1523-785FEABCD123", "00001530-1212-efde-1523-785feabcd123"), ("0000", "0000"),
    ])
    func uuid(text: String, canonical: String) {
        #expect(BluetoothUUID(text)?.description == canonical)
    }

    @Test("What is no UUID is none", arguments: [
        "", "18", "181", "181dd", "181g", "18 1d", "-181d", "18-1d", "0x", "0000181d-0000-1000-8000-00805f9b34f",
        "0000181d-0000-1000-8000-00805f9b34fbb", "0000181d-00001000-8000-0080-5f9b34fb", "----0000181d00001000800000805f9b34fb", "181d\u{301}",
    ])
    func noUUID(text: String) {
        #expect(BluetoothUUID(text) == nil)
    }
}

@Suite struct TopicFilterTests {
    // MQTT 5.0, 4.7.1 to 4.7.3: the examples of the standard first.
    @Test("A filter matches what MQTT says it matches", arguments: [
        ("sport/tennis/player1/#", "sport/tennis/player1", true), ("sport/tennis/player1/#", "sport/tennis/player1/ranking", true),
        ("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true), ("sport/#", "sport", true), ("#", "sport", true),
        ("sport/tennis/player1/#", "sport/tennis/player10", false), ("sport/#", "sports", false),
        ("sport/tennis/+", "sport/tennis/player1", true), ("sport/tennis/+", "sport/tennis/player1/ranking", false),
        ("sport/+", "sport", false), ("sport/+", "sport/", true), ("+", "finance", true), ("+", "/finance", false),
        ("/+", "/finance", true), ("+/+", "/finance", true), ("+/tennis/#", "sport/tennis", true), ("+/tennis/#", "sport/tennis/x/y", true),
        ("#", "$SYS/broker", false), ("+/monitor/Clients", "$SYS/monitor/Clients", false), ("$SYS/#", "$SYS/", true), ("$SYS/#", "$SYS", true),
        ("$SYS/monitor/+", "$SYS/monitor/Clients", true), ("+/$SYS", "a/$SYS", true), ("+", "$SYS", false), ("+/#", "$SYS/a", false),
        ("a", "a", true), ("a", "A", false), ("a", "a/", false), ("a/", "a", false), ("a/b", "a", false), ("a", "a/b", false),
        ("/", "/", true), ("/", "//", false), ("//", "//", true), ("+/+", "/", true), ("+/+/+", "//", true), ("+/+", "//", false),
        ("#", "/", true), ("/#", "/", true), ("/#", "//", true), ("/#", "a", false), ("/#", "", true), ("a//b", "a//b", true), ("a//b", "a/b", false),
        ("a/+/b", "a//b", true), ("a/+/b", "a/b", false), ("a/+/#", "a", false), ("a/+/#", "a/", true), ("a/+/#", "a/b", true), ("a/#", "a/", true),
        ("a b/+", "a b/c", true), ("+/b", "a/b/c", false), ("a/+/c/#", "a/b/c", true), ("a/+/c/#", "a/b/d", false),
        // Names are compared as they are, without normalising: 4.7.3.
        ("caf\u{E9}", "cafe\u{301}", false), ("cafe\u{301}", "cafe\u{301}", true), ("a/+", "a/\u{301}", true), ("+/b", "a\u{301}/b", true),
    ])
    func matches(filter: String, topic: String, isMatched: Bool) throws {
        let filter = try #require(TopicFilter(filter))
        #expect(filter.matches(topic) == isMatched)
    }

    @Test("A filter whose wildcards stand where they must not is none", arguments: [
        "", "sport/tennis#", "sport/tennis/#/ranking", "sport+", "+sport", "a/+b/c", "a/b+", "++", "##", "#/", "#/a", "/#/", "a/#b", "+#",
        "a\u{0}b", "+\u{301}/a", "#\u{301}", "a/\u{301}#",
    ])
    func noFilter(text: String) {
        #expect(TopicFilter(text) == nil)
    }

    @Test("A filter is at most 65535 bytes long") func length() {
        #expect(TopicFilter(String(repeating: "a", count: 65_535)) != nil)
        #expect(TopicFilter(String(repeating: "a", count: 65_536)) == nil)
    }

    @Test("A topic finds its bridge, or none, or more than one") func relays() throws {
        let set = try ProfileSet(["a/one": "[\"x/#\"]", "b/two": "[\"x/+/deep\", \"y\"]", "c/three": "[y]"].map { name, topics in
            Meter.source("profile: \(name)\ntitle: A\nsource: a\nrelays: { custody: acknowledged, topics: \(topics), form: raw-frames }", path: name)
        })
        func names(_ topic: String) -> [String] {
            switch set.relay(for: topic) {
            case .none: []
            case .profile(let profile): [profile.name]
            case .ambiguous(let profiles): profiles.map(\.name)
            }
        }
        #expect(names("x") == ["a/one"])
        #expect(names("y") == ["b/two", "c/three"])
        // Of two, the one that names it more precisely.
        #expect(names("x/1/deep") == ["b/two"])
        #expect(names("x/1/shallow") == ["a/one"])
        #expect(names("z") == [])
        #expect(names("") == [])
    }
}
