/// Something to publish.
package struct Publication: Sendable, Hashable {
    package var topic: String
    package var payload: [UInt8]
    package var qos: Int
    package var isRetained: Bool
    package var contentType: String?

    package init(topic: String, payload: [UInt8], qos: Int = 1, isRetained: Bool = false, contentType: String? = nil) {
        self.topic = topic
        self.payload = payload
        self.qos = qos
        self.isRetained = isRetained
        self.contentType = contentType
    }
}

/// Why a publication did not reach the broker.
package enum PublishFailure: Error, Sendable, Hashable, CustomStringConvertible {
    case notConnected
    /// The connection went before the broker acknowledged it: the broker may have it or not.
    case connectionLost
    case refused(reasonCode: Int, text: String)
    case tooLarge(bytes: Int, limit: Int)
    case badTopic(String)
    case stopped

    package var description: String {
        switch self {
        case .notConnected: "the broker is not connected"
        case .connectionLost: "the connection to the broker was lost"
        case .refused(_, let text): "the broker refuses it: \(text)"
        case .tooLarge(let bytes, let limit): "\(bytes) bytes; the broker takes \(limit)"
        case .badTopic(let topic): "'\(topic)' is no topic to publish to"
        case .stopped: "the client was stopped"
        }
    }
}
