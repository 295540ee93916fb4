import CMosquitto
import Glibc

extension Connection {
    var place: String { "\(settings.host):\(settings.port)" }

    /// Connects as far as to the CONNECT that waits to be written.
    func open(_ client: OpaquePointer, until deadline: ContinuousClock.Instant) throws(ConnectionEnd) {
        mosquitto_user_data_set(client, Unmanaged.passUnretained(self).toOpaque())
        Callbacks.set(on: client)
        try configure(client)
        let reachability = Reachability(host: settings.host, port: settings.port, deadline: deadline, wakeUp: wakeUp) {
            self.hooks.turn() != nil
        }
        let address = try reachability.answeringAddress()
        var properties: OpaquePointer?
        defer { mosquitto_property_free_all(&properties) }
        if version == MQTT_PROTOCOL_V5 {
            mosquitto_property_add_int32(
                &properties, Int32(MQTT_PROP_SESSION_EXPIRY_INTERVAL.rawValue), UInt32(clamping: settings.sessionExpiry))
            mosquitto_property_add_int16(&properties, Int32(MQTT_PROP_RECEIVE_MAXIMUM.rawValue), receiveMaximum)
        }
        // A certificate is checked against the name given here, so with TLS it must be the host's own.
        let code = mosquitto_connect_bind_v5(
            client, settings.tls == nil ? address.numeric : settings.host, Int32(settings.port), Int32(settings.keepAlive),
            address.anyOfItsFamily, properties)
        guard code == 0 else {
            throw .lost(settings.tls == nil
                ? "\(place): \(Wording.error(code))" : Wording.tlsFailure(complaint ?? Wording.error(code), host: settings.host))
        }
    }

    private var receiveMaximum: UInt16 { max(1, UInt16(clamping: settings.receiveMaximum)) }

    /// Tells libmosquitto all that it must know before it connects.
    private func configure(_ client: OpaquePointer) throws(ConnectionEnd) {
        mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, version)
        mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1)
        mosquitto_int_option(client, MOSQ_OPT_RECEIVE_MAXIMUM, Int32(receiveMaximum))
        // Packets are only queued: they leave when we write.
        mosquitto_threaded_set(client, true)
        if let user = settings.userName {
            let code = mosquitto_username_pw_set(client, user, settings.password)
            guard code == 0 else { throw .lost("the user name: \(Wording.error(code))") }
        }
        if let tls = settings.tls { try configure(tls, client) }
        if let will = settings.will {
            let code = mosquitto_will_set(
                client, will.topic, Int32(clamping: will.payload.count), will.payload, Int32(clamping: will.qos), will.isRetained)
            guard code == 0 else { throw .lost("the will for '\(will.topic)': \(Wording.error(code))") }
        }
    }

    private func configure(_ tls: MQTTSettings.TLS, _ client: OpaquePointer) throws(ConnectionEnd) {
        // libmosquitto would only say that some argument is wrong.
        for file in [tls.caFile, tls.certificateFile, tls.keyFile].compactMap({ $0 }) where access(file, R_OK) != 0 {
            throw .lost("\(file): \(String(cString: strerror(errno)))")
        }
        let systemStore = tls.caFile == nil ? "/etc/ssl/certs" : nil
        let code = mosquitto_tls_set(client, tls.caFile, systemStore, tls.certificateFile, tls.keyFile, nil)
        guard code == 0, mosquitto_tls_opts_set(client, 1, nil, nil) == 0 else {
            throw .lost("the files for TLS cannot be used: \(Wording.error(code))")
        }
    }
}
