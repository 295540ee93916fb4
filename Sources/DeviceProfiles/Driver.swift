import Readings
import StrictYAML

/// A protocol that words cannot say: unwraps what is on the air into plain frames, which a profile then reads like any
/// other. One value per device; what it remembers between frames is its own.
package protocol Driver: Sendable {
    /// nil: nothing of this protocol in it. Throws what refuses it.
    /// - Parameter key: the bind key that the device was enrolled with.
    mutating func unwrap(
        _ content: Observation.Content, of device: DeviceID?, key: [UInt8]?
    ) throws(DecodeFailure) -> [UnwrappedFrame]?
}

/// What a driver found inside: an object of its protocol by name, and its bytes.
package struct UnwrappedFrame: Sendable, Hashable {
    package var object: String
    package var bytes: [UInt8]

    package init(object: String, bytes: [UInt8]) {
        self.object = object
        self.bytes = bytes
    }
}

/// How drivers are made: by the name under which profiles ask for them.
package struct DriverKind: Sendable {
    package let name: String
    /// Checks the profile's `settings`.
    package let make: @Sendable (YAMLMap?) throws(YAMLProblem) -> any Driver

    package init(name: String, make: @escaping @Sendable (YAMLMap?) throws(YAMLProblem) -> any Driver) {
        self.name = name
        self.make = make
    }
}
