import CMosquitto

/// The C callbacks. Formed here, in no actor's context: they run on the client's thread.
enum Callbacks {
    static func set(on client: OpaquePointer) {
        mosquitto_connect_v5_callback_set(client) { _, data, code, flags, properties in
            Callbacks.connection(data).connected(code, sessionPresent: flags & 1 == 1, properties)
        }
        mosquitto_subscribe_callback_set(client) { _, data, id, count, granted in
            guard count > 0, let granted else { return }
            Callbacks.connection(data).subscribed(id, granted: granted[0])
        }
        mosquitto_message_callback_set(client) { _, data, message in
            guard let message else { return }
            Callbacks.connection(data).received(message.pointee)
        }
        mosquitto_publish_v5_callback_set(client) { _, data, id, code, _ in
            Callbacks.connection(data).published(id, code)
        }
        mosquitto_disconnect_v5_callback_set(client) { _, data, code, _ in
            Callbacks.connection(data).disconnected(code)
        }
        mosquitto_log_callback_set(client) { _, data, level, text in
            guard level == MOSQ_LOG_ERR, let text else { return }
            Callbacks.connection(data).complained(String(cString: text))
        }
    }

    private static func connection(_ data: UnsafeMutableRawPointer?) -> Connection {
        // Set in `Connection.run`, during which all callbacks come.
        Unmanaged<Connection>.fromOpaque(data!).takeUnretainedValue()
    }
}
