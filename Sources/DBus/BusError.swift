/// Why a call has no answer.
package enum BusError: Error, Sendable, Hashable {
    /// The other side answered with an error.
    case refused(name: String, message: String)
    /// No answer within the deadline.
    case noAnswer
    /// The bus is not there, or went away.
    case disconnected(String)
    /// The caller does not want it any more.
    case cancelled
    /// What is to be written or was received cannot be carried.
    case malformed(String)

    package var name: String? { if case .refused(let name, _) = self { name } else { nil } }

    package var detail: String {
        switch self {
        case .refused(let name, let message): message.isEmpty ? name : "\(name): \(message)"
        case .noAnswer: "no answer within the deadline"
        case .disconnected(let reason): reason
        case .cancelled: "cancelled"
        case .malformed(let reason): reason
        }
    }
}
