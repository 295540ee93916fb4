import CSystemd
import Glibc

/// An eventfd: lets other threads wake a loop that polls.
final class WakeUp: Sendable {
    private let descriptor: Int32

    init() {
        descriptor = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
        precondition(descriptor >= 0, "the system gives no more file descriptors")
    }

    deinit { close(descriptor) }

    func ring() {
        var one: UInt64 = 1
        _ = write(descriptor, &one, 8)
    }

    /// Waits until something happens on the socket, somebody rings, or the time is over; -1 for no end.
    func wait(on socket: Int32, for events: Int32, milliseconds: Int32) {
        var descriptors = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0), pollfd(fd: socket, events: Int16(events), revents: 0),
        ]
        guard poll(&descriptors, 2, milliseconds) > 0, descriptors[0].revents != 0 else { return }
        var rings: UInt64 = 0
        _ = read(descriptor, &rings, 8)
    }
}
