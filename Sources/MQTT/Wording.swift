import CMosquitto

/// The library's and the broker's numbers in words for an operator.
enum Wording {
    /// One of libmosquitto's own errors.
    static func error(_ code: Int32) -> String {
        var text = String(cString: mosquitto_strerror(code))
        while text.last == "." { text.removeLast() }
        return text
    }

    /// A reason of MQTT 5, as libmosquitto names it.
    static func reason(_ code: Int32) -> String { String(cString: mosquitto_reason_string(code)) }

    /// Why a broker did not accept us: a reason of MQTT 5, or one of the five of MQTT 3.1.1.
    static func refusal(_ code: Int32) -> String {
        switch code {
        case 4, 5, Int32(MQTT_RC_BAD_USERNAME_OR_PASSWORD.rawValue), Int32(MQTT_RC_NOT_AUTHORIZED.rawValue):
            "it does not accept this user name and password"
        default:
            code < 0x80 ? String(cString: mosquitto_connack_string(code)) : reason(code)
        }
    }

    /// - Parameter complaint: what libmosquitto wrote to its log; nothing else tells one failure of TLS from another.
    static func tlsFailure(_ complaint: String?, host: String) -> String {
        guard let complaint else { return "TLS failed: the broker closed the connection" }
        if complaint.contains("host name verification failed") {
            return "the broker's certificate is not trusted: it is not for \(host)"
        }
        if complaint.contains("certificate verify failed") {
            return "the broker's certificate is not trusted: nobody we know has signed it, or it has expired"
        }
        if complaint.contains("wrong version number") || complaint.contains("packet length too long") {
            return "the broker does not speak TLS on this port"
        }
        return "TLS failed: \(complaint)"
    }
}
