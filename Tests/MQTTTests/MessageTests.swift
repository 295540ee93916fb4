import GatewayTesting
import MQTT
import Testing

@Suite("Messages as they were sent") struct MessageTests {
    @Test("What the broker kept is marked, and what is new is not") func retained() async throws {
        let broker = try await runningBroker()
        let meter = await Witness(settings(broker.port)).started()
        _ = await meter.client.publish([publication("ward/m", "old", isRetained: true)])
        let ward = await Witness(settings(broker.port), to: ["ward/#"]).started(subscriptions: 1)
        _ = await meter.client.publish([publication("ward/m", "new", isRetained: true)])
        await eventually("both") { ward.taken.count == 2 }
        #expect(ward.texts == ["old", "new"])
        #expect(ward.taken.map(\.isRetained) == [true, false])
        await ward.stop()
        await meter.stop()
    }

    @Test("A message sent at QoS 0 says so, and has no number") func quality() async throws {
        let broker = try await runningBroker()
        let ward = await Witness(settings(broker.port), to: ["ward/#"]).started(subscriptions: 1)
        let meter = await Witness(settings(broker.port)).started()
        let results = await meter.client.publish([publication("ward/m", "a", qos: 0), publication("ward/m", "b", qos: 1)])
        #expect(results.allSatisfy { $0.failure == nil })
        await eventually("both") { ward.taken.count == 2 }
        #expect(ward.taken.map(\.qos) == [0, 1])
        #expect(ward.taken[0].packetID == 0)
        #expect(ward.taken[1].packetID != 0)
        await ward.stop()
        await meter.stop()
    }

    @Test("Of a message beyond the limit only the size is told, and it is acknowledged like any other") func tooLarge() async throws {
        let broker = try await runningBroker()
        let wire = Wire(to: broker.port)
        var settings = settings(wire.port)
        settings.maximumPayload = 1000
        let ward = await Witness(settings, to: ["ward/#"]).started(subscriptions: 1)
        let meter = await Witness(MQTTTests.settings(broker.port)).started()
        for size in [1000, 1001, 3_000_000, 0] {
            _ = await meter.client.publish([Publication(topic: "ward/m", payload: Array(repeating: 7, count: size))])
        }
        await eventually("all four") { ward.taken.count == 4 }
        #expect(ward.taken.map(\.payload.count) == [1000, 0, 0, 0])
        #expect(ward.taken.map(\.payloadWasTooLarge) == [nil, 1001, 3_000_000, nil])
        await eventually("four acknowledgements") {
            wire.traffic.connections[0].packets.count { $0.kind == Packet.puback } == 4
        }
        await ward.stop()
        await meter.stop()
    }

    @Test("A batch ends at some megabytes, so that large messages do not fill the memory") func batchIsBoundedInBytes() async throws {
        let broker = try await runningBroker()
        let gate = Gate()
        let ward = Witness(settings(broker.port), to: ["ward/#"]) { _, _ in
            gate.wait()
            return .acknowledge
        }
        await ward.started(subscriptions: 1)
        let meter = await Witness(settings(broker.port)).started()
        _ = await meter.client.publish((0..<30).map { _ in Publication(topic: "ward/m", payload: Array(repeating: 7, count: 900_000)) })
        gate.open()
        await eventually("all of it") { ward.taken.count == 30 }
        #expect(ward.batches.map { $0.reduce(0) { $0 + $1.payload.count } }.max()! <= 6_000_000)
        await ward.stop()
        await meter.stop()
    }

    @Test("Topics come exactly as they were sent", arguments: ["/", "//", "a//b/", " ", "ä/日本/🩺", "long"])
    func topics(_ name: String) async throws {
        let topic = name == "long" ? String(repeating: "x", count: 60_000) : name
        let broker = try await runningBroker()
        let ward = await Witness(settings(broker.port), to: ["#"]).started(subscriptions: 1)
        let meter = await Witness(settings(broker.port)).started()
        #expect(await meter.client.publish([publication(topic, "x")]).first?.failure == nil)
        await eventually("it") { ward.taken.count == 1 }
        #expect(ward.taken.first?.topic == topic)
        await ward.stop()
        await meter.stop()
    }

    @Test("A broker that breaks the rules costs the connection, not the process", arguments: [
        [0x30, 5, 0, 1, 0xFF, 0, 0x41], [0x30, 3, 0, 1, 0x61], [0x30, 0x80], [0x32, 6, 0, 1, 0x61, 0, 0, 0], [0x30, 2, 0, 0],
        [0x00, 0], [0xF0, 0], [0x90, 0], [0x36, 6, 0, 1, 0x61, 0, 1, 0], [0x30, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F],
    ] as [[UInt8]])
    func brokenBroker(_ bytes: [UInt8]) async throws {
        let broker = ScriptedBroker { packet in
            packet.kind == Packet.subscribe ? ScriptedBroker.welcome(packet)! + bytes : ScriptedBroker.welcome(packet)
        }
        let ward = Witness(settings(broker.port), to: ["#"])
        ward.client.start()
        // Twice: it comes back for more.
        await eventually("it was sent twice, or waited for") {
            broker.traffic.connections.count { $0.packets.count >= 2 } >= 2 || ward.subscribed == 1
        }
        await ward.stop()
    }
}
