import Readings

// What few frames hold, kept out of the loop that all of them run through.
extension Decoder {
    @inline(never)
    static func wideSize(_ kind: Op.Kind) -> Int {
        switch kind {
        case .u40, .u40be: 5
        case .u48, .u48be: 6
        default: 8
        }
    }

    /// nil beyond 63 bits. The caller has checked the end.
    @inline(never)
    static func wide(_ frame: RawSpan, _ at: Int, _ size: Int, isBig: Bool) -> Int64? {
        var value: UInt64 = 0
        for index in 0..<size {
            value = value << 8 | UInt64(load8(frame, at &+ (isBig ? index : size &- 1 &- index)))
        }
        return Int64(exactly: value)
    }

    /// nil where a half byte is no digit. The caller has checked the end; nine bytes at most.
    @inline(never)
    static func packedDigits(_ frame: RawSpan, _ at: Int, _ size: Int, isReversed: Bool) -> Int64? {
        var value: Int64 = 0
        for index in 0..<size {
            let byte = load8(frame, at &+ (isReversed ? size &- 1 &- index : index))
            let (high, low) = (byte >> 4, byte & 15)
            guard high <= 9, low <= 9 else { return nil }
            value = value &* 100 &+ Int64(high) &* 10 &+ Int64(low)
        }
        return value
    }

    /// Where a text stands, and what comes behind it; nil if the frame ends before the text does.
    @inline(never)
    static func stretch(_ op: Op, _ frame: RawSpan, _ at: Int) -> (text: Range<Int>, next: Int)? {
        let end = frame.byteCount
        switch op.kind {
        case .digits, .text:
            let stop = at &+ Int(op.operand)
            return stop <= end ? (at..<stop, stop) : nil
        case .digitsUntil, .textUntil:
            var stop = at
            while stop < end {
                if UInt32(load8(frame, stop)) == op.operand { return (at..<stop, stop &+ 1) }
                stop &+= 1
            }
            return nil
        default:
            return (at..<end, end)
        }
    }

    /// Without the blanks and zero bytes around it that only fill a place.
    @inline(never)
    static func trimmed(_ frame: RawSpan, _ text: Range<Int>) -> Range<Int> {
        func isFiller(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == 0 }
        var (start, end) = (text.lowerBound, text.upperBound)
        while start < end, isFiller(load8(frame, start)) { start &+= 1 }
        while start < end, isFiller(load8(frame, end &- 1)) { end &-= 1 }
        return start..<end
    }

    /// `+0012.30` is 12.30, with its digits; nil for anything that is no decimal number of at most 18 digits.
    @inline(never)
    static func asciiNumber(_ frame: RawSpan, _ text: Range<Int>) -> (mantissa: Int64, exponent: Int8)? {
        var at = text.lowerBound
        let sign = load8(frame, at)
        if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { at &+= 1 }
        var (mantissa, digits, decimals): (Int64, Int, Int?) = (0, 0, nil)
        while at < text.upperBound {
            let byte = load8(frame, at)
            at &+= 1
            if byte == UInt8(ascii: "."), decimals == nil, digits > 0 {
                decimals = 0
                continue
            }
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9"), digits < 18 else { return nil }
            mantissa = mantissa &* 10 &+ Int64(byte &- UInt8(ascii: "0"))
            digits &+= 1
            if let told = decimals { decimals = told &+ 1 }
        }
        guard digits > 0, decimals != 0 else { return nil }
        return (sign == UInt8(ascii: "-") ? -mantissa : mantissa, Int8(truncatingIfNeeded: -(decimals ?? 0)))
    }

    /// Whether the text in the frame is `letters[start..<start + count]`.
    @inline(never)
    static func reads(_ letters: [UInt8], _ start: Int, _ count: Int, in frame: RawSpan, _ text: Range<Int>) -> Bool {
        guard text.count == count else { return false }
        for index in 0..<count where load8(frame, text.lowerBound &+ index) != letters[start &+ index] { return false }
        return true
    }
}
