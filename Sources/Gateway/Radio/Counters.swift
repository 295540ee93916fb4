import Readings
import Store
import Synchronization

/// What a source heard that is nobody's, by its reason. It is written now and then: strangers are no reason to wake a disk.
final class Counters: Sendable {
    /// How often they are written.
    static let pace = Duration.seconds(60)

    private let counts = Mutex<[String: Int]>([:])

    func count(_ code: String, _ count: Int = 1) { counts.withLock { $0[code, default: 0] += count } }

    /// Writes them to the ledger. What cannot be written stays, and is tried again the next time.
    func write(to store: Store, as source: String, at now: Instant) {
        let counts = self.counts.withLock { counts in
            defer { counts = [:] }
            return counts
        }
        guard !counts.isEmpty else { return }
        let written: Void? = try? store.intake { transaction in
            for (code, count) in counts {
                transaction.received(source: source, count: count)
                transaction.count(source: source, code: code, count: count, at: now)
            }
        }
        if written == nil { self.counts.withLock { $0.merge(counts) { $0 + $1 } } }
    }
}
