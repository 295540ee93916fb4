import DeviceProfiles
import Synchronization

/// What a connected device sent of its own, in its order, until somebody takes it.
final class Mailbox: Sendable {
    /// What came from one characteristic; numbers say what came before what.
    private struct Pile {
        private var values: [(number: Int, arrived: Arrived)] = []
        /// Those before it were taken.
        private var head = 0

        var first: Int? { head < values.count ? values[head].number : nil }
        var rest: ArraySlice<(number: Int, arrived: Arrived)> { values[head...] }

        mutating func append(_ number: Int, _ arrived: Arrived) { values.append((number, arrived)) }

        mutating func removeFirst() -> Arrived {
            let arrived = values[head].arrived
            head += 1
            if head * 2 > values.count {
                values.removeFirst(head)
                head = 0
            }
            return arrived
        }
    }

    private struct State {
        private var piles: [BluetoothUUID: Pile] = [:]
        private var next = 0
        private(set) var count = 0
        var isFlooded = false
        /// Why nothing more will come.
        var end: LinkFailure?
        /// Of reads under way: bluetoothd tells their value a second time, as if the device had sent it.
        var echoes: Set<BluetoothUUID> = []

        mutating func append(_ arrived: Arrived) {
            piles[arrived.characteristic, default: Pile()].append(next, arrived)
            next += 1
            count += 1
        }

        mutating func takeAll() -> [Arrived] {
            defer { (piles, count) = ([:], 0) }
            return piles.values.flatMap(\.rest).sorted { $0.number < $1.number }.map(\.arrived)
        }

        /// The oldest of these characteristics.
        mutating func take(from characteristics: Set<BluetoothUUID>) -> Arrived? {
            let firsts = characteristics.compactMap { place in piles[place]?.first.map { (place, $0) } }
            guard let (place, _) = firsts.min(by: { $0.1 < $1.1 }) else { return nil }
            count -= 1
            return piles[place]?.removeFirst()
        }
    }

    /// A device that sends faster than we write is cut off before it fills the memory: an hour of a fast oximeter.
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
            guard !state.isFlooded else { return false }
            state.isFlooded = state.count >= Mailbox.most
            if state.isFlooded {
                // All that came so far is kept, and nothing from behind the gap.
                state.end = state.end ?? .failed("it sends faster than can be kept: \(Mailbox.most) values wait")
            } else {
                state.append(Arrived(characteristic, bytes, after: after))
            }
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
        state.withLock { $0.takeAll() }
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
                if let arrived = state.take(from: characteristics) { return .value(arrived) }
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
