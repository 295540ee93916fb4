import ExactJSON
import Readings

/// How a message writes a time.
enum MessageTimeForm: Sendable, Hashable {
    /// Whole or broken seconds since 1970, as a number or as text.
    case seconds
    case milliseconds
    /// With its zone: a moment.
    case rfc3339
    /// `2024-01-15T10:35:00`, without a zone; a blank for the T, and fractions of a second, are allowed.
    case iso
    /// `DD/MM/YYYY hh:mm:ss`
    case pattern(TimePattern)
}

/// What a message says of when: a moment, or what a wall shows.
enum MessageTime: Sendable, Hashable {
    case moment(Instant)
    case civil(CivilTime)

    /// nil where it is not written so.
    static func read(_ json: JSON, as form: MessageTimeForm, _ zone: MessageReading.Time.Zone?) -> MessageTime? {
        guard let text = MessageWord.text(json) else { return nil }
        switch form {
        case .seconds: return counted(text, perSecond: 1, isUTC: zone != .place)
        case .milliseconds: return counted(text, perSecond: 1000, isUTC: zone != .place)
        case .rfc3339: return Instant(rfc3339: text).map { .moment($0) }
        case .iso: return iso(text).map { told($0, isUTC: zone == .utc) }
        case .pattern(let pattern):
            guard let (civil, offset) = pattern.read(text) else { return nil }
            return offset.map { .moment(Instant(civil, secondsFromUTC: $0)) } ?? told(civil, isUTC: zone == .utc)
        }
    }

    private static func told(_ civil: CivilTime, isUTC: Bool) -> MessageTime {
        isUTC ? .moment(Instant(civil, secondsFromUTC: 0)) : .civil(civil)
    }

    /// From 1970 to the year 9999.
    private static func counted(_ text: String, perSecond: Int64, isUTC: Bool) -> MessageTime? {
        guard let number = MessageNumber.read(text, decimals: 3), number.mantissa >= 0,
            let inMilliseconds = MessageNumber.product(number, ExactDecimal(1000 / perSecond))
        else { return nil }
        let whole = inMilliseconds.rounded(toPlaces: 0)
        guard whole.compared(to: ExactDecimal(253_402_300_800_000)) < 0 else { return nil }
        let milliseconds = (0..<Int(whole.exponent)).reduce(whole.mantissa) { value, _ in value * 10 }
        return isUTC
            ? .moment(Instant(milliseconds: milliseconds)) : .civil(CivilTime(secondsSince1970: Int(milliseconds / 1000)))
    }

    private static func iso(_ text: String) -> CivilTime? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 19, bytes.count <= 32 else { return nil }
        if bytes.count > 19 {
            let fraction = bytes[19...]
            guard fraction.first == UInt8(ascii: "."), fraction.count > 1,
                fraction.dropFirst().allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
            else { return nil }
        }
        var civil = Array(bytes[..<19])
        if civil[10] == UInt8(ascii: " ") { civil[10] = UInt8(ascii: "T") }
        return CivilTime(iso: String(decoding: civil, as: UTF8.self))
    }
}

/// A time written in parts: `YYYY MM DD hh mm ss`, `AM` for the half of the day, `ZZ` for an offset; all else stands for itself.
struct TimePattern: Sendable, Hashable {
    private enum Part: Sendable, Hashable {
        case number(String)
        case half
        case offset
        case itself(UInt8)
    }

    let text: String
    private let parts: [Part]

    /// nil where a part that a time needs is missing or stands twice.
    init?(_ text: String) {
        var parts: [Part] = []
        var rest = text[...]
        var seen: Set<String> = []
        while let first = rest.first {
            if let word = ["YYYY", "MM", "DD", "hh", "mm", "ss", "AM", "ZZ"].first(where: { rest.hasPrefix($0) }) {
                guard seen.insert(word).inserted else { return nil }
                parts.append(word == "AM" ? .half : word == "ZZ" ? .offset : .number(word))
                rest = rest.dropFirst(word.count)
            } else {
                guard let byte = first.asciiValue, !first.isLetter, !first.isNumber else { return nil }
                parts.append(.itself(byte))
                rest = rest.dropFirst()
            }
        }
        guard seen.isSuperset(of: ["YYYY", "MM", "DD", "hh", "mm"]) else { return nil }
        self.text = text
        self.parts = parts
    }

    /// The time, and seconds from UTC where it says them; nil where the text is not of this pattern or no calendar has it.
    func read(_ text: String) -> (CivilTime, secondsFromUTC: Int?)? {
        // A no-break space, narrow or not, is what some phones put before PM.
        let plain = String(text.unicodeScalars.map { $0 == "\u{202F}" || $0 == "\u{A0}" ? " " : Character($0) })
        guard plain.utf8.count <= 64 else { return nil }
        var rest = plain.utf8[...]
        var numbers: [String: Int] = [:]
        var (isAfternoon, offset): (Bool?, Int?) = (nil, nil)
        for part in parts {
            switch part {
            case .itself(let byte):
                guard rest.first == byte else { return nil }
                rest = rest.dropFirst()
            case .number(let word):
                let most = word == "YYYY" ? 4 : 2
                let digits = rest.prefix(most).prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
                guard word == "YYYY" ? digits.count == 4 : !digits.isEmpty else { return nil }
                numbers[word] = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
                rest = rest.dropFirst(digits.count)
            case .half:
                let word = String(decoding: rest.prefix(2), as: UTF8.self).uppercased()
                guard word == "AM" || word == "PM" else { return nil }
                isAfternoon = word == "PM"
                rest = rest.dropFirst(2)
            case .offset:
                guard let seconds = TimePattern.offset(&rest) else { return nil }
                offset = seconds
            }
        }
        guard rest.isEmpty, let year = numbers["YYYY"], let month = numbers["MM"], let day = numbers["DD"],
            var hour = numbers["hh"], let minute = numbers["mm"]
        else { return nil }
        if let isAfternoon {
            guard (1...12).contains(hour) else { return nil }
            hour = hour % 12 + (isAfternoon ? 12 : 0)
        }
        let civil = CivilTime(year: year, month: month, day: day, hour: hour, minute: minute, second: numbers["ss"] ?? 0)
        return civil.map { ($0, offset) }
    }

    /// `Z`, `+0800`, `-08:00`.
    private static func offset(_ rest: inout Substring.UTF8View.SubSequence) -> Int? {
        guard let sign = rest.first else { return nil }
        rest = rest.dropFirst()
        if sign == UInt8(ascii: "Z") { return 0 }
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return nil }
        var number = 0
        for index in 0..<4 {
            if index == 2, rest.first == UInt8(ascii: ":") { rest = rest.dropFirst() }
            guard let byte = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            number = number * 10 + Int(byte - UInt8(ascii: "0"))
            rest = rest.dropFirst()
        }
        guard number / 100 < 24, number % 100 < 60 else { return nil }
        let seconds = (number / 100 * 60 + number % 100) * 60
        return sign == UInt8(ascii: "-") ? -seconds : seconds
    }
}

extension Reading {
    /// Sets its time to what a message says of it. Parts of a second are not kept: no identity stands on them.
    mutating func stamp(_ time: MessageTime?) {
        switch time {
        case .moment(let instant):
            let seconds = instant.milliseconds >= 0 ? instant.milliseconds / 1000 : (instant.milliseconds - 999) / 1000
            (deviceTime, isUTC) = (CivilTime(secondsSince1970: Int(seconds)), true)
        case .civil(let civil): deviceTime = civil
        case nil: return
        }
        recordTime = deviceTime
    }
}
