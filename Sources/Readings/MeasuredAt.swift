/// How much a time of measurement can be trusted.
package enum TimeQuality: String, Sendable, Hashable, CaseIterable {
    /// The device's own clock, as it stood.
    case device
    /// The device's own clock, shifted by the offset measured of it, or a time that a person gave.
    case corrected
    /// The device sent no time: when the frame arrived.
    case arrival
    /// The device's clock was never set.
    case unset
    /// It stands on the gateway's own clock, and that was not synchronised.
    case unsynced
}

/// Why a time of measurement may be off by an hour, or by more, though nothing better can be said.
package enum TimeDoubt: String, Sendable, Hashable, CaseIterable {
    /// The walls of the place showed it twice that night.
    case shownTwice = "shown-twice"
    /// The walls of the place never showed it: the clocks were put forward over it.
    case neverShown = "never-shown"
    /// The device's clock was moved between that measurement and today, nobody knows when.
    case clockMoved = "clock-moved"
}

/// When something was measured, and who says so.
package struct MeasuredAt: Sendable, Hashable {
    package var instant: Instant
    package var quality: TimeQuality
    package var doubt: TimeDoubt?

    package init(_ instant: Instant, _ quality: TimeQuality, _ doubt: TimeDoubt? = nil) {
        self.instant = instant
        self.quality = quality
        self.doubt = doubt
    }
}

extension MeasuredAt {
    /// No health device with a radio is older; an earlier year is a clock that was never set.
    package static let firstBelievableYear = 2010
    /// How far a device's clock may run ahead of ours, in seconds.
    package static let tolerance = 600
    /// A clock that is off by no more is right, in milliseconds: devices tell whole seconds.
    package static let exact: Int64 = 1000
    /// Chips wake up at the first midnight of the year of their firmware (2010, 2019 and 2021 are known of meters, bands and
    /// cuffs). A time on such a day that arrives after so many seconds is taken for that.
    package static let longAgo = 400 * 86_400
}
