import Gateway
import Readings
import Synchronization

/// A clock that stands until it is told to move.
package final class ManualClock: Sendable {
    private let arrival: Mutex<Arrival>

    package init(_ rfc3339: String, boot: String = "11111111-2222-3333-4444-555555555555") {
        // A literal of the test; a typing error in it stops that test.
        arrival = Mutex(Arrival(wall: Instant(rfc3339: rfc3339)!, monotonic: 1_000_000_000, boot: boot))
    }

    package var clocks: Clocks { Clocks { self.arrival.withLock { $0 } } }

    package func advance(_ duration: Duration) {
        arrival.withLock { arrival in
            let milliseconds = Int64(duration / .milliseconds(1))
            arrival.wall.milliseconds += milliseconds
            arrival.monotonic += UInt64(milliseconds) * 1_000_000
        }
    }
}
