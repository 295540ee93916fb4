import GatewayTesting
import Glibc
import MQTT
import Testing

@Suite("Connecting, and connecting again") struct ConnectionTests {
    @Test("After the broker's restart the connection comes back by itself") func brokerRestarts() async throws {
        let broker = try await runningBroker()
        let ward = await Witness(lasting(broker.port), to: ["ward/#"]).started(subscriptions: 1)
        try await aside { try broker.restart() }
        await eventually("the second connection: \(ward.events)") { ward.connections == 2 && ward.subscribed == 2 }
        #expect(ward.events.contains(.connected(sessionPresent: true)))
        let meter = await Witness(settings(broker.port)).started()
        _ = await meter.client.publish([publication("ward/m", "after")])
        await eventually("a message") { ward.texts == ["after"] }
        await ward.stop()
        await meter.stop()
    }

    @Test("A broker that goes says why") func brokerSaysGoodbye() async throws {
        let broker = ScriptedBroker { packet in
            packet.kind == Packet.subscribe ? ScriptedBroker.welcome(packet)! + [0xE0, 2, 0x8B, 0] : ScriptedBroker.welcome(packet)
        }
        let ward = Witness(settings(broker.port), to: ["#"])
        ward.client.start()
        await eventually("its reason") { !ward.reasons.isEmpty }
        #expect(ward.reasons.first == "the broker ended the connection: Server shutting down")
        await ward.stop()
    }

    @Test("A broker that is not there yet is found when it comes") func brokerComesLate() async throws {
        let broker = try MosquittoBroker()
        let ward = Witness(settings(broker.port))
        ward.client.start()
        await eventually("two failed tries") { ward.reasons.count >= 2 }
        #expect(ward.reasons[0] == "127.0.0.1:\(broker.port): Connection refused")
        try broker.start()
        await eventually("a connection") { ward.client.isConnected }
        await ward.stop()
    }

    @Test("An unknown host is told") func unknownHost() async throws {
        var settings = settings(1883)
        settings.host = "nowhere.invalid"
        let ward = Witness(settings)
        ward.client.start()
        await eventually("a failed try", within: .seconds(25)) { !ward.reasons.isEmpty }
        #expect(ward.reasons[0].hasPrefix("nowhere.invalid is unknown: "))
        await ward.stop()
    }

    @Test("The waits double up to the most, each a little by chance") func backoff() async throws {
        var settings = settings(MosquittoBroker.freePort())
        settings.firstRetry = .milliseconds(10)
        settings.mostRetry = .milliseconds(80)
        let witnesses = (0..<4).map { _ in Witness(settings) }
        for witness in witnesses { witness.client.start() }
        for witness in witnesses { await eventually("six tries") { witness.events.count >= 6 } }
        var waits: [[Duration]] = []
        for witness in witnesses {
            waits.append(Array(witness.waits.prefix(6)))
            await witness.stop()
        }
        for waits in waits {
            for (wait, middle) in zip(waits, [10, 20, 40, 80, 80, 80]) {
                #expect(wait >= .milliseconds(middle) * 0.75 && wait <= .milliseconds(middle) * 1.25)
            }
        }
        #expect(Set(waits.map(\.[0])).count > 1)
    }

    @Test("After a good connection the waits start small again") func backoffStartsAgain() async throws {
        let broker = try MosquittoBroker()
        let ward = Witness(settings(broker.port))
        ward.client.start()
        await eventually("some failed tries") { ward.reasons.count >= 4 }
        try broker.start()
        await eventually("a connection") { ward.client.isConnected }
        // Good is one that outlives the longest wait.
        try await Task.sleep(for: .milliseconds(250))
        broker.kill()
        await eventually("its end") { ward.events.contains { if case .disconnected = $0 { true } else { false } } }
        let retries = ward.events.compactMap { if case .disconnected(_, let retry) = $0 { retry } else { nil } }
        #expect(retries.first ?? .seconds(60) <= .milliseconds(25))
        await ward.stop()
    }

    @Test("A wrong password is told") func wrongPassword() async throws {
        let broker = try await runningBroker(users: ["ward": "right"])
        var settings = settings(broker.port)
        settings.userName = "ward"
        settings.password = "wrong"
        let ward = Witness(settings)
        ward.client.start()
        await eventually("a failed try") { !ward.reasons.isEmpty }
        #expect(ward.reasons[0] == "the broker refuses us: it does not accept this user name and password")
        #expect(ward.connections == 0)
        await ward.stop()
        settings.password = "right"
        let other = await Witness(settings).started()
        await other.stop()
    }

    @Test("A subscription that the broker does not allow is told, and the others work") func subscriptionRefused() async throws {
        let broker = ScriptedBroker { packet in
            let isForbidden = packet.kind == Packet.subscribe && packet.body.contains(UInt8(ascii: "x"))
            return isForbidden ? [0x90, 4, packet.body[0], packet.body[1], 0, 0x87] : ScriptedBroker.welcome(packet)
        }
        let ward = Witness(settings(broker.port), to: ["x/#", "y/#", "a/#/b"])
        ward.client.start()
        await eventually("three answers: \(ward.events)") { ward.events.count >= 4 }
        #expect(ward.events.contains(.subscriptionRefused(filter: "x/#", reason: "Not authorized")))
        #expect(ward.events.contains(.subscribed(filter: "y/#", grantedQoS: 1)))
        #expect(ward.events.contains { if case .subscriptionRefused("a/#/b", _) = $0 { true } else { false } })
        await ward.stop()
    }

    @Test("When another client takes our place, that is told") func takenOver() async throws {
        let broker = ScriptedBroker { packet in
            packet.kind == Packet.subscribe ? ScriptedBroker.welcome(packet)! + [0xE0, 2, 0x8E, 0] : ScriptedBroker.welcome(packet)
        }
        let ward = Witness(settings(broker.port), to: ["#"])
        ward.client.start()
        await eventually("it is told: \(ward.events)") { ward.reasons.count >= 2 }
        #expect(ward.events.contains(.takenOver))
        #expect(ward.reasons.first == "another client came with our client id")
        await ward.stop()
    }

    @Test("Two clients with one id do not fight for it all day: mosquitto 2.0.11 says nothing to the one that it drops")
    func twins() async throws {
        let broker = try await runningBroker()
        let twins = [Witness(settings(broker.port, id: "twin")), Witness(settings(broker.port, id: "twin"))]
        for twin in twins { twin.client.start() }
        await eventually("a long wait") { twins.contains { $0.waits.contains { $0 >= .milliseconds(150) } } }
        for twin in twins { await twin.stop() }
    }

    @Test("A broker of MQTT 3.1.1 is spoken to in MQTT 3.1.1") func fallsBack() async throws {
        let broker = ScriptedBroker { packet in
            // The fourth byte after the name of the protocol is its version.
            if packet.kind == Packet.connect { return packet.body[6] == 5 ? [0x20, 2, 0, 1] : [0x20, 2, 0, 0] }
            return packet.kind == Packet.subscribe ? [0x90, 3, packet.body[0], packet.body[1], 1] : []
        }
        var settings = settings(broker.port)
        settings.will = MQTTSettings.Will(topic: "status", payload: [1], isRetained: true)
        let ward = await Witness(settings, to: ["a"]).started(subscriptions: 1)
        #expect(ward.events.first == .fellBack)
        await ward.stop()
        // There a goodbye would take the will with it.
        let packets = broker.traffic.connections[1].packets
        #expect(packets.map(\.kind) == [Packet.connect, Packet.subscribe])
    }

    @Test("A broker that falls silent is left within one and a half of the keep-alive time") func keepAlive() async throws {
        let broker = try await runningBroker()
        var settings = settings(broker.port)
        settings.keepAlive = 5
        let ward = await Witness(settings).started()
        broker.freeze()
        let frozen = ContinuousClock.now
        await eventually("the end of the connection") { !ward.reasons.isEmpty }
        #expect(ContinuousClock.now - frozen < .milliseconds(8500))
        #expect(ward.reasons.first?.contains("has not been heard") == true, "\(ward.reasons)")
        await ward.stop()
        broker.thaw()
    }

    @Test("A broker that is quiet but alive is not left") func quietIsNotSilent() async throws {
        let broker = try await runningBroker()
        var settings = settings(broker.port)
        settings.keepAlive = 5
        let ward = await Witness(settings).started()
        try await Task.sleep(for: .seconds(9))
        #expect(ward.events == [.connected(sessionPresent: false)])
        await ward.stop()
    }

    @Test("A server that never welcomes us is given up and tried again") func silentServer() async throws {
        let (listener, port) = Sockets.listener()
        defer { close(listener) }
        var settings = settings(port)
        settings.connectDeadline = .milliseconds(300)
        let ward = Witness(settings)
        ward.client.start()
        await eventually("two tries") { ward.reasons.count >= 2 }
        #expect(ward.reasons[0] == "127.0.0.1:\(port) takes connections, but does not answer as a broker does")
        await ward.stop()
    }

    @Test("A server that closes at once is tried again, without turning wildly", arguments: [false, true])
    func closingServer(tls: Bool) async throws {
        let broker = ScriptedBroker { _ in nil }
        var settings = settings(broker.port)
        // Not MQTT's first packet, but the test's server closes at the first byte that looks whole.
        settings.tls = tls ? MQTTSettings.TLS() : nil
        settings.connectDeadline = .seconds(2)
        let ward = Witness(settings)
        ward.client.start()
        await eventually("two tries") { ward.reasons.count >= 2 }
        #expect(!ward.reasons[0].isEmpty)
        await ward.stop()
    }

    @Test("The loop is seen to turn while it connects, waits and listens") func turns() async throws {
        let broker = try await runningBroker()
        let (listener, port) = Sockets.listener()
        defer { close(listener) }
        var silent = settings(port), absent = settings(MosquittoBroker.freePort())
        silent.connectDeadline = .seconds(30)
        absent.firstRetry = .seconds(30)
        absent.mostRetry = .seconds(30)
        for settings in [settings(broker.port), silent, absent] {
            let ward = Witness(settings)
            ward.client.start()
            let start = ContinuousClock.now
            await eventually("a turn") { ward.client.lastLoop > start + .milliseconds(1100) }
            await ward.stop()
        }
    }
}

@Suite("TLS") struct TLSTests {
    @Test("A trusted certificate works, by name and by address", arguments: ["localhost", "127.0.0.1"])
    func trusted(host: String) async throws {
        let broker = try await runningBroker(tls: true)
        var settings = settings(broker.port)
        settings.host = host
        settings.tls = MQTTSettings.TLS(caFile: broker.caFile)
        let ward = await Witness(settings, to: ["a"]).started(subscriptions: 1)
        #expect(await ward.client.publish([publication("a", "1")]).first?.failure == nil)
        await eventually("it comes back") { ward.texts == ["1"] }
        await ward.stop()
    }

    @Test("A certificate of a stranger is not trusted") func untrusted() async throws {
        let broker = try await runningBroker(tls: true)
        let other = try MosquittoBroker(tls: true)
        for file in [other.caFile, nil] {
            var settings = settings(broker.port)
            settings.tls = MQTTSettings.TLS(caFile: file)
            let ward = Witness(settings)
            ward.client.start()
            await eventually("a failed try") { !ward.reasons.isEmpty }
            #expect(ward.reasons[0].contains("the broker's certificate is not trusted"), "\(ward.reasons)")
            #expect(ward.connections == 0)
            await ward.stop()
        }
    }

    @Test("A certificate for another host is not trusted") func wrongHost() async throws {
        let broker = try await runningBroker(tls: true)
        var settings = settings(broker.port)
        // The same address, written otherwise.
        settings.host = "127.1"
        settings.tls = MQTTSettings.TLS(caFile: broker.caFile)
        let ward = Witness(settings)
        ward.client.start()
        await eventually("a failed try") { !ward.reasons.isEmpty }
        #expect(ward.reasons[0] == "the broker's certificate is not trusted: it is not for 127.1")
        #expect(ward.connections == 0)
        await ward.stop()
    }

    @Test("A file that is missing is named") func missingFile() async throws {
        let broker = try await runningBroker(tls: true)
        var settings = settings(broker.port)
        settings.tls = MQTTSettings.TLS(caFile: "/nowhere/ca.pem")
        let ward = Witness(settings)
        ward.client.start()
        await eventually("a failed try") { !ward.reasons.isEmpty }
        #expect(ward.reasons[0] == "/nowhere/ca.pem: No such file or directory")
        await ward.stop()
    }

    @Test("A file without a certificate is told") func notACertificate() async throws {
        let broker = try await runningBroker(tls: true)
        var settings = settings(broker.port)
        settings.tls = MQTTSettings.TLS(caFile: "/etc/passwd")
        let ward = Witness(settings)
        ward.client.start()
        await eventually("a failed try") { !ward.reasons.isEmpty }
        #expect(ward.reasons[0].contains("CA certificates"), "\(ward.reasons)")
        await ward.stop()
    }

    @Test("A broker without TLS is told apart") func plainBroker() async throws {
        let broker = try await runningBroker()
        var settings = settings(broker.port)
        settings.connectDeadline = .seconds(3)
        settings.tls = MQTTSettings.TLS()
        let ward = Witness(settings)
        ward.client.start()
        await eventually("a failed try") { !ward.reasons.isEmpty }
        #expect(ward.connections == 0)
        await ward.stop()
    }
}
