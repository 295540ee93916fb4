import Synchronization

/// Wakes everyone who waits for new journal entries. Rings that nobody hears are kept, once.
package final class Bell: Sendable {
    private let listeners = Mutex<[AsyncStream<Void>.Continuation]>([])

    package init() {}

    /// Rings once at the start, so that what is already there is seen.
    package func listen() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        listeners.withLock { $0.append(continuation) }
        continuation.yield()
        return stream
    }

    package func ring() {
        listeners.withLock { $0.forEach { $0.yield() } }
    }
}
