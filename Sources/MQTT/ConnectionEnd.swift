/// How a connection ended.
enum ConnectionEnd: Error {
    case stopped
    case unsupportedVersion
    case takenOver
    case batchRefused(String)
    case lost(String)

    /// For an operator.
    var reason: String {
        switch self {
        case .stopped: "stopped"
        case .unsupportedVersion: "the broker knows neither MQTT 5 nor 3.1.1"
        case .takenOver: "another client came with our client id"
        case .batchRefused(let reason): "a batch could not be kept (\(reason)); the broker will send it again"
        case .lost(let reason): reason
        }
    }
}
