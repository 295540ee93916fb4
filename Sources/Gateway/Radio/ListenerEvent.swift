import Captures
import Readings

/// What happens at a socket for listeners.
package enum ListenerEvent: Sendable, Hashable {
    /// The socket can be called, or cannot be made.
    case door(String, problem: String?)
    case joined(DeviceID)
    /// It hung up, or we did, because of what it said.
    case left(DeviceID, because: String?)
    case state(DeviceID, ListenerState, detail: String)
    /// So many advertisements were heard and never came.
    case lost(Int)

    /// For the operator; nothing of a device and of a person is in it.
    package var sentence: String {
        switch self {
        case .door(let path, nil): "listeners can call at \(path)"
        case .door(let path, let problem?): "listeners cannot call at \(path): \(problem)"
        case .joined(let adapter): "a listener hands over what adapter \(adapter) hears"
        case .left(let adapter, nil): "the listener of adapter \(adapter) is gone: nothing is heard of it until it comes back"
        case .left(let adapter, let reason?): "what calls itself the listener of adapter \(adapter) was hung up on: \(reason)"
        case .state(let adapter, .listening, _): "adapter \(adapter) listens"
        case .state(let adapter, let state, let detail):
            "the listener of adapter \(adapter) is blind: \(state.rawValue): \(state.advice)" + (detail.isEmpty ? "" : " [\(detail)]")
        case .lost(let count): "\(count) advertisements that the listener heard did not come: whose they were is not known"
        }
    }
}
