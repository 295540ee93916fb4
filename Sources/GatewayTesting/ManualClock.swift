import Gateway
import Readings
import Synchronization

/// A clock that stands until it is told to move.
package final class ManualClock: Sendable {
    private let arrival: Mutex<Arrival>

    package init(_ rfc3339: String, boot: String = "11111111-2222-3333-4444-555555555555", isSynchronised: Bool = true) {
        // A literal of the test; a typing error in it stops that test.
        arrival = Mutex(Arrival(wall: Instant(rfc3339: rfc3339)!, monotonic: 1_000_000_000, boot: boot, isSynchronised: isSynchronised))
    }

    package var clocks: Clocks { Clocks { self.arrival.withLock { $0 } } }

    package func advance(_ duration: Duration) {
        arrival.withLock { arrival in
            let milliseconds = Int64(duration / .milliseconds(1))
            arrival.wall.milliseconds += milliseconds
            arrival.monotonic += UInt64(milliseconds) * 1_000_000
        }
    }

    /// Steps the wall clock, as a time server does; what is monotonic goes on.
    package func synchronise(at rfc3339: String) {
        arrival.withLock { arrival in
            arrival.wall = Instant(rfc3339: rfc3339)!
            arrival.isSynchronised = true
        }
    }

    /// Another boot: the monotonic clock begins again.
    package func reboot(at rfc3339: String, isSynchronised: Bool) {
        arrival.withLock { arrival in
            arrival = Arrival(
                wall: Instant(rfc3339: rfc3339)!, monotonic: 1_000_000_000, boot: "99999999-2222-3333-4444-555555555555",
                isSynchronised: isSynchronised)
        }
    }
}
