import MQTT
import StrictYAML

/// How to reach one MQTT broker. Secrets come from files only; beyond this machine TLS is a must unless refused aloud.
package struct BrokerSettings: Sendable, Hashable {
    package var host = "127.0.0.1"
    package var port = 1883
    package var tls: TLS?
    package var userFile: String?
    package var passwordFile: String?
    package var clientID: String?
    package var version = MQTTSettings.Version.automatic

    package struct TLS: Sendable, Hashable {
        /// Certificates that may sign the broker's; nil for those that the system trusts.
        package var ca: String?
        package var certificate: String?
        package var key: String?
    }

    static let keys = ["host", "port", "tls", "user-file", "password-file", "client-id", "version"]

    init(_ map: YAMLMap) throws(YAMLProblem) {
        if let node = map.optional("host") {
            host = try node.text()
            guard !host.isEmpty else { throw node.problem("write the name or the address of the broker") }
        }
        let tlsNode = map.optional("tls")
        var isRefused = false
        if let node = tlsNode {
            if node.kind == .scalar {
                guard try node.text() == "off" else { throw node.problem("write 'off', or a map of ca, certificate and key") }
                isRefused = true
            } else {
                let files = try node.map()
                try files.only(["ca", "certificate", "key"])
                let certificate = try files.optional("certificate")?.text()
                let key = try files.optional("key")?.text()
                guard (certificate == nil) == (key == nil) else {
                    throw node.problem("a client certificate needs both 'certificate' and 'key'")
                }
                tls = TLS(ca: try files.optional("ca")?.text(), certificate: certificate, key: key)
            }
        }
        port = tls == nil ? 1883 : 8883
        if let node = map.optional("port") {
            port = try node.int()
            guard (1...65_535).contains(port) else { throw node.problem("a port lies between 1 and 65535") }
        }
        guard isLoopback || tls != nil || isRefused else {
            throw map.problem(
                "\(host) is not this machine: write 'tls: { ca: FILE }', or 'tls: off' to send readings in clear")
        }
        userFile = try map.optional("user-file")?.text()
        passwordFile = try map.optional("password-file")?.text()
        if let node = map.optional("client-id") {
            let id = try node.text()
            guard !id.isEmpty, id.utf8.count <= 64 else { throw node.problem("a client id has 1 to 64 characters") }
            clientID = id
        }
        if let node = map.optional("version") {
            guard let known = MQTTSettings.Version(rawValue: try node.text()), known == .v311 else {
                throw node.problem("write '3.1.1', or leave it out: MQTT 5 is spoken wherever the broker knows it")
            }
            version = known
        }
    }

    /// By its text alone: `127.0.0.1.example` is a name, and leads anywhere.
    private var isLoopback: Bool {
        host == "localhost" || host == "::1" || (host.hasPrefix("127.") && host.utf8.allSatisfy("0123456789.".utf8.contains))
    }

    /// The settings of a client, with its secrets read from their files now.
    package func client(id: String, will: MQTTSettings.Will? = nil, sessionExpiry: Int) throws(SecretFile.Failure) -> MQTTSettings {
        var settings = MQTTSettings(host: host, port: port, clientID: clientID ?? id)
        settings.userName = try userFile.map(SecretFile.read)
        settings.password = try passwordFile.map(SecretFile.read)
        settings.tls = tls.map { MQTTSettings.TLS(caFile: $0.ca, certificateFile: $0.certificate, keyFile: $0.key) }
        settings.version = version
        settings.will = will
        settings.sessionExpiry = sessionExpiry
        return settings
    }
}
