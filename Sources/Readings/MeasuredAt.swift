/// How much a time of measurement can be trusted.
package enum TimeQuality: String, Sendable, Hashable, CaseIterable {
    /// The device's own clock, as it stood.
    case device
    /// The device's own clock, shifted by the offset measured in that session.
    case corrected
    /// The device sent no time: when the frame arrived.
    case arrival
    /// The device's clock was never set.
    case unset
    /// The gateway's own clock was not synchronised.
    case unsynced
}

/// The zone of the place where devices speak local time.
package protocol PlaceZone: Sendable {
    /// Seconds east of Greenwich when the walls of the place show `local`.
    func secondsFromUTC(at local: CivilTime) -> Int
}

/// When something was measured, and who says so.
package struct MeasuredAt: Sendable, Hashable {
    package var instant: Instant
    package var quality: TimeQuality

    package init(_ instant: Instant, _ quality: TimeQuality) {
        self.instant = instant
        self.quality = quality
    }
}

/// A device time that cannot be the time of a measurement. Such a reading is quarantined: kept, shown, not passed on.
package enum ImplausibleTime: Error, Hashable, Sendable {
    /// Before any device of this sort was built: the clock was never set (1970 and 2000 are what chips wake up with).
    case clockUnset(said: CivilTime)
    /// Later than its own arrival, by so many seconds.
    case inTheFuture(said: CivilTime, seconds: Int)
    /// A retained message without a time of its own: it arrived now, but nobody knows when it was measured.
    case retainedWithoutTime

    package var code: String {
        switch self {
        case .clockUnset: "clock-unset"
        case .inTheFuture: "clock-in-future"
        case .retainedWithoutTime: "retained-without-time"
        }
    }

    package var detail: String {
        switch self {
        case .clockUnset(let said):
            "the device says \(said.text): its clock was never set. Set it, then measure again"
        case .inTheFuture(let said, let seconds):
            "the device says \(said.text), \(ImplausibleTime.spoken(seconds)) after the frame arrived. "
                + "Set the device's clock, or place.zone in the configuration if it is right"
        case .retainedWithoutTime:
            "a retained message without a time of measurement. Publish readings unretained, or with their time"
        }
    }

    private static func spoken(_ seconds: Int) -> String {
        switch seconds {
        case ..<7200: "\(seconds / 60) min"
        case ..<172_800: "\(seconds / 3600) h"
        default: "\(seconds / 86_400) days"
        }
    }
}

extension MeasuredAt {
    /// No health device with a radio is older; an earlier year is a clock that was never set.
    package static let firstBelievableYear = 2010
    /// How far a device's clock may run ahead of ours, in seconds.
    package static let tolerance = 600

    /// Decides when a reading was measured.
    /// - Parameters:
    ///   - said: the device's own time, in the zone of the place.
    ///   - isUTC: whether it is that of UTC instead.
    ///   - ago: how many seconds before the frame was heard, where the device says only that.
    ///   - heard: when a relay says it heard the frame; its clock is believed no more than a device's.
    ///   - arrived: when the frame arrived here.
    package static func judge(
        said: CivilTime?, isUTC: Bool = false, ago: Int? = nil, heard: Instant? = nil, arrived: Instant, isRetained: Bool,
        in zone: some PlaceZone
    ) throws(ImplausibleTime) -> MeasuredAt {
        if let said {
            let instant = Instant(said, secondsFromUTC: isUTC ? 0 : zone.secondsFromUTC(at: said))
            return MeasuredAt(try believable(instant, saying: said, arrived: arrived), .device)
        }
        if heard == nil, isRetained { throw .retainedWithoutTime }
        guard heard != nil || ago != nil else { return MeasuredAt(arrived, .arrival) }
        let instant = (heard ?? arrived).before(seconds: ago ?? 0)
        let local = CivilTime(secondsSince1970: Int(instant.milliseconds / 1000))
        return MeasuredAt(try believable(instant, saying: local, arrived: arrived), .arrival)
    }

    private static func believable(
        _ instant: Instant, saying said: CivilTime, arrived: Instant
    ) throws(ImplausibleTime) -> Instant {
        guard said.year >= firstBelievableYear else { throw .clockUnset(said: said) }
        let ahead = Int((instant.milliseconds - arrived.milliseconds) / 1000)
        guard ahead <= tolerance else { throw .inTheFuture(said: said, seconds: ahead) }
        return instant
    }
}
