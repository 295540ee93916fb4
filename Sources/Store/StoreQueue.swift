import Dispatch

/// The one serial queue on which the store works: for `await`, and for a thread that has to wait.
///
/// `DispatchSerialQueue` is not there on Linux, so this stands around a `DispatchQueue`.
final class StoreQueue: SerialExecutor {
    private let queue = DispatchQueue(label: "vitalgate.store")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    func checkIsolated() { dispatchPrecondition(condition: .onQueue(queue)) }

    /// Runs `body` on the queue and waits for it.
    func wait<Result>(for body: () throws -> Result) rethrows -> Result { try queue.sync(execute: body) }
}
