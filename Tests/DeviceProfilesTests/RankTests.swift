import DeviceProfiles
import Testing

@Suite struct RankTests {
    /// The standards alone.
    private func set() throws -> ProfileSet {
        try ProfileSet(ShippedProfiles.sources().filter { $0.path.hasPrefix("bluetooth-sig/") })
    }

    private func winner(_ seen: Observation) throws -> String {
        switch try set().match(seen) {
        case .profile(let profile): profile.name
        case .none: "none"
        case .ambiguous(let all): all.map(\.name).joined(separator: " and ")
        }
    }

    private func frames(_ uuids: String...) -> [Observation.Item] {
        uuids.compactMap { BluetoothUUID($0) }.map { Observation.Item(.frame($0, [0])) }
    }

    private func services(_ uuids: String...) -> [BluetoothUUID] { uuids.compactMap { BluetoothUUID($0) } }

    @Test("The weight of a scale, its composition, or both") func scale() throws {
        #expect(try winner(Observation(items: frames("2a9d"))) == "bluetooth-sig/weight-scale")
        #expect(try winner(Observation(items: frames("2a9c"))) == "bluetooth-sig/body-composition")
        #expect(try winner(Observation(items: frames("2a9d", "2a9c"))) == "bluetooth-sig/body-composition")
        #expect(try winner(Observation(services: services("181d"))) == "bluetooth-sig/weight-scale")
        #expect(try winner(Observation(services: services("181d", "181b"))) == "bluetooth-sig/body-composition")
        #expect(try winner(Observation(services: services("181d", "181b"), items: frames("2a9d"))) == "bluetooth-sig/body-composition")
        #expect(try winner(Observation(services: services("181d"), items: frames("2a9d"))) == "bluetooth-sig/weight-scale")
    }

    @Test("What is common yields to every other profile, and is read beside it") func common() throws {
        #expect(try winner(Observation(items: frames("2a19"))) == "bluetooth-sig/common")
        #expect(try winner(Observation(services: services("180d", "180f", "180a"))) == "bluetooth-sig/heart-rate")
        #expect(try winner(Observation(items: frames("2a37", "2a19"))) == "bluetooth-sig/heart-rate")
        let set = try set()
        let strap = try #require(set["bluetooth-sig/heart-rate"])
        #expect(set.reader(of: frames("2a19")[0].content, for: strap).name == "bluetooth-sig/common")
        #expect(set.reader(of: frames("2a37")[0].content, for: strap) === strap)
        #expect(set.reader(of: frames("2a6e")[0].content, for: strap) === strap)
    }

    @Test("Two standards that know nothing of each other are two") func ambiguous() throws {
        #expect(try winner(Observation(services: services("1810", "1808"))) == "bluetooth-sig/blood-pressure and bluetooth-sig/glucose")
    }
}
