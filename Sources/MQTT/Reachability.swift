import Glibc

/// Tries a port before libmosquitto does: its connect blocks for minutes where nobody answers, and cannot be stopped.
/// (Its asynchronous connect takes no properties, so no session expiry: without that the broker would drop our session.)
struct Reachability {
    struct Address {
        /// Digits: no further look-up, and no other address of the same name.
        let numeric: String
        /// Binding to it keeps a connect from trying the addresses of the other family, which may not answer.
        let anyOfItsFamily: String
    }

    let host: String
    let port: Int
    let deadline: ContinuousClock.Instant
    let wakeUp: WakeUp
    /// Asked twice a second: whether to go on.
    let goesOn: () -> Bool

    /// Looks the host up, which blocks for as long as the system's resolver does, and finds an address where somebody listens.
    func answeringAddress() throws(ConnectionEnd) -> Address {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &list)
        guard code == 0, let list else { throw .lost("\(host) is unknown: \(String(cString: gai_strerror(code)))") }
        defer { freeaddrinfo(list) }
        let addresses = sequence(first: list, next: \.pointee.ai_next).map(\.pointee)
        let share = max(.seconds(1), (deadline - .now) / addresses.count)
        var problem = "cannot be reached"
        for address in addresses {
            guard let found = try trouble(with: address, until: .now + share) else {
                return Address(
                    numeric: numeric(address) ?? host, anyOfItsFamily: address.ai_family == AF_INET6 ? "::" : "0.0.0.0")
            }
            problem = found
        }
        throw .lost("\(host):\(port): \(problem)")
    }

    /// What is wrong with it, in words, or nil when somebody listens there.
    private func trouble(with address: addrinfo, until: ContinuousClock.Instant) throws(ConnectionEnd) -> String? {
        let type = address.ai_socktype | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.ai_family, type, 0)
        guard descriptor >= 0 else { return String(cString: strerror(errno)) }
        defer { close(descriptor) }
        if connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 { return nil }
        guard errno == EINPROGRESS else { return String(cString: strerror(errno)) }
        while wakeUp.wait(on: descriptor, for: POLLOUT, milliseconds: 500) == 0 {
            guard goesOn() else { throw .stopped }
            guard .now < until else { return "no answer" }
        }
        var problem: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &problem, &length)
        return problem == 0 ? nil : String(cString: strerror(problem))
    }

    private func numeric(_ address: addrinfo) -> String? {
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let code = getnameinfo(address.ai_addr, address.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
        return code == 0 ? text.withUnsafeBufferPointer { String(cString: $0.baseAddress!) } : nil
    }
}
