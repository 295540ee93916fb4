import ExactJSON
import Foundation
import GatewayTesting
import Glibc
import MQTT
import Synchronization
import Testing

/// A gateway in a folder of its own, with a profile that can be mended.
final class ScaleBench {
    let broker: MosquittoBroker
    let folder: String
    let bridge: MQTTClient
    let receiver: MQTTClient
    static let device = "00:11:22:33:44:55"
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

    /// Hundredths of kilograms, as the scale says them.
    static func frame(_ kilograms: Int, _ number: Int) -> String {
        [kilograms & 255, kilograms >> 8, number, 0, 0].map { value in
            let text = String(value, radix: 16)
            return text.count == 1 ? "0" + text : text
        }.joined()
    }

    static func id(_ number: Int) -> String { "001122334455.body-weight.n\(number)" }

    private let list: Heard

    /// The revisions that the MQTT receiver has, each once, in their order of arrival: a restart may send one again.
    var received: [String] { list.lines }

    /// Those of the file.
    var archived: [String] { Heard.once(lines) }

    /// All that the file holds, line by line.
    var lines: [JSON] {
        let text = (try? String(contentsOfFile: folder + "/archive.jsonl", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap { try? JSON(parsing: String($0)) }
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
        let json = #"{"address":"\#(ScaleBench.device)","name":"TESTSCALE","characteristic":"fff4","frames":["\#(frame)"]}"#
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
            let more = [message.at("supersedes").map { "for \($0)" }, message.at("correction"), message.at("timeQuality"), message.at("person").map { "of \($0)" }]
            return ([String(name.split(separator: ".").last ?? ""), said] + more.compactMap { $0 }).joined(separator: " ")
        }
    }
}
