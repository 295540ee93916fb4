import Readings
import StrictYAML

/// A compiled condition over wire values. On an absent field `x` does not hold, and `not x` does.
struct Condition: Sendable {
    let slot: UInt8
    let mask: UInt32
    let want: UInt32
    let isNegated: Bool
    let text: String

    /// Understands `field`, `field.bit`, `field.bits is word`, `field is word`, each with `not` in front.
    init(_ written: ConditionText, among slots: [String: CompiledFrame.Slot]) throws(YAMLProblem) {
        text = written.text
        var rest = written.text[...]
        isNegated = rest.hasPrefix("not ")
        if isNegated { rest = rest.dropFirst(4) }
        let isAt = rest.firstRange(of: " is ")
        let path = isAt.map { rest[..<$0.lowerBound] } ?? rest
        let word = isAt.map { String(rest[$0.upperBound...]) }
        let parts = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard let slot = slots[parts[0]] else {
            throw written.node.problem(
                "no field '\(parts[0])' stands before this"
                    + (Spelling.nearest(parts[0], among: slots.keys.sorted()).map { "; did you mean '\($0)'?" } ?? ""))
        }
        self.slot = slot.index
        guard slot.type.bitCount > 0 else { throw written.node.problem("'\(parts[0])' has no bits to ask about") }
        let group: ClosedRange<Int>
        let codes: [Int: String]
        switch parts.count {
        case 1:
            group = 0...slot.type.bitCount - 1
            codes = slot.codes[""] ?? [:]
        case 2:
            guard let bits = slot.bits.first(where: { $0.name == parts[1] }) else {
                let names = slot.bits.map(\.name)
                throw written.node.problem(
                    "'\(parts[0])' names no bits '\(parts[1])'"
                        + (Spelling.nearest(parts[1], among: names).map { "; did you mean '\($0)'?" } ?? ""))
            }
            group = bits.range
            codes = slot.codes[parts[1]] ?? [:]
        default:
            throw written.node.problem("write 'field', 'field.bit' or 'field.bits is word'")
        }
        mask = Condition.mask(group)
        if let word {
            guard let code = codes.first(where: { $0.value == word })?.key ?? Int(digits: word), code >> group.count == 0 else {
                throw written.node.problem("'\(path)' has no code '\(word)'")
            }
            want = UInt32(truncatingIfNeeded: code) << UInt32(group.lowerBound)
        } else {
            guard group.count == 1 else { throw written.node.problem("'\(path)' is more than one bit: write '\(path) is …'") }
            want = mask
        }
    }

    static func mask(_ bits: ClosedRange<Int>) -> UInt32 {
        (bits.count >= 32 ? UInt32.max : (1 << UInt32(bits.count)) - 1) << UInt32(bits.lowerBound)
    }

    @inline(__always)
    func holds(_ fields: inout Fields) -> Bool { fields.holds(slot, mask, want, isNegated: isNegated) }
}

extension Int {
    /// Decimal digits and nothing else: no sign, no space.
    init?(digits text: some StringProtocol) {
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        self.init(text)
    }
}

extension Substring {
    fileprivate func firstRange(of words: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(words) { return start..<index(start, offsetBy: words.count) }
            start = index(after: start)
        }
        return nil
    }
}
