import DeviceProfiles
import Synchronization

/// What a connected device sent of its own, in its order, until somebody takes it.
final class Mailbox: Sendable {
    private struct State {
        var values: [Arrived] = []
        /// Why nothing more will come.
        var end: LinkFailure?
        /// Of reads under way: bluetoothd tells their value a second time, as if the device had sent it.
        var echoes: Set<BluetoothUUID> = []
    }

    /// A device that floods us is cut off before it fills the memory: so much is a day of a fast oximeter.
    static let most = 200_000

    let start: ContinuousClock.Instant
    private let state = Mutex(State())
    private let bell = Doorbell()

    init(since start: ContinuousClock.Instant) { self.start = start }

    var elapsed: Duration { ContinuousClock.now - start }

    var isDown: Bool { end != nil }

    var end: LinkFailure? { state.withLock { $0.end } }

    /// A read of ours is under way.
    func expectEcho(of characteristic: BluetoothUUID) { state.withLock { _ = $0.echoes.insert(characteristic) } }

    /// It is over, and the change that comes with it has come.
    func forgetEcho(of characteristic: BluetoothUUID) { state.withLock { _ = $0.echoes.remove(characteristic) } }

    func put(_ bytes: [UInt8], from characteristic: BluetoothUUID) {
        let after = elapsed
        let isTaken = state.withLock { state in
            // bluetoothd sends the change before the answer to the read.
            guard state.echoes.remove(characteristic) == nil else { return false }
            guard state.values.count < Mailbox.most else { return false }
            state.values.append(Arrived(characteristic, bytes, after: after))
            return true
        }
        if isTaken { bell.ring() }
    }

    /// The link is down. The first reason is the one that counts.
    func close(because end: LinkFailure = .disconnected) {
        state.withLock { $0.end = $0.end ?? end }
        bell.ring()
    }

    /// All that nobody took.
    func takeAll() -> [Arrived] {
        state.withLock { state in
            defer { state.values = [] }
            return state.values
        }
    }

    private enum Taken {
        case value(Arrived)
        case nothing
        case down(LinkFailure)
    }

    func next(from characteristics: Set<BluetoothUUID>, within limit: Duration) async throws(LinkFailure) -> Arrived? {
        let deadline = ContinuousClock.now.advanced(by: min(limit, .seconds(365 * 86_400)))
        while true {
            let generation = bell.generation
            let taken: Taken = state.withLock { state in
                if let index = state.values.firstIndex(where: { characteristics.contains($0.characteristic) }) {
                    return .value(state.values.remove(at: index))
                }
                return state.end.map { .down($0) } ?? .nothing
            }
            switch taken {
            case .value(let arrived): return arrived
            case .down(let end): throw end
            case .nothing: break
            }
            guard ContinuousClock.now < deadline else { return nil }
            if Task.isCancelled { throw .failed("the gateway stops") }
            await bell.wait(since: generation, until: deadline)
        }
    }
}
