import Glibc

/// Tries a port before libmosquitto does: its connect blocks for minutes where nobody answers, and cannot be stopped.
enum Reachability {
    /// Returns what is wrong, in words, or nil when somebody listens.
    static func probe(_ host: String, _ port: Int, within milliseconds: Int32, unless wakeUp: WakeUp) -> String? {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &list)
        guard code == 0, let first = list else { return "\(host) is unknown: \(String(cString: gai_strerror(code)))" }
        defer { freeaddrinfo(first) }
        var failure = "\(host):\(port) cannot be reached"
        var next: UnsafeMutablePointer<addrinfo>? = first
        while let address = next?.pointee {
            guard let problem = probe(address, within: milliseconds, unless: wakeUp) else { return nil }
            failure = "\(host):\(port): \(problem)"
            next = address.ai_next
        }
        return failure
    }

    private static func probe(_ address: addrinfo, within milliseconds: Int32, unless wakeUp: WakeUp) -> String? {
        let socket = socket(address.ai_family, address.ai_socktype | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return String(cString: strerror(errno)) }
        defer { close(socket) }
        if connect(socket, address.ai_addr, address.ai_addrlen) == 0 { return nil }
        guard errno == EINPROGRESS else { return String(cString: strerror(errno)) }
        var descriptors = [
            pollfd(fd: socket, events: Int16(POLLOUT), revents: 0), pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        guard poll(&descriptors, 2, milliseconds) > 0 else { return "no answer within \(milliseconds / 1000) s" }
        guard descriptors[0].revents != 0 else { return "stopped" }
        var problem: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(socket, SOL_SOCKET, SO_ERROR, &problem, &length)
        return problem == 0 ? nil : String(cString: strerror(problem))
    }
}
