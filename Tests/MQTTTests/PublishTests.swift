import GatewayTesting
import MQTT
import Testing

@Suite("Publishing") struct PublishTests {
    @Test("The results are in the order of the publications") func resultsInOrder() async throws {
        let broker = try await runningBroker(extra: ["max_packet_size 200"])
        let meter = await Witness(settings(broker.port)).started()
        let results = await meter.client.publish([
            publication("a", "1"), publication("a/+", "2"), publication("a", "3", qos: 0),
            publication("a", String(repeating: "4", count: 500)), publication("", "5"), publication("a", "6"),
        ])
        #expect(results.map(\.failure) == [
            nil, .badTopic("a/+"), nil, .tooLarge(bytes: 500, limit: 200), .badTopic(""), nil,
        ])
        #expect(await meter.client.publish([]).isEmpty)
        await meter.stop()
    }

    @Test("1000 in windows of 100 arrive in order") func orderIsKept() async throws {
        let broker = try await runningBroker()
        let ward = await Witness(lasting(broker.port), to: ["ward/#"]).started(subscriptions: 1)
        let meter = await Witness(settings(broker.port)).started()
        for window in 0..<10 {
            let results = await meter.client.publish((0..<100).map { publication("ward/m", "\(window * 100 + $0)") })
            #expect(results.allSatisfy { $0.failure == nil })
        }
        await eventually("all of it") { ward.taken.count >= 1000 }
        #expect(ward.texts == (0..<1000).map(String.init))
        await ward.stop()
        await meter.stop()
    }

    @Test("More than MQTT has numbers for are all settled") func moreThanNumbers() async throws {
        let broker = try await runningBroker(extra: ["max_inflight_messages 0"])
        let meter = await Witness(settings(broker.port)).started()
        let results = await meter.client.publish(Array(repeating: Publication(topic: "a", payload: []), count: 66_000))
        #expect(results.count == 66_000)
        #expect(results.allSatisfy { $0.failure == nil })
        await meter.stop()
    }

    @Test("At QoS 0 thousands leave at once") func manyWithoutAcknowledgement() async throws {
        let broker = try await runningBroker()
        let meter = await Witness(settings(broker.port)).started()
        let start = ContinuousClock.now
        let results = await meter.client.publish(Array(repeating: Publication(topic: "a", payload: [], qos: 0), count: 20_000))
        #expect(results.allSatisfy { $0.failure == nil })
        #expect(ContinuousClock.now - start < .seconds(6))
        await meter.stop()
    }

    @Test("Many at once from many tasks are all settled") func manyTasks() async throws {
        let broker = try await runningBroker()
        let meter = await Witness(settings(broker.port)).started()
        let settled = await withTaskGroup(of: Int.self) { group in
            for task in 0..<50 {
                group.addTask {
                    var settled = 0
                    for number in 0..<20 {
                        settled += await meter.client.publish([publication("t/\(task)", "\(number)")]).count { $0.failure == nil }
                    }
                    return settled
                }
            }
            return await group.reduce(0, +)
        }
        #expect(settled == 1000)
        await meter.stop()
    }

    @Test("A lost connection fails what was not acknowledged, and nothing of it is sent again by itself") func lostUnderWay() async throws {
        let broker = try await runningBroker()
        let wire = Wire(to: broker.port)
        let meter = await Witness(settings(wire.port)).started()
        wire.traffic.hold(true)
        async let results = meter.client.publish((0..<5).map { publication("a", "\($0)") })
        await eventually("five on the wire") {
            wire.traffic.connections[0].packets.count { $0.kind == Packet.publish } == 5
        }
        wire.traffic.cut()
        #expect(await results.map(\.failure) == Array(repeating: .connectionLost, count: 5))
        wire.traffic.hold(false)
        await eventually("the next connection") { meter.connections == 2 }
        #expect(await meter.client.publish([publication("a", "next")]).first?.failure == nil)
        #expect(wire.traffic.connections[1].packets.count { $0.kind == Packet.publish } == 1)
        await meter.stop()
    }

    @Test("Before the connection, while it is away and after the end it says so at once") func unconnected() async throws {
        let broker = try await runningBroker()
        let meter = Witness(settings(broker.port))
        #expect(await meter.client.publish([publication("a", "1")]).first?.failure == .notConnected)
        await meter.started()
        broker.stop()
        await eventually("the end of the connection") { !meter.client.isConnected }
        #expect(await meter.client.publish([publication("a", "2")]).first?.failure == .notConnected)
        await meter.stop()
        #expect(await meter.client.publish([publication("a", "3")]).first?.failure == .stopped)
    }

    @Test("A topic that MQTT cannot carry is refused, and costs nothing else", arguments: [
        "#", "a/#", "+", "a/+/b", "", "a NUL b", "a \u{1} b", "too long",
    ])
    func badTopic(_ name: String) async throws {
        let topic = name == "too long"
            ? String(repeating: "x", count: 65_536) : String(name.map { $0 == "N" ? "\0" : $0 })
        let broker = try await runningBroker()
        let ward = await Witness(settings(broker.port), to: ["#"]).started(subscriptions: 1)
        let meter = await Witness(settings(broker.port)).started()
        let results = await meter.client.publish([publication(topic, "1"), publication("a", "2")])
        #expect(results.map(\.failure) == [.badTopic(topic), nil])
        await eventually("the good one") { !ward.taken.isEmpty }
        #expect(ward.texts == ["2"])
        await ward.stop()
        await meter.stop()
    }

    @Test("What the broker does not allow is refused with its code") func accessList() async throws {
        let broker = try await runningBroker(users: ["meter": "secret"], access: ["user meter", "topic write mine/#"])
        var settings = settings(broker.port)
        settings.userName = "meter"
        settings.password = "secret"
        let meter = await Witness(settings).started()
        let results = await meter.client.publish([publication("mine/a", "1"), publication("others/a", "2"), publication("mine/b", "3")])
        guard case .refused(let code, let text) = results[1].failure else {
            Issue.record("not refused: \(results), \(broker.log)")
            return
        }
        #expect(code == 0x87)
        #expect(text == "Not authorized")
        #expect(results[0].failure == nil)
        #expect(results[2].failure == nil)
        await meter.stop()
    }

    @Test("What is larger than the broker takes is not sent: to the byte", arguments: [0, 1])
    func packetSize(qos: Int) async throws {
        let broker = try await runningBroker(extra: ["max_packet_size 300"])
        let meter = await Witness(settings(broker.port)).started()
        var fitting: [Int] = []
        for size in 270...300 {
            var publication = Publication(topic: "a/b", payload: Array(repeating: 7, count: size), qos: qos)
            publication.contentType = "x"
            switch await meter.client.publish([publication]).first {
            case .success: fitting.append(size)
            case .failure(let failure): #expect(failure == .tooLarge(bytes: size, limit: 300))
            case nil: Issue.record("no result")
            }
        }
        // 1 + 2 for type and length, 2 + 3 for the topic, 2 for the number at QoS 1, 1 + 4 for the properties.
        #expect(fitting.max() == 300 - 3 - 5 - (qos == 0 ? 0 : 2) - 5)
        #expect(meter.connections == 1)
        #expect(meter.reasons == [])
        await meter.stop()
    }

    @Test("No more are under way than the broker wants") func receiveMaximum() async throws {
        let broker = try await runningBroker(extra: ["max_inflight_messages 3"])
        let wire = Wire(to: broker.port)
        let meter = await Witness(settings(wire.port)).started()
        wire.traffic.hold(true)
        async let results = meter.client.publish((0..<20).map { publication("a", "\($0)") })
        await eventually("three on the wire") {
            wire.traffic.connections[0].packets.count { $0.kind == Packet.publish } >= 3
        }
        try await Task.sleep(for: .milliseconds(100))
        #expect(wire.traffic.connections[0].packets.count { $0.kind == Packet.publish } == 3)
        wire.traffic.hold(false)
        #expect(await results.allSatisfy { $0.failure == nil })
        await meter.stop()
    }

    @Test("A broker without QoS 1 says so") func maximumQuality() async throws {
        let broker = try await runningBroker(extra: ["max_qos 0"])
        let meter = await Witness(settings(broker.port)).started()
        let results = await meter.client.publish([publication("a", "1"), publication("a", "2", qos: 0)])
        guard case .refused(let code, _) = results[0].failure else {
            Issue.record("not refused: \(results)")
            return
        }
        #expect(code == 0x9B)
        #expect(results[1].failure == nil)
        await meter.stop()
    }
}
