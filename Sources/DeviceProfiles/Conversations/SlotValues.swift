import Readings

/// What a template's slots are filled from.
struct SlotValues {
    /// The moment of writing.
    var now: Instant
    var secondsFromUTC: Int
    var address: DeviceID?
    var user: UInt8?
    var consent: UInt16?
    var bindKey: [UInt8]?
    var loop: [String: UInt32] = [:]
    var kept: [String: [UInt8]] = [:]
    /// The value that is being answered.
    var answered: [UInt8] = []

    func civil(isLocal: Bool) -> CivilTime {
        let seconds = now.milliseconds / 1000 + (isLocal ? Int64(secondsFromUTC) : 0)
        return CivilTime(secondsSince1970: Int(seconds))
    }
}

extension SlotValues {
    func number(_ slot: WriteTemplate.NumberSlot) throws(MissingSlot) -> Int {
        switch slot {
        case .loop(let name):
            guard let value = loop[name] else { throw MissingSlot(what: "'\(name)', which no loop counts") }
            return Int(value)
        case .user:
            guard let user else { throw MissingSlot(what: "a user slot") }
            return Int(user)
        case .consent:
            guard let consent else { throw MissingSlot(what: "a consent code") }
            return Int(consent)
        case .seconds(let epoch, let isLocal):
            return civil(isLocal: isLocal).secondsSince1970 - CivilTime.newYear(epoch)
        case .midnight(let epoch, let isLocal):
            let here = civil(isLocal: true).secondsSince1970
            let midnight = here - here % 86_400 - (isLocal ? 0 : secondsFromUTC)
            return midnight - CivilTime.newYear(epoch)
        case .civil(let part, let isLocal):
            let civil = civil(isLocal: isLocal)
            return switch part {
            case .year: civil.year
            case .yearOfCentury: civil.year - 2000
            case .month: civil.month
            case .day: civil.day
            case .hour: civil.hour
            case .minute: civil.minute
            case .second: civil.second
            case .weekday: civil.weekday
            }
        }
    }
}

extension CivilTime {
    /// GATT Specification Supplement, "Date Time": year u16 little-endian, month, day, hours, minutes, seconds.
    var dateTime: [UInt8] {
        [UInt8(truncatingIfNeeded: year), UInt8(truncatingIfNeeded: year >> 8)]
            + [month, day, hour, minute, second].map { UInt8(truncatingIfNeeded: $0) }
    }

    /// 1 is Monday, 7 is Sunday. 1970-01-01 was a Thursday.
    var weekday: Int {
        let days = secondsSince1970 / 86_400 - (secondsSince1970 % 86_400 < 0 ? 1 : 0)
        return ((days + 3) % 7 + 7) % 7 + 1
    }

    /// Seconds from 1970 to the first of January of that year, on the same wall.
    static func newYear(_ year: Int) -> Int {
        CivilTime(year: year, month: 1, day: 1, hour: 0, minute: 0, second: 0)?.secondsSince1970 ?? 0
    }
}
