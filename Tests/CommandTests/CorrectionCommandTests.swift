import ExactJSON
import Foundation
import GatewayTesting
import Glibc
import MQTT
import Synchronization
import Testing

/// Corrections while the real program runs on a real broker: what its receivers hear of them.
@Suite struct CorrectionCommandTests {
    private static let cuff = "00:11:22:33:44:55"

    /// A gateway in a folder of its own, with a profile that can be mended.
    private final class Bench {
        let broker: MosquittoBroker
        let folder: String
        let bridge: MQTTClient
        let receiver: MQTTClient
        private var program: RunningProgram?

        init(clock: String = "") throws {
            broker = try MosquittoBroker()
            try broker.start()
            folder = FileManager.default.temporaryDirectory.appendingPathComponent("vitalgate-\(UUID().uuidString)").path
            try FileManager.default.createDirectory(atPath: folder + "/profiles/test", withIntermediateDirectories: true)
            try """
                store: { path: \(folder)/v.db }
                place: { zone: Asia/Shanghai }
                profiles: [\(folder)/profiles]
                \(clock)
                sources: [ { name: ward, mqtt: { port: \(broker.port), topics: ["vitalgate/raw/#"] } } ]
                sinks:
                  - { name: platform, mqtt: { port: \(broker.port), prefix: out } }
                  - { name: archive, file: { path: \(folder)/archive.jsonl } }
                """.write(toFile: folder + "/c.yaml", atomically: true, encoding: .utf8)
            let port = broker.port
            func settings(_ id: String) -> MQTTSettings { MQTTSettings(host: "127.0.0.1", port: port, clientID: id) }
            bridge = MQTTClient(settings("bridge"), subscriptions: [], onBatch: { _ in .acknowledge }, onEvent: { _ in })
            let list = Heard()
            receiver = MQTTClient(
                settings("receiver"), subscriptions: ["out/+/readings/#"],
                onBatch: { messages in
                    list.add(messages)
                    return .acknowledge
                }, onEvent: { _ in })
            self.list = list
            bridge.start()
            receiver.start()
        }

        private let list: Heard

        /// The revisions that the MQTT receiver has, each once, in their order of arrival: a restart may send one again.
        var received: [String] { list.lines }

        /// Those of the file.
        var archived: [String] {
            let text = (try? String(contentsOfFile: folder + "/archive.jsonl", encoding: .utf8)) ?? ""
            return Heard.once(text.split(separator: "\n").compactMap { try? JSON(parsing: String($0)) })
        }

        func profile(each: String, ignoring: String = "") throws {
            try """
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
                    length: 5
                    byte-order: little
                    fields:
                      - { name: weight, type: u16 }
                      - { name: number, type: u16 }
                      - { name: flags, type: u8, bits: { object: 0 } }
                readings:
                  body-weight:
                    number: number
                    \(ignoring)
                    values:
                      weight: { field: weight, unit: [ { is: kg, each: \(each) } ] }
                vectors:
                  - name: on the scale
                    source: computed, for tests
                    weighing: "2C 1F 01 00 00"
                    reads: [ { kind: body-weight, weight: \(each == "0.01" ? "79.8" : "159.6") kg, measured-at: arrival, number: 1 } ]
                  - name: nothing
                    source: computed, for tests
                    weighing: "00"
                    fails: length 1 is not 5
                """.write(toFile: folder + "/profiles/test/scale.yaml", atomically: true, encoding: .utf8)
        }

        func run(_ arguments: String...) throws -> Program.Run { try Program.run(arguments + ["--config", folder + "/c.yaml"]) }

        /// From then on the broker keeps for the gateway, and for the receiver, what is published, whoever is away.
        func start() async throws {
            program = try RunningProgram(["run", "--config", folder + "/c.yaml"])
            try #require(await eventually { broker.log.contains("vitalgate/raw/# (QoS 1)") && broker.log.contains("out/+/readings/# (QoS") })
        }
        func stop() async throws { _ = try await program?.exitStatusWhenTold(within: 15) }
        func kill() { program?.kill() }

        func weigh(_ frame: String) async throws {
            let json = #"{"address":"\#(cuff)","name":"TESTSCALE","characteristic":"fff4","frames":["\#(frame)"]}"#
            let isSent = await eventually {
                if case .success? = await bridge.publish([Publication(topic: "vitalgate/raw/w", payload: Array(json.utf8))]).first { true } else { false }
            }
            try #require(isSent)
        }

        func end() async {
            await bridge.stop(within: .seconds(1))
            await receiver.stop(within: .seconds(1))
            try? FileManager.default.removeItem(atPath: folder)
        }
    }

    private final class Heard: Sendable {
        private let all = Mutex<[JSON]>([])

        func add(_ messages: [ReceivedMessage]) {
            let read = messages.compactMap { try? JSON(parsing: $0.payload) }
            all.withLock { $0 += read }
        }

        var lines: [String] { Heard.once(all.withLock { $0 }) }

        static func once(_ messages: [JSON]) -> [String] {
            var seen: Set<String> = []
            return messages.compactMap { message in
                let name = "\(message.at("id") ?? "")/\(message.at("revision") ?? "")"
                guard seen.insert(name).inserted else { return nil }
                let said = message.at("values.weight.value") ?? (message.at("retracted") == "true" ? "retracted" : "?")
                let more = [message.at("supersedes").map { "for \($0)" }, message.at("correction"), message.at("timeQuality")]
                return ([String(name.split(separator: ".").last ?? ""), said] + more.compactMap { $0 }).joined(separator: " ")
            }
        }
    }

    @Test(.timeLimit(.minutes(3)))
    func `a mended profile corrects what was told, at a broker and in a file, while the gateway runs`() async throws {
        let bench = try Bench()
        try bench.profile(each: "0.02")
        #expect(try bench.run("devices", "enroll", CorrectionCommandTests.cuff, "--by", "a test").status == 0)
        try await bench.start()
        for frame in ["2c1f010000", "0019020000", "e204030001"] { try await bench.weigh(frame) }
        #expect(await eventually { bench.received.count == 3 && bench.archived.count == 3 })
        #expect(bench.archived == ["n1/1 159.6 arrival", "n2/1 128 arrival", "n3/1 25 arrival"])

        try bench.profile(each: "0.01", ignoring: "ignores: [flags.object]")
        let preview = try bench.run("redecode", "--profile", "test/scale", "--by", "ada")
        #expect(preview.status == 0)
        #expect(preview.lines.contains { $0.contains("- weight 159.6 kg at ") } && preview.lines.contains { $0.contains("+ weight 79.8 kg at ") }, "\(preview)")
        #expect(preview.lines.last == "Nothing is written yet: --apply writes these corrections.")
        #expect(bench.archived.count == 3)
        let applied = try bench.run("redecode", "--profile", "test/scale", "--by", "ada", "--apply", "--json")
        let answers = try applied.answers
        #expect(answers.map { $0.at("change") ?? "end" } == ["corrected", "corrected", "retracted", "end"])
        #expect(answers.last?.at("written") == "true" && answers.last?.at("changes.retracted") == "1")

        let wanted = ["n1/2 79.8 for 1 redecode arrival", "n2/2 64 for 1 redecode arrival", "n3/2 retracted for 1 redecode arrival"]
        #expect(await eventually { bench.received.count == 6 && bench.archived.count == 6 })
        #expect(bench.archived.suffix(3) == wanted[...])
        #expect(bench.received.suffix(3) == wanted[...])
        #expect(try bench.run("ledger", "verify").lines.last == "The ledger balances.")
        let shown = try bench.run("ledger", "show", "3").lines
        #expect(shown.first == "frame 3  ignored: not-a-measurement")
        #expect(shown.contains { $0.contains("revision 2, retracted: weight 25 kg") })
        #expect(shown.contains { $0.contains("redecode by ada at ") && $0.contains(": test/scale ") })
        try await bench.stop()
        await bench.end()
    }

    @Test(.timeLimit(.minutes(3)))
    func `what is quarantined is shown, and goes out when a named person lets it go`() async throws {
        let bench = try Bench()
        try bench.profile(each: "0.02")
        #expect(try bench.run("devices", "enroll", CorrectionCommandTests.cuff, "--by", "a test").status == 0)
        try await bench.start()
        // 1200 kg
        try await bench.weigh("60ea010000")
        #expect(await eventually { (try? bench.run("readings", "quarantined").lines.count) == 2 })
        let quarantined = try bench.run("readings", "quarantined", "--json").answers
        let id = try #require(quarantined.first?.at("id"))
        #expect(quarantined.first?.at("state") == "quarantined")
        #expect(try bench.run("readings", "release", id).status == 2, "nobody answers for it")
        #expect(try bench.run("readings", "release", "nonsense", "--by", "bob").status == 1)
        #expect(try bench.run("readings", "release", id, "--by", "bob").lines == ["released \(id) as revision 2"])
        #expect(await eventually { bench.received.count == 1 && bench.archived.count == 1 })
        #expect(bench.received == ["n1/2 1200 release arrival"])
        #expect(try bench.run("readings", "quarantined").lines.count == 1)
        #expect(try bench.run("readings", "release", id, "--by", "bob").status == 1)
        #expect(try bench.run("ledger", "verify").lines.last == "The ledger balances.")
        #expect(try bench.run("ledger", "show", id).lines.contains { $0.contains("release by bob at ") })
        try await bench.stop()
        await bench.end()
    }

    @Test(.timeLimit(.minutes(3)))
    func `killed again and again while its clock becomes right, a gateway tells everything anew, or nothing, and each once`() async throws {
        let flag = FileManager.default.temporaryDirectory.appendingPathComponent("vitalgate-flag-\(UUID().uuidString)").path
        let bench = try Bench(clock: "clock: { trust: \(flag) }")
        defer { unlink(flag) }
        try bench.profile(each: "0.01")
        #expect(try bench.run("devices", "enroll", CorrectionCommandTests.cuff, "--by", "a test").status == 0)
        try await bench.start()
        for number in 1...40 {
            let low = String(number, radix: 16)
            try await bench.weigh("2c1f\(low.count == 1 ? "0" : "")\(low)0000")
        }
        #expect(await eventually { bench.archived.count == 40 })
        #expect(bench.archived.allSatisfy { $0.hasSuffix("/1 79.8 unsynced") })
        #expect(bench.received.allSatisfy { $0.hasSuffix(" unsynced") })
        FileManager.default.createFile(atPath: flag, contents: nil)
        // The moments around the one at which a running gateway notices, and those of a start.
        for pause in [0, 120, 240, 260, 300] {
            usleep(UInt32(pause) * 1000)
            bench.kill()
            let ledger = try bench.run("ledger", "verify", "--json").answers[0]
            #expect(ledger.at("balanced") == "true", "\(ledger.at("differences") ?? "")")
            #expect(["0", "40"].contains(ledger.at("readings.superseded")), "all or nothing")
            try await bench.start()
        }
        #expect(await eventually { bench.archived.count == 80 && bench.received.count == 80 })
        #expect(bench.archived.suffix(40).allSatisfy { $0.hasSuffix("/2 79.8 for 1 restamp arrival") }, "\(bench.archived.suffix(2))")
        let ledger = try bench.run("ledger", "verify", "--json").answers[0]
        #expect(ledger.at("balanced") == "true" && ledger.at("readings.superseded") == "40" && ledger.at("readings.current") == "40")
        try await bench.stop()
        await bench.end()
    }
}
