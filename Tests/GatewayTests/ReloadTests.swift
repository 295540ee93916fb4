import GatewayTesting
import MQTT
import Readings
import Testing

@testable import Gateway
@testable import Store

/// Profiles that change while frames come in: nothing is lost at the change, and nothing doubled.
struct ReloadTests {
    /// On 2A9D `number weight`, on 2A9C `number impedance`; adverts of FFF9 with a weight.
    private static func pair(_ title: String = "as it was", unit: String = "kg") -> String {
        """
        profile: test/pair
        title: \(title)
        source: these tests
        match: { names: { exact: [PAIR] } }
        characteristics:
          w: { service: "181D", uuid: "2A9D" }
          x: { service: "181D", uuid: "2A9C" }
        frames:
          weight: { from: w, fields: [ { name: n, type: u8 }, { name: w, type: u8 } ] }
          extra: { from: x, fields: [ { name: n, type: u8 }, { name: i, type: u8 } ] }
          live: { from: { service-data: "FFF9" }, fields: [ { name: lw, type: u8 } ] }
        readings:
          body-weight:
            values: { weight: { field: w, unit: \(unit) }, impedance: { field: extra.i, unit: Ohm } }
            number: n
            with: { frame: extra, by: [n], within: 10 s }
          body-weight/live: { values: { weight: { field: lw, unit: \(unit) } } }
        vectors:
          - { name: a, source: computed, advertised: { name: PAIR }, service-data: "50", reads: [ { kind: body-weight, weight: 80 \(unit), measured-at: arrival } ] }
          - { name: b, source: computed, notifications: ["w: 50"], fails: too short at w }
        """
    }

    private static let other = """
        profile: test/other
        title: Another scale
        source: these tests
        match: { names: { exact: [OTHER] } }
        frames:
          live: { from: { service-data: "FFF8" }, fields: [ { name: lw, type: u8 } ] }
        readings:
          body-weight: { values: { weight: { field: lw, unit: kg } } }
        vectors:
          - { name: a, source: computed, advertised: { name: OTHER }, service-data: "50", reads: [ { kind: body-weight, weight: 80 kg, measured-at: arrival } ] }
          - { name: b, source: computed, advertised: { name: OTHER }, service-data: "50 51", fails: "length 2, but the layout ends at 1" }
        """

    private func ward() async throws -> Ward { try await Ward(profiles: ["test/pair": ReloadTests.pair()]) }

    private func sent(_ ward: Ward, _ characteristic: String, _ frames: String...) -> ReceivedMessage {
        let list = frames.map { "\"\($0)\"" }.joined(separator: ",")
        return ward.raw(#"{"address":"\#(scale)","name":"PAIR","characteristic":"\#(characteristic)","frames":[\#(list)]}"#)
    }

    private func broadcast(_ ward: Ward, _ hex: String) -> ReceivedMessage {
        ward.raw(#"{"address":"\#(scale)","name":"PAIR","serviceData":{"fff9":"\#(hex)"}}"#, qos: 0)
    }

    @Test func `the next frame is read by the new text, and the ledger says by which each was`() async throws {
        let ward = try await ward()
        ward.take(broadcast(ward, "50"))
        let change = try ward.reload(["test/pair": ReloadTests.pair(unit: "lb"), "test/other": ReloadTests.other])
        #expect(change.changed == ["test/pair"] && change.new == ["test/other"] && change.gone == [])
        ward.take(broadcast(ward, "51"))
        #expect(try await ward.readings().map(\.said) == ["weight 80 kg", "weight 81 lb"])
        let versions = try await ward.store.recentFrames(limit: 10).map(\.record.profileVersion)
        #expect(Set(versions).count == 2)
        #expect(try ward.reload(["test/other": nil]).gone == ["test/other"])
        try await ward.expectBalance()
    }

    @Test func `what waits under a text that did not change knows nothing of the reload`() async throws {
        let ward = try await ward()
        ward.take(sent(ward, "2a9d", "0150", "0251"))
        #expect(try ward.reload(["test/other": ReloadTests.other]).offeredAgain == 0)
        ward.take(sent(ward, "2a9c", "01c8", "02c9"))
        #expect(try await ward.readings().map(\.said) == ["weight 80 kg, impedance 200 Ohm", "weight 81 kg, impedance 201 Ohm"])
        #expect(try await ward.fates() == ["duplicate: joined", "duplicate: joined", "reading", "reading"])
        try await ward.expectBalance()
    }

    @Test(arguments: [["0150"], ["0150", "0251"]])
    func `what waits under a text that did change is joined by the new one, once`(frames: [String]) async throws {
        let ward = try await ward()
        for frame in frames { ward.take(sent(ward, "2a9d", frame)) }
        #expect(try ward.reload(["test/pair": ReloadTests.pair("another")]).offeredAgain == frames.count)
        #expect(try await ward.fates() == frames.map { _ in "waiting: not-final" })
        ward.take(sent(ward, "2a9c", "01c8"))
        ward.take(sent(ward, "2a9c", "02c9"))
        ward.clock.advance(.seconds(60))
        ward.fileOverdue()
        #expect(try await ward.readings().map(\.said)
            == Array(["weight 80 kg, impedance 200 Ohm", "weight 81 kg, impedance 201 Ohm"].prefix(frames.count)))
        #expect(try await ward.journal().count == frames.count)
        let frame = try #require(try await ward.store.recentFrames(limit: 10).last)
        #expect(try await frame.record.profileVersion == ward.latestFrame().profileVersion)
        try await ward.expectBalance()
    }

    @Test func `frames of one message that wait are each joined after a reload`() async throws {
        let ward = try await ward()
        ward.take(sent(ward, "2a9d", "0150", "0251", "0352"))
        #expect(try ward.reload(["test/pair": ReloadTests.pair("another")]).offeredAgain == 3)
        ward.take(sent(ward, "2a9c", "03ca", "02c9"))
        ward.clock.advance(.seconds(60))
        ward.fileOverdue()
        #expect(try await ward.readings().map(\.said).sorted() == [
            "weight 80 kg", "weight 81 kg, impedance 201 Ohm", "weight 82 kg, impedance 202 Ohm",
        ])
        #expect(try await ward.fates() == ["reading", "duplicate: joined", "duplicate: joined", "reading", "reading"])
        try await ward.expectBalance()
    }

    @Test func `where a profile is gone, what waits under it ends as if its time were up`() async throws {
        let ward = try await ward()
        ward.take(sent(ward, "2a9d", "0150"))
        ward.take(sent(ward, "2a9c", "07c8"))
        #expect(try ward.reload(["test/pair": nil, "test/other": ReloadTests.other]).offeredAgain == 0)
        #expect(try await ward.fates() == ["reading", "incomplete: missing-value"])
        #expect(try await ward.latest().said == "weight 80 kg")
        #expect(try await ward.latest().reading.marks == ["unjoined"])
        try await ward.expectBalance()
    }

    @Test func `reloads while a frame waits, one behind the other, make one reading of it`() async throws {
        let ward = try await ward()
        ward.take(sent(ward, "2a9d", "0150"))
        for number in 0..<4 { try ward.reload(["test/pair": ReloadTests.pair("text \(number)")]) }
        ward.take(sent(ward, "2a9c", "01c8"))
        #expect(try await ward.fates() == ["duplicate: joined", "reading"])
        #expect(try await ward.journal().count == 1)
        try await ward.expectBalance()
    }

    @Test func `a set without the profile of an enrolled device is refused, and the old one goes on`() async throws {
        let ward = try await ward()
        try await ward.store.enroll(scale, profile: "test/pair")
        ward.take(sent(ward, "2a9d", "0150"))
        #expect {
            try ward.reload(["test/pair": nil, "test/other": ReloadTests.other])
        } throws: {
            ($0 as? Intake.Refusal)?.problems == [
                "a device is enrolled with test/pair, and there is no such profile any more: put it back, or enroll the device with "
                    + "another one first ('vitalgate devices list' names it)"
            ]
        }
        ward.take(sent(ward, "2a9c", "01c8"))
        #expect(try await ward.latest().said == "weight 80 kg, impedance 200 Ohm")
        try await ward.expectBalance()
    }

    @Test func `a change that cannot be kept is none`() async throws {
        let ward = try await ward()
        ward.take(sent(ward, "2a9d", "0150"))
        try await ward.store.refuseWrites(true)
        #expect { try ward.reload(["test/pair": ReloadTests.pair("another", unit: "lb")]) } throws: {
            ($0 as? Intake.Refusal)?.problems.first?.hasPrefix("nothing can be kept: ") ?? false
        }
        try await ward.store.refuseWrites(false)
        ward.take(sent(ward, "2a9c", "01c8"))
        #expect(try await ward.readings().map(\.said) == ["weight 80 kg, impedance 200 Ohm"])
        try await ward.expectBalance()
    }

    @Test func `a broadcast that goes on is read by the new text where it was refused, and not again where it was read`() async throws {
        let ward = try await ward()
        let message = { (hex: String) in self.broadcast(ward, hex) }
        ward.take(message("50"), message("5051"))
        try ward.reload(["test/pair": ReloadTests.pair().replacing("\"FFF9\" },", with: "\"FFF9\" }, tail: ignored,")])
        ward.clock.advance(.seconds(1))
        ward.take(message("50"), message("5051"))
        let fates = try await ward.fates()
        #expect(fates == ["reading", "rejected: too-long", "reading"])
        #expect(try await ward.tallies() == ["repeat": 1])
        try await ward.expectBalance()
    }

    @Test func `a broadcast that was read because it stood still is not read again by the new text`() async throws {
        func profile(_ title: String) -> String {
            ReloadTests.pair(title).replacing("{ field: lw, unit: kg } }", with: "{ field: lw, unit: kg } }, settles: { equal: weight, frames: 3 }")
        }
        let ward = try await Ward(profiles: ["test/pair": profile("as it was")])
        for _ in 0..<4 { ward.take(broadcast(ward, "50")) }
        try ward.reload(["test/pair": profile("another")])
        ward.clock.advance(.seconds(1))
        for _ in 0..<4 { ward.take(broadcast(ward, "50")) }
        #expect(try await ward.readings().count == 1)
        // Counted on across the reload.
        for _ in 0..<2 { ward.take(broadcast(ward, "51")) }
        try ward.reload(["test/pair": profile("a third")])
        ward.take(broadcast(ward, "51"))
        #expect(try await ward.readings().map(\.said) == ["weight 80 kg", "weight 81 kg"])
        try await ward.expectBalance()
    }

    // MARK: Scalars of bridges

    private static func scalars(_ title: String) -> String {
        """
        profile: mqtt/test-scalars
        title: \(title)
        source: these tests
        relays:
          custody: acknowledged
          topics: ["tests/{device}/{value}"]
          form: scalar
          words: { value: [sys, dia] }
          device: { namespace: test, id: "{device}" }
          joins: { at: [value], within: 10 s }
        readings:
          blood-pressure:
            requires: [systolic, diastolic]
            values: { systolic: { path: sys, unit: mmHg }, diastolic: { path: dia, unit: mmHg } }
        vectors:
          - name: both
            source: computed
            messages: [ { topic: tests/a/sys, payload: "120" }, { topic: tests/a/dia, payload: "80" } ]
            reads: [ { device: "test:a", kind: blood-pressure, systolic: 120 mmHg, diastolic: 80 mmHg, measured-at: arrival } ]
          - { name: half, source: computed, topic: tests/a/sys, payload: "120", because: waiting for diastolic }
        """
    }

    @Test func `a reading half told is finished by the format that it began with, and the next one by the new`() async throws {
        let arm = try #require(DeviceID("test:arm"))
        let ward = try await Ward(profiles: ["mqtt/test-scalars": ReloadTests.scalars("as it was")], enrolled: [arm])
        func told(_ value: String, _ number: Int) { ward.take(ward.raw("\(number)", to: "tests/arm/\(value)")) }
        told("sys", 121)
        try ward.reload(["mqtt/test-scalars": ReloadTests.scalars("another")])
        told("dia", 81)
        told("sys", 122)
        told("dia", 82)
        #expect(try await ward.readings().map(\.said) == ["systolic 121 mmHg, diastolic 81 mmHg", "systolic 122 mmHg, diastolic 82 mmHg"])
        let versions = try await ward.store.recentFrames(limit: 10).reversed().map(\.record.profileVersion)
        try #require(versions.count == 4)
        #expect(versions[0] == versions[1] && versions[2] == versions[3] && versions[1] != versions[2])
        told("sys", 123)
        try ward.reload(["mqtt/test-scalars": ReloadTests.scalars("a third")])
        ward.clock.advance(.seconds(11))
        told("dia", 83)
        ward.clock.advance(.seconds(11))
        ward.fileOverdue()
        #expect(try await ward.fates().suffix(2) == ["incomplete: missing-value", "incomplete: missing-value"])
        try await ward.expectBalance()
    }
}
