/// A moment, in milliseconds since 1970-01-01T00:00:00Z. Values only: nothing here reads a clock.
package struct Instant: Sendable, Hashable, Comparable {
    package var milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }
    package init(_ local: CivilTime, secondsFromUTC: Int) {
        milliseconds = Int64(local.secondsSince1970 - secondsFromUTC) * 1000
    }

    /// So many seconds earlier.
    package func before(seconds: Int) -> Instant { Instant(milliseconds: milliseconds - Int64(seconds) * 1000) }

    /// Reads RFC 3339 (`2026-11-21T08:30:00Z`, fractions and offsets allowed); nil for anything else.
    package init?(rfc3339 text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, let local = CivilTime(iso: text.prefix(19)) else { return nil }
        var index = 19
        var fraction: Int64 = 0
        if bytes[index] == UInt8(ascii: ".") {
            index += 1
            let start = index
            while index < bytes.count, let digit = bytes[index].decimalDigit {
                if index - start < 3 { fraction = fraction * 10 + Int64(digit) }
                index += 1
            }
            guard index > start else { return nil }
            for _ in 0..<max(0, 3 - (index - start)) { fraction *= 10 }
        }
        guard let offset = Instant.offset(bytes[index...]) else { return nil }
        self.init(local, secondsFromUTC: offset)
        milliseconds += fraction
    }

    private static func offset(_ bytes: ArraySlice<UInt8>) -> Int? {
        if bytes.elementsEqual("Z".utf8) || bytes.elementsEqual("z".utf8) { return 0 }
        let digits = bytes.compactMap(\.decimalDigit).map { Int($0) }
        guard bytes.count == 6, digits.count == 4, bytes[bytes.startIndex + 3] == UInt8(ascii: ":"),
            let sign = [UInt8(ascii: "+"): 1, UInt8(ascii: "-"): -1][bytes[bytes.startIndex]]
        else { return nil }
        let (hours, minutes) = (digits[0] * 10 + digits[1], digits[2] * 10 + digits[3])
        guard hours < 24, minutes < 60 else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }

    /// `2026-11-21T08:30:00Z`, with an offset where the place has one, milliseconds only where there are some.
    package func rfc3339(secondsFromUTC offset: Int = 0) -> String {
        let local = milliseconds + Int64(offset) * 1000
        let seconds = local >= 0 ? local / 1000 : -((999 - local) / 1000)
        let fraction = Int(local - seconds * 1000)
        let sign = offset < 0 ? "-" : "+"
        let (hours, minutes) = (abs(offset) / 3600, abs(offset) / 60 % 60)
        let zone = offset == 0 ? "Z" : "\(sign)\(hours.padded(2)):\(minutes.padded(2))"
        return CivilTime(secondsSince1970: Int(seconds)).text + (fraction == 0 ? "" : ".\(fraction.padded(3))") + zone
    }

    package static func < (left: Instant, right: Instant) -> Bool { left.milliseconds < right.milliseconds }
}

extension CivilTime {
    /// Reads `2018-07-01T16:17:30`; nil for anything else.
    package init?(iso text: some StringProtocol) {
        let bytes = Array(text.utf8)
        let shape = Array("0000-00-00T00:00:00".utf8)
        guard bytes.count == shape.count else { return nil }
        for (byte, pattern) in zip(bytes, shape) {
            guard pattern == UInt8(ascii: "0") ? byte.decimalDigit != nil : byte == pattern else { return nil }
        }
        func number(_ range: Range<Int>) -> Int { bytes[range].reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) } }
        self.init(
            year: number(0..<4), month: number(5..<7), day: number(8..<10),
            hour: number(11..<13), minute: number(14..<16), second: number(17..<19))
    }
}

extension UInt8 {
    fileprivate var decimalDigit: UInt8? {
        self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") ? self - UInt8(ascii: "0") : nil
    }
}
