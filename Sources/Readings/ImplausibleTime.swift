/// A device time that cannot be the time of a measurement. Such a reading is quarantined: kept, shown, not passed on.
package enum ImplausibleTime: Error, Hashable, Sendable {
    /// Before any device of this sort was built: the clock was never set (1970 and 2000 are what chips wake up with).
    case clockUnset(said: CivilTime)
    /// Within a day of the midnight that a chip of that year wakes up with, and long before it arrived.
    case clockWokeUp(said: CivilTime)
    /// Later than its own arrival, by so many seconds.
    case inTheFuture(said: CivilTime, seconds: Int)
    /// A retained message without a time of its own: it arrived now, but nobody knows when it was measured.
    case retainedWithoutTime

    package var code: String {
        switch self {
        case .clockUnset, .clockWokeUp: "clock-unset"
        case .inTheFuture: "clock-in-future"
        case .retainedWithoutTime: "retained-without-time"
        }
    }

    package var detail: String {
        switch self {
        case .clockUnset(let said):
            "the device says \(said.text): its clock was never set. Set it, then measure again"
        case .clockWokeUp(let said):
            "the device says \(said.text): that is how a clock begins that was never set. Release it if it is right"
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
