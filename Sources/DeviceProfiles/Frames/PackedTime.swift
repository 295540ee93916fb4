import Readings

/// A civil time in one word: `yyyymmddhhmmss` in decimal.
struct PackedTime {
    let value: Int64

    init(_ value: Int64) { self.value = value }

    /// nil where the calendar or the clock has no such time.
    @inline(__always)
    init?(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) {
        guard CivilTime(year: year, month: month, day: day, hour: hour, minute: minute, second: second) != nil else { return nil }
        value = Int64(((((year &* 100 &+ month) &* 100 &+ day) &* 100 &+ hour) &* 100 &+ minute) &* 100 &+ second)
    }

    /// nil outside the years 1 to 9999.
    init?(secondsSince1970 seconds: Int64) {
        // The first second of the year 1 and the last of the year 9999.
        guard (-62_135_596_800...253_402_300_799).contains(seconds) else { return nil }
        let time = CivilTime(secondsSince1970: Int(seconds))
        self.init(year: time.year, month: time.month, day: time.day, hour: time.hour, minute: time.minute, second: time.second)
    }

    var civil: CivilTime? {
        guard value >= 0 else { return nil }
        let time = Int(value)
        return CivilTime(
            year: time / 10_000_000_000, month: time / 100_000_000 % 100, day: time / 1_000_000 % 100,
            hour: time / 10_000 % 100, minute: time / 100 % 100, second: time % 100)
    }
}
