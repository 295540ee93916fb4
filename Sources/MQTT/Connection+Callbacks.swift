import CMosquitto

// What libmosquitto tells, on our thread, out of `mosquitto_loop_read`, `mosquitto_loop_write` and `mosquitto_loop_misc`.
extension Connection {
    func connected(_ code: Int32, sessionPresent: Bool, _ properties: OpaquePointer?) {
        guard code == 0 else {
            let isVersion = code == 1 || code == MQTT_RC_UNSUPPORTED_PROTOCOL_VERSION.rawValue
            end = isVersion ? .unsupportedVersion : .lost("the broker refuses us: \(Wording.refusal(code))")
            return
        }
        isUp = true
        var limit: UInt32 = 0
        if mosquitto_property_read_int32(properties, Int32(MQTT_PROP_MAXIMUM_PACKET_SIZE.rawValue), &limit, false) != nil {
            outbox.packetLimit = Int(limit)
        }
        var seconds: UInt16 = 0
        if mosquitto_property_read_int16(properties, Int32(MQTT_PROP_SERVER_KEEP_ALIVE.rawValue), &seconds, false) != nil {
            keepAlive = .seconds(Int(seconds))
        }
        hooks.onEvent(.connected(sessionPresent: sessionPresent))
        for filter in filters {
            var id: Int32 = 0
            let code = mosquitto_subscribe_v5(client, &id, filter, 1, 0, nil)
            if code == 0 {
                subscriptions[id] = filter
            } else {
                hooks.onEvent(.subscriptionRefused(filter: filter, reason: Wording.error(code)))
            }
        }
    }

    func subscribed(_ id: Int32, granted: Int32) {
        guard let filter = subscriptions.removeValue(forKey: id) else { return }
        hooks.onEvent(granted <= 2
            ? .subscribed(filter: filter, grantedQoS: Int(granted))
            : .subscriptionRefused(filter: filter, reason: Wording.reason(granted)))
    }

    func received(_ message: mosquitto_message) {
        let count = Int(message.payloadlen)
        let isTooLarge = count > settings.maximumPayload
        let bytes = UnsafeRawBufferPointer(start: message.payload, count: isTooLarge ? 0 : count)
        inbox.append(ReceivedMessage(
            // Repairs what is not UTF-8.
            topic: String(cString: message.topic), payload: Array(bytes), qos: Int(message.qos), isRetained: message.retain,
            packetID: UInt16(truncatingIfNeeded: message.mid), payloadWasTooLarge: isTooLarge ? count : nil))
        inboxBytes += bytes.count
    }

    func published(_ id: Int32, _ code: Int32) { outbox.settle(id, code) }

    /// - Parameter code: from 0x80 on the reason that the broker gives, below that an error of libmosquitto.
    func disconnected(_ code: Int32) {
        guard end == nil, code >= 0x80 else { return }
        end = code == MQTT_RC_SESSION_TAKEN_OVER.rawValue
            ? .takenOver : .lost("the broker ended the connection: \(Wording.reason(code))")
    }

    func complained(_ text: String) { complaint = complaint ?? text }
}
