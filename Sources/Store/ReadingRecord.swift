import People
import Readings

/// A reading as it goes into the store.
package struct ReadingRecord: Sendable, Hashable {
    /// Why a reading is kept and shown, but not passed on.
    package struct Quarantine: Sendable, Hashable {
        /// From a closed list, e.g. `clock-unset`.
        package var code: String
        package var detail: String

        package init(code: String, detail: String) {
            self.code = code
            self.detail = detail
        }
    }

    package var device: DeviceID
    package var reading: Reading
    package var identity: ReadingIdentity
    /// From 1. A higher revision says what the lower ones say, and more.
    package var revision: Int
    /// nil where nobody can say; such a reading is quarantined.
    package var measuredAt: MeasuredAt?
    package var quarantine: Quarantine?
    /// The row of the reading that this one contradicts.
    package var conflictOf: Int64?
    /// When a relay says that it heard it.
    package var heard: Instant?
    /// By how many milliseconds the device's clock was ahead, where that was measured and taken off.
    package var clockAhead: Int64?
    package var whose: Attribution

    package init(
        device: DeviceID, reading: Reading, identity: ReadingIdentity, revision: Int = 1, measuredAt: MeasuredAt?,
        quarantine: Quarantine? = nil, conflictOf: Int64? = nil, heard: Instant? = nil, clockAhead: Int64? = nil,
        whose: Attribution = .unassigned(.noRule)
    ) {
        self.device = device
        self.reading = reading
        self.identity = identity
        self.revision = revision
        self.measuredAt = measuredAt
        self.quarantine = quarantine
        self.conflictOf = conflictOf
        self.heard = heard
        self.clockAhead = clockAhead
        self.whose = whose
    }
}
