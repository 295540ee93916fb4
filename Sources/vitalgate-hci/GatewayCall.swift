import Captures
import Glibc

/// The line to the gateway: what is heard goes out at once or, while nobody takes it, is counted; what was counted is told as soon as
/// somebody does. Nothing is kept for later: who has no clock is dated by when it is heard.
struct GatewayCall {
    /// Bytes that wait for a gateway that is busy; a few seconds of a loud air.
    static let mostWaiting = 1 << 20

    private(set) var socket: Int32 = -1
    private let path: String
    private var waiting: [UInt8] = []
    private var heard: [UInt8] = []
    /// Advertisements and losses that went out, and for which no answer came.
    private var unanswered = 0
    /// Not told yet.
    private(set) var lost = 0
    init(_ path: String) { self.path = path }

    var isOpen: Bool { socket >= 0 }
    var wantsToSay: Bool { !waiting.isEmpty }

    /// - Parameter introduction: who listens, and how it is with the adapter.
    /// - Returns: why it cannot be called.
    mutating func open(_ introduction: [ListenerLine]) -> String? {
        socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        guard connect() else {
            let problem = String(cString: strerror(errno))
            close()
            return problem
        }
        introduction.forEach { put($0) }
        return nil
    }

    /// Hands an advertisement over, or counts it.
    mutating func tell(_ line: ListenerLine) {
        guard isOpen, waiting.count < GatewayCall.mostWaiting else { return lose(1) }
        tellLost()
        put(line)
        unanswered += 1
    }

    /// How it is with the adapter; an open line alone hears it, the next one begins with it.
    mutating func note(_ line: ListenerLine) { if isOpen { put(line) } }

    mutating func lose(_ count: Int) { lost += count }

    /// What was counted meanwhile goes out, though nothing is heard.
    mutating func tellLost() {
        guard isOpen, lost > 0 else { return }
        put(.lost(lost))
        unanswered += lost
        lost = 0
    }

    /// Sends what it can without waiting, and reads the answers. False where the gateway hung up.
    mutating func turn() -> Bool {
        guard isOpen else { return false }
        while !waiting.isEmpty {
            let sent = send(socket, waiting, waiting.count, Int32(MSG_NOSIGNAL))
            if sent < 0, errno == EAGAIN || errno == EINTR { break }
            guard sent > 0 else { return hungUp() }
            waiting.removeFirst(sent)
        }
        var bytes = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(socket, &bytes, bytes.count, 0)
            if count < 0, errno == EAGAIN || errno == EINTR { return true }
            guard count > 0 else { return hungUp() }
            heard += bytes[..<count]
            while let end = heard.firstIndex(of: 0x0A) {
                unanswered -= min(unanswered, ListenerLine.taken(in: Array(heard[..<end])) ?? 0)
                heard.removeFirst(end + 1)
            }
            // Nobody who is a gateway says so long a line.
            if heard.count > 4096 { return hungUp() }
        }
    }

    private mutating func put(_ line: ListenerLine) { waiting += Array(line.text.utf8) + [0x0A] }

    /// All that no answer came for may not have been taken.
    private mutating func hungUp() -> Bool {
        lose(unanswered)
        close()
        return false
    }

    private mutating func close() {
        if socket >= 0 { _ = Glibc.close(socket) }
        (socket, waiting, heard, unanswered) = (-1, [], [], 0)
    }

    private func connect() -> Bool {
        var address = sockaddr_un()
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            errno = ENAMETOOLONG
            return false
        }
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0 }
        }
    }
}
