import Readings

/// How a session with a device went.
package struct SessionReport: Sendable {
    package struct Failure: Sendable, Hashable {
        package enum Remedy: Sendable, Hashable {
            /// It was asleep, or the air was bad.
            case again
            /// Something else is in the way.
            case later
            /// Somebody has to do something first.
            case person
        }

        package var code: String
        package var detail: String
        /// What is so, and what to do, in words that tell nothing of device and person.
        package var advice: String
        package var remedy: Remedy
    }

    package var device: DeviceID
    package var profile: String
    /// Values that are on the disk.
    package var frames = 0
    /// From the first advertisement to the link with its services, and to the first value.
    package var linkedAfter: Duration?
    package var firstDataAfter: Duration?
    package var failure: Failure?
}
