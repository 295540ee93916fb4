import ExactJSON
import Readings

/// What the scalars of one device have made so far. They belong together while they come within the profile's window,
/// none of them twice.
package struct MessageJoin: Sendable {
    /// More than any device has; a topic that names ever new values would fill the memory.
    static let most = 64

    /// Nanoseconds of the monotonic clock at the first part.
    package let beganAt: UInt64
    /// When the window closes.
    package let deadline: UInt64
    private let isRetained: Bool
    private var object = JSONObject()
    private var count = 0

    /// What a part completes or leaves waiting, by the place of the reading in the profile.
    package struct Result: Sendable {
        package var place: Int
        package var outcome: DecodeOutcome
        /// What may still come.
        package var missing: String?
    }

    private init(at monotonic: UInt64, isRetained: Bool, within: Int64) {
        (beganAt, self.isRetained) = (monotonic, isRetained)
        deadline = monotonic &+ UInt64(within) * 1_000_000
    }

    /// Adds a part to those before it, or begins anew where it cannot belong to them. A retained value may be old: it never
    /// meets a live one.
    /// - Returns: whether it began anew.
    static func take(
        _ part: MessagePart, into join: inout MessageJoin?, at monotonic: UInt64, isRetained: Bool, within: Int64
    ) -> Bool {
        let isOver = join.map { join in
            monotonic > join.deadline || join.isRetained != isRetained
                || join.count >= most || join.object.holds(part.keys[...])
        }
        if isOver != false { join = MessageJoin(at: monotonic, isRetained: isRetained, within: within) }
        join?.object.put(part.value, under: part.keys[...])
        join?.count += 1
        return isOver != false
    }

    fileprivate var scope: MessageScope { MessageScope(.object(object), captures: [:]) }
}

extension Profile {
    /// What one more scalar of a device makes of those before it.
    /// - Returns: whether those before it are done with, and one result for each reading that it belongs to.
    package func join(
        _ part: MessagePart, into join: inout MessageJoin?, at monotonic: UInt64, isRetained: Bool
    ) -> (isNew: Bool, results: [MessageJoin.Result]) {
        guard let relay, let rule = relay.join, let key = part.keys.first else { return (false, []) }
        let concerned = relay.readings.indices.filter { relay.readings[$0].uses(key) }
        guard !concerned.isEmpty else { return (false, []) }
        let isNew = MessageJoin.take(part, into: &join, at: monotonic, isRetained: isRetained, within: rule.within)
        guard let scope = join?.scope else { return (isNew, []) }
        return (isNew, concerned.compactMap { place in
            guard let outcome = relay.readings[place].outcome(scope) else { return nil }
            // What is missing may still come.
            guard case .incomplete(let missing, _) = outcome else { return MessageJoin.Result(place: place, outcome: outcome) }
            return MessageJoin.Result(place: place, outcome: .waiting(for: missing), missing: missing)
        })
    }
}

extension MessageReading {
    fileprivate func uses(_ key: String) -> Bool {
        let paths = values.flatMap(\.paths) + (measuredAt?.paths ?? [])
        return paths.contains { $0.steps.first == .member(key) }
    }
}

extension JSONObject {
    fileprivate func holds(_ keys: ArraySlice<String>) -> Bool {
        guard let key = keys.first, let value = self[key] else { return false }
        guard let inner = value.object, keys.count > 1 else { return true }
        return inner.holds(keys.dropFirst())
    }

    fileprivate mutating func put(_ value: JSON, under keys: ArraySlice<String>) {
        guard let key = keys.first else { return }
        guard keys.count > 1 else {
            self[key] = value
            return
        }
        var inner = self[key]?.object ?? JSONObject()
        inner.put(value, under: keys.dropFirst())
        self[key] = .object(inner)
    }
}
