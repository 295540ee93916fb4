import CSystemd
import Glibc

/// libsystemd's bus, and all that hangs on it. Lives on the loop's thread and never leaves it.
final class BusOwner {
    enum End {
        case closed
        case broken(String)
    }

    private unowned let loop: BusLoop
    private var bus: OpaquePointer?
    /// Calls of ours under way.
    private var flights: [UInt64: Flight] = [:]
    private var exports: [String: @Sendable (IncomingCall) -> Void] = [:]
    /// Calls of others that wait for our answer.
    private var owed: [UInt64: OpaquePointer] = [:]
    private(set) var end: End?

    init(of loop: BusLoop) { self.loop = loop }

    func open() throws(BusError) {
        if let address = loop.settings.address {
            try check(sd_bus_new(&bus), "a connection")
            try check(sd_bus_set_address(bus, address), "the address \(address)")
            try check(sd_bus_set_bus_client(bus, 1), "a connection")
            try check(sd_bus_start(bus), "the bus at \(address)")
        } else {
            try check(sd_bus_open_system(&bus), "the system bus")
        }
        let me = Unmanaged.passUnretained(self).toOpaque()
        for rule in loop.settings.matches {
            let code = sd_bus_add_match(bus, nil, rule, { message, me, _ in
                if let message, let me { Unmanaged<BusOwner>.fromOpaque(me).takeUnretainedValue().heard(message) }
                return 0
            }, me)
            try check(code, "listening to \(rule)")
        }
    }

    private func check(_ code: Int32, _ what: String) throws(BusError) {
        guard code < 0 else { return }
        throw .disconnected("\(what) cannot be had: \(String(cString: strerror(-code)))")
    }

    // MARK: The loop's turns

    var descriptor: Int32 { sd_bus_get_fd(bus) }
    var events: Int32 { max(0, sd_bus_get_events(bus)) }

    /// Until the first deadline of a call; -1 where there is none.
    var millisecondsToWait: Int32 {
        var deadline = UInt64.max
        guard sd_bus_get_timeout(bus, &deadline) >= 0, deadline != .max else { return -1 }
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        let now = UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1000
        guard deadline > now else { return 0 }
        return Int32(clamping: (deadline - now + 999) / 1000)
    }

    /// False where there was nothing to do.
    func processOne() -> Bool {
        guard end == nil else { return false }
        let code = sd_bus_process(bus, nil)
        if code < 0 { end = .broken("the bus went away: \(String(cString: strerror(-code)))") }
        return code > 0
    }

    func close() { end = end ?? .closed }

    func finish() {
        for flight in flights.values { flight.call.finish(.failure(.disconnected("the bus went away"))) }
        for message in owed.values { sd_bus_message_unref(message) }
        owed = [:]
        if let bus { sd_bus_flush_close_unref(bus) }
        bus = nil
        flights = [:]
        end = end ?? .closed
    }

    // MARK: Calls of ours

    func call(_ call: MethodCall, _ waiting: PendingCall) {
        guard end == nil, let bus else {
            let reason = if case .broken(let reason) = end { reason } else { "the bus went away" }
            return waiting.finish(.failure(.disconnected(reason)))
        }
        var message: OpaquePointer?
        defer { sd_bus_message_unref(message) }
        let code = sd_bus_message_new_method_call(bus, &message, call.destination, call.path, call.interface, call.member)
        guard code >= 0, let message else { return waiting.finish(.failure(.malformed("\(call.path) \(call.member)"))) }
        do throws(BusError) { try MessageWriter.append(call.arguments, to: message) } catch { return waiting.finish(.failure(error)) }
        let flight = Flight(waiting, of: self)
        let microseconds = UInt64(max(1, call.within / .microseconds(1)))
        let sent = sd_bus_call_async(bus, nil, message, { reply, flight, _ in
            guard let reply, let flight else { return 0 }
            Unmanaged<Flight>.fromOpaque(flight).takeUnretainedValue().land(reply)
            return 0
        }, Unmanaged.passUnretained(flight).toOpaque(), microseconds)
        guard sent >= 0 else {
            return waiting.finish(.failure(.disconnected("the call cannot be sent: \(String(cString: strerror(-sent)))")))
        }
        flights[waiting.id] = flight
    }

    /// What the C callback of a call is given. `flights` keeps it for as long as that may come.
    private final class Flight {
        let call: PendingCall
        unowned let owner: BusOwner

        init(_ call: PendingCall, of owner: BusOwner) {
            self.call = call
            self.owner = owner
        }

        func land(_ reply: OpaquePointer) {
            owner.flights[call.id] = nil
            call.finish(BusOwner.result(of: reply))
        }
    }

    private static func result(of reply: OpaquePointer) -> Result<[DBusValue], BusError> {
        guard sd_bus_message_is_method_error(reply, nil) > 0, let error = sd_bus_message_get_error(reply) else {
            do throws(BusError) { return .success(try MessageReader.values(in: reply)) } catch { return .failure(error) }
        }
        let name = error.pointee.name.map { String(cString: $0) } ?? ""
        let text = error.pointee.message.map { String(cString: $0) } ?? ""
        switch name {
        // libsystemd makes this one itself, for calls under way when the bus goes.
        case "org.freedesktop.DBus.Error.NoReply" where text == "Connection terminated": return .failure(.disconnected("the bus went away"))
        // The daemon says so where the other side died.
        case "org.freedesktop.DBus.Error.NoReply", "org.freedesktop.DBus.Error.Timeout", "org.freedesktop.DBus.Error.TimedOut":
            return .failure(.noAnswer)
        default: return .failure(.refused(name: name, message: text))
        }
    }
}

// What others say and ask.
extension BusOwner {
    fileprivate func heard(_ message: OpaquePointer) {
        guard let signal = BusOwner.head(of: message) else { return }
        // A signal that cannot be read is somebody else's mistake, and no reason to end.
        guard let arguments = try? MessageReader.values(in: message) else { return }
        loop.onSignal(BusSignal(
            sender: signal.sender, path: signal.path, interface: signal.interface, member: signal.member, arguments: arguments))
    }

    func export(_ path: String, _ answer: @escaping @Sendable (IncomingCall) -> Void) {
        guard end == nil, exports.updateValue(answer, forKey: path) == nil else { return }
        sd_bus_add_object(bus, nil, path, { message, me, _ in
            guard let message, let me else { return 0 }
            return Unmanaged<BusOwner>.fromOpaque(me).takeUnretainedValue().asked(message) ? 1 : 0
        }, Unmanaged.passUnretained(self).toOpaque())
    }

    /// What libsystemd answers by itself.
    private static let libraryInterfaces: Set<String> = ["org.freedesktop.DBus.Peer", "org.freedesktop.DBus.Introspectable"]

    /// False where the call is none of ours: then libsystemd answers that there is no such method.
    private func asked(_ message: OpaquePointer) -> Bool {
        guard let head = BusOwner.head(of: message), let answer = exports[head.path],
            !BusOwner.libraryInterfaces.contains(head.interface), let arguments = try? MessageReader.values(in: message)
        else { return false }
        let id = loop.newID()
        owed[id] = sd_bus_message_ref(message)
        let loop = loop
        answer(IncomingCall(
            sender: head.sender, path: head.path, interface: head.interface, member: head.member, arguments: arguments,
            answer: { result in loop.post { $0.answer(id, result) } }))
        return true
    }

    func emit(_ signal: BusSignal) {
        guard end == nil else { return }
        var message: OpaquePointer?
        defer { sd_bus_message_unref(message) }
        guard sd_bus_message_new_signal(bus, &message, signal.path, signal.interface, signal.member) >= 0, let message,
            (try? MessageWriter.append(signal.arguments, to: message)) != nil
        else { return }
        sd_bus_send(bus, message, nil)
    }

    private func answer(_ id: UInt64, _ result: Result<[DBusValue], BusError>) {
        guard let call = owed.removeValue(forKey: id) else { return }
        defer { sd_bus_message_unref(call) }
        guard end == nil else { return }
        var reply: OpaquePointer?
        defer { sd_bus_message_unref(reply) }
        switch result {
        case .success(let values):
            guard sd_bus_message_new_method_return(call, &reply) >= 0, let reply, (try? MessageWriter.append(values, to: reply)) != nil
            else { return }
        case .failure(let error):
            let name = error.name ?? "org.freedesktop.DBus.Error.Failed"
            let message = if case .refused(_, let message) = error { message } else { error.detail }
            // The structure only lends the two texts for the length of the call.
            let code = name.withCString { name in
                message.withCString { text in
                    var error = sd_bus_error(name: name, message: text, _need_free: 0)
                    return sd_bus_message_new_method_error(call, &reply, &error)
                }
            }
            guard code >= 0 else { return }
        }
        sd_bus_send(bus, reply, nil)
    }

    private struct Head {
        var sender: String
        var path: String
        var interface: String
        var member: String
    }

    private static func head(of message: OpaquePointer) -> Head? {
        guard let path = sd_bus_message_get_path(message), let member = sd_bus_message_get_member(message) else { return nil }
        return Head(
            sender: sd_bus_message_get_sender(message).map { String(cString: $0) } ?? "", path: String(cString: path),
            interface: sd_bus_message_get_interface(message).map { String(cString: $0) } ?? "", member: String(cString: member))
    }
}
