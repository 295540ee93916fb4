import People
import Readings

/// A device whose readings are wanted. All others are counted and shown, never stored.
package struct EnrolledDevice: Sendable, Hashable, Identifiable {
    package var id: DeviceID
    package var name: String
    /// The profile to use whatever else matches; nil: the one that matches.
    package var profile: String?
    package var enrolledAt: Instant
    package var enrolledBy: String
    /// Where its bind key is: an absolute path, or the name of a systemd credential. Never the key: who copies the database
    /// has none.
    package var keyFile: String?

    package init(
        id: DeviceID, name: String, profile: String? = nil, enrolledAt: Instant, enrolledBy: String, keyFile: String? = nil
    ) {
        self.id = id
        self.name = name
        self.profile = profile
        self.enrolledAt = enrolledAt
        self.enrolledBy = enrolledBy
        self.keyFile = keyFile
    }
}

/// All enrolled devices, and whose they are, at one version; the version rises with every change, whichever process made it.
package struct Enrolment: Sendable, Hashable {
    package let version: Int64
    package let devices: [EnrolledDevice]
    package let household: Household
}
