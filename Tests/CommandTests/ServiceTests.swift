import Foundation
import GatewayTesting
import Glibc
import Testing

/// The program as systemd runs it: what it tells the service manager, and when.
@Suite struct ServiceTests {
    @Test("it is ready only when the broker has granted its topics, and then says that it is alive")
    func readiness() async throws {
        let broker = try MosquittoBroker()
        defer { broker.remove() }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("vitalgate-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(atPath: "\(folder.path)/more/test", withIntermediateDirectories: true)
        let configuration = """
            profiles: [ \(folder.path)/more ]
            store: { path: \(folder.path)/v.db }
            sources: [ { name: ward, mqtt: { port: \(broker.port), topics: ["vitalgate/raw/#"] } } ]
            sinks: [ { name: archive, file: { path: \(folder.path)/archive.jsonl } } ]
            """
        try configuration.write(toFile: "\(folder.path)/c.yaml", atomically: true, encoding: .utf8)
        let notices = try NoticeSocket(path: "\(folder.path)/notify")

        let program = try RunningProgram(
            ["run", "--config", "\(folder.path)/c.yaml"],
            environment: ["NOTIFY_SOCKET": notices.path, "WATCHDOG_USEC": "4000000"])
        #expect(notices.hears("STATUS=Waiting for a broker", within: 10))
        #expect(!notices.heard.contains { $0.contains("READY=1") })
        try broker.start()
        #expect(notices.hears("READY=1", within: 15))
        #expect(notices.hears("WATCHDOG=1", within: 10))
        // sd_notify(3): RELOADING=1 with the time, then READY=1, also where nothing of it was taken.
        program.hangUp()
        #expect(notices.hears("RELOADING=1\nMONOTONIC_USEC=", within: 10))
        #expect(notices.hears("READY=1\nSTATUS=Taking readings in", within: 20))
        try "profile: [".write(toFile: "\(folder.path)/more/test/half.yaml", atomically: false, encoding: .utf8)
        program.hangUp()
        #expect(notices.hears("RELOADING=1\nMONOTONIC_USEC=", within: 10))
        #expect(notices.hears("READY=1\nSTATUS=Taking readings in; the reload was refused: \(folder.path)/more/test/half.yaml:", within: 20))
        #expect(try await program.exitStatusWhenTold(within: 10) == 0)
        #expect(notices.hears("STOPPING=1", within: 1))
    }
}

/// The socket that systemd listens on, one datagram a notice.
private final class NoticeSocket {
    let path: String
    private let descriptor: Int32
    private(set) var heard: [String] = []

    init(path: String) throws {
        self.path = path
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(107)) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0)
    }

    deinit { close(descriptor) }

    func hears(_ line: String, within seconds: Double) -> Bool {
        let end = Date().addingTimeInterval(seconds)
        while Date() < end {
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, 100) > 0 else { continue }
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = recv(descriptor, &bytes, bytes.count, 0)
            heard.append(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self))
            if heard.last?.contains(line) == true { return true }
        }
        return false
    }
}
