import Synchronization

/// Wakes all who wait for a change of something. Whoever reads the generation first, then looks, then waits, misses nothing.
final class Doorbell: Sendable {
    private struct State {
        var generation: UInt64 = 0
        var latestID: UInt64 = 0
        var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
        /// Released before they had begun to wait.
        var early: Set<UInt64> = []
    }

    private let state = Mutex(State())

    var generation: UInt64 { state.withLock { $0.generation } }

    func ring() {
        let waiters = state.withLock { state in
            state.generation += 1
            defer { state.waiters = [:] }
            return state.waiters.values
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Returns when it has rung since that generation, at the deadline, or when the task is cancelled.
    func wait(since generation: UInt64, until deadline: ContinuousClock.Instant) async {
        guard ContinuousClock.now < deadline, !Task.isCancelled else { return }
        let id = state.withLock { state in
            state.latestID += 1
            return state.latestID
        }
        let timer = Task {
            try? await Task.sleep(until: deadline, clock: .continuous)
            release(id)
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.early.remove(id) != nil || state.generation != generation { return true }
                    state.waiters[id] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            release(id)
        }
        timer.cancel()
        await timer.value
        state.withLock { _ = $0.early.remove(id) }
    }

    private func release(_ id: UInt64) {
        let waiter = state.withLock { state in
            let waiter = state.waiters.removeValue(forKey: id)
            if waiter == nil { state.early.insert(id) }
            return waiter
        }
        waiter?.resume()
    }
}
