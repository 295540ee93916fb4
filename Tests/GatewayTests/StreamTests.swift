import Alarms
import DeviceProfiles
import GatewayTesting
import MQTT
import Readings
import Sinks
import Testing

@testable import Gateway
@testable import Store

private let oximeter = DeviceID(address: "00:11:22:33:44:99")!
private let saturationLimits = ["oxygen-saturation.spo2": Limits(lowCritical: ExactDecimal("85"), lowWarning: ExactDecimal("92"))!]

/// Continuous signals: an oximeter of the Bluetooth SIG, its values brought by a broker at QoS 1.
struct StreamTests {
    private func ward(limits: [String: Limits] = [:], set: ProfileSet? = nil) async throws -> Ward {
        try await Ward(limits: limits, set: set, enrolled: [oximeter])
    }

    /// PLX Continuous Measurement: flags, SpO2, pulse. 0x07FF: not measured.
    private func sample(_ spo2: Int?, pulse: Int = 70, packet: UInt16? = nil, _ ward: Ward) -> ReceivedMessage {
        func bytes(_ value: Int) -> String { [UInt8(value & 255), UInt8(value >> 8)].map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() }
        let frame = "00" + bytes(spo2 ?? 0x07FF) + bytes(pulse)
        return ward.raw(#"{"address":"\#(oximeter)","services":["1822"],"characteristic":"2a5f","frames":["\#(frame)"]}"#, packet: packet)
    }

    /// One sample each second.
    private func play(_ values: [Int?], _ ward: Ward) {
        for value in values {
            ward.take(sample(value, ward))
            ward.clock.advance(.seconds(1))
            ward.fileOverdue()
        }
    }

    private func states(_ ward: Ward) async throws -> [String] {
        try await ward.readings().map { "\($0.identity) \($0.revision) \($0.state.rawValue): \($0.said)" }
    }

    @Test func `a minute of samples is one frame and one summary`() async throws {
        let ward = try await ward()
        play(Array(repeating: 97, count: 30) + Array(repeating: 96, count: 30), ward)
        #expect(try await ward.readings().isEmpty)
        #expect(try await ward.fates() == ["waiting"])
        try await ward.expectBalance()
        ward.clock.advance(.seconds(2))
        ward.fileOverdue()
        #expect(try await states(ward) == ["001122334499.oxygen-saturation.m20261121T1200 1 current: spo2 96.5 %, pulse 70 /min"])
        #expect(try await ward.fates() == ["summarised"])
        let reading = try await ward.latest()
        #expect(reading.measured == "2026-11-21T12:00:00Z arrival")
        let summary = try #require(reading.reading.summary)
        #expect((summary.frames, summary.valid, summary.validSeconds) == (60, 60, 60))
        #expect(summary.range(of: "spo2").map { [$0.least.text, $0.most.text] } == ["96", "97"])
        let payload = Delivery(try #require(try await ward.journal().last))!.content.payload(gateway: "g")
        #expect(payload.contains(#""form":3"#))
        #expect(payload.contains(#""spo2":{"value":"96.5","unit":"%","canonical":"96.5","ucum":"%","loinc":"59408-5","mdc":150456,"min":"96","max":"97","count":60}"#), "\(payload)")
        #expect(payload.contains(#""summary":{"statistic":"mean","seconds":60,"validSeconds":60,"valid":[[0,59]],"frames":60,"samples":60}"#), "\(payload)")
        let frame = try await ward.latestFrame()
        #expect(frame.items == 60)
        #expect(String(decoding: frame.body, as: UTF8.self).hasPrefix("0#1.1 2a5f 0061004600\n1000#2.1 2a5f 0061004600\n"))
        try await ward.expectBalance()
    }

    @Test func `four minutes at sixty a second are four summaries`() async throws {
        let ward = try await ward()
        for second in 0..<240 {
            // As a radio hands them over: what came in one turn, in one transaction.
            let messages = (0..<60).map { _ in sample(95 + second % 3, ward) }
            let verdict = ward.take(all: messages)
            guard verdict == .acknowledge else { Issue.record("\(verdict)"); return }
            ward.clock.advance(.seconds(1))
            ward.fileOverdue()
            // So much work at one go would leave other tests waiting.
            await Task.yield()
        }
        ward.clock.advance(.seconds(3))
        ward.fileOverdue()
        let readings = try await ward.readings()
        #expect(readings.count == 4)
        #expect(readings.allSatisfy { $0.reading.summary?.valid == 3600 && $0.reading.summary?.validSeconds == 60 })
        #expect(try await ward.fates().count == 4)
        #expect(try await ward.store.ledger().sources.map { [$0.received, $0.frames] } == [[14_400, 14_400]])
        try await ward.expectBalance()
    }

    @Test func `what is not valid is dropped and counted, and a gap is told`() async throws {
        let ward = try await ward()
        play(Array(repeating: 97, count: 20) + Array(repeating: nil, count: 25) + [12] + Array(repeating: 98, count: 14), ward)
        ward.clock.advance(.seconds(2))
        ward.fileOverdue()
        let summary = try #require(try await ward.latest().reading.summary)
        #expect((summary.frames, summary.valid, summary.validSeconds) == (60, 34, 34))
        #expect(summary.dropped == ["error-value": 25, "implausible-value": 1])
        #expect(summary.spans == [0...19, 46...59])
        #expect(summary.gaps == [20...45])
        #expect(try await ward.latestFrame().detail == "60 frames of a stream; left out: 25 error-value, 1 implausible-value")
        let payload = Delivery(try #require(try await ward.journal().last))!.content.payload(gateway: "g")
        #expect(payload.contains(#""valid":[[0,19],[46,59]],"frames":60,"samples":34,"dropped":{"error-value":25,"implausible-value":1}"#), "\(payload)")
        try await ward.expectBalance()
    }

    @Test func `a minute without a finger is a frame without a summary`() async throws {
        let ward = try await ward()
        play(Array(repeating: nil, count: 62), ward)
        #expect(try await ward.readings().isEmpty)
        #expect(try await ward.fates() == ["summarised: no-sample", "waiting"])
        try await ward.expectBalance()
    }

    @Test func `half a minute of silence ends a minute, and what comes then is in its next revision`() async throws {
        let ward = try await ward()
        play(Array(repeating: 97, count: 10), ward)
        ward.clock.advance(.seconds(29))
        ward.fileOverdue()
        #expect(try await states(ward) == ["001122334499.oxygen-saturation.m20261121T1200 1 current: spo2 97 %, pulse 70 /min"])
        play(Array(repeating: 95, count: 10), ward)
        ward.clock.advance(.seconds(20))
        ward.fileOverdue()
        #expect(try await states(ward) == [
            "001122334499.oxygen-saturation.m20261121T1200 1 superseded: spo2 97 %, pulse 70 /min",
            "001122334499.oxygen-saturation.m20261121T1200 2 current: spo2 96 %, pulse 70 /min",
        ])
        #expect(try await ward.latest().reading.summary?.spans == [0...9, 39...48])
        #expect(try await ward.fates() == ["summarised"])
        let payload = Delivery(try #require(try await ward.journal().last))!.content.payload(gateway: "g")
        #expect(payload.contains(#""revision":2,"supersedes":1"#))
        try await ward.expectBalance()
    }

    @Test func `a gateway that was stopped in the middle of a minute makes one summary of all of it`() async throws {
        let ward = try await ward()
        play(Array(repeating: 97, count: 20), ward)
        ward.restart()
        try await ward.expectBalance()
        play(Array(repeating: 95, count: 20), ward)
        ward.restart()
        ward.clock.advance(.seconds(30))
        ward.fileOverdue()
        #expect(try await states(ward) == ["001122334499.oxygen-saturation.m20261121T1200 1 current: spo2 96 %, pulse 70 /min"])
        #expect(try await ward.latest().reading.summary?.valid == 40)
        #expect(try await ward.fates() == ["summarised"])
        try await ward.expectBalance()
    }

    @Test func `a machine that was stopped in the middle of a minute makes its summary at the next start`() async throws {
        let ward = try await ward()
        play(Array(repeating: 97, count: 20), ward)
        ward.clock.reboot(at: "2026-11-21T12:10:00Z", isSynchronised: true)
        ward.restart()
        ward.fileOverdue()
        #expect(try await states(ward) == ["001122334499.oxygen-saturation.m20261121T1200 1 current: spo2 97 %, pulse 70 /min"])
        #expect(try await ward.latest().measured == "2026-11-21T12:00:00Z arrival")
        try await ward.expectBalance()
    }

    @Test func `what the broker sends again is counted, and adds nothing`() async throws {
        let ward = try await ward()
        for packet in 1...5 { ward.take(sample(90 + packet, packet: UInt16(packet), ward)) }
        ward.restart()
        // Unacknowledged as far as the broker knows: 4 and 5; then new ones.
        for packet in 4...7 { ward.take(sample(90 + packet, packet: UInt16(packet), ward), over: 2, resumed: true) }
        ward.clock.advance(.seconds(62))
        ward.fileOverdue()
        let summary = try #require(try await ward.latest().reading.summary)
        #expect(summary.valid == 7)
        #expect(try await ward.latest().reading.values.first?.reported.text == "94 %")
        #expect(try await ward.tallies() == ["redelivered": 2])
        try await ward.expectBalance()
    }

    @Test func `a batch that cannot be committed leaves the minute as it was`() async throws {
        let ward = try await ward()
        play(Array(repeating: 97, count: 10), ward)
        try await ward.store.refuseWrites(true)
        #expect(ward.take(sample(60, ward)) != .acknowledge)
        try await ward.store.refuseWrites(false)
        play(Array(repeating: 97, count: 10), ward)
        ward.clock.advance(.seconds(45))
        ward.fileOverdue()
        let summary = try #require(try await ward.latest().reading.summary)
        #expect((summary.frames, summary.valid) == (20, 20))
        #expect(summary.range(of: "spo2")?.least.text == "97")
        try await ward.expectBalance()
    }

    @Test func `no single sample is an alarm, and what holds for ten seconds is one episode`() async throws {
        let ward = try await ward(limits: saturationLimits)
        play(Array(repeating: 97, count: 20) + [82] + Array(repeating: 97, count: 9), ward)
        #expect(ward.events.alarms.isEmpty)
        play(Array(repeating: 82, count: 5) + [79] + Array(repeating: 84, count: 9) + Array(repeating: 97, count: 20), ward)
        let told = try await ward.journal(.alarm).map { entry -> String in
            guard case .alarm(let event) = entry.payload else { return "a reading" }
            return "\(event.phase.rawValue) \(event.episode.level.rawValue) \(event.reading) \(event.episode.since?.rfc3339() ?? "-") "
                + "\(event.episode.extreme?.text ?? "-") \(event.episode.until?.rfc3339() ?? "-")"
        }
        #expect(told == [
            "raised critical 001122334499.oxygen-saturation.m20261121T1200 2026-11-21T12:00:30Z 79 -",
            "cleared critical 001122334499.oxygen-saturation.m20261121T1200 2026-11-21T12:00:30Z 79 2026-11-21T12:00:45Z",
        ])
        ward.clock.advance(.seconds(10))
        ward.fileOverdue()
        // The trail of the minute leads to the alarm.
        let trail = try #require(try await ward.store.trail(ofFrame: 1))
        #expect(trail.entries.count == 3)
        try await ward.expectBalance()
    }

    @Test func `the time that a limit was reached goes on over a restart`() async throws {
        let ward = try await ward(limits: saturationLimits)
        play(Array(repeating: 82, count: 6), ward)
        ward.restart()
        play(Array(repeating: 82, count: 6), ward)
        #expect(ward.events.alarms.map(\.episode.since) == [Instant(rfc3339: "2026-11-21T12:00:00Z")])
    }

    @Test func `of two sources that hear one device the first tells the minute`() async throws {
        let ward = try await ward()
        for _ in 0..<60 {
            ward.take(sample(97, ward), from: "ward")
            ward.take(sample(95, ward), from: "radio")
            ward.clock.advance(.seconds(1))
        }
        ward.clock.advance(.seconds(2))
        ward.fileOverdue()
        #expect(try await ward.readings().count == 1)
        #expect(try await ward.fates() == ["summarised", "duplicate"])
        try await ward.expectBalance()
    }

    @Test func `minutes by a clock that is not right are told again once it is`() async throws {
        let ward = try await ward()
        ward.clock.reboot(at: "1970-01-01T00:01:00Z", isSynchronised: false)
        play(Array(repeating: 97, count: 30), ward)
        ward.clock.synchronise(at: noon)
        ward.fileOverdue()
        play(Array(repeating: 95, count: 10), ward)
        ward.clock.advance(.seconds(60))
        ward.fileOverdue()
        let readings = try await ward.readings()
        #expect(readings.map { "\($0.revision) \($0.state.rawValue) \($0.measured ?? "undated")" } == [
            "1 superseded 1970-01-01T00:01:00Z unsynced", "2 current 2026-11-21T11:59:30Z arrival", "1 current 2026-11-21T12:00:00Z arrival",
        ])
        #expect(readings[0].identity.description == "001122334499.oxygen-saturation.mb99999999-1000000000")
        try await ward.expectBalance()
    }

    @Test func `a minute in which the profile is mended is told whole by the new text`() async throws {
        func strap(_ unit: String) -> String {
            """
            profile: test/strap
            title: A strap
            source: these tests
            match: { names: { exact: [STRAP] } }
            frames:
              beat: { from: { service-data: "FFF7" }, fields: [ { name: t, type: u8 } ] }
            readings:
              body-temperature: { values: { temperature: { field: t, unit: \(unit) } }, stream: { rate: 1 /s, spot: none } }
            vectors:
              - { name: a, source: computed, advertised: { name: STRAP }, service-data: "25", reads: [ { kind: body-temperature, temperature: 37 \(unit), measured-at: arrival } ] }
              - { name: b, source: computed, advertised: { name: STRAP }, service-data: "25 26", fails: "length 2, but the layout ends at 1" }
            """
        }
        let ward = try await Ward(profiles: ["test/strap": strap("Cel")], enrolled: [oximeter])
        func beat(_ hex: String) {
            ward.take(ward.raw(#"{"address":"\#(oximeter)","name":"STRAP","serviceData":{"fff7":"\#(hex)"}}"#))
            ward.clock.advance(.seconds(1))
        }
        // 100: beyond belief in degrees Celsius, 37.78 °C of Fahrenheit. The same bytes each second are samples, no repeats.
        for _ in 0..<10 { beat("64") }
        try ward.reload(["test/strap": strap("degF")])
        for _ in 0..<10 { beat("64") }
        ward.clock.advance(.seconds(45))
        ward.fileOverdue()
        #expect(try await states(ward) == ["001122334499.body-temperature.m20261121T1200 1 current: temperature 37.778 Cel"])
        #expect(try await ward.latest().reading.summary?.valid == 20)
        #expect(try await ward.fates() == ["summarised"])
        try await ward.expectBalance()
    }

    @Test func `a mended profile decodes minutes again`() async throws {
        let ward = try await ward()
        play(Array(repeating: 97, count: 60), ward)
        ward.clock.advance(.seconds(2))
        ward.fileOverdue()
        try await ward.store.say("96 %", least: "90")
        var redecoding = try Redecoding(
            by: "a test", profile: "bluetooth-sig/pulse-oximeter", among: Ward.shipped.get(), since: nil, in: try #require(Place(identifier: "UTC")))
        let clock = ward.clock
        let summary = try redecoding.apply(to: ward.store, now: { clock.clocks.now().wall }, pause: {}) { _ in }
        #expect(summary.changes == [.corrected: 1])
        #expect(try await states(ward) == [
            "001122334499.oxygen-saturation.m20261121T1200 1 superseded: spo2 96 %, pulse 70 /min",
            "001122334499.oxygen-saturation.m20261121T1200 2 current: spo2 97 %, pulse 70 /min",
        ])
        #expect(try await ward.fates() == ["summarised"])
        try await ward.expectBalance()
    }

    @Test func `a device that hangs up ends its minute at once`() async throws {
        let ward = try await ward()
        play(Array(repeating: 97, count: 10), ward)
        ward.hungUp(oximeter)
        #expect(try await states(ward) == ["001122334499.oxygen-saturation.m20261121T1200 1 current: spo2 97 %, pulse 70 /min"])
        try await ward.expectBalance()
    }

    @Test func `a signal that settles gives one reading of its own in each session`() async throws {
        // 81 | pulse | SpO2 | perfusion in tenths
        let ward = try await Ward(enrolled: [oximeter])
        func take() {
            ward.take(ward.raw(
                #"{"address":"\#(oximeter)","services":["cdeacb80-5235-4c07-8846-93a37ee6b86d"],"characteristic":"cdeacb81-5235-4c07-8846-93a37ee6b86d","frames":["81486114"]}"#))
            ward.clock.advance(.seconds(1))
            ward.fileOverdue()
        }
        for _ in 0..<90 { take() }
        ward.restart()
        for _ in 0..<90 { take() }
        let spots = try await ward.readings().filter { !$0.reading.isContinuous }
        #expect(spots.map { "\($0.identity) \($0.said) \($0.measured ?? "")" } == [
            "001122334499.oxygen-saturation.s20261121T1200 spo2 97 %, pulse 72 /min, perfusion 2 % 2026-11-21T12:00:10Z arrival"
        ])
        #expect(spots.first?.reading.marks == ["settled"])
        try await ward.expectBalance()
    }
}

extension Store {
    /// As if the profile had said so.
    fileprivate func say(_ mean: String, least: String) throws {
        try database.run(script: """
            UPDATE readings SET "values" = json_set("values", '$.spo2', '\(mean)'), summary = json_set(summary, '$.ranges.spo2[0]', '\(least)')
            """)
    }
}
