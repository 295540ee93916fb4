import Alarms
import Gateway
import Sinks
import Synchronization

/// Watches a gateway and remembers what it was told.
package final class RecordedEvents: Sendable {
    private let events = Mutex<[GatewayEvent]>([])

    package init() {}

    package var observer: GatewayObserver {
        { event in self.events.withLock { $0.append(event) } }
    }

    package var all: [GatewayEvent] { events.withLock { $0 } }

    package var readings: [FiledReading] {
        all.compactMap { if case .reading(let filed) = $0 { filed } else { nil } }
    }

    package var alarms: [AlarmEvent] {
        all.compactMap { if case .alarm(let event) = $0 { event } else { nil } }
    }

    /// The codes of what became no reading, in order.
    package var refusals: [String] {
        all.compactMap { if case .refused(_, _, let code, _) = $0 { code } else { nil } }
    }

    /// Why sinks wait, in order.
    package var waits: [String] {
        all.compactMap { if case .sinkWaits(_, let reason) = $0 { reason } else { nil } }
    }

    /// Forgets what there was.
    package func clear() { events.withLock { $0 = [] } }
}
