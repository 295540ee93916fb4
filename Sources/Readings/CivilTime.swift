/// A date and time of day on some wall, without a zone: what most devices say.
package struct CivilTime: Sendable, Hashable, Comparable {
    package let year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int

    /// nil where the calendar or the clock has no such time (the 31st of April, minute 60).
    package init?(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), (0...23).contains(hour),
            (0...59).contains(minute), (0...59).contains(second),
            day >= 1, day <= CivilTime.days(in: month, of: year)
        else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
        (self.hour, self.minute, self.second) = (hour, minute, second)
    }

    /// `seconds` since 1970-01-01T00:00:00 on the same wall.
    package init(secondsSince1970 seconds: Int) {
        let days = seconds >= 0 ? seconds / 86_400 : -((86_399 - seconds) / 86_400)
        let rest = seconds - days * 86_400
        (year, month, day) = CivilTime.date(ofDay: days)
        (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60)
    }

    /// Seconds since 1970-01-01T00:00:00 on the same wall; no zone is applied.
    package var secondsSince1970: Int {
        CivilTime.day(ofYear: year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
    }

    package func adding(minutes: Int) -> CivilTime {
        CivilTime(secondsSince1970: secondsSince1970 + minutes * 60)
    }

    /// `2018-07-01T16:17:30`
    package var text: String {
        // Written for every reading that is stored: digit by digit, without a string for each number.
        String(unsafeUninitializedCapacity: 19) { text in
            var end = 0
            func write(_ number: Int, _ width: Int, then separator: Unicode.Scalar?) {
                var rest = number
                for index in (end..<end + width).reversed() {
                    text[index] = UInt8(ascii: "0") + UInt8(rest % 10)
                    rest /= 10
                }
                end += width
                guard let separator else { return }
                text[end] = UInt8(ascii: separator)
                end += 1
            }
            write(year, 4, then: "-")
            write(month, 2, then: "-")
            write(day, 2, then: "T")
            write(hour, 2, then: ":")
            write(minute, 2, then: ":")
            write(second, 2, then: nil)
            return end
        }
    }

    /// `20180701T161730`, for identifiers.
    package var compact: String { text.filter { $0 != "-" && $0 != ":" } }

    package static func < (left: CivilTime, right: CivilTime) -> Bool {
        left.secondsSince1970 < right.secondsSince1970
    }
}

// Days and dates of the proleptic Gregorian calendar, after H. Hinnant, "chrono-compatible low-level date algorithms".
extension CivilTime {
    private static func days(in month: Int, of year: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    private static func day(ofYear year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func date(ofDay day: Int) -> (Int, Int, Int) {
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * monthIndex + 2) / 5 + 1)
    }
}

extension Int {
    package func padded(_ width: Int) -> String {
        let digits = String(self)
        return String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
    }
}
