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

    /// Whether it is encrypted with a counter in it, so that no two broadcasts are equal.
    func isSealed(_ content: Observation.Content) -> Bool
}

extension Driver {
    package func isSealed(_ content: Observation.Content) -> Bool { false }
}

/// A driver whose device tells nothing unless it is asked, with questions that words cannot say. What it hears comes by `unwrap`,
/// and moves it on to the next question; an answer that is damaged or of something else leaves it where it is.
package protocol AskingDriver: Driver {
    /// What to ask now; nil when all is told. Throws where it cannot go on: the device refused, or something is not known.
    func question(key: [UInt8]?) throws(DecodeFailure) -> DriverQuestion?
}

package struct DriverQuestion: Sendable, Hashable {
    package var bytes: [UInt8]
    package var to: BluetoothUUID
    /// For a human: `the 3rd of 5 blocks`.
    package var words: String

    package init(_ bytes: [UInt8], to: BluetoothUUID, words: String) {
        (self.bytes, self.to, self.words) = (bytes, to, words)
    }
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
