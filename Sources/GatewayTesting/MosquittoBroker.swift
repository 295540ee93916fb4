import Foundation
import Glibc
import Synchronization

/// A real mosquitto on a free port of this machine, in a folder of its own. Both go with the value.
package final class MosquittoBroker: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    package let port: Int
    private let folder: String
    /// 0 while it does not run.
    private let process = Mutex(pid_t(0))

    /// The certificate that signed the broker's. Its certificate is for localhost and 127.0.0.1.
    package var caFile: String { folder + "/ca.pem" }

    /// A client's own certificate, signed by the same.
    package var certificateFile: String { folder + "/client.pem" }
    package var keyFile: String { folder + "/client.key" }

    /// - Parameters:
    ///   - users: names and passwords; with none of them, anybody may come.
    ///   - access: lines of an access list, such as `user ward` and `topic read vitals/#`.
    ///   - tls: TLS and nothing else on its port.
    ///   - asksForCertificates: and everybody must show a certificate of the same authority: `certificateFile`.
    ///   - extra: further lines of the configuration.
    package init(
        users: [String: String] = [:], access: [String] = [], tls: Bool = false, asksForCertificates: Bool = false, extra: [String] = []
    ) throws {
        var template = Array("/tmp/vitalgate-broker-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { mkdtemp($0.baseAddress!).map { String(cString: $0) } }
        guard let folder = made else { throw Failure(description: "no temporary folder: \(String(cString: strerror(errno)))") }
        self.folder = folder
        port = MosquittoBroker.freePort()
        // Not "max_queued_messages 1000000", no limit: mosquitto 2.0.11 then drops whoever publishes what the access list forbids.
        var lines = [
            "listener \(port) 127.0.0.1", "allow_anonymous \(users.isEmpty)", "persistence true", "persistence_location \(folder)/",
            "autosave_interval 1", "max_queued_messages 1000000", "log_dest file \(folder)/log", "log_type all",
        ]
        // Else it would become the user 'mosquitto', who may not write here.
        if getuid() == 0 { lines.append("user root") }
        if tls {
            lines += ["certfile \(folder)/broker.pem", "keyfile \(folder)/broker.key"]
            try makeCertificates()
            if asksForCertificates { lines += ["cafile \(caFile)", "require_certificate true"] }
        }
        if !users.isEmpty {
            lines.append("password_file \(folder)/users")
            try write([], to: "users")
            for (name, password) in users {
                try MosquittoBroker.run("mosquitto_passwd", ["-b", folder + "/users", name, password])
            }
        }
        if !access.isEmpty {
            lines.append("acl_file \(folder)/access")
            try write(access, to: "access")
        }
        try write(lines + extra, to: "conf")
    }

    deinit { remove() }

    /// What the broker saw and did, packet by packet.
    package var log: String { (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? "" }

    /// Returns when the port answers.
    package func start() throws {
        let child = try MosquittoBroker.spawn("mosquitto", ["-c", folder + "/conf"])
        process.withLock { $0 = child }
        let deadline = ContinuousClock.now + .seconds(10)
        while !MosquittoBroker.answers(port) {
            guard waitpid(child, nil, WNOHANG) == 0 else {
                process.withLock { $0 = 0 }
                throw Failure(description: "mosquitto does not start: \(log)")
            }
            guard ContinuousClock.now < deadline else { throw Failure(description: "mosquitto does not answer on \(port)") }
            usleep(2000)
        }
    }

    /// Ends it in good order: it saves its sessions. Returns when it ended.
    package func stop() { end(by: SIGTERM) }

    /// Ends it as a power cut does: what it saved is up to a second old.
    package func kill() { end(by: SIGKILL) }

    /// Ends it in good order and starts it again on the same port.
    package func restart() throws {
        stop()
        try start()
    }

    /// Holds it: its connections stay, and nothing is answered.
    package func freeze() { process.withLock { if $0 > 0 { Glibc.kill($0, SIGSTOP) } } }

    package func thaw() { process.withLock { if $0 > 0 { Glibc.kill($0, SIGCONT) } } }

    /// Ends it and deletes its folder.
    package func remove() {
        kill()
        try? FileManager.default.removeItem(atPath: folder)
    }

    private func end(by number: Int32) {
        let child = process.withLock { process in
            defer { process = 0 }
            return process
        }
        guard child > 0 else { return }
        Glibc.kill(child, number)
        Glibc.kill(child, SIGCONT)
        MosquittoBroker.reap(child)
    }

    private func write(_ lines: [String], to name: String) throws {
        try (lines.joined(separator: "\n") + "\n").write(toFile: "\(folder)/\(name)", atomically: false, encoding: .utf8)
    }

    private func makeCertificates() throws {
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        try MosquittoBroker.run("openssl", ["req", "-x509"] + key + [
            "-subj", "/CN=a test's authority", "-keyout", folder + "/ca.key", "-out", caFile,
        ])
        try MosquittoBroker.run("openssl", ["req", "-x509"] + key + [
            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-CA", caFile,
            "-CAkey", folder + "/ca.key", "-keyout", folder + "/broker.key", "-out", folder + "/broker.pem",
        ])
        try MosquittoBroker.run("openssl", ["req", "-x509"] + key + [
            "-subj", "/CN=a test's client", "-CA", caFile, "-CAkey", folder + "/ca.key", "-keyout", keyFile, "-out", certificateFile,
        ])
    }
}

// Ports and processes.
extension MosquittoBroker {
    /// Outside of the range from which the system takes the ports of outgoing connections: those would take it away while the
    /// broker is down, or a connection to it would meet itself.
    package static func freePort() -> Int {
        while true {
            let port = Int.random(in: 12_000..<32_000)
            if onLoopback(port, bind) == 0 { return port }
        }
    }

    private static func answers(_ port: Int) -> Bool { onLoopback(port, connect) == 0 }

    private static func onLoopback(_ port: Int, _ body: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }

    private static func run(_ program: String, _ arguments: [String]) throws {
        guard reap(try spawn(program, arguments)) == 0 else {
            throw Failure(description: "\(program) \(arguments.first ?? "") failed")
        }
    }

    @discardableResult
    private static func reap(_ child: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        return status
    }

    /// Not by `Foundation.Process`: its children could keep sockets that other tests open meanwhile, and hold them open.
    private static func spawn(_ program: String, _ arguments: [String]) throws -> pid_t {
        let searched = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let places = searched.split(separator: ":").map(String.init) + ["/usr/sbin", "/usr/local/sbin"]
        let paths = places.map { (place: String) -> String in place + "/" + program }
        guard let path = paths.first(where: { Glibc.access($0, X_OK) == 0 }) else {
            throw Failure(description: "\(program) is not installed: scripts/install-needs does it")
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor in Int32(0)...2 { posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0) }
        // One that is not open does no harm.
        for descriptor in Int32(3)..<1024 { posix_spawn_file_actions_addclose(&actions, descriptor) }
        // The threads of Swift's tasks hold signals back, and a child inherits that: it would not hear SIGTERM.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let words = ([path] + arguments).map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        var child: pid_t = 0
        let code = posix_spawn(&child, path, &actions, &attributes, words, environ)
        guard code == 0 else { throw Failure(description: "\(program): \(String(cString: strerror(code)))") }
        return child
    }
}
