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

    enum End {
        case stopped
        case unsupportedVersion
        case takenOver
        case batchRefused(String)
        case lost(String)

        var reason: String {
            switch self {
            case .stopped: "stopped"
            case .unsupportedVersion: "the broker does not know this version of MQTT"
            case .takenOver: "another client came with our client id"
            case .batchRefused(let reason): "a batch could not be kept (\(reason)); the broker will send it again"
            case .lost(let reason): reason
            }
        }

        /// Whether trying again at once would only fail again.
        var isRefusal: Bool {
            if case .batchRefused = self { true } else if case .takenOver = self { true } else { false }
        }
    }

    /// No batch is larger, so that one commit stays short. The broker's own limit is not trusted.
    static let batchLimit = 500

    private let settings: MQTTSettings
    private let version: Int32
    private let wakeUp: WakeUp
    private let client: OpaquePointer?
    private var inbox: [ReceivedMessage] = []
    private var underWay: [Int32: (request: PublishRequest, index: Int)] = [:]
    private var hooks: Hooks?
    private var filters: [String] = []
    private var subscriptions: [Int32: String] = [:]
    private var end: End?
    private var isUp = false
    /// libmosquitto's latest complaint: the only place where it says what is wrong with a certificate.
    private var complaint: String?

    private static let library: Int32 = mosquitto_lib_init()

    init(_ settings: MQTTSettings, version: Int32, wakeUp: WakeUp) {
        self.settings = settings
        self.version = version
        self.wakeUp = wakeUp
        _ = Connection.library
        client = mosquitto_new(settings.clientID, settings.sessionExpiry == 0, nil)
    }

    deinit { mosquitto_destroy(client) }

    func run(subscribing filters: [String], hooks: Hooks) -> End {
        guard let client else { return .lost("'\(settings.clientID)' is no client id") }
        self.hooks = hooks
        self.filters = filters
        defer { self.hooks = nil }
        if let failure = connect(client) { return failure }
        let end = loop(client)
        for (request, index) in underWay.values { request.settle(index, .failure(.connectionLost)) }
        underWay = [:]
        return end
    }

    // MARK: Connecting

    private func connect(_ client: OpaquePointer) -> End? {
        mosquitto_user_data_set(client, Unmanaged.passUnretained(self).toOpaque())
        Callbacks.set(on: client)
        mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, version)
        mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1)
        mosquitto_int_option(client, MOSQ_OPT_RECEIVE_MAXIMUM, Int32(settings.receiveMaximum))
        // Packets are only queued: they leave when we write.
        mosquitto_threaded_set(client, true)
        if let user = settings.userName { mosquitto_username_pw_set(client, user, settings.password) }
        if let tls = settings.tls {
            let code = mosquitto_tls_set(
                client, tls.caFile, tls.caFile == nil ? "/etc/ssl/certs" : nil, tls.certificateFile, tls.keyFile, nil)
            guard code == 0 else { return .lost("the TLS files cannot be used: \(Connection.words(code))") }
            mosquitto_tls_opts_set(client, 1, nil, nil)
        }
        if let will = settings.will {
            mosquitto_will_set(client, will.topic, Int32(will.payload.count), will.payload, Int32(will.qos), will.isRetained)
        }
        if let failure = Reachability.probe(settings.host, settings.port, within: 10_000, unless: wakeUp) {
            return .lost(failure)
        }
        var properties: OpaquePointer?
        if version == MQTT_PROTOCOL_V5 {
            mosquitto_property_add_int32(&properties, Int32(MQTT_PROP_SESSION_EXPIRY_INTERVAL.rawValue), UInt32(settings.sessionExpiry))
            mosquitto_property_add_int16(&properties, Int32(MQTT_PROP_RECEIVE_MAXIMUM.rawValue), UInt16(settings.receiveMaximum))
        }
        defer { mosquitto_property_free_all(&properties) }
        let code = mosquitto_connect_bind_v5(
            client, settings.host, Int32(settings.port), Int32(settings.keepAlive), nil, properties)
        return code == 0 ? nil : .lost("\(settings.host):\(settings.port): \(Connection.words(code))")
    }

    // MARK: The loop

    private func loop(_ client: OpaquePointer) -> End {
        while true {
            let socket = mosquitto_socket(client)
            guard socket >= 0 else { return end ?? .lost(complaint ?? "the broker closed the connection") }
            var descriptors = [
                pollfd(fd: socket, events: Int16(POLLIN) | (mosquitto_want_write(client) ? Int16(POLLOUT) : 0), revents: 0),
                pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            poll(&descriptors, 2, 500)
            if descriptors[1].revents != 0 { wakeUp.drain() }
            let lost = descriptors[0].revents & Int16(POLLIN | POLLHUP | POLLERR) == 0 ? nil : read(client, socket)
            // What was read before the connection broke counts: it is on its way to us only once.
            if !inbox.isEmpty {
                defer { inbox = [] }
                if case .refuse(let reason) = hooks?.onBatch(inbox) { return .batchRefused(reason) }
            }
            if let lost { return lost }
            guard let requests = hooks?.turn() else { return sayGoodbye(client) }
            if isUp { requests.forEach { publish($0, client) } } else { requests.forEach { $0.failAll(.notConnected) } }
            if mosquitto_want_write(client), let lost = ended(mosquitto_loop_write(client, 1)) { return lost }
            if let lost = ended(mosquitto_loop_misc(client)) { return lost }
        }
    }

    /// Reads until nothing is left or the batch is full. Callbacks fill the inbox; acknowledgements are queued, not written.
    private func read(_ client: OpaquePointer, _ socket: Int32) -> End? {
        var available: Int32 = 0
        repeat {
            if let lost = ended(mosquitto_loop_read(client, 1)) { return lost }
            available = 0
            // FIONREAD, which the C library's headers spell as a macro.
            _ = ioctl(socket, UInt(0x541B), &available)
        } while available > 0 && inbox.count < Connection.batchLimit
        return nil
    }

    private func ended(_ code: Int32) -> End? {
        guard code != 0 else { return nil }
        if let end { return end }
        if code == MOSQ_ERR_ERRNO.rawValue { return .lost("the connection broke: \(String(cString: strerror(errno)))") }
        if code == MOSQ_ERR_TLS.rawValue {
            return .lost("TLS failed: \(complaint ?? "the broker's certificate is not trusted")")
        }
        return .lost(isUp ? "the connection was lost: \(Connection.words(code))" : Connection.words(code))
    }

    /// DISCONNECT with reason 4 has the broker publish our will: others learn that we are gone.
    private func sayGoodbye(_ client: OpaquePointer) -> End {
        let reason = version == MQTT_PROTOCOL_V5 && settings.will != nil ? Int32(MQTT_RC_DISCONNECT_WITH_WILL_MSG.rawValue) : 0
        mosquitto_disconnect_v5(client, reason, nil)
        var tries = 0
        while mosquitto_socket(client) >= 0, mosquitto_want_write(client), tries < 20 {
            var descriptor = pollfd(fd: mosquitto_socket(client), events: Int16(POLLOUT), revents: 0)
            poll(&descriptor, 1, 50)
            guard mosquitto_loop_write(client, 1) == 0 else { break }
            tries += 1
        }
        return .stopped
    }

    // MARK: Publishing

    private func publish(_ request: PublishRequest, _ client: OpaquePointer) {
        for (index, publication) in request.publications.enumerated() {
            var properties: OpaquePointer?
            if version == MQTT_PROTOCOL_V5, let type = publication.contentType {
                mosquitto_property_add_string(&properties, Int32(MQTT_PROP_CONTENT_TYPE.rawValue), type)
            }
            defer { mosquitto_property_free_all(&properties) }
            var id: Int32 = 0
            let code = mosquitto_publish_v5(
                client, &id, publication.topic, Int32(publication.payload.count), publication.payload,
                Int32(publication.qos), publication.isRetained, properties)
            switch code {
            case Int32(MOSQ_ERR_SUCCESS.rawValue):
                underWay[id] = (request, index)
            case Int32(MOSQ_ERR_PAYLOAD_SIZE.rawValue), Int32(MOSQ_ERR_OVERSIZE_PACKET.rawValue):
                request.settle(index, .failure(.tooLarge(bytes: publication.payload.count, limit: settings.maximumPayload)))
            case Int32(MOSQ_ERR_INVAL.rawValue), Int32(MOSQ_ERR_MALFORMED_UTF8.rawValue):
                request.settle(index, .failure(.badTopic(publication.topic)))
            default:
                request.settle(index, .failure(.connectionLost))
            }
        }
    }

    static func words(_ code: Int32) -> String {
        var text = String(cString: mosquitto_strerror(code))
        while text.last == "." { text.removeLast() }
        return text
    }
}

// What libmosquitto tells, on our thread, out of `loop_read` and `loop_write`.
extension Connection {
    func connected(_ code: Int32, sessionPresent: Bool) {
        guard code == 0 else {
            end = Connection.isVersionRefusal(code, version)
                ? .unsupportedVersion : .lost("the broker refuses us: \(Connection.refusal(code, version))")
            return
        }
        isUp = true
        hooks?.onEvent(.connected(sessionPresent: sessionPresent))
        for filter in filters {
            var id: Int32 = 0
            let code = mosquitto_subscribe_v5(client, &id, filter, 1, 0, nil)
            if code == 0 {
                subscriptions[id] = filter
            } else {
                hooks?.onEvent(.subscriptionRefused(filter: filter, reason: Connection.words(code)))
            }
        }
    }

    func subscribed(_ id: Int32, granted: Int32) {
        guard let filter = subscriptions.removeValue(forKey: id) else { return }
        if granted <= 2 {
            hooks?.onEvent(.subscribed(filter: filter, grantedQoS: Int(granted)))
        } else {
            hooks?.onEvent(.subscriptionRefused(
                filter: filter, reason: String(cString: mosquitto_reason_string(granted))))
        }
    }

    func received(_ message: mosquitto_message) {
        let count = Int(message.payloadlen)
        let isTooLarge = count > settings.maximumPayload
        let bytes = UnsafeRawBufferPointer(start: message.payload, count: isTooLarge ? 0 : count)
        inbox.append(ReceivedMessage(
            topic: String(cString: message.topic), payload: Array(bytes), qos: Int(message.qos), isRetained: message.retain,
            packetID: UInt16(truncatingIfNeeded: message.mid), payloadWasTooLarge: isTooLarge ? count : nil))
    }

    func published(_ id: Int32, _ code: Int32) {
        guard let (request, index) = underWay.removeValue(forKey: id) else { return }
        // 0x10: nobody subscribes to it; the broker has it all the same.
        request.settle(index, code < 0x80 ? .success(()) : .failure(.refused(
            reasonCode: Int(code), text: String(cString: mosquitto_reason_string(code)))))
    }

    func disconnected(_ code: Int32) {
        guard end == nil, code != 0 else { return }
        if code == MQTT_RC_SESSION_TAKEN_OVER.rawValue { end = .takenOver }
    }

    func complained(_ text: String) { complaint = text }

    private static func isVersionRefusal(_ code: Int32, _ version: Int32) -> Bool {
        code == 1 || code == MQTT_RC_UNSUPPORTED_PROTOCOL_VERSION.rawValue
    }

    private static func refusal(_ code: Int32, _ version: Int32) -> String {
        switch code {
        case 4, Int32(MQTT_RC_BAD_USERNAME_OR_PASSWORD.rawValue), 5, Int32(MQTT_RC_NOT_AUTHORIZED.rawValue):
            "it does not accept this user name and password"
        default:
            code < 0x80 ? String(cString: mosquitto_connack_string(code)) : String(cString: mosquitto_reason_string(code))
        }
    }
}
