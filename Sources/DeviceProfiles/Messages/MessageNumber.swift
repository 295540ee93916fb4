import ExactJSON
import Readings

/// Numbers of a message: JSON's own or written as text, every digit kept.
enum MessageNumber {
    /// What 64 bits hold for certain.
    private static let mostDigits = 18

    /// nil for what is no decimal number, for exponents beyond all use, and for more digits than 18.
    /// - Parameter decimals: round to so many, half to even: a bridge that counts in binary fractions says 36.43000031.
    static func read(_ json: JSON, decimals: Int? = nil) -> ExactDecimal? {
        switch json {
        case .number(let text), .string(let text): read(text, decimals: decimals)
        case .null, .bool, .array, .object: nil
        }
    }

    /// Digits with a sign, a point and an exponent, blanks around them allowed; `108`, `-0.5`, `1.5e2`, `079`.
    static func read(_ text: String, decimals: Int? = nil) -> ExactDecimal? {
        guard text.utf8.count <= 64 else { return nil }
        let blank = UInt8(ascii: " ")
        var rest = text.utf8.drop { $0 == blank }
        while rest.last == blank { rest = rest.dropLast() }
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        var mantissa: Int64 = 0
        var (digits, behind, places, kept) = (0, 0, 0, 0)
        var isBehindPoint = false
        while let byte = rest.first, byte | 0x20 != UInt8(ascii: "e") {
            rest = rest.dropFirst()
            if byte == UInt8(ascii: "."), !isBehindPoint, digits > 0 {
                isBehindPoint = true
                continue
            }
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            digits += 1
            if isBehindPoint { behind += 1 }
            if kept > 0 || byte != UInt8(ascii: "0") { kept += 1 }
            guard kept <= mostDigits else {
                // Digits behind the point that are rounded away anyhow.
                guard isBehindPoint, decimals != nil else { return nil }
                continue
            }
            mantissa = mantissa * 10 + Int64(byte - UInt8(ascii: "0"))
            if isBehindPoint { places += 1 }
        }
        guard digits > 0, behind > 0 || !isBehindPoint else { return nil }
        var exponent = -places
        if !rest.isEmpty {
            guard let shift = Int(String(decoding: rest.dropFirst(), as: UTF8.self)), (-40...40).contains(shift) else { return nil }
            exponent += shift
        }
        guard (-40...15).contains(exponent) else { return nil }
        let value = ExactDecimal(isNegative ? -mantissa : mantissa, exponent: Int8(exponent))
        return rounded(value, to: decimals)
    }

    /// What has no more decimals keeps its digits.
    static func rounded(_ value: ExactDecimal, to decimals: Int?) -> ExactDecimal {
        guard let decimals, Int(value.exponent) < -decimals else { return value }
        return value.rounded(toPlaces: decimals).withoutPadding
    }

    /// A whole number from 0 that fits; nil for all else.
    static func whole(_ json: JSON) -> Int? {
        guard let text = MessageWord.text(json), text.utf8.count <= 19,
            text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return Int(text)
    }

    /// The product with the digits of both; nil where 64 bits do not hold it.
    static func product(_ value: ExactDecimal, _ factor: ExactDecimal) -> ExactDecimal? {
        let (mantissa, isBeyond) = value.mantissa.multipliedReportingOverflow(by: factor.mantissa)
        let exponent = Int(value.exponent) + Int(factor.exponent)
        guard !isBeyond, (-60...30).contains(exponent) else { return nil }
        return ExactDecimal(mantissa, exponent: Int8(exponent))
    }
}
