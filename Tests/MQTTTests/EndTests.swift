import GatewayTesting
import Glibc
import MQTT
import Synchronization
import Testing

@Suite("Ending") struct EndTests {
    private func will(_ settings: MQTTSettings) -> MQTTSettings {
        var settings = settings
        settings.will = MQTTSettings.Will(topic: "status", payload: Array("offline".utf8), isRetained: true)
        return settings
    }

    private func elapsed(_ body: () async -> Void) async -> Duration {
        let start = ContinuousClock.now
        await body()
        return ContinuousClock.now - start
    }

    @Test("The will is published when we stop") func willAtStop() async throws {
        let broker = try await runningBroker()
        let ward = await Witness(settings(broker.port), to: ["status"]).started(subscriptions: 1)
        let meter = await Witness(will(settings(broker.port))).started()
        await meter.stop()
        await eventually("the will") { ward.texts == ["offline"] }
        await ward.stop()
    }

    @Test("The will is published when we are gone without a word") func willAtDeath() async throws {
        let broker = try await runningBroker()
        let wire = Wire(to: broker.port)
        let ward = await Witness(settings(broker.port), to: ["status"]).started(subscriptions: 1)
        var settings = will(settings(wire.port))
        settings.firstRetry = .seconds(30)
        settings.mostRetry = .seconds(30)
        let meter = await Witness(settings).started()
        wire.traffic.cut()
        await eventually("the will") { ward.texts == ["offline"] }
        await meter.stop()
        await ward.stop()
    }

    @Test("A connection that ends in good order says goodbye") func goodbye() async throws {
        let broker = try await runningBroker()
        let wire = Wire(to: broker.port)
        let meter = await Witness(settings(wire.port)).started()
        await meter.stop()
        await eventually("a goodbye") { wire.traffic.connections[0].packets.last?.kind == Packet.disconnect }
        #expect(meter.events == [.connected(sessionPresent: false)])
    }

    @Test("It stops within two seconds while it is connected") func whileConnected() async throws {
        let broker = try await runningBroker()
        let ward = await Witness(settings(broker.port), to: ["#"]).started(subscriptions: 1)
        #expect(await elapsed { await ward.stop() } < .seconds(2))
        #expect(!ward.client.isConnected)
    }

    @Test("It stops within two seconds while nobody answers its connection") func whileNobodyAnswers() async throws {
        // A queue that is full: the system drops every further connection.
        let (listener, port) = Sockets.listener(backlog: 0)
        let fillers = (0..<3).map { _ in Sockets.connected(to: port, isBlocking: false) }
        defer { ([listener] + fillers).forEach { close($0) } }
        let ward = Witness(settings(port))
        ward.client.start()
        try await Task.sleep(for: .milliseconds(100))
        #expect(await elapsed { await ward.stop() } < .seconds(2))
        #expect(ward.events == [])
    }

    @Test("It stops within two seconds while it waits for a welcome", arguments: [false, true])
    func whileUnwelcomed(tls: Bool) async throws {
        let (listener, port) = Sockets.listener()
        defer { close(listener) }
        var settings = settings(port)
        settings.tls = tls ? MQTTSettings.TLS() : nil
        let ward = Witness(settings)
        ward.client.start()
        try await Task.sleep(for: .milliseconds(100))
        #expect(await elapsed { await ward.stop() } < .seconds(2))
        #expect(ward.events == [])
    }

    @Test("It stops within two seconds while it waits for the next try") func whileWaiting() async throws {
        var settings = settings(MosquittoBroker.freePort())
        settings.firstRetry = .seconds(50)
        let ward = Witness(settings)
        ward.client.start()
        await eventually("a failed try") { !ward.reasons.isEmpty }
        #expect(await elapsed { await ward.stop() } < .seconds(2))
    }

    @Test("It stops within two seconds when the broker takes nothing more") func whileBrokerHangs() async throws {
        let broker = try await runningBroker()
        let ward = await Witness(settings(broker.port)).started()
        broker.freeze()
        async let results = ward.client.publish((0..<200).map { _ in Publication(topic: "a", payload: Array(repeating: 1, count: 100_000)) })
        try await Task.sleep(for: .milliseconds(300))
        #expect(await elapsed { await ward.stop() } < .seconds(2))
        #expect(await results.contains { $0.failure == .connectionLost || $0.failure == .stopped })
        broker.thaw()
    }

    @Test("It waits for the batch that is being taken, acknowledges it, and then stops") func duringBatch() async throws {
        let broker = try await runningBroker()
        let isIn = Box(false)
        let ward = Witness(lasting(broker.port), to: ["#"]) { _, _ in
            isIn.value.withLock { $0 = true }
            for _ in 0..<100 { doze() }
            return .acknowledge
        }
        await ward.started(subscriptions: 1)
        let meter = await Witness(settings(broker.port)).started()
        _ = await meter.client.publish([publication("a", "1")])
        await eventually("the batch") { isIn.now }
        #expect(await elapsed { await ward.stop() } < .seconds(2))
        #expect(ward.texts == ["1"])
        let next = await Witness(lasting(broker.port), to: ["#"]).started(subscriptions: 1)
        _ = await meter.client.publish([publication("a", "2")])
        await eventually("the next") { !next.taken.isEmpty }
        #expect(next.texts == ["2"])
        await next.stop()
        await meter.stop()
    }

    @Test("It waits no longer than it may, and lets everyone who waits go on") func limit() async throws {
        let broker = try await runningBroker()
        let gate = Gate()
        let ward = Witness(settings(broker.port), to: ["#"]) { _, _ in
            gate.wait()
            return .acknowledge
        }
        await ward.started(subscriptions: 1)
        _ = await ward.client.publish([publication("a", "1", qos: 0)])
        await eventually("the batch") { !ward.batches.isEmpty }
        // The batch would take 20 s; the other tests keep this machine busy for some.
        #expect(await elapsed { await ward.client.stop(within: .zero) } < .seconds(8))
        let long = Task { await ward.client.stop(within: .seconds(60)) }
        #expect(await elapsed { await ward.client.stop(within: .milliseconds(50)) } < .seconds(8))
        gate.open()
        await long.value
    }

    @Test("It waits for the end also in a task that was cancelled") func cancelled() async throws {
        let broker = try await runningBroker()
        let gate = Gate()
        let ward = Witness(settings(broker.port), to: ["#"]) { _, _ in
            gate.wait()
            return .acknowledge
        }
        await ward.started(subscriptions: 1)
        _ = await ward.client.publish([publication("a", "1", qos: 0)])
        await eventually("the batch") { !ward.batches.isEmpty }
        let isStopped = Box(false)
        let task = Task {
            await ward.stop()
            isStopped.value.withLock { $0 = true }
        }
        task.cancel()
        try await Task.sleep(for: .milliseconds(100))
        #expect(!isStopped.now)
        gate.open()
        await task.value
        #expect(ward.taken.count == 1)
    }

    @Test("Stopping twice, before the start, and starting after the end do no harm") func odd() async throws {
        let broker = try await runningBroker()
        let ward = Witness(settings(broker.port))
        await ward.stop()
        ward.client.start()
        await ward.stop()
        #expect(ward.events == [])
        let other = await Witness(settings(broker.port)).started()
        other.client.start()
        await other.stop()
        await other.stop()
        #expect(other.connections == 1)
    }

    @Test("Fifty clients leave no thread, no descriptor and no memory behind") func leaks() async throws {
        // A process of its own: here other tests open and close theirs.
        await #expect(processExitsWith: .success) {
            func entries(_ path: String) -> Int {
                guard let folder = opendir(path) else { return -1 }
                defer { closedir(folder) }
                var count = 0
                while readdir(folder) != nil { count += 1 }
                return count
            }
            let broker = try await runningBroker(tls: true)
            func cycle(_ number: Int) async throws {
                var settings = settings(broker.port)
                settings.tls = MQTTSettings.TLS(caFile: broker.caFile)
                // Every fifth one ends by itself before it is connected.
                if number % 5 == 0 { settings.port = 1 }
                let ward = Witness(settings, to: ["a"])
                if number % 5 == 0 {
                    ward.client.start()
                    await eventually("a failed try") { !ward.reasons.isEmpty }
                } else {
                    await ward.started(subscriptions: 1)
                    _ = await ward.client.publish([publication("a", "1")])
                }
                await ward.stop()
            }
            for number in 1...5 { try await cycle(number) }
            let descriptors = entries("/proc/self/fd")
            let threads = entries("/proc/self/task")
            for number in 1...50 { try await cycle(number) }
            // A detached thread is gone a moment after its last word.
            for _ in 0..<200 where entries("/proc/self/fd") > descriptors || entries("/proc/self/task") > threads + 2 { doze() }
            print(descriptors, entries("/proc/self/fd"), threads, entries("/proc/self/task"))
            broker.remove()
            exit(entries("/proc/self/fd") <= descriptors && entries("/proc/self/task") <= threads + 2 ? 0 : 1)
        }
    }
}
