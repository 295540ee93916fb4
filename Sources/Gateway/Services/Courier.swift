import Readings
import ServiceLifecycle
import Sinks
import Store

/// Empties the journal into one sink, each lane by itself, in order, and settles only what the sink took.
package struct Courier: Service {
    package let sink: String
    package let sender: any Sender
    package let store: Store
    package let bell: Bell
    package let clocks: Clocks
    package let observer: GatewayObserver

    package func run() async throws {
        try await cancelWhenGracefulShutdown {
            try await withThrowingTaskGroup(of: Void.self) { lanes in
                // The alarm lane never waits behind the bulk.
                for lane in Lane.allCases { lanes.addTask { try await deliver(lane) } }
                try await lanes.waitForAll()
            }
        }
    }

    private func deliver(_ lane: Lane) async throws {
        var backoff = Backoff()
        var isWaiting = false
        for await _ in bell.listen() {
            while !Task.isCancelled {
                switch await deliverOnce(lane) {
                case .empty:
                    break
                case .moved:
                    if isWaiting { observer(.sinkRecovered(sink)) }
                    isWaiting = false
                    backoff.reset()
                    continue
                case .stuck(let reason):
                    if !isWaiting { observer(.sinkWaits(sink, reason: reason)) }
                    isWaiting = true
                    try? await Task.sleep(for: backoff.delay())
                    continue
                }
                break
            }
        }
    }

    private enum Progress {
        case empty
        case moved
        case stuck(String)
    }

    private func deliverOnce(_ lane: Lane) async -> Progress {
        do {
            let cursor = try await store.cursor(sink: sink, lane: lane)
            let entries = try await store.entries(of: lane, after: cursor, limit: sender.window)
            guard !entries.isEmpty else { return .empty }
            let deliveries = entries.compactMap { Delivery($0) }
            let receipts = deliveries.isEmpty ? [] : await sender.send(deliveries)
            return try await settle(deliveries, receipts, lane, through: entries.last?.seq ?? cursor)
        } catch {
            return .stuck("\(error)")
        }
    }

    /// Settles up to the first delivery that must be sent again.
    /// - Parameter last: where the page ends; there may be entries in it of which nothing is left to deliver.
    private func settle(
        _ deliveries: [Delivery], _ receipts: [Receipt], _ lane: Lane, through last: Int64
    ) async throws -> Progress {
        var settled: Int64?
        var dead: [SinkException] = []
        var events: [GatewayEvent] = []
        var trouble: String?
        loop: for (index, delivery) in deliveries.enumerated() {
            switch receipts.indices.contains(index) ? receipts[index] : .retry("no receipt") {
            case .accepted:
                events.append(.delivered(sink: sink, delivery))
            case .rejected(let reason):
                dead.append(SinkException(seq: delivery.sequence, state: .dead, reason: reason, attempts: 1, at: clocks.now().wall))
                events.append(.deadLetter(sink: sink, delivery, reason: reason))
            case .retry(let reason):
                trouble = reason
                break loop
            }
            settled = delivery.sequence
        }
        if trouble == nil { settled = last }
        if let settled {
            try await store.settle(sink: sink, lane: lane, through: settled, exceptions: dead)
            events.forEach(observer)
        }
        if let trouble { return .stuck(trouble) }
        return .moved
    }
}

extension FiledReading {
    package init(_ stored: StoredReading) {
        self.init(
            stored.record, profile: stored.origin.profile ?? "", arrived: stored.arrivedAt,
            isRetained: stored.origin.isRetained, supersedes: stored.supersedes,
            correction: stored.correction?.cause.rawValue, isRetracted: stored.state == .retracted)
    }
}

extension Delivery {
    /// nil of what was erased: there is nothing to deliver.
    init?(_ entry: JournalEntry) {
        switch entry.payload {
        case .reading(let stored):
            self.init(sequence: entry.seq, .reading(FiledReading(stored)))
        case .alarm(let event):
            self.init(sequence: entry.seq, .alarm(event))
        case .erasure(let erasure):
            self.init(sequence: entry.seq, .erasure(ErasureNotice(erasure)))
        case .erased:
            return nil
        }
    }
}

extension ErasureNotice {
    init(_ erasure: Erasure) {
        switch erasure.subject {
        case .reading(let identity, let kind, let revision): self.init(device: erasure.device, .reading(identity, kind, revision: revision))
        case .alarm(let id, let vital): self.init(device: erasure.device, .alarm(id, vital: vital))
        }
    }
}
