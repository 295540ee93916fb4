import DBus
import GatewayTesting
import Synchronization
import Testing

/// A program that answers calls on a private bus, and one that calls it.
private struct Pair {
    let bus: PrivateBus
    let server: BusConnection
    let client: BusConnection
    let name: String
    let signals = Heard()
    let ends = Ends()

    final class Heard: Sendable {
        let all = Mutex<[BusSignal]>([])
    }

    final class Ends: Sendable {
        let reason = Mutex<String??>(nil)
    }

    init(answer: @escaping @Sendable (IncomingCall) -> Void) async throws {
        bus = try PrivateBus()
        server = BusConnection(BusConnection.Settings(address: bus.address), onSignal: { _ in }, onEnd: { _ in })
        server.export("/here", answer: answer)
        server.start()
        name = "org.example.Server"
        _ = try await server.call(MethodCall(
            to: "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName", [.string(name), .uint32(4)]))
        let (signals, ends) = (signals, ends)
        client = BusConnection(
            BusConnection.Settings(address: bus.address, matches: ["type='signal',interface='org.example.Told'"]),
            onSignal: { signal in signals.all.withLock { $0.append(signal) } }, onEnd: { reason in ends.reason.withLock { $0 = reason } })
        client.start()
    }

    func call(_ member: String, _ arguments: [DBusValue] = [], within: Duration = .seconds(10)) async throws(BusError) -> [DBusValue] {
        try await client.call(MethodCall(to: name, "/here", "org.example.Asked", member, arguments, within: within))
    }
}

@Suite("A connection to a bus", .timeLimit(.minutes(2))) struct ConnectionTests {
    @Test("What is said comes back as it was said, of every type") func echo() async throws {
        let pair = try await Pair { $0.reply($0.arguments) }
        let values: [DBusValue] = [
            .byte(255), .bool(true), .int16(-2), .uint16(65535), .int32(-3), .uint32(.max), .int64(.min), .uint64(.max), .double(0.1),
            .string("Waage für Müller"), .path("/a/b"), .signature("a{sv}"), .bytes([0, 1, 255]), .bytes([]), .strings([]),
            .array([.structure([.int32(1), .string("x")])], of: "(is)"), .options(["k": .bytes([1]), "n": .options([:])]),
            .dictionary([.uint16(0x157): .variant(.bytes([1, 2]))], of: "qv"), .variant(.variant(.bool(false))),
        ]
        #expect(try await pair.call("Echo", values) == values)
    }

    @Test("A refusal carries its name and its words; what cannot be written is told before it is sent") func refusals() async throws {
        let pair = try await Pair { $0.refuse("org.bluez.Error.Failed", "Operation failed with ATT error: 0x80") }
        await #expect(throws: BusError.refused(name: "org.bluez.Error.Failed", message: "Operation failed with ATT error: 0x80")) {
            try await pair.call("Any")
        }
        await #expect(throws: BusError.self) { try await pair.call("Any", [.path("no path")]) }
        await #expect(throws: BusError.self) { try await pair.call("Any", [.string("a\0b")]) }
        await #expect(throws: BusError.refused(
            name: "org.freedesktop.DBus.Error.ServiceUnknown", message: "The name org.example.Nobody was not provided by any .service files")) {
            try await pair.client.call(MethodCall(to: "org.example.Nobody", "/", "org.example.A", "B"))
        }
    }

    @Test("A call that nobody answers ends at its deadline, or when its task is cancelled") func deadlines() async throws {
        let keep = Kept()
        let pair = try await Pair { keep.take($0) }
        await #expect(throws: BusError.noAnswer) { try await pair.call("Never", within: .milliseconds(100)) }
        let task = Task { try await pair.call("Never", within: .seconds(60)) }
        try await Task.sleep(for: .milliseconds(50))
        task.cancel()
        await #expect(throws: BusError.cancelled) { try await task.value }
    }

    @Test("A call that is answered late, from elsewhere, is answered") func lateAnswers() async throws {
        let pair = try await Pair { call in
            Task {
                try? await Task.sleep(for: .milliseconds(50))
                call.reply([.string("late")])
            }
        }
        #expect(try await pair.call("Later") == [.string("late")])
    }

    @Test("Signals come in the order in which they were told") func signals() async throws {
        let pair = try await Pair { $0.reply() }
        _ = try await pair.call("Hello")
        for number in 0..<200 { pair.server.emit("/here", "org.example.Told", "Count", [.int32(Int32(number))]) }
        #expect(await eventually { pair.signals.all.withLock { $0.count } == 200 })
        #expect(pair.signals.all.withLock { $0.map { $0.arguments.first?.number } } == (0..<200).map { $0 })
    }

    @Test("When the bus goes, calls fail at once, the end is told once, and later calls fail too") func busGone() async throws {
        let keep = Kept()
        let pair = try await Pair { keep.take($0) }
        let task = Task { try await pair.call("Never", within: .seconds(60)) }
        #expect(await eventually { !keep.calls.withLock { $0.isEmpty } })
        pair.bus.kill()
        await #expect(throws: BusError.disconnected("the bus went away")) { try await task.value }
        #expect(await eventually { pair.ends.reason.withLock { $0 } != nil })
        #expect(pair.ends.reason.withLock { $0 } as? String != nil)
        await #expect(throws: BusError.self) { try await pair.call("More") }
    }

    @Test("A bus that is not there is an end with a reason") func noBus() async throws {
        let ends = Pair.Ends()
        let connection = BusConnection(
            BusConnection.Settings(address: "unix:path=/nonexistent/bus"), onSignal: { _ in },
            onEnd: { reason in ends.reason.withLock { $0 = reason } })
        connection.start()
        await #expect(throws: BusError.self) { try await connection.call(MethodCall(to: "a.b", "/", "a.b", "c")) }
        #expect(await eventually { ends.reason.withLock { ($0 ?? nil)?.contains("No such file") ?? false } })
    }
}

private final class Kept: Sendable {
    let calls = Mutex<[IncomingCall]>([])
    func take(_ call: IncomingCall) { calls.withLock { $0.append(call) } }
}
