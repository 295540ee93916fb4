import CMosquitto
import Glibc

/// One connection, from CONNECT to its end, with a libmosquitto client of its own. Nothing of it survives into the next:
/// not a queued acknowledgement, not a publication half sent. What must survive, the broker keeps under our client id.
///
/// Confined to the client's thread.
final class Connection {
    struct Hooks {
        /// Called every turn; nil means: say goodbye.
        var turn: () -> [PublishRequest]?
        var onBatch: ([ReceivedMessage]) -> BatchVerdict
        var onEvent: (MQTTEvent) -> Void
    }

    /// No batch is larger, so that one commit stays short. The broker's own limit is not trusted.
    static let batchLimit = 500
    /// Bytes of payload after which no more is read before the verdict.
    static let batchBytes = 4 << 20

    private static let library: Int32 = mosquitto_lib_init()

    let settings: MQTTSettings
    let version: Int32
    let filters: [String]
    let wakeUp: WakeUp
    let hooks: Hooks
    let client: OpaquePointer?

    // What the callbacks note.
    var inbox: [ReceivedMessage] = []
    var inboxBytes = 0
    var outbox: Outbox
    var subscriptions: [Int32: String] = [:]
    var end: ConnectionEnd?
    var isUp = false
    var keepAlive: Duration
    /// libmosquitto's first complaint: the only place where it says what is wrong with a certificate.
    var complaint: String?

    /// Lives for one `run`.
    init(_ settings: MQTTSettings, version: Int32, subscribing filters: [String], wakeUp: WakeUp, hooks: Hooks) {
        self.settings = settings
        self.version = version
        self.filters = filters
        self.wakeUp = wakeUp
        self.hooks = hooks
        outbox = Outbox(version: version)
        keepAlive = .seconds(settings.keepAlive)
        _ = Connection.library
        client = mosquitto_new(settings.clientID, settings.sessionExpiry == 0, nil)
    }

    func run() -> ConnectionEnd {
        guard let client else { return .lost("'\(settings.clientID)' is no client id") }
        let deadline = ContinuousClock.now + settings.connectDeadline
        let end: ConnectionEnd
        do throws(ConnectionEnd) {
            try open(client, until: deadline)
            end = loop(client, welcomedBy: deadline)
        } catch {
            end = error
        }
        close(client)
        outbox.failAll(.connectionLost)
        return end
    }

    /// Closes without a word to the broker: neither what is queued nor the end of TLS is written. Where a child process has
    /// inherited the socket, the connection ends all the same.
    private func close(_ client: OpaquePointer) {
        let socket = mosquitto_socket(client)
        if socket >= 0 { shutdown(socket, Int32(SHUT_RDWR)) }
        mosquitto_destroy(client)
    }

    // MARK: The loop

    private func loop(_ client: OpaquePointer, welcomedBy deadline: ContinuousClock.Instant) -> ConnectionEnd {
        var heard = ContinuousClock.now
        while true {
            let socket = mosquitto_socket(client)
            guard socket >= 0 else { return end ?? .lost("the broker closed the connection") }
            let wanted = POLLIN | (mosquitto_want_write(client) ? POLLOUT : 0)
            let happened = wakeUp.wait(on: socket, for: wanted, milliseconds: nap(welcomedBy: deadline))
            // Whatever happened: a TLS handshake may go on by reading even where it waits to write.
            let loss = happened == 0 ? nil : read(client, socket, isHungUp: happened & (POLLHUP | POLLERR) != 0)
            // From here to the verdict nothing is written: every write would take the queued acknowledgements along.
            // What was read before the connection broke counts: at QoS 0 it comes only once.
            if let refusal = handOver() { return refusal }
            if let loss { return loss }
            // The time of a slow verdict is ours, not the broker's.
            if happened & POLLIN != 0 { heard = .now }
            guard let requests = hooks.turn() else { return isUp ? sayGoodbye(client) : .stopped }
            if isUp {
                guard keepAlive == .zero || .now - heard < keepAlive * 1.5 else {
                    return .lost("the broker has not been heard for \((.now - heard).components.seconds) s")
                }
            } else if .now > deadline {
                return .lost("\(place) takes connections, but does not answer as a broker does")
            }
            requests.forEach { outbox.append($0) }
            outbox.handOn(to: client)
            if mosquitto_want_write(client), let loss = ending(mosquitto_loop_write(client, 1)) { return loss }
            if let loss = ending(mosquitto_loop_misc(client)) { return loss }
        }
    }

    /// How long it may sleep where nothing happens. libmosquitto sends its signs of life only when it is asked to look at the time.
    private func nap(welcomedBy deadline: ContinuousClock.Instant) -> Int32 {
        guard !outbox.mayHandOn else { return 0 }
        var longest = MQTTClient.longestSleep
        if !isUp { longest = min(longest, deadline - .now) } else if keepAlive > .zero { longest = min(longest, keepAlive / 8) }
        return Int32(max(1, longest / .milliseconds(1)))
    }

    /// Reads until nothing is left or the batch is full. Callbacks fill the inbox; acknowledgements are queued, not written.
    private func read(_ client: OpaquePointer, _ socket: Int32, isHungUp: Bool) -> ConnectionEnd? {
        repeat {
            if let loss = ending(mosquitto_loop_read(client, 1)) { return loss }
            // Closed by a DISCONNECT: the loop sees it.
            guard mosquitto_socket(client) == socket else { return nil }
            if inbox.count >= Connection.batchLimit || inboxBytes >= Connection.batchBytes { return nil }
        } while unreadBytes(socket) > 0
        // libmosquitto does not see that a connection is gone while TLS shakes hands.
        return isHungUp ? end ?? .lost("the broker closed the connection") : nil
    }

    private func unreadBytes(_ socket: Int32) -> Int32 {
        var count: Int32 = 0
        // FIONREAD, which the C library's headers spell as a macro.
        return ioctl(socket, UInt(0x541B), &count) == 0 ? count : 0
    }

    /// Hands over what was read, in batches; one read may bring more than one batch.
    private func handOver() -> ConnectionEnd? {
        defer {
            inbox = []
            inboxBytes = 0
        }
        var rest = inbox[...]
        while !rest.isEmpty {
            let batch = Array(rest.prefix(Connection.batchLimit))
            if case .refuse(let reason) = hooks.onBatch(batch) { return .batchRefused(reason) }
            rest = rest.dropFirst(batch.count)
        }
        return nil
    }

    /// What a return code of libmosquitto means for the connection; nil when it goes on.
    private func ending(_ code: Int32) -> ConnectionEnd? {
        let problem = errno
        guard code != 0 else { return nil }
        if let end { return end }
        // A handshake that fails is told as one of several errors, and as a complaint.
        if settings.tls != nil, !isUp { return .lost(Wording.tlsFailure(complaint, host: settings.host)) }
        return switch mosq_err_t(code) {
        case MOSQ_ERR_ERRNO where problem != 0 && problem != EPROTO:
            .lost("the connection broke: \(String(cString: strerror(problem)))")
        case MOSQ_ERR_CONN_LOST, MOSQ_ERR_NO_CONN: .lost("the broker closed the connection")
        default: .lost("the connection broke: \(complaint ?? Wording.error(code))")
        }
    }

    /// Writes the acknowledgements that are due and DISCONNECT, for a second at most. Its reason 4 has the broker publish
    /// our will: others learn that we are gone. MQTT 3.1.1 knows no such reason; there the will comes if nothing is said.
    private func sayGoodbye(_ client: OpaquePointer) -> ConnectionEnd {
        if version == MQTT_PROTOCOL_V5 {
            mosquitto_disconnect_v5(client, settings.will == nil ? 0 : Int32(MQTT_RC_DISCONNECT_WITH_WILL_MSG.rawValue), nil)
        } else if settings.will == nil {
            mosquitto_disconnect(client)
        }
        let until = ContinuousClock.now + .seconds(1)
        while mosquitto_socket(client) >= 0, mosquitto_want_write(client), ContinuousClock.now < until {
            guard mosquitto_loop_write(client, 1) == 0, mosquitto_want_write(client) else { break }
            _ = wakeUp.wait(on: mosquitto_socket(client), for: POLLOUT, milliseconds: 50)
        }
        return .stopped
    }
}
