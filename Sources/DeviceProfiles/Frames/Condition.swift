import Readings
import StrictYAML

/// A compiled condition over wire values. On an absent field `x` does not hold, and `not x` does.
struct Condition: Sendable {
    let test: Test
    let text: String

    /// The condition without its words: 16 bytes.
    struct Test: Sendable {
        enum Kind: UInt8, Sendable {
            /// The bits of `mask` are `want`, above it, below it, or one of it: of the 64 lowest numbers those whose bit is set.
            case bits, bitsAbove, bitsBelow, bitsAmong
            /// The whole number, with its decimals.
            case equal, above, below
            /// The field is there.
            case has
        }

        var kind: Kind
        var slot: UInt8
        var isNegated: Bool
        /// How many bits stand to the right of the mask's.
        var shift: UInt8 = 0
        var mask: UInt32 = 0
        var want: Int64 = 0

        @inline(__always)
        func holds(_ fields: inout Fields) -> Bool {
            let index = Fields.index(slot)
            return holds(fields.has(slot), fields.mantissas[index], fields.exponents[index])
        }

        @inline(__always)
        func holds(_ isThere: Bool, _ mantissa: Int64, _ exponent: Int8) -> Bool {
            guard isThere else { return isNegated }
            return (kind == .bits ? mantissa & Int64(mask) == want : accepts(mantissa, exponent)) != isNegated
        }

        @inline(never)
        private func accepts(_ mantissa: Int64, _ exponent: Int8) -> Bool {
            let masked = mantissa & Int64(mask)
            return switch kind {
            case .bits: masked == want
            case .bitsAbove: masked > want
            case .bitsBelow: masked < want
            case .bitsAmong: masked >> Int64(shift) < 64 && want >> (masked >> Int64(shift)) & 1 == 1
            case .has: true
            case .equal, .above, .below: compares(mantissa, exponent)
            }
        }

        private func compares(_ mantissa: Int64, _ exponent: Int8) -> Bool {
            let order = ExactDecimal(mantissa, exponent: exponent).compared(to: ExactDecimal(want))
            return kind == .equal ? order == 0 : kind == .above ? order > 0 : order < 0
        }

        /// As the inline condition of a step can say it; nil where it needs a step of its own.
        var inline: (mask: UInt32, want: UInt32)? {
            kind == .bits ? (mask, UInt32(truncatingIfNeeded: want)) : nil
        }
    }

    private enum Verb: String, CaseIterable {
        case among = " is ", above = " above ", below = " below "
    }

    /// Understands `field.bit`, `field is 3`, `field is word`, `field above 3`, `field below 3`, `has field`, each with
    /// `not` in front; `field` may be `field.bits`.
    init(_ written: ConditionText, among slots: [String: CompiledFrame.Slot]) throws(YAMLProblem) {
        text = written.text
        let node = written.node
        var rest = text[...]
        let isNegated = rest.hasPrefix("not ")
        if isNegated { rest = rest.dropFirst(4) }
        if rest.hasPrefix("has ") {
            let name = String(rest.dropFirst(4))
            guard slots[name] != nil || !name.contains(".") else { throw node.problem("'has' asks for a whole field: write 'has field'") }
            test = Test(kind: .has, slot: try FieldPath(name, among: slots, node).slot.index, isNegated: isNegated)
            return
        }
        for verb in Verb.allCases {
            guard let at = rest.firstRange(of: verb.rawValue) else { continue }
            let path = try FieldPath(rest[..<at.lowerBound], among: slots, node)
            let name = String(rest[..<at.lowerBound])
            let word = String(rest[at.upperBound...])
            test = try Condition.test(verb, path, name, word, isNegated: isNegated, node)
            return
        }
        let path = try FieldPath(rest, among: slots, node)
        guard path.slot.type.bitCount > 0 else { throw node.problem("'\(rest)' has no bits to ask about") }
        guard let bits = path.bits, bits.count == 1 else {
            throw node.problem("'\(rest)' is more than one bit: write '\(rest) is …'")
        }
        let mask = Condition.mask(bits)
        test = Test(kind: .bits, slot: path.slot.index, isNegated: isNegated, mask: mask, want: Int64(mask))
    }

    private static func test(
        _ verb: Verb, _ path: FieldPath, _ name: String, _ word: String, isNegated: Bool, _ node: YAMLNode
    ) throws(YAMLProblem) -> Test {
        let type = path.slot.type
        guard !type.isTime else { throw node.problem("'\(name)' is a time: only 'has \(name)' can be asked") }
        var test = Test(kind: .bits, slot: path.slot.index, isNegated: isNegated)
        let codes = path.codes.filter { $0.value == word }.keys.sorted()
        if verb == .among, type == .text {
            guard let code = codes.first else { throw node.problem("'\(name)' has no code '\(word)'") }
            (test.kind, test.want) = (.equal, Int64(code))
            return test
        }
        guard verb != .among || codes.count <= 1 else {
            // Several numbers of one name.
            let bits = path.bits ?? 0...type.bitCount - 1
            guard let last = codes.last, last < 64 else {
                throw node.problem("'\(word)' stands for several numbers, and \(codes.last ?? 0) is beyond 63: name one of them")
            }
            (test.kind, test.mask, test.shift) = (.bitsAmong, mask(bits), UInt8(bits.lowerBound))
            test.want = codes.reduce(0) { $0 | Int64(bitPattern: 1 << UInt64($1)) }
            return test
        }
        guard type != .text else { throw node.problem("'\(name)' is a word: only '\(name) is …' can be asked") }
        if verb != .among, Int(signedDigits: word) == nil { throw node.problem("'\(word)' is no number: write '\(name)\(verb.rawValue)3'") }
        guard let number = codes.first ?? Int(signedDigits: word) else { throw node.problem("'\(name)' has no code '\(word)'") }
        guard type.bitCount > 0 else {
            guard abs(number) < 1_000_000_000_000_000 else { throw node.problem("'\(word)' is too large a number to ask for") }
            test.kind = verb == .among ? .equal : verb == .above ? .above : .below
            test.want = Int64(number)
            return test
        }
        let bits = path.bits ?? 0...type.bitCount - 1
        guard number >= 0, number >> bits.count == 0 else { throw node.problem("'\(name)' has no code '\(word)'") }
        test.kind = verb == .among ? .bits : verb == .above ? .bitsAbove : .bitsBelow
        test.mask = mask(bits)
        test.want = Int64(number) << Int64(bits.lowerBound)
        return test
    }

    static func mask(_ bits: ClosedRange<Int>) -> UInt32 {
        (bits.count >= 32 ? UInt32.max : (1 << UInt32(bits.count)) - 1) << UInt32(bits.lowerBound)
    }

    @inline(__always)
    func holds(_ fields: inout Fields) -> Bool { test.holds(&fields) }
}

extension Substring {
    fileprivate func firstRange(of words: String) -> Range<Index>? {
        // By bytes: the words are ASCII, and characters take ten times as long.
        var start = startIndex
        while start < endIndex {
            if utf8[start...].starts(with: words.utf8) { return start..<utf8.index(start, offsetBy: words.utf8.count) }
            start = utf8.index(after: start)
        }
        return nil
    }
}
