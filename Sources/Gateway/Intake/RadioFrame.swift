import DeviceProfiles
import ExactJSON
import Store

/// What a radio of this machine heard of one device: an advertisement, or a value that a connected device sent.
package struct RadioFrame: Sendable {
    /// Frames lie in the store as raw-frame JSON, see `ObservationJSON`.
    static let format = "bluetooth"
    /// The longest value of the Attribute Protocol as JSON, with all that stands around it.
    static let mostBytes = 4096

    /// Of one item.
    package var seen: Observation
    package var custody: Custody
    /// The profile in whose conversation it came; nil for a broadcast, for which the one that claims it is looked for.
    package var profile: String?

    package init(_ seen: Observation, custody: Custody, profile: String? = nil) {
        self.seen = seen
        self.custody = custody
        self.profile = profile
    }

    /// The observation that a stored frame was made of.
    static func observation(in body: [UInt8]) -> Observation? {
        guard let object = (try? JSON(parsing: body))?.object else { return nil }
        return try? ObservationJSON.read(object)
    }
}

extension Batch {
    mutating func take(
        _ frame: RadioFrame, _ transaction: inout IntakeTransaction, _ state: inout Intake.State
    ) throws {
        try take(frame.seen, in: .radio(frame), &transaction, &state)
    }
}
