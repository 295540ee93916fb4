/// How to reach a broker and what to ask of it.
package struct MQTTSettings: Sendable {
    /// TLS with the broker's certificate always verified, against `MQTTSettings.host`.
    package struct TLS: Sendable {
        /// Certificates that may sign the broker's (PEM); nil for those that the system trusts.
        package var caFile: String?
        /// Our own certificate and key (PEM), where the broker asks for them.
        package var certificateFile: String?
        package var keyFile: String?

        package init(caFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil) {
            self.caFile = caFile
            self.certificateFile = certificateFile
            self.keyFile = keyFile
        }
    }

    /// What the broker publishes for us when we are gone, also after `stop`.
    package struct Will: Sendable {
        package var topic: String
        package var payload: [UInt8]
        package var qos: Int
        package var isRetained: Bool

        package init(topic: String, payload: [UInt8], qos: Int = 1, isRetained: Bool) {
            self.topic = topic
            self.payload = payload
            self.qos = qos
            self.isRetained = isRetained
        }
    }

    package enum Version: String, Sendable, CaseIterable {
        /// With a look at what the broker knows: 3.1.1 where it refuses 5.
        case automatic
        /// For brokers that do not refuse 5 but close the connection.
        case v311 = "3.1.1"
    }

    package var host: String
    package var port: Int
    package var version = Version.automatic
    /// Also names the session that the broker keeps for us.
    package var clientID: String
    package var userName: String?
    package var password: String?
    package var tls: TLS?
    package var will: Will?
    /// Seconds between signs of life: none under 5, or 0 for none at all. A broker that is silent for half as long again is left.
    package var keepAlive = 30
    /// Seconds that the broker keeps our session, with all that was not acknowledged; 0 for a clean one.
    package var sessionExpiry = 0
    /// How many unacknowledged messages the broker may have on the way to us.
    package var receiveMaximum = 500
    /// Bytes; of a larger message only the size is told.
    package var maximumPayload = 1 << 20
    /// The waits between tries: doubling from the first to the most, with jitter.
    package var firstRetry = Duration.milliseconds(500)
    package var mostRetry = Duration.seconds(60)
    /// How long a try may take, from the first packet to the broker's welcome.
    package var connectDeadline = Duration.seconds(15)

    package init(host: String, port: Int, clientID: String) {
        self.host = host
        self.port = port
        self.clientID = clientID
    }
}
