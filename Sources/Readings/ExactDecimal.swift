/// A decimal number that keeps the digits it was reported with: `mantissa · 10^exponent`.
///
/// `11.0` and `11` are different reports of the same value: a device that sends one decimal has measured one decimal,
/// so the pair is kept and never turned into a binary fraction. Equality is of digits; `isEqual(to:)` is of value.
package struct ExactDecimal: Sendable, Hashable {
    package var mantissa: Int64
    package var exponent: Int8

    package init(_ mantissa: Int64, exponent: Int8 = 0) {
        self.mantissa = mantissa
        self.exponent = exponent
    }

    /// Reads plain decimal text (`-12.50`); nil for anything else, scientific notation included, and beyond 18 digits.
    package init?(_ text: String) {
        var mantissa: Int64 = 0
        var decimals = 0
        var digits = 0
        var seenPoint = false
        var rest = text.utf8[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative { rest = rest.dropFirst() }
        for byte in rest {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                digits += 1
                guard digits <= 18 else { return nil }
                mantissa = mantissa * 10 + Int64(byte - UInt8(ascii: "0"))
                if seenPoint { decimals += 1 }
            case UInt8(ascii: ".") where !seenPoint && digits > 0:
                seenPoint = true
            default:
                return nil
            }
        }
        guard digits > 0, !seenPoint || decimals > 0 else { return nil }
        self.init(isNegative ? -mantissa : mantissa, exponent: Int8(-decimals))
    }

    /// The same value without zeros behind the point: `79.800` becomes `79.8`, `120` stays `120`.
    package var withoutPadding: ExactDecimal {
        var result = self
        while result.exponent < 0, result.mantissa % 10 == 0 {
            result.mantissa /= 10
            result.exponent += 1
        }
        return result
    }

    /// Plain decimal text with exactly the digits reported, never scientific.
    package var text: String {
        let digits = String(mantissa.magnitude)
        let sign = mantissa < 0 ? "-" : ""
        guard exponent < 0 else {
            return mantissa == 0 ? "0" : sign + digits + String(repeating: "0", count: Int(exponent))
        }
        let decimals = -Int(exponent)
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        let point = padded.index(padded.endIndex, offsetBy: -decimals)
        return "\(sign)\(padded[..<point]).\(padded[point...])"
    }
}

extension ExactDecimal {
    /// `self · numerator / denominator + offset/denominator`, rounded half to even at `places` decimals, without padding.
    ///
    /// One rule for every conversion, affine ones (degrees Fahrenheit) included. Integers throughout, 128 bits wide.
    /// A number beyond 64 bits at `places` becomes the largest that fits: nobody can show it either.
    func rescaled(_ numerator: Int128, over denominator: Int128, plus offset: Int128 = 0, places: Int) -> ExactDecimal {
        // value = (m·10^e·n + o) / d; shifted by `places` so that the quotient is the rounded mantissa.
        let shift = Int(exponent) + places
        // 64 bits times 10^-30 is nothing, at any place that means something.
        guard shift >= -30 else {
            return ExactDecimal(0).rescaled(numerator, over: denominator, plus: offset, places: places)
        }
        var top = Int128(mantissa) * numerator
        var bottom = denominator
        if shift >= 0 { top = top.timesPower(ofTen: shift) } else { bottom *= .power(of: 10, -shift) }
        let (sum, isBeyond) = top.addingReportingOverflow(offset * .power(of: 10, places) * (bottom / denominator))
        let quotient = (isBeyond ? top : sum).dividedHalfToEven(by: bottom)
        return ExactDecimal(Int64(clamping: quotient), exponent: Int8(-places)).withoutPadding
    }

    /// `self · numerator / denominator`, rounded half to even at `places` decimals, without padding; nil beyond 64 bits.
    /// - Parameter denominator: not 0.
    package func times(_ numerator: Int64, over denominator: Int64, places: Int) -> ExactDecimal? {
        let product = rescaled(Int128(numerator), over: Int128(denominator), places: places)
        return product.mantissa == .max || product.mantissa == .min ? nil : product
    }

    /// Rounded half to even at `places` decimals; digits beyond are dropped, none are added.
    package func rounded(toPlaces places: Int) -> ExactDecimal {
        let dropped = -Int(exponent) - places
        guard dropped > 0 else { return self }
        // 64 bits have 19 digits: without more than those, less than a half is left.
        guard dropped <= 19 else { return ExactDecimal(0, exponent: Int8(-places)) }
        let rounded = Int128(mantissa).dividedHalfToEven(by: .power(of: 10, dropped))
        return ExactDecimal(Int64(rounded), exponent: Int8(-places))
    }

    /// Negative, zero or positive as `self` is below, at or above `other`, by value.
    package func compared(to other: ExactDecimal) -> Int {
        let (sign, otherSign) = (mantissa.signum(), other.mantissa.signum())
        guard sign == otherSign, sign != 0 else { return Int((sign - otherSign).signum()) }
        // Powers of ten far apart decide it alone; 19 of them are more than 64 bits can make up for.
        let apart = Int(exponent) - Int(other.exponent)
        guard abs(apart) <= 19 else { return Int(sign) * apart.signum() }
        let left = Int128(mantissa) * .power(of: 10, max(0, apart))
        let right = Int128(other.mantissa) * .power(of: 10, max(0, -apart))
        return left < right ? -1 : (left > right ? 1 : 0)
    }

    /// The product, with the digits of both: `66·10^-4 × 10^3` is `6.6`.
    /// Traps where 64 bits do not hold it; profiles are checked at load so that no frame can reach that.
    package func times(_ factor: ExactDecimal) -> ExactDecimal {
        ExactDecimal(mantissa * factor.mantissa, exponent: exponent + factor.exponent)
    }
}

extension ExactDecimal: Comparable {
    package static func < (left: ExactDecimal, right: ExactDecimal) -> Bool { left.compared(to: right) < 0 }
}

extension Int128 {
    static func power(of base: Int128, _ exponent: Int) -> Int128 {
        (0..<exponent).reduce(1) { power, _ in power * base }
    }

    /// `self · 10^exponent`, or the nearest number that fits.
    fileprivate func timesPower(ofTen exponent: Int) -> Int128 {
        var product = self
        for _ in 0..<exponent {
            let (next, isBeyond) = product.multipliedReportingOverflow(by: 10)
            if isBeyond { return self < 0 ? .min : .max }
            product = next
        }
        return product
    }

    func dividedHalfToEven(by divisor: Int128) -> Int128 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        let twice = remainder.magnitude * 2
        let roundsAway = twice > divisor.magnitude || (twice == divisor.magnitude && quotient % 2 != 0)
        return roundsAway ? quotient + ((self < 0) == (divisor < 0) ? 1 : -1) : quotient
    }
}
