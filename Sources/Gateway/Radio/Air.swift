import BlueZ
import Synchronization

/// What was heard and not looked at yet, and how much of it was nobody's.
final class Air: Sendable {
    /// More than that cannot be waited for: the oldest are counted and forgotten.
    static let most = 20_000

    let counters = Counters()
    private let heard = Mutex<[Heard]>([])
    let news: AsyncStream<Void>
    private let bell: AsyncStream<Void>.Continuation

    init() { (news, bell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1)) }

    func put(_ heard: Heard) {
        let isKept = self.heard.withLock { all in
            guard all.count < Air.most else { return false }
            all.append(heard)
            return true
        }
        if !isKept { counters.count("overrun") }
        bell.yield()
    }

    func takeAll() -> [Heard] {
        heard.withLock { all in
            defer { all = [] }
            return all
        }
    }
}
