import ExactJSON
import Foundation
import GatewayTesting
import MQTT
import Synchronization
import Testing

/// The running program on a real broker, told by SIGHUP to read its profiles again.
@Suite(.serialized) struct ReloadingTests {
    private let folder = TemporaryFolder()
    private var database: String { folder.path + "/v.db" }
    private static let scale = "00:11:22:33:44:11"
    private static let meter = "00:11:22:33:44:77"

    /// On 2A9D, its number and a weight.
    private static func profile(_ unit: String) -> String {
        """
        profile: test/meter
        title: A scale
        source: these tests
        match: { names: { exact: [METER] } }
        characteristics: { w: { service: "181D", uuid: "2A9D" } }
        frames:
          weight: { from: w, byte-order: little, fields: [ { name: n, type: u16 }, { name: w, type: u8 } ] }
        readings:
          body-weight: { values: { weight: { field: w, unit: \(unit) } }, number: n }
        vectors:
          - { name: a, source: computed, notifications: ["w: 01 00 50"], reads: [ { kind: body-weight, weight: 80 \(unit), number: 1, measured-at: arrival } ] }
          - { name: b, source: computed, notifications: ["w: 01"], fails: too short at n }
        """
    }

    private func message(_ number: Int, weight: Int = 80) -> Publication {
        let hex = [number & 255, number >> 8, weight].map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        let json = #"{"address":"\#(ReloadingTests.scale)","name":"METER","characteristic":"2a9d","frames":["\#(hex)"]}"#
        return Publication(topic: "vitalgate/raw/ward", payload: Array(json.utf8))
    }

    private func glucose(_ characteristic: String, _ hex: String) -> Publication {
        let json = #"{"address":"\#(ReloadingTests.meter)","services":["1808"],"characteristic":"\#(characteristic)","frames":["\#(hex)"]}"#
        return Publication(topic: "vitalgate/raw/ward", payload: Array(json.utf8))
    }

    private func program(_ broker: MosquittoBroker, environment: [String: String] = [:]) throws -> RunningProgram {
        // Shipped profiles that a test may change.
        try FileManager.default.copyItem(atPath: Program.profiles, toPath: folder.path + "/shipped")
        try folder.write(ReloadingTests.profile("kg"), to: "more/test/meter.yaml")
        let configuration = try folder.write(
            """
            store: { path: \(database) }
            place: { zone: UTC }
            profiles: [ \(folder.path)/more ]
            sources: [ { name: ward, mqtt: { port: \(broker.port), topics: ["vitalgate/raw/#"] } } ]
            sinks: [ { name: archive, file: { path: \(folder.path)/archive.jsonl } } ]
            """, to: "c.yaml")
        for device in [ReloadingTests.scale, ReloadingTests.meter] {
            #expect(try Program.run(["devices", "enroll", device, "--by", "a test", "--store", database]).status == 0)
        }
        return try RunningProgram(
            ["run", "--config", configuration], environment: ["VITALGATE_PROFILES": folder.path + "/shipped"].merging(environment) { $1 },
            log: folder.path + "/log")
    }

    private func log() -> String { (try? String(contentsOfFile: folder.path + "/log", encoding: .utf8)) ?? "" }
    private func times(_ words: String) -> Int { log().components(separatedBy: words).count - 1 }

    private func readings() throws -> [JSON] {
        try Program.run(["readings", "--limit", "100000", "--json", "--store", database]).answers
    }

    private func ledgerIsGood() throws -> Bool {
        try Program.run(["ledger", "verify", "--store", database]).status == 0
    }

    private func bridge(_ broker: MosquittoBroker) -> MQTTClient {
        var settings = MQTTSettings(host: "127.0.0.1", port: broker.port, clientID: "bridge")
        settings.firstRetry = .milliseconds(50)
        let bridge = MQTTClient(settings, subscriptions: [], onBatch: { _ in .acknowledge }, onEvent: { _ in })
        bridge.start()
        return bridge
    }

    /// Publishes until the broker has it.
    private func publish(_ messages: [Publication], by bridge: MQTTClient) async throws {
        var left = messages
        let isDone = await eventually {
            let results = await bridge.publish(left)
            left = zip(left, results).compactMap { message, result in if case .success = result { nil } else { message } }
            return left.isEmpty
        }
        try #require(isDone)
    }

    @Test("a changed profile is in force with the next frame, a broken one is told and changes nothing, and what waits is one reading",
        .timeLimit(.minutes(3)))
    func changes() async throws {
        let broker = try MosquittoBroker()
        defer { broker.remove() }
        try broker.start()
        let program = try program(broker)
        #expect(await eventually(within: .seconds(30)) { times("takes readings in") == 1 })
        let bridge = bridge(broker)
        try await publish([message(1), glucose("2a18", "130600e407040d10260a000078b0f1")], by: bridge)
        #expect(try await eventually { try readings().count == 1 })

        // Another text of both: of the glucose record that waits for its context too.
        try folder.write(ReloadingTests.profile("lb"), to: "more/test/meter.yaml")
        let file = folder.path + "/shipped/bluetooth-sig/glucose.yaml"
        try (try String(contentsOfFile: file, encoding: .utf8) + "\n# another text\n").write(toFile: file, atomically: false, encoding: .utf8)
        program.hangUp()
        #expect(await eventually { times("read again: ") == 1 })
        #expect(log().contains("changed: ") && log().contains("1 frame that waited was offered again"), "\(log())")
        try await publish([message(2), glucose("2a34", "47060002" + "2dd0025141f0")], by: bridge)
        #expect(try await eventually { try readings().count == 3 })
        let told = try readings()
        #expect(told.filter { $0.at("kind") == "blood-glucose" }.count == 1)
        #expect(told.contains { $0.text.contains("\"carbohydrates\"") && $0.text.contains("\"glucose\"") })
        #expect(told.contains { $0.text.contains("80 kg") || $0.at("values.weight.unit") == "kg" })
        #expect(told.contains { $0.text.contains("80 lb") || $0.at("values.weight.unit") == "lb" })

        // Broken: both files are told, each with its place, and nothing of it is in force.
        try folder.write(ReloadingTests.profile("kg").replacing("fields:", with: "feilds:"), to: "more/test/meter.yaml")
        try folder.write("profile: test/half\ntitle: [", to: "more/test/half.yaml")
        program.hangUp()
        #expect(await eventually { times("nothing of it is taken") == 1 })
        #expect(log().contains("more/test/meter.yaml:7:"), "\(log())")
        #expect(log().contains("did you mean 'fields'?") && log().contains("more/test/half.yaml:"), "\(log())")
        try await publish([message(3)], by: bridge)
        #expect(try await eventually { try readings().count == 4 })
        #expect(try readings().count { $0.at("values.weight.unit") == "lb" || $0.text.contains("80 lb") } == 2)

        #expect(try await program.exitStatusWhenTold(within: 15) == 0)
        #expect(try ledgerIsGood())
        await bridge.stop(within: .seconds(2))
    }

    @Test("twenty reloads under load lose nothing and double nothing", .timeLimit(.minutes(4)))
    func load() async throws {
        let broker = try MosquittoBroker()
        defer { broker.remove() }
        try broker.start()
        let program = try program(broker)
        #expect(await eventually(within: .seconds(30)) { times("takes readings in") == 1 })
        let bridge = bridge(broker)
        let isOver = Mutex(false)
        let sent = Task {
            var number = 0
            while !isOver.withLock({ $0 }) {
                try await publish((number..<number + 50).map { message($0, weight: 40 + $0 % 100) }, by: bridge)
                number += 50
            }
            return number
        }
        for round in 1...20 {
            // Each second one is broken: the old set goes on.
            let text = ReloadingTests.profile(round % 4 < 2 ? "kg" : "lb")
            try folder.write(round % 2 == 0 ? text : text.replacing("fields:", with: "feilds:"), to: "more/test/meter.yaml")
            program.hangUp()
            #expect(await eventually(within: .seconds(60)) { times("read again: ") + times("nothing of it is taken") == round })
        }
        isOver.withLock { $0 = true }
        let count = try await sent.value
        #expect(times("read again: ") == 10 && times("nothing of it is taken") == 10)
        #expect(count >= 200)
        #expect(try await eventually(within: .seconds(60)) { try readings().count >= count })
        let numbers = try readings().compactMap { $0.at("number") }
        #expect(numbers.count == count && Set(numbers).count == count)
        #expect(try await program.exitStatusWhenTold(within: 15) == 0)
        #expect(try ledgerIsGood())
        let lines = try String(contentsOfFile: folder.path + "/archive.jsonl", encoding: .utf8).split(separator: "\n")
        #expect(lines.count == count)
        await bridge.stop(within: .seconds(2))
    }
}
