import Readings

// What few frames hold, kept out of the loop that all of them run through.
extension Decoder {
    /// What a rare step may change. The loop has its own copies of the first two, which would else never stand in registers.
    struct Rare {
        var at = 0
        var present: UInt64 = 0
        /// The farthest byte read before a jump.
        var reach = 0
        /// The text that the next `word` steps compare.
        var text = 0..<0
    }

    @inline(never)
    static func takeRare(
        _ op: Op, _ index: Int, _ tables: Op.Tables, _ frame: RawSpan, _ rare: inout Rare, _ fields: inout Fields
    ) throws(Stop) {
        let slot = Fields.index(op.slot)
        let bit: UInt64 = 1 &<< UInt64(op.slot)
        let end = frame.byteCount
        let (mantissa, exponent): (Int64, Int8)
        switch op.kind {
        case .bcd, .bcdReversed:
            let size = Int(op.operand)
            guard rare.at &+ size <= end else { throw .tooShort(op: index) }
            guard let number = packedDigits(frame, rare.at, size, isReversed: op.kind == .bcdReversed) else {
                throw .badValue(op: index)
            }
            rare.at &+= size
            (mantissa, exponent) = (number, 0)
        case .digits, .digitsUntil, .digitsToEnd, .text, .textUntil, .textToEnd:
            guard let stretch = stretch(op, frame, rare.at) else { throw .tooShort(op: index) }
            rare.at = stretch.next
            let letters = trimmed(frame, stretch.text)
            if op.kind.rawValue >= Op.Kind.text.rawValue { rare.text = letters; return }
            // Blanks and nothing else: no number was told.
            if letters.isEmpty { return }
            guard let number = asciiNumber(frame, letters) else { throw .badValue(op: index) }
            (mantissa, exponent) = number
        case .word:
            let at = Int(op.operand)
            let (start, count) = (Int(tables.constants[at]), Int(tables.constants[at &+ 1]))
            guard reads(tables.letters, start, count, in: frame, rare.text) else { return }
            (mantissa, exponent) = (tables.constants[at &+ 2], 0)
        case .civil:
            guard rare.present & bit != 0 else { return }
            let (seconds, isBeyond) = (fields.mantissas[slot] / tables.constants[Int(op.operand) &+ 1])
                .addingReportingOverflow(tables.constants[Int(op.operand)])
            guard !isBeyond, let time = PackedTime(secondsSince1970: seconds) else { throw .badValue(op: index) }
            (mantissa, exponent) = (time.value, 0)
        case .forgetWide:
            let value = fields.mantissas[slot]
            let (low, high) = (tables.constants[Int(op.operand)], tables.constants[Int(op.operand) &+ 1])
            if value >= low, value <= high, value == 0 || fields.exponents[slot] == 0 { rare.present &= ~bit }
            return
        case .at, .atEnd:
            rare.reach = max(rare.reach, rare.at)
            rare.at = op.kind == .at ? Int(op.operand) : end &- Int(op.operand)
            guard rare.at >= 0, rare.at <= end else { throw .tooShort(op: index) }
            return
        case .test:
            let test = tables.tests[Int(op.operand)]
            let of = Fields.index(test.slot)
            let isThere = rare.present & (1 &<< UInt64(test.slot)) != 0
            rare.present &= ~bit
            guard test.holds(isThere, fields.mantissas[of], fields.exponents[of]) else { return }
            (mantissa, exponent) = (1, 0)
        default:
            let size = switch op.kind {
            case .u40, .u40be: 5
            case .u48, .u48be: 6
            default: 8
            }
            guard rare.at &+ size <= end else { throw .tooShort(op: index) }
            guard let number = wide(frame, rare.at, size, isBig: op.kind.rawValue >= Op.Kind.u40be.rawValue) else {
                throw .badValue(op: index)
            }
            rare.at &+= size
            (mantissa, exponent) = (number, 0)
        }
        fields.mantissas[slot] = mantissa
        fields.exponents[slot] = exponent
        rare.present |= bit
    }

    /// nil beyond 63 bits. The caller has checked the end.
    private static func wide(_ frame: RawSpan, _ at: Int, _ size: Int, isBig: Bool) -> Int64? {
        var value: UInt64 = 0
        for index in 0..<size {
            value = value << 8 | UInt64(load8(frame, at &+ (isBig ? index : size &- 1 &- index)))
        }
        return Int64(exactly: value)
    }

    /// nil where a half byte is no digit. The caller has checked the end; nine bytes at most.
    private static func packedDigits(_ frame: RawSpan, _ at: Int, _ size: Int, isReversed: Bool) -> Int64? {
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
    private static func stretch(_ op: Op, _ frame: RawSpan, _ at: Int) -> (text: Range<Int>, next: Int)? {
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
    private static func trimmed(_ frame: RawSpan, _ text: Range<Int>) -> Range<Int> {
        func isFiller(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == 0 }
        var (start, end) = (text.lowerBound, text.upperBound)
        while start < end, isFiller(load8(frame, start)) { start &+= 1 }
        while start < end, isFiller(load8(frame, end &- 1)) { end &-= 1 }
        return start..<end
    }

    /// `+0012.30` is 12.30, with its digits; nil for anything that is no decimal number of at most 18 digits.
    private static func asciiNumber(_ frame: RawSpan, _ text: Range<Int>) -> (mantissa: Int64, exponent: Int8)? {
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
    private static func reads(_ letters: [UInt8], _ start: Int, _ count: Int, in frame: RawSpan, _ text: Range<Int>) -> Bool {
        guard text.count == count else { return false }
        for index in 0..<count where load8(frame, text.lowerBound &+ index) != letters[start &+ index] { return false }
        return true
    }
}
