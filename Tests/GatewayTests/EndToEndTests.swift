import ExactJSON
import Foundation
import GatewayTesting
import Logging
import MQTT
import Readings
import Store
import Synchronization
import Testing

@testable import Gateway

/// A gateway on a real broker, from the frame to the receivers.
struct EndToEndTests {
    let folder = TemporaryFolder()
    let events = RecordedEvents()
    private var database: String { folder.path + "/vitalgate.db" }
    private var file: String { folder.path + "/readings.jsonl" }

    private func configuration(_ broker: MosquittoBroker) throws -> Configuration {
        try Configuration.read(
            """
            store: { path: \(database) }
            place: { zone: Asia/Shanghai }
            sources: [ { name: ward, mqtt: { port: \(broker.port), topics: ["vitalgate/raw/#", "iMEDE_watch/#"] } } ]
            sinks:
              - { name: platform, mqtt: { port: \(broker.port) } }
              - { name: archive, file: { path: \(file) } }
            alarms: { accepted-by: a test, limits: { blood-pressure.systolic: { high-warning: 180 } } }
            """, file: "test.yaml")
    }

    /// Runs a gateway until `body` ends.
    private func running(on broker: MosquittoBroker, _ body: () async throws -> Void) async throws {
        let gateway = try await Gateway(
            configuration(broker), profiles: Ward.shipped.get(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            observer: events.observer)
        let running = Task { try await gateway.run() }
        do {
            try await body()
        } catch {
            running.cancel()
            _ = await running.result
            throw error
        }
        running.cancel()
        _ = await running.result
    }

    private var starts: Int { events.all.count { if case .started = $0 { true } else { false } } }

    /// A message with the `number`th reading: a systolic of 100 + number, a minute apart.
    private func message(_ number: Int) -> Publication {
        let time = CivilTime(iso: "2026-01-01T00:00:00")!.adding(minutes: number).text
        let frame = CuffFrame.at(time, systolic: UInt8(100 + number))
        let json = #"{"address":"\#(cuff)","services":["1810"],"characteristic":"2a35","frames":["\#(frame)"]}"#
        return Publication(topic: "vitalgate/raw/ward-3", payload: Array(json.utf8))
    }

    /// Publishes until the broker has it, as a bridge does.
    private func publish(_ numbers: Range<Int>, by bridge: MQTTClient) async throws {
        var left = Array(numbers)
        let isDone = await eventually {
            let results = await bridge.publish(left.map(message))
            left = zip(left, results).compactMap { number, result in if case .success = result { nil } else { number } }
            return left.isEmpty
        }
        try #require(isDone)
    }

    @Test(.timeLimit(.minutes(2)))
    func `nothing is lost, doubled or misfiled between a cuff and its receivers, though the broker restarts`() async throws {
        let broker = try MosquittoBroker()
        try await broker.start()
        let heard = Mutex<[ReceivedMessage]>([])
        let receiver = MQTTClient(
            settings("receiver", broker), subscriptions: ["vitalgate/+/readings/#", "vitalgate/+/alarms/#", "vitalgate/+/status"],
            onBatch: { messages in
                heard.withLock { $0 += messages }
                return .acknowledge
            }, onEvent: { _ in })
        let bridge = MQTTClient(settings("bridge", broker), subscriptions: [], onBatch: { _ in .acknowledge }, onEvent: { _ in })
        receiver.start()
        bridge.start()
        do {
            let store = try Store(path: database)
            try await store.enroll(cuff)
        }
        try await running(on: broker) { () async throws in
            #expect(await eventually { starts == 1 })
            try await publish(0..<40, by: bridge)
            try await broker.restart()
            try await publish(40..<100, by: bridge)
            let store = try Store(readingOnly: database)
            #expect(try await eventually {
                let settled = try await (store.pending(sink: "platform"), store.pending(sink: "archive"))
                return try await store.readings(limit: 1000).count == 100 && settled == (0, 0)
            })
            // A bridge that publishes everything twice.
            try await publish(0..<100, by: bridge)
            #expect(try await eventually { try await store.ledger().frames >= 200 })
        }
        let store = try Store(path: database)
        let gateway = try await store.gatewayID { "none" }
        let prefix = "vitalgate/\(gateway)"
        let ids = (0..<100).map { "001122334455.blood-pressure." + CivilTime(iso: "2026-01-01T00:00:00")!.adding(minutes: $0).compact }
        // From 180 on: the 81st reading and those behind it are one episode.
        let episode = "\(ids[80])/blood-pressure.systolic"

        #expect(Set(try await store.readings(limit: 1000).map(\.identity.description)) == Set(ids))
        let ledger = try await store.ledger()
        #expect(ledger.differences == [])
        #expect(ledger.framesByFate[.reading] == 100 && ledger.alarmEvents == 1)
        #expect(ledger.sinks.allSatisfy { $0.pending == 0 && $0.dead == 0 })

        // The receivers have each at least once, and nothing else.
        #expect(await eventually { heard.withLock { $0.contains { $0.topic == "\(prefix)/status" && $0.says("state") == "offline" } } })
        let messages = heard.withLock { $0 }
        let readings = messages.filter { $0.topic == "\(prefix)/readings/001122334455/blood-pressure" }
        #expect(Set(readings.compactMap { $0.says("id") }) == Set(ids))
        let alarms = messages.filter { $0.topic == "\(prefix)/alarms/001122334455/blood-pressure.systolic" }
        #expect(Set(alarms.compactMap { $0.says("id") }) == [episode])
        let statuses = messages.filter { $0.topic == "\(prefix)/status" }
        #expect(messages.count == readings.count + alarms.count + statuses.count)
        #expect(statuses.contains { $0.says("state") == "online" })

        let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map { try JSON(parsing: String($0)) }
        #expect(lines.compactMap { $0["id"]?.string }.sorted() == (ids + [episode]).sorted())
        #expect(events.all.allSatisfy { if case .cloneSeen = $0 { false } else { true } })
        await bridge.stop(within: .seconds(2))
        await receiver.stop(within: .seconds(2))
    }

    @Test(.timeLimit(.minutes(2)))
    func `what came while the gateway was away is there when it comes back`() async throws {
        let broker = try MosquittoBroker()
        try await broker.start()
        let bridge = MQTTClient(settings("bridge", broker), subscriptions: [], onBatch: { _ in .acknowledge }, onEvent: { _ in })
        bridge.start()
        do {
            let store = try Store(path: database)
            try await store.enroll(cuff)
        }
        try await running(on: broker) { () async throws in
            #expect(await eventually { starts == 1 })
            try await publish(0..<5, by: bridge)
            #expect(await eventually { events.readings.count == 5 })
        }
        try await publish(5..<30, by: bridge)
        try await running(on: broker) { () async throws in
            #expect(await eventually { starts == 2 })
            #expect(await eventually { events.readings.count == 30 })
            #expect(await eventually { (try? String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").count) == 30 })
        }
        #expect(events.all.contains { if case .source("ward", .connected(sessionPresent: true)) = $0 { true } else { false } })
        let store = try Store(path: database)
        #expect(try await store.ledger().differences == [])
        #expect(try await store.ledger().framesByFate == [.reading: 30])
        await bridge.stop(within: .seconds(2))
    }

    @Test(.timeLimit(.minutes(2)))
    func `what a bridge decoded goes from the broker to the receivers under the name of its device`() async throws {
        let broker = try MosquittoBroker()
        try await broker.start()
        let bridge = MQTTClient(settings("bridge", broker), subscriptions: [], onBatch: { _ in .acknowledge }, onEvent: { _ in })
        let heard = Mutex<[ReceivedMessage]>([])
        let receiver = MQTTClient(
            settings("receiver", broker), subscriptions: ["vitalgate/+/readings/#"],
            onBatch: { messages in
                heard.withLock { $0 += messages }
                return .acknowledge
            }, onEvent: { _ in })
        bridge.start()
        receiver.start()
        let watch = try #require(DeviceID("imei:865067123456789"))
        do {
            let store = try Store(path: database)
            try await store.enroll(watch)
        }
        try await running(on: broker) { () async throws in
            #expect(await eventually { starts == 1 })
            let message = Publication(topic: "iMEDE_watch/AP55", payload: Array("""
                {"IMEI":"865067123456789","location":{"GPS":{"latitude":22.5678}},
                 "data":[{"timestamp":1738331256,"heartRate":84},{"timestamp":1738331316,"heartRate":85}]}
                """.utf8))
            #expect(await eventually { if case .success = await bridge.publish([message]).first { true } else { false } })
            #expect(await eventually { heard.withLock { Set($0.compactMap { $0.says("id") }).count == 2 } })
        }
        let store = try Store(path: database)
        #expect(try await store.ledger().differences == [])
        #expect(try await store.recentFrames(limit: 9).allSatisfy { !String(decoding: $0.record.body, as: UTF8.self).contains("22.5678") })
        let readings = heard.withLock { $0 }
        #expect(readings.allSatisfy { $0.topic.hasSuffix("/readings/imei_865067123456789/heart-rate") })
        #expect(Set(readings.compactMap { $0.says("measuredAt") }) == ["2025-01-31T13:47:36Z", "2025-01-31T13:48:36Z"])
        #expect(Set(readings.compactMap { $0.says("device") }) == ["imei:865067123456789"])
        await bridge.stop(within: .seconds(2))
        await receiver.stop(within: .seconds(2))
    }

    private func settings(_ name: String, _ broker: MosquittoBroker) -> MQTTSettings {
        var settings = MQTTSettings(host: "127.0.0.1", port: broker.port, clientID: name)
        settings.sessionExpiry = 3600
        settings.firstRetry = .milliseconds(50)
        return settings
    }
}

extension ReceivedMessage {
    fileprivate func says(_ key: String) -> String? { (try? JSON(parsing: payload))?[key]?.string }
}
