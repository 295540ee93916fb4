import Readings

/// Why something stored is told differently now, and who answers for it.
package struct Correction: Sendable, Hashable {
    package enum Cause: String, Sendable, Hashable, CaseIterable {
        /// The gateway's own clock was not right when it arrived.
        case restamp
        /// The profile that read it was mended.
        case redecode
        /// Somebody looked at what was quarantined and let it go.
        case release
        /// Somebody said whose it is, or had the rules applied to what nobody was known to have measured.
        case assign
        /// The database was damaged, and something that belongs to it is lost.
        case salvage
    }

    package var cause: Cause
    package var at: Instant
    /// A person, or the gateway itself.
    package var by: String
    package var detail: String

    package init(_ cause: Cause, at: Instant, by: String, detail: String) {
        self.cause = cause
        self.at = at
        self.by = by
        self.detail = detail
    }

    /// From `cause, at, by, detail`, or nil where all are NULL.
    init?(optional row: Statement) throws(StoreFailure) {
        let cause = try row.optionallyParsed("cause of a correction", Cause.init(rawValue:))
        let at = row.optionalInteger()
        let by = row.optionalText()
        let detail = row.optionalText()
        guard let cause, let at, let by else { return nil }
        self.init(cause, at: Instant(milliseconds: at), by: by, detail: detail ?? "")
    }
}
