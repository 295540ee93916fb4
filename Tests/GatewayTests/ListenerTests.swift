import Alarms
import Captures
import DeviceProfiles
import Foundation
import Gateway
import GatewayTesting
import Glibc
import MQTT
import Readings
import ServiceLifecycle
import Store
import Synchronization
import Testing

/// A gateway's socket for listeners, with a real intake, a real store and the shipped profiles.
private final class Porch: Sendable {
    let store: Store
    let intake: Intake
    let profiles: ProfileSet
    let events = RecordedEvents()
    let path: String
    private let service: ListenerService
    private let folder = TemporaryFolder()
    private let task: Task<Void, any Error>

    init(enrolled: [DeviceID] = [scale]) async throws {
        path = folder.path + "/adverts"
        store = try Store(path: folder.path + "/vitalgate.db")
        for device in enrolled { try await store.enroll(device) }
        profiles = try Ward.shipped.get()
        let place = try #require(Place(identifier: "Asia/Shanghai"))
        intake = Intake(
            profiles: profiles, store: store, clocks: .machine, place: place,
            watch: Watch(limits: [:], active: []), bell: Bell(), observer: events.observer)
        service = ListenerService(
            Configuration.Listener(name: "porch", socket: path), intake: intake, profiles: profiles, store: store, clocks: .machine,
            observer: events.observer)
        let service = service
        task = Task { try await service.run() }
        try #require(await eventually { self.said("listeners can call") })
    }

    /// As systemd ends it: everything is written then.
    func end() async throws {
        task.cancel()
        try await task.value
    }

    func said(_ words: String) -> Bool {
        events.all.contains { if case .listener(_, let event) = $0 { event.sentence.contains(words) } else { false } }
    }

    func tallies() async throws -> [String: Int] {
        try await Dictionary(store.tallies().map { ($0.code, $0.count) }, uniquingKeysWith: +)
    }
}

/// A listener that says what a test has it say.
private final class Caller {
    let descriptor: Int32

    init(_ path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
        try #require(status == 0)
    }

    deinit { close(descriptor) }

    func say(_ lines: String...) { say(bytes: Array(lines.map { $0 + "\n" }.joined().utf8)) }

    func say(bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard sent > 0 else { return }
            rest = rest.dropFirst(sent)
        }
    }

    /// What the gateway says until it hangs up, or until it has said so much.
    func hear(_ count: Int = .max) -> String {
        var text = ""
        var bytes = [UInt8](repeating: 0, count: 4096)
        while text.utf8.count < count {
            let got = recv(descriptor, &bytes, bytes.count, 0)
            guard got > 0 else { break }
            text += String(decoding: bytes[..<got], as: UTF8.self)
        }
        return text
    }
}

private let hello = #"{"listener":"F0:00:00:00:00:01","form":1}"#
private func weighing(_ data: String = ScaleAdvert.weight, from device: DeviceID = scale) -> String {
    #"{"name":"MIBFS","address":"\#(device)","serviceData":{"181b":"\#(data)"}}"#
}

@Suite("Listeners, over their socket", .timeLimit(.minutes(2))) struct ListenerTests {
    @Test("A weighing that is heard a hundred times is one reading; strangers and what was lost are counted, and all of it is answered")
    func weighings() async throws {
        let porch = try await Porch()
        let caller = try Caller(porch.path)
        caller.say(hello, #"{"state":"listening"}"#, #"{"lost":7}"#)
        for _ in 0..<100 { caller.say(weighing()) }
        caller.say(weighing(from: DeviceID(address: "C0:00:00:00:00:01")!), #"{"address":"C0:00:00:00:00:02"}"#)
        #expect(await eventually { porch.said("7 advertisements") && porch.said("adapter F0:00:00:00:00:01 listens") })
        #expect(try await eventually { try await porch.store.readings(limit: 9).count == 1 })
        var answered = 0
        while answered < 109 {
            let answers = caller.hear(1).split(separator: "\n")
            try #require(!answers.isEmpty)
            answered += answers.compactMap { ListenerLine.taken(in: Array($0.utf8)) }.reduce(0, +)
        }
        #expect(answered == 109)
        try await porch.end()
        #expect(try await porch.tallies() == ["lost-on-the-way": 7, "repeat": 99, "not-enrolled": 1, "no-profile": 1])
        let reading = try #require(try await porch.store.readings(limit: 9).first)
        #expect(reading.said.hasPrefix("weight 72.45 kg") && reading.origin.source == "porch")
        #expect(try await porch.store.ledger().differences == [])
        #expect(try await porch.store.ledger().sources.map { [$0.received, $0.frames] } == [[109, 1]])
    }

    @Test("What our own radio has heard and a listener hears too is one reading, also without a clock of the device", arguments: [
        ("181b", ScaleAdvert.weight, "MIBFS"), ("fcd2", "40065e1f", ""),
    ])
    func bothRadios(uuid: String, data: String, name: String) async throws {
        let porch = try await Porch()
        let seen = Observation(
            name: name.isEmpty ? nil : name, address: scale,
            items: [.init(.advertisement(Advertisement(serviceData: [BluetoothUUID(uuid)!: [UInt8](hex: data)!])))])
        #expect(porch.intake.take([RadioFrame(seen, custody: .bestEffort)], from: "bluetooth") == .acknowledge)
        let caller = try Caller(porch.path)
        caller.say(hello, ListenerLine.heard(seen).text)
        #expect(caller.hear(1) == "{\"taken\":1}\n")
        #expect(try await porch.store.readings(limit: 9).map(\.origin.source) == ["bluetooth"])
        #expect(try await porch.tallies() == ["repeat": 1])
        #expect(try await porch.store.ledger().differences == [])
    }

    @Test("Who begins with anything but who it is is hung up on", arguments: [
        "GET / HTTP/1.1", "{}", #"{"listener":"F0:00:00:00:00:01","form":2}"#, #"{"lost":3}"#, String(repeating: "x", count: 100_000),
    ])
    func strangeCalls(_ first: String) async throws {
        let porch = try await Porch()
        let caller = try Caller(porch.path)
        caller.say(first, weighing())
        #expect(caller.hear() == "")
        let next = try Caller(porch.path)
        next.say(hello, weighing())
        #expect(next.hear(1) == "{\"taken\":1}\n")
        #expect(try await porch.store.readings(limit: 9).count == 1)
    }

    @Test("Bad lines are counted and the good ones between them taken; a hundred in a row end the call") func badLines() async throws {
        let porch = try await Porch()
        let caller = try Caller(porch.path)
        caller.say(hello)
        for _ in 0..<99 { caller.say("nonsense") }
        caller.say(weighing(), hello, String(repeating: "{", count: 20_000), "", #"{"address":"F0"}"#)
        #expect(caller.hear(1).contains("taken"))
        for _ in 0..<200 { caller.say("\u{0}") }
        _ = caller.hear()
        #expect(await eventually { porch.said("was hung up on") })
        try await porch.end()
        let tallies = try await porch.tallies()
        #expect(tallies["bad-address"] == 1 && tallies["wrong-shape"] == 1 && tallies["too-large"] == 1)
        #expect((tallies["not-json"] ?? 0) == 99 + 97)
        #expect(try await porch.store.readings(limit: 9).count == 1)
        #expect(try await porch.store.ledger().differences == [])
    }

    @Test("Lines come whole, however they are cut") func pieces() async throws {
        let porch = try await Porch()
        let caller = try Caller(porch.path)
        for byte in Array((hello + "\n" + weighing() + "\n").utf8) { caller.say(bytes: [byte]) }
        #expect(caller.hear(1) == "{\"taken\":1}\n")
    }

    @Test("A socket that a killed gateway left is replaced, and one that somebody answers at is not") func leftovers() async throws {
        let porch = try await Porch()
        #expect(try FileManager.default.attributesOfItem(atPath: porch.path)[.posixPermissions] as? Int == 0o660)
        let second = ListenerService(
            Configuration.Listener(name: "other", socket: porch.path), intake: porch.intake, profiles: porch.profiles, store: porch.store,
            clocks: .machine, observer: porch.events.observer)
        let task = Task { try await second.run() }
        #expect(await eventually { porch.said("another program answers there") })
        task.cancel()
        try await task.value
        let caller = try Caller(porch.path)
        caller.say(hello, weighing())
        #expect(caller.hear(1) == "{\"taken\":1}\n")
        try await porch.end()
        #expect(!FileManager.default.fileExists(atPath: porch.path))
        #expect(caller.hear() == "")
    }
}
