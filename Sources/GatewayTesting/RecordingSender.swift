import Sinks
import Synchronization

/// A receiver that takes down what it is sent, and answers as it is told.
package final class RecordingSender: Sender {
    package let window: Int
    private let state: Mutex<State>

    private struct State {
        var batches: [[Delivery]] = []
        var answer: @Sendable (Delivery) -> Receipt
        var isStuck: @Sendable (Delivery) -> Bool = { _ in false }
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    package init(window: Int = 100, answer: @escaping @Sendable (Delivery) -> Receipt = { _ in .accepted }) {
        self.window = window
        state = Mutex(State(answer: answer))
    }

    /// Every call of `send`, in order.
    package var batches: [[Delivery]] { state.withLock { $0.batches } }

    /// Everything that it was sent, also what it refused.
    package var sent: [Delivery] { batches.flatMap { $0 } }

    /// How it answers from now on.
    package func answer(_ answer: @escaping @Sendable (Delivery) -> Receipt) {
        state.withLock { $0.answer = answer }
    }

    /// From now on `send` does not return where one of the deliveries is such a one, until `release`.
    package func hang(on isStuck: @escaping @Sendable (Delivery) -> Bool) {
        state.withLock { $0.isStuck = isStuck }
    }

    package func release() {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            state.isStuck = { _ in false }
            return state.waiting
        }
        waiting.forEach { $0.resume() }
    }

    package func send(_ deliveries: [Delivery]) async -> [Receipt] {
        await withCheckedContinuation { continuation in
            let goesOn = state.withLock { state in
                state.batches.append(deliveries)
                let goesOn = !deliveries.contains(where: state.isStuck)
                if !goesOn { state.waiting.append(continuation) }
                return goesOn
            }
            if goesOn { continuation.resume() }
        }
        let answer = state.withLock { $0.answer }
        return deliveries.map(answer)
    }
}
