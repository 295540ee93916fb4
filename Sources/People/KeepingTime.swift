import Readings

/// How long what is stored of a person is kept, by the calendar: `2y`, `18m`, `6w`, `90d`, or as ISO 8601 writes it, `P1Y6M`.
package struct KeepingTime: Sendable, Hashable, CustomStringConvertible {
    private let years: Int, months: Int, weeks: Int, days: Int

    /// nil for anything else, for nothing at all, and for more than 200 years.
    package init?(_ text: String) {
        var rest = text.uppercased()[...]
        if rest.first == "P" { rest = rest.dropFirst() }
        var counts: [Character: Int] = [:]
        var units = "YMWD"[...]
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            guard (1...5).contains(digits.count), let count = Int(digits), let unit = rest.dropFirst(digits.count).first,
                let place = units.firstIndex(of: unit)
            else { return nil }
            counts[unit] = count
            units = units[units.index(after: place)...]
            rest = rest.dropFirst(digits.count + 1)
        }
        (years, months, weeks, days) = (counts["Y"] ?? 0, counts["M"] ?? 0, counts["W"] ?? 0, counts["D"] ?? 0)
        guard years + months + weeks + days > 0, years + months / 12 + weeks / 52 + days / 365 <= 200 else { return nil }
    }

    /// As ISO 8601 writes it.
    package var description: String {
        "P" + [(years, "Y"), (months, "M"), (weeks, "W"), (days, "D")].map { $0.0 > 0 ? "\($0.0)\($0.1)" : "" }.joined()
    }

    /// What was measured before this may go. On the last day of a month where there is no such day, in UTC.
    package func begin(at now: Instant) -> Instant {
        let time = CivilTime(secondsSince1970: Int(now.milliseconds / 1000) - (weeks * 7 + days) * 86_400)
        let month = time.year * 12 + time.month - 1 - years * 12 - months
        for day in stride(from: time.day, through: 1, by: -1) {
            if let there = CivilTime(year: month / 12, month: month % 12 + 1, day: day, hour: time.hour, minute: time.minute, second: time.second) {
                return Instant(there, secondsFromUTC: 0)
            }
        }
        // Before the first year: nothing is older.
        return Instant(milliseconds: .min)
    }
}
