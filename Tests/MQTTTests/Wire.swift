import Foundation
import GatewayTesting
import Glibc
import Synchronization

/// One MQTT packet as it was on the wire.
struct Packet: Equatable {
    static let connect: UInt8 = 1, connack: UInt8 = 2, publish: UInt8 = 3, puback: UInt8 = 4, subscribe: UInt8 = 8
    static let pingreq: UInt8 = 12, disconnect: UInt8 = 14

    var first: UInt8
    var body: [UInt8]
    var kind: UInt8 { first >> 4 }

    /// The whole packets at the start of the bytes.
    static func all(_ bytes: [UInt8]) -> [Packet] {
        var packets: [Packet] = []
        var rest = bytes[...]
        while let first = rest.first {
            var length = 0, shift = 0, isWhole = false
            var body = rest.dropFirst()
            while let byte = body.popFirst() {
                length |= Int(byte & 0x7F) << shift
                shift += 7
                if byte & 0x80 == 0 {
                    isWhole = true
                    break
                }
            }
            guard isWhole, body.count >= length else { break }
            packets.append(Packet(first: first, body: Array(body.prefix(length))))
            rest = body.dropFirst(length)
        }
        return packets
    }
}

/// What a server on this machine saw of its connections, and what it is told to do.
final class Traffic: Sendable {
    struct Connection {
        var sent: [UInt8] = []
        /// The client closed it, or it was cut.
        var isOver = false
        var packets: [Packet] { Packet.all(sent) }
    }

    private struct State {
        var connections: [Connection] = []
        var cuts = 0
        var isHolding = false
        var isOver = false
    }

    private let state = Mutex(State())

    /// Those that said something: the client looks whether a port answers before it talks to it.
    var connections: [Connection] { state.withLock { $0.connections.filter { !$0.sent.isEmpty } } }
    var cuts: Int { state.withLock { $0.cuts } }
    var isOver: Bool { state.withLock { $0.isOver } }
    var isHolding: Bool { state.withLock { $0.isHolding } }

    /// Ends all connections at once, with nothing said.
    func cut() { state.withLock { $0.cuts += 1 } }
    /// Whether answers to the client are held back.
    func hold(_ isHolding: Bool) { state.withLock { $0.isHolding = isHolding } }
    func end() { state.withLock { $0.isOver = true } }

    func open() -> Int {
        state.withLock { state in
            state.connections.append(Connection())
            return state.connections.count - 1
        }
    }

    func note(_ bytes: [UInt8], on number: Int) { state.withLock { $0.connections[number].sent += bytes } }
    func close(_ number: Int) { state.withLock { $0.connections[number].isOver = true } }
}

/// Stands between a client and a broker, and keeps what the client sends.
final class Wire: Sendable {
    let traffic = Traffic()
    let port: Int

    init(to broker: Int) {
        let (listener, port) = Sockets.listener()
        self.port = port
        let traffic = traffic
        Sockets.serve(listener, traffic) { client in
            let cuts = traffic.cuts
            let number = traffic.open()
            let broker = Sockets.connected(to: broker)
            defer {
                Glibc.close(broker)
                traffic.close(number)
            }
            while traffic.cuts == cuts, !traffic.isOver {
                if let bytes = Sockets.read(client) {
                    if bytes.isEmpty { return }
                    traffic.note(bytes, on: number)
                    Sockets.write(broker, bytes)
                }
                if !traffic.isHolding, let bytes = Sockets.read(broker) {
                    if bytes.isEmpty { return }
                    Sockets.write(client, bytes)
                }
                Sockets.wait(for: client, traffic.isHolding ? -1 : broker)
            }
        }
    }

    deinit { traffic.end() }
}

/// A broker that says what a test has it say.
final class ScriptedBroker: Sendable {
    let traffic = Traffic()
    let port: Int

    /// - Parameter answer: to each packet; nil closes the connection.
    init(answer: @escaping @Sendable (Packet) -> [UInt8]?) {
        let (listener, port) = Sockets.listener()
        self.port = port
        let traffic = traffic
        Sockets.serve(listener, traffic) { client in
            let cuts = traffic.cuts
            let number = traffic.open()
            var bytes: [UInt8] = [], answered = 0
            defer { traffic.close(number) }
            while traffic.cuts == cuts, !traffic.isOver {
                if let more = Sockets.read(client) {
                    if more.isEmpty { return }
                    bytes += more
                    traffic.note(more, on: number)
                }
                for packet in Packet.all(bytes).dropFirst(answered) {
                    answered += 1
                    guard let reply = answer(packet) else { return }
                    Sockets.write(client, reply)
                }
                Sockets.wait(for: client, -1)
            }
        }
    }

    deinit { traffic.end() }

    /// Welcomes with MQTT 5, and grants what is asked for.
    static func welcome(_ packet: Packet) -> [UInt8]? {
        switch packet.kind {
        case Packet.connect: [0x20, 3, 0, 0, 0]
        case Packet.subscribe: [0x90, 4, packet.body[0], packet.body[1], 0, 1]
        case Packet.pingreq: [0xD0, 0]
        default: []
        }
    }
}

enum Sockets {
    /// On a port of which it is known that nothing else is there.
    static func listener(backlog: Int32 = 16) -> (socket: Int32, port: Int) {
        while true {
            let port = MosquittoBroker.freePort()
            let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            if withAddress(port, { bind(socket, $0, $1) }) == 0, listen(socket, backlog) == 0 { return (socket, port) }
            close(socket)
        }
    }

    static func connected(to port: Int, isBlocking: Bool = true) -> Int32 {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | (isBlocking ? 0 : Int32(SOCK_NONBLOCK.rawValue))
        let socket = Glibc.socket(AF_INET, kind, 0)
        _ = withAddress(port) { connect(socket, $0, $1) }
        return socket
    }

    private static func withAddress(_ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }

    /// One thread listens, and one serves each connection, until the traffic is over.
    static func serve(_ listener: Int32, _ traffic: Traffic, _ body: @escaping @Sendable (Int32) -> Void) {
        Thread.detachNewThread {
            while !traffic.isOver {
                guard wait(for: listener, -1) else { continue }
                let client = accept(listener, nil, nil)
                guard client >= 0 else { continue }
                Thread.detachNewThread {
                    body(client)
                    close(client)
                }
            }
            close(listener)
        }
    }

    @discardableResult
    static func wait(for one: Int32, _ other: Int32) -> Bool {
        var descriptors = [pollfd(fd: one, events: Int16(POLLIN), revents: 0), pollfd(fd: other, events: Int16(POLLIN), revents: 0)]
        return poll(&descriptors, 2, 10) > 0
    }

    /// nil when there is nothing yet; nothing at its end.
    static func read(_ socket: Int32) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = recv(socket, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        if count < 0 { return errno == EAGAIN || errno == EINTR ? nil : [] }
        return Array(bytes.prefix(count))
    }

    static func write(_ socket: Int32, _ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}

func doze() { usleep(5000) }
