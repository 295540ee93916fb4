extension JSONReader {
    /// Reads a string from its opening quote to its closing one.
    ///
    /// Finds the end first, for nearly no string has escapes, and one without is copied in one go.
    mutating func string(_ bytes: Span<UInt8>) throws(JSONFailure) -> String {
        skip(1)
        let start = at
        var hasEscapes = false
        while !take(UInt8(ascii: "\""), bytes) {
            guard at < bytes.count else { throw expected("'\"' at the end of the string", bytes) }
            switch bytes[at] {
            case UInt8(ascii: "\\"):
                hasEscapes = true
                skip(min(2, bytes.count - at))
            case 0..<0x20:
                throw JSONFailure(.notJSON("a control character in a string must be escaped"), offset: at)
            default:
                skip(1)
            }
        }
        let content = start..<(at - 1)
        let text = try text(content, bytes)
        return hasEscapes ? try unescaped(content, bytes) : text
    }

    /// A copy of these bytes, which must be UTF-8.
    func text(_ range: Range<Int>, _ bytes: Span<UInt8>) throws(JSONFailure) -> String {
        do {
            return String(copying: try UTF8Span(validating: bytes.extracting(range)))
        } catch {
            throw JSONFailure(.notJSON("the text is not UTF-8"), offset: range.lowerBound + error.byteOffsets.lowerBound)
        }
    }

    /// `range` is valid UTF-8 and each backslash in it has a byte behind it.
    private func unescaped(_ range: Range<Int>, _ bytes: Span<UInt8>) throws(JSONFailure) -> String {
        var plain: [UInt8] = []
        plain.reserveCapacity(range.count)
        var index = range.lowerBound
        while index < range.upperBound {
            if bytes[index] == UInt8(ascii: "\\") {
                plain.append(contentsOf: String(try scalar(escapedAt: &index, range, bytes)).utf8)
            } else {
                plain.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: plain, as: UTF8.self)
    }

    /// The character an escape stands for; moves the index from the backslash to what follows.
    private func scalar(escapedAt index: inout Int, _ range: Range<Int>, _ bytes: Span<UInt8>) throws(JSONFailure)
        -> Unicode.Scalar
    {
        let start = index
        index += 2
        switch bytes[start + 1] {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{08}"
        case UInt8(ascii: "f"): return "\u{0C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let unit = try fourHexDigits(&index, range, bytes)
            if let scalar = Unicode.Scalar(unit) { return scalar }
            return try secondHalf(after: unit, from: start, &index, range, bytes)
        default: throw JSONFailure(.notJSON("no such escape in a string"), offset: start)
        }
    }

    /// Outside of plane 0 a character is written as two escapes, and neither means anything alone.
    private func secondHalf(
        after high: UInt16, from start: Int, _ index: inout Int, _ range: Range<Int>, _ bytes: Span<UInt8>
    ) throws(JSONFailure) -> Unicode.Scalar {
        let alone = JSONFailure(.notJSON("half of a surrogate pair alone"), offset: start)
        guard UTF16.isLeadSurrogate(high), index + 1 < range.upperBound,
            bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u")
        else { throw alone }
        index += 2
        let low = try fourHexDigits(&index, range, bytes)
        guard UTF16.isTrailSurrogate(low) else { throw alone }
        return UTF16.decode(UTF16.EncodedScalar([high, low]))
    }

    private func fourHexDigits(_ index: inout Int, _ range: Range<Int>, _ bytes: Span<UInt8>) throws(JSONFailure) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard index < range.upperBound, let digit = Character(Unicode.Scalar(bytes[index])).hexDigitValue else {
                throw JSONFailure(.notJSON("expected four hexadecimal digits after \\u"), offset: index)
            }
            unit = unit << 4 | UInt16(digit)
            index += 1
        }
        return unit
    }
}
