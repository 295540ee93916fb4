import GatewayTesting
import MQTT
import Testing

@Suite("Custody: nothing is acknowledged before it was taken") struct CustodyTests {
    @Test("What was refused arrives again, and nothing is missing", arguments: [(80, 20), (600, 0)])
    func refusedComesAgain(count: Int, spacing: Int) async throws {
        let broker = try await runningBroker()
        let ward = Witness(lasting(broker.port), to: ["ward/#"]) { number, _ in
            number % 3 == 1 ? .refuse(reason: "the disk is full") : .acknowledge
        }
        await ward.started(subscriptions: 1)
        let meter = await Witness(settings(broker.port)).started()
        var failures = 0
        if spacing == 0 {
            failures = await meter.client.publish((0..<count).map { publication("ward/m", "\($0)") }).count { $0.failure != nil }
        } else {
            for number in 0..<count {
                failures += await meter.client.publish([publication("ward/m", "\(number)")]).count { $0.failure != nil }
                try await Task.sleep(for: .milliseconds(spacing))
            }
        }
        #expect(failures == 0)
        await eventually("all taken: \(Set(ward.texts).count) of \(count)") {
            ward.taken.count >= count && Set(ward.texts).count == count
        }
        #expect(Set(ward.texts) == Set((0..<count).map(String.init)))
        #expect(ward.reasons.contains { $0.contains("the disk is full") })
        // The order in which each came first.
        var known: Set<String> = []
        let firsts = ward.batches.flatMap { $0 }.map { String(decoding: $0.payload, as: UTF8.self) }.filter { known.insert($0).inserted }
        #expect(firsts == (0..<count).map(String.init))
        await ward.stop()
        await meter.stop()
    }

    @Test("What was acknowledged does not come again") func acknowledgedStaysAway() async throws {
        let broker = try await runningBroker()
        let wire = Wire(to: broker.port)
        let meter = await Witness(settings(broker.port)).started()
        let first = await Witness(lasting(wire.port), to: ["ward/#"]).started(subscriptions: 1)
        _ = await meter.client.publish((0..<50).map { publication("ward/m", "\($0)") })
        await eventually("50 acknowledgements") {
            wire.traffic.connections[0].packets.count { $0.kind == Packet.puback } == 50
        }
        wire.traffic.cut()
        await eventually("the second connection") { first.connections == 2 }
        await first.stop()
        let second = await Witness(lasting(wire.port), to: ["ward/#"]).started(subscriptions: 1)
        _ = await meter.client.publish([publication("ward/m", "last")])
        await eventually("the last") { second.texts.contains("last") }
        #expect(first.texts == (0..<50).map(String.init))
        #expect(second.texts == ["last"])
        await second.stop()
        await meter.stop()
    }

    @Test("No acknowledgement is on the wire before the verdict") func verdictFirst() async throws {
        let broker = try await runningBroker()
        let wire = Wire(to: broker.port)
        let gate = Gate()
        let ward = Witness(lasting(wire.port), to: ["ward/#"]) { _, _ in
            gate.wait()
            return .acknowledge
        }
        await ward.started(subscriptions: 1)
        let meter = await Witness(settings(broker.port)).started()
        for number in 0..<20 {
            _ = await meter.client.publish([publication("ward/m", "\(number)")])
            try await Task.sleep(for: .milliseconds(20))
        }
        await eventually("a batch") { !ward.batches.isEmpty }
        #expect(wire.traffic.connections[0].packets.filter { $0.kind == Packet.puback } == [])
        gate.open()
        await eventually("20 acknowledgements") {
            wire.traffic.connections[0].packets.count { $0.kind == Packet.puback } == 20
        }
        await ward.stop()
        await meter.stop()
    }

    @Test("After a refusal nothing at all is said before the connection ends, however long the verdict took")
    func refusalIsSilent() async throws {
        let broker = try await runningBroker()
        let wire = Wire(to: broker.port)
        var settings = lasting(wire.port)
        settings.keepAlive = 5
        // As long as the connection stays open, the broker waits: it must end before the next try, not with it.
        settings.firstRetry = .seconds(30)
        settings.mostRetry = .seconds(30)
        let ward = Witness(settings, to: ["ward/#"]) { _, _ in
            // Longer than the time after which a sign of life is due.
            let deadline = ContinuousClock.now + .milliseconds(5500)
            while ContinuousClock.now < deadline { doze() }
            return .refuse(reason: "no")
        }
        await ward.started(subscriptions: 1)
        let meter = await Witness(MQTTTests.settings(broker.port)).started()
        _ = await meter.client.publish([publication("ward/m", "one"), publication("ward/m", "two")])
        await eventually("the end of the connection", within: .seconds(9)) { wire.traffic.connections[0].isOver }
        #expect(wire.traffic.connections[0].packets.map(\.kind) == [Packet.connect, Packet.subscribe])
        await ward.stop()
        await meter.stop()
    }

    @Test("What comes again has the number that it had at first") func numberStays() async throws {
        let broker = try await runningBroker()
        let ward = Witness(lasting(broker.port), to: ["ward/#"]) { number, _ in
            number == 0 ? .refuse(reason: "no") : .acknowledge
        }
        await ward.started(subscriptions: 1)
        let meter = await Witness(settings(broker.port)).started()
        // So that the numbers do not start at 1 for both.
        _ = await meter.client.publish((0..<7).map { publication("ward/m", "\($0)") })
        await eventually("all of it") { Set(ward.texts).count == 7 }
        let refused = ward.batches[0]
        let again = Dictionary(ward.taken.map { ($0.payload, $0.packetID) }) { first, _ in first }
        for message in refused { #expect(again[message.payload] == message.packetID) }
        #expect(refused.allSatisfy { $0.packetID != 0 })
        await ward.stop()
        await meter.stop()
    }

    @Test("10 000 at once come in batches of at most 500, each once, in the order of their topic", arguments: [false, true])
    func flood(tls: Bool) async throws {
        let broker = try await runningBroker(tls: tls)
        var meterSettings = settings(broker.port), wardSettings = lasting(broker.port)
        if tls {
            meterSettings.tls = MQTTSettings.TLS(caFile: broker.caFile)
            wardSettings.tls = MQTTSettings.TLS(caFile: broker.caFile)
        }
        let ward = await Witness(wardSettings, to: ["ward/#"]).started(subscriptions: 1)
        let meter = await Witness(meterSettings).started()
        let results = await meter.client.publish((0..<10_000).map { publication("ward/\($0 % 10)", "\($0 / 10)") })
        #expect(results.allSatisfy { $0.failure == nil })
        await eventually("all of it") { ward.taken.count >= 10_000 }
        #expect(ward.batches.map(\.count).max()! <= 500)
        for (topic, messages) in Dictionary(grouping: ward.taken, by: \.topic) {
            #expect(messages.map { String(decoding: $0.payload, as: UTF8.self) } == (0..<1000).map(String.init), "\(topic)")
        }
        #expect(ward.connections == 1)
        await ward.stop()
        await meter.stop()
    }

    @Test("Messages at QoS 0 in small packets make no batch beyond 500 either", arguments: [false, true])
    func floodWithoutAcknowledgement(tls: Bool) async throws {
        let broker = try await runningBroker(tls: tls)
        var meterSettings = settings(broker.port), wardSettings = settings(broker.port)
        if tls {
            meterSettings.tls = MQTTSettings.TLS(caFile: broker.caFile)
            wardSettings.tls = MQTTSettings.TLS(caFile: broker.caFile)
        }
        let gate = Gate()
        let ward = Witness(wardSettings, to: ["w"]) { _, _ in
            gate.wait()
            return .acknowledge
        }
        await ward.started(subscriptions: 1)
        let meter = await Witness(meterSettings).started()
        _ = await meter.client.publish((0..<5000).map { publication("w", "\($0 % 10)", qos: 0) })
        gate.open()
        await eventually("the last") { ward.taken.count >= 4000 }
        #expect(ward.batches.map(\.count).max()! <= 500)
        await ward.stop()
        await meter.stop()
    }

    @Test("What was published while we were away waits for us in a kept session") func sessionIsKept() async throws {
        let broker = try await runningBroker()
        let meter = await Witness(settings(broker.port)).started()
        let first = await Witness(lasting(broker.port), to: ["ward/#"]).started(subscriptions: 1)
        #expect(first.events.first == .connected(sessionPresent: false))
        await first.stop()
        _ = await meter.client.publish((0..<30).map { publication("ward/m", "\($0)") })
        await meter.stop()
        // Also over the broker's own restart.
        try await aside { try broker.restart() }
        let second = await Witness(lasting(broker.port), to: ["ward/#"]).started(subscriptions: 1)
        #expect(second.events.first == .connected(sessionPresent: true))
        await eventually("all of it") { second.texts.count >= 30 }
        #expect(second.texts == (0..<30).map(String.init))
        await second.stop()
    }

    @Test("A clean session starts with nothing") func cleanSession() async throws {
        let broker = try await runningBroker()
        let meter = await Witness(settings(broker.port)).started()
        let first = await Witness(settings(broker.port, id: "clean"), to: ["ward/#"]).started(subscriptions: 1)
        await first.stop()
        _ = await meter.client.publish([publication("ward/m", "missed")])
        let second = await Witness(settings(broker.port, id: "clean"), to: ["ward/#"]).started(subscriptions: 1)
        #expect(second.events.first == .connected(sessionPresent: false))
        _ = await meter.client.publish([publication("ward/m", "seen")])
        await eventually("the second") { !second.texts.isEmpty }
        #expect(second.texts == ["seen"])
        await second.stop()
        await meter.stop()
    }
}
