import DeviceProfiles
import Foundation
import Gateway
import GatewayTesting
import Readings
import Store
import Testing

private let device = DeviceID(address: "00:11:22:33:44:66")!

/// A scale whose profile can be wrong in several ways: weight u16, number u16, flags (bit 0: a suitcase).
func scaleProfiles(each: String, length: Int = 5, _ more: String = "number: number") throws -> ProfileSet {
    let text = """
        profile: test/scale
        title: A scale for tests
        models: [ { name: Test Scale, evidence: assumed } ]
        source: made up for tests
        match: { names: { exact: [TESTSCALE] } }
        characteristics:
          result: { service: "FFF0", uuid: "FFF4" }
        frames:
          weighing:
            from: result
            length: \(length)
            byte-order: little
            tail: ignored
            fields:
              - { name: weight, type: u16 }
              - { name: number, type: u16 }
              - { name: flags, type: u8, bits: { object: 0 } }
        readings:
          body-weight:
            \(more)
            values:
              weight: { field: weight, unit: [ { is: kg, each: \(each) } ] }
        vectors:
          - name: on the scale
            source: computed, for tests
            weighing: "2C 1F 01 00 00\(String(repeating: " 00", count: length - 5))"
            reads: [ { kind: body-weight, weight: \(["0.02": "159.6", "0.01": "79.8"][each] ?? "7980") kg, measured-at: arrival\(more.hasPrefix("number") ? ", number: 1" : "") } ]
          - name: nothing
            source: computed, for tests
            weighing: "00"
            fails: length 1 is not \(length)
        """
    let shipped = try ProfileFolders.sources(in: [Ward.folder("device-profiles")])
        .filter { $0.path.hasPrefix("mqtt/") || $0.path.hasPrefix("bluetooth-sig/") || $0.path.hasPrefix("xiaomi/") }
    return try ProfileFolders.compile(shipped + [ProfileSet.Source(path: "test/scale", file: "scale.yaml", text: text)])
}

/// Frames stored under a wrong profile, and what a mended one makes of them.
struct RedecodeTests {
    private func weighings(_ ward: Ward, _ frames: String...) {
        for frame in frames {
            ward.take(ward.raw(#"{"address":"\#(device)","name":"TESTSCALE","characteristic":"fff4","frames":["\#(frame)"]}"#))
        }
    }

    /// Previews, applies, and applies again: what is shown is what is done, and done once.
    private func redecode(_ ward: Ward, _ profile: String = "test/scale", by set: ProfileSet) async throws -> [String] {
        func say(_ difference: Difference) -> String {
            "\(difference.change.rawValue) \(difference.frame): \(difference.before ?? "-") -> \(difference.after ?? "-")"
        }
        func redecoding() throws -> Redecoding {
            try Redecoding(by: "ada", profile: profile, among: set, since: nil, in: Place(identifier: "Asia/Shanghai")!)
        }
        var (shown, done, again) = ([Difference](), [Difference](), [Difference]())
        let rows = try await ward.readings().count
        var preview = try redecoding()
        let foreseen = try preview.preview(ward.store) { shown += $0 }
        #expect(try await ward.readings().count == rows)
        var applied = try redecoding()
        let now = ward.clock.clocks.now().wall
        let summary = try applied.apply(to: ward.store, now: { now }, pause: {}) { done += $0 }
        #expect(shown == done)
        #expect(foreseen.changes == summary.changes && foreseen.untouched == summary.untouched)
        try await ward.expectBalance()
        var third = try redecoding()
        let nothing = try third.apply(to: ward.store, now: { now }, pause: {}) { again += $0 }
        #expect(again == [] && nothing.changes == [:] && nothing.corrections == 0)
        try await ward.expectBalance()
        return done.map(say)
    }

    private func states(_ ward: Ward) async throws -> [String] {
        try await ward.readings().map { "\($0.identity.description.split(separator: ".").last ?? "") \($0.revision) \($0.state.rawValue): \($0.said)" }
    }

    @Test func `a wrong scale is corrected, what was no reading is withdrawn, and what was told stays as superseded`() async throws {
        let ward = try await Ward(set: scaleProfiles(each: "0.02"), enrolled: [device])
        // 79.80, the same again, 64.00, and a suitcase of 12.50
        weighings(ward, "2c1f010000", "2c1f010000", "0019020000", "e204030001")
        #expect(try await ward.fates() == ["reading", "duplicate", "reading", "reading"])
        let at = "at 2026-11-21T12:00:00Z (arrival)"
        #expect(try await redecode(ward, by: scaleProfiles(each: "0.01", "number: number\n    ignores: [flags.object]")) == [
            "corrected 1: weight 159.6 kg \(at) -> weight 79.8 kg \(at)", "corrected 3: weight 128 kg \(at) -> weight 64 kg \(at)",
            "retracted 4: weight 25 kg \(at) -> -",
        ])
        #expect(try await states(ward) == [
            "n1 1 superseded: weight 159.6 kg", "n2 1 superseded: weight 128 kg", "n3 1 superseded: weight 25 kg",
            "n1 2 current: weight 79.8 kg", "n2 2 current: weight 64 kg", "n3 2 retracted: weight 25 kg",
        ])
        #expect(try await ward.fates() == ["reading", "duplicate", "reading", "ignored: not-a-measurement"])
        #expect(try await ward.readings().suffix(3).map(\.supersedes) == [1, 1, 1])
        #expect(try await ward.readings().suffix(3).compactMap(\.correction).map { "\($0.cause.rawValue) \($0.by)" } == Array(repeating: "redecode ada", count: 3))
        // The same record again, read by the mended profile.
        #expect(ward.events.alarms.isEmpty)
    }

    @Test func `a frame that was refused becomes a reading`() async throws {
        let ward = try await Ward(set: scaleProfiles(each: "0.01", length: 7), enrolled: [device])
        weighings(ward, "2c1f010000")
        #expect(try await ward.fates() == ["rejected: wrong-length"])
        #expect(try await redecode(ward, by: scaleProfiles(each: "0.01")) == [
            "new 1: - -> weight 79.8 kg at 2026-11-21T12:00:00Z (arrival)",
        ])
        #expect(try await ward.fates() == ["reading"])
        #expect(try await ward.journal().count == 1)
    }

    @Test func `what was quarantined for its value is passed on, and what no person shows is withdrawn`() async throws {
        let ward = try await Ward(set: scaleProfiles(each: "1"), enrolled: [device])
        weighings(ward, "2c1f010000", "1400020000")
        #expect(try await ward.fates() == ["quarantined: unit-mistaken", "reading"])
        let differences = try await redecode(ward, by: scaleProfiles(each: "0.01"))
        #expect(differences.map { $0.prefix(12) } == ["corrected 1:", "quarantined "])
        #expect(try await states(ward) == [
            "n1 1 superseded: weight 7980 kg", "n2 1 superseded: weight 20 kg", "n1 2 current: weight 79.8 kg",
            "n2 2 retracted: weight 20 kg", "n2 3 quarantined: weight 0.2 kg",
        ])
        #expect(try await ward.fates().map { $0.prefix(11) } == ["reading", "quarantined"])
        #expect(try await ward.readings().map(\.isWithheld) == [true, false, false, false, true])
    }

    @Test func `where the identity moves, the old one is withdrawn and the new one told`() async throws {
        let ward = try await Ward(set: scaleProfiles(each: "0.01", ""), enrolled: [device])
        weighings(ward, "2c1f010000")
        ward.clock.advance(.seconds(1))
        weighings(ward, "2c1f010000")
        #expect(try await ward.readings().count == 2, "without a number each is one of its own")
        let differences = try await redecode(ward, by: scaleProfiles(each: "0.01"))
        #expect(differences.map { $0.prefix(11) } == ["new 1: - ->", "retracted 1", "retracted 2"].map { $0.prefix(11) })
        #expect(try await ward.fates() == ["reading", "duplicate"])
        #expect(try await ward.readings().filter { $0.state == .current }.map(\.identity.description) == ["001122334466.body-weight.n1"])
    }

    @Test func `a contradiction that the mended profile resolves is a duplicate, and one that it makes is kept`() async throws {
        let ward = try await Ward(set: scaleProfiles(each: "0.01"), enrolled: [device])
        weighings(ward, "2c1f010000", "2d1f010000", "0019020000", "0119020000")
        #expect(try await ward.fates() == ["reading", "conflict: conflict", "reading", "conflict: conflict"])
        // Without the number's high bits nothing changes; with another scale both of each are corrected.
        let differences = try await redecode(ward, by: scaleProfiles(each: "0.02"))
        #expect(differences.count == 4 && differences.allSatisfy { $0.hasPrefix("corrected") })
        #expect(try await ward.fates() == ["reading", "conflict: conflict", "reading", "conflict: conflict"])
    }

    @Test func `several frames of one message are told apart`() async throws {
        let ward = try await Ward(set: scaleProfiles(each: "0.02"), enrolled: [device])
        ward.take(ward.raw(
            #"{"address":"\#(device)","name":"TESTSCALE","characteristic":"fff4","frames":["2c1f010000","0019020000","2c1f010000"]}"#))
        #expect(try await redecode(ward, by: scaleProfiles(each: "0.01")).count == 2)
        #expect(try await states(ward).suffix(2) == ["n1 2 current: weight 79.8 kg", "n2 2 current: weight 64 kg"])
    }

    @Test func `what a person released stays released`() async throws {
        let ward = try await Ward(set: scaleProfiles(each: "1"), enrolled: [device])
        weighings(ward, "2c1f010000")
        let id = try await ward.latest().identity
        _ = try ward.store.release(id, by: "ada", measured: nil, at: ward.clock.clocks.now().wall)
        #expect(try await ward.fates() == ["reading"])
        #expect(try await redecode(ward, by: scaleProfiles(each: "1")) == [])
        #expect(try await states(ward) == ["n1 1 superseded: weight 7980 kg", "n1 2 current: weight 7980 kg"])
    }

    @Test func `by the profile that read them, nothing comes out otherwise`() async throws {
        let meter = DeviceID(address: "00:11:22:33:44:77")!
        let set = try scaleProfiles(each: "0.01")
        let ward = try await Ward(set: set, enrolled: [cuff, scale, meter, device])
        for frame in [CuffFrame.normal, CuffFrame.normal, CuffFrame.crisis, CuffFrame.clockless, CuffFrame.failed, "00", CuffFrame.at("2000-01-01T00:00:00")] {
            ward.take(ward.cuffed(frame))
        }
        ward.take(ward.cuffed(CuffFrame.clockless, packet: 70), over: 1)
        ward.take(ward.cuffed(CuffFrame.clockless, packet: 70), over: 2, resumed: true)
        ward.take(ward.cuffed(CuffFrame.clockless, #","receivedAt":"2026-11-21T10:00:00+02:00""#))
        ward.take(ward.advertised(ScaleAdvert.weight), ward.advertised(ScaleAdvert.withImpedance))
        // A glucose that promises a context which never comes, one with its context, and one without.
        for (uuid, frame) in [
            ("2a18", "130500e40704070a2600000052b011"), ("2a18", "130600e40704070a2600000078b011"), ("2a34", "020600 02".replacingOccurrences(of: " ", with: "")),
        ] {
            ward.take(ward.raw(#"{"address":"\#(meter)","services":["1808"],"characteristic":"\#(uuid)","frames":["\#(frame)"]}"#))
        }
        ward.clock.advance(.seconds(600))
        ward.fileOverdue()
        weighings(ward, "2c1f010000", "2c1f010000")
        let (fates, count) = (try await ward.fates(), try await ward.readings().count)
        for profile in ["bluetooth-sig/blood-pressure", "bluetooth-sig/glucose", "xiaomi/mi-body-composition-scale", "test/scale"]
        where set[profile] != nil {
            #expect(try await redecode(ward, profile, by: set) == [], "\(profile)")
        }
        #expect(try await ward.fates() == fates)
        #expect(try await ward.readings().count == count)
    }

    @Test func `a profile that is not there, or that counts what is not kept, is refused by name`() throws {
        let set = try Ward.shipped.get()
        func refusal(_ name: String) -> String {
            do {
                _ = try Redecoding(by: "ada", profile: name, among: set, since: nil, in: Place(identifier: "Asia/Shanghai")!)
            } catch { return error.description }
            return "none"
        }
        #expect(refusal("acme/nothing").contains("no profile is called 'acme/nothing'"))
        let counting = try #require(set.profiles.first { $0.countsFrames })
        #expect(refusal(counting.name).contains("counts equal frames"))
    }
}
