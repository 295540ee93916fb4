import Foundation
import Glibc
import Synchronization

/// A local socket that listeners call, on a thread of its own that may wait for the disk: then the callers wait, and count what they
/// cannot hand over.
final class ListenerSocket: Sendable {
    /// Of one machine: an adapter each. Who calls beyond that waits.
    static let mostCallers = 8
    private static let mostRead = 65_536

    /// One caller, as long as it is connected.
    struct Caller {
        let descriptor: Int32
        var call = ListenerCall()
        /// Our answers that it has not read yet.
        var answers: [UInt8] = []
    }

    private let path: String
    /// Told, on the thread, of what a caller said; answers what to say to it, empty for nothing.
    private let onWords: @Sendable (ListenerCall, [ListenerCall.Word]) -> String
    private let onEnd: @Sendable (ListenerCall) -> Void
    private let onDoor: @Sendable (String?) -> Void
    /// Written to end the thread.
    private let stopper: (reading: Int32, writing: Int32)

    /// - Parameter onDoor: told when the socket can be called (nil), and why it cannot be made.
    init(
        path: String, onWords: @escaping @Sendable (ListenerCall, [ListenerCall.Word]) -> String,
        onEnd: @escaping @Sendable (ListenerCall) -> Void, onDoor: @escaping @Sendable (String?) -> Void
    ) {
        self.path = path
        self.onWords = onWords
        self.onEnd = onEnd
        self.onDoor = onDoor
        var ends: [Int32] = [-1, -1]
        _ = pipe(&ends)
        ends.forEach(ListenerSocket.tame)
        stopper = (ends[0], ends[1])
    }

    deinit {
        close(stopper.reading)
        close(stopper.writing)
    }

    /// Returns once `stop` was called and every caller was hung up on.
    func run() async {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { [self] in
                serve()
                continuation.resume()
            }
        }
    }

    func stop() { _ = write(stopper.writing, [0], 1) }

    // MARK: On the thread

    private func serve() {
        var told: String? = "not tried yet"
        while true {
            let door = open()
            if told != door.problem { onDoor(door.problem) }
            told = door.problem
            if door.descriptor >= 0 {
                answerCalls(at: door.descriptor)
                close(door.descriptor)
                unlink(path)
                return
            }
            // Its folder may come: systemd makes it at the start, a person later.
            var stop = [pollfd(fd: stopper.reading, events: Int16(POLLIN), revents: 0)]
            if poll(&stop, 1, 10_000) > 0 { return }
        }
    }

    /// The socket, open to who may open the folder: the mode of the file lets the group in.
    private func open() -> (descriptor: Int32, problem: String?) {
        guard var address = LocalAddress(path) else { return (-1, "its path is longer than \(LocalAddress.mostBytes) bytes") }
        // One that a killed gateway left behind is in the way; one that somebody answers at is not ours.
        let probe = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        ListenerSocket.tame(probe)
        // EAGAIN: so many call there that we would have to wait.
        let isTaken = address.use { connect(probe, $0, $1) } == 0 || errno == EAGAIN
        close(probe)
        guard !isTaken else { return (-1, "another program answers there") }
        var status = stat()
        if lstat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFSOCK else { return (-1, "something else lies there") }
            unlink(path)
        }
        let door = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        ListenerSocket.tame(door)
        guard door >= 0, address.use({ bind(door, $0, $1) }) == 0, chmod(path, 0o660) == 0, Glibc.listen(door, 4) == 0 else {
            let problem = String(cString: strerror(errno))
            close(door)
            return (-1, problem)
        }
        return (door, nil)
    }

    private func answerCalls(at door: Int32) {
        var callers: [Caller] = []
        defer {
            for caller in callers {
                close(caller.descriptor)
                onEnd(caller.call)
            }
        }
        while true {
            var places = [pollfd(fd: stopper.reading, events: Int16(POLLIN), revents: 0)]
            places.append(pollfd(fd: callers.count < ListenerSocket.mostCallers ? door : -1, events: Int16(POLLIN), revents: 0))
            places += callers.map { pollfd(fd: $0.descriptor, events: Int16($0.answers.isEmpty ? POLLIN : POLLIN | POLLOUT), revents: 0) }
            guard poll(&places, nfds_t(places.count), -1) >= 0 || errno == EINTR else { return }
            if places[0].revents != 0 { return }
            for index in callers.indices.reversed() where places[index + 2].revents != 0 {
                guard serve(&callers[index]) else {
                    let caller = callers.remove(at: index)
                    close(caller.descriptor)
                    onEnd(caller.call)
                    continue
                }
            }
            if places[1].revents != 0 {
                let caller = accept(door, nil, nil)
                if caller >= 0 {
                    ListenerSocket.tame(caller)
                    callers.append(Caller(descriptor: caller))
                } else if errno == EMFILE || errno == ENFILE {
                    // It goes on calling, and we would go on waking up.
                    usleep(100_000)
                }
            }
        }
    }

    /// Waits for nobody, and ends with us.
    private static func tame(_ descriptor: Int32) {
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    /// Reads what it said and answers. False at its end.
    private func serve(_ caller: inout Caller) -> Bool {
        var bytes = [UInt8](repeating: 0, count: ListenerSocket.mostRead)
        let count = recv(caller.descriptor, &bytes, bytes.count, 0)
        guard count != 0 else { return false }
        if count < 0 {
            guard errno == EAGAIN || errno == EINTR else { return false }
        } else {
            let words = caller.call.take(bytes[..<count])
            let answer = onWords(caller.call, words)
            // Who never reads our answers is told no more of them; they are numbers to add up, and its own counts are all that suffers.
            if !answer.isEmpty, caller.answers.count < ListenerSocket.mostRead { caller.answers += Array(answer.utf8) + [0x0A] }
            guard caller.call.end == nil else { return false }
        }
        while !caller.answers.isEmpty {
            let sent = send(caller.descriptor, caller.answers, caller.answers.count, Int32(MSG_NOSIGNAL))
            guard sent > 0 else { return sent < 0 && (errno == EAGAIN || errno == EINTR) }
            caller.answers.removeFirst(sent)
        }
        return true
    }
}

/// The address of a local socket.
struct LocalAddress {
    /// sun_path of unix(7), with its end.
    static let mostBytes = 107

    private var address = sockaddr_un()

    init?(_ path: String) {
        let bytes = Array(path.utf8)
        guard !bytes.isEmpty, bytes.count <= LocalAddress.mostBytes, !bytes.contains(0) else { return nil }
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    }

    mutating func use(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
    }
}
