import GatewayTesting
import MQTT
import Testing

@Suite("Shared subscriptions, MQTT 3.1.1 and client certificates, on a real broker") struct SharingTests {
    @Test("Of two that share a subscription, each message goes to one") func shared() async throws {
        let broker = try await runningBroker()
        var members: [Witness] = []
        for number in 0..<2 {
            members.append(await Witness(lasting(broker.port, id: "member-\(number)"), to: ["$share/ward/vitals/#"]).started(subscriptions: 1))
        }
        let meter = await Witness(settings(broker.port)).started()
        let sent = (0..<100).map(String.init)
        let results = await meter.client.publish(sent.map { publication("vitals/m", $0) })
        #expect(results.allSatisfy { $0.failure == nil })
        await eventually("all of them") { members.flatMap(\.texts).count == 100 }
        try await Task.sleep(for: .milliseconds(200))
        #expect(members.flatMap(\.texts).sorted() == sent.sorted())
        #expect(members.allSatisfy { !$0.texts.isEmpty })
        for witness in members + [meter] { await witness.stop() }
    }

    @Test("What one that shares does not take, it is sent again") func refusedShare() async throws {
        let broker = try await runningBroker()
        let ward = Witness(lasting(broker.port, id: "member"), to: ["$share/ward/vitals/#"]) { number, _ in
            number == 0 ? .refuse(reason: "the disk is full") : .acknowledge
        }
        await ward.started(subscriptions: 1)
        let meter = await Witness(settings(broker.port)).started()
        _ = await meter.client.publish([publication("vitals/m", "1")])
        await eventually("it again") { ward.texts == ["1"] }
        #expect(ward.batches.count == 2)
        await ward.stop()
        await meter.stop()
    }

    @Test("In MQTT 3.1.1 the session is kept, and what was not taken comes again") func version311() async throws {
        let broker = try await runningBroker()
        var old = lasting(broker.port, id: "old")
        old.version = .v311
        let ward = Witness(old, to: ["vitals/#"]) { number, _ in number == 0 ? .refuse(reason: "the disk is full") : .acknowledge }
        await ward.started(subscriptions: 1)
        let meter = await Witness(settings(broker.port)).started()
        _ = await meter.client.publish([publication("vitals/m", "1", isRetained: true)])
        await eventually("it again") { ward.texts.contains("1") }
        #expect(ward.events.contains(.connected(sessionPresent: true)))
        #expect(!ward.events.contains(.fellBack))
        // Not 5: mosquitto's log names the protocol as p2 (3.1.1 is level 4).
        #expect(broker.log.contains("as old (p2, c0"), "\(broker.log)")
        await ward.stop()
        await meter.stop()
    }

    @Test("In MQTT 3.1.1 publications are acknowledged, and a will comes of an end without a word") func publish311() async throws {
        let broker = try await runningBroker()
        let ward = await Witness(settings(broker.port), to: ["#"]).started(subscriptions: 1)
        var old = settings(broker.port)
        old.version = .v311
        old.will = MQTTSettings.Will(topic: "status", payload: Array("gone".utf8), isRetained: false)
        let meter = await Witness(old).started()
        let results = await meter.client.publish([Publication(topic: "a", payload: Array("1".utf8), contentType: "text/plain")])
        #expect(results.first?.failure == nil)
        await meter.stop()
        await eventually("its will") { ward.texts == ["1", "gone"] }
        await ward.stop()
    }

    @Test("A broker that asks for a certificate gets ours") func ownCertificate() async throws {
        let broker = try await runningBroker(tls: true, asksForCertificates: true)
        var settings = settings(broker.port)
        settings.tls = MQTTSettings.TLS(caFile: broker.caFile, certificateFile: broker.certificateFile, keyFile: broker.keyFile)
        let ward = await Witness(settings, to: ["a"]).started(subscriptions: 1)
        #expect(await ward.client.publish([publication("a", "1")]).first?.failure == nil)
        await eventually("it comes back") { ward.texts == ["1"] }
        await ward.stop()
    }

    @Test("A broker that asks for a certificate refuses who has none, or a stranger's") func noCertificate() async throws {
        let broker = try await runningBroker(tls: true, asksForCertificates: true)
        let other = try await runningBroker(tls: true)
        for tls in [
            MQTTSettings.TLS(caFile: broker.caFile),
            MQTTSettings.TLS(caFile: broker.caFile, certificateFile: other.certificateFile, keyFile: other.keyFile),
        ] {
            var settings = settings(broker.port)
            settings.tls = tls
            let ward = Witness(settings)
            ward.client.start()
            await eventually("a failed try") { !ward.reasons.isEmpty }
            #expect(ward.connections == 0)
            await ward.stop()
        }
    }
}
