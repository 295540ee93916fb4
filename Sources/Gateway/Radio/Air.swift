import BlueZ
import Synchronization

/// What was heard and not looked at yet, and how much of it was nobody's.
final class Air: Sendable {
    private struct State {
        var heard: [Heard] = []
        var counts: [String: Int] = [:]
    }

    /// More than that cannot be waited for: the oldest are counted and forgotten.
    static let most = 20_000

    private let state = Mutex(State())
    let news: AsyncStream<Void>
    private let bell: AsyncStream<Void>.Continuation

    init() { (news, bell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1)) }

    func put(_ heard: Heard) {
        state.withLock { state in
            guard state.heard.count < Air.most else { return state.counts["overrun", default: 0] += 1 }
            state.heard.append(heard)
        }
        bell.yield()
    }

    func takeAll() -> [Heard] {
        state.withLock { state in
            defer { state.heard = [] }
            return state.heard
        }
    }

    func count(_ code: String) { state.withLock { $0.counts[code, default: 0] += 1 } }

    func count(again counts: [String: Int]) { state.withLock { $0.counts.merge(counts) { $0 + $1 } } }

    func takeCounts() -> [String: Int] {
        state.withLock { state in
            defer { state.counts = [:] }
            return state.counts
        }
    }
}
