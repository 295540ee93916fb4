/// One step of a compiled frame: 16 bytes without references, so that a profile is one flat array.
struct Op: Sendable {
    enum Kind: UInt8, Sendable {
        case u8, u16, u24, u32, i8, i16, i24, i32, sfloat, float, dateTime
        case u16be, u24be, u32be, i16be, i24be, i32be, sfloatBE, floatBE, dateTimeBE
        case u40, u48, u64, u40be, u48be, u64be
        /// `operand` bytes of two decimal digits each, the highest first, or the last.
        case bcd, bcdReversed
        /// ASCII digits: `operand` bytes of them, those up to the byte `operand`, or all that are left.
        case digits, digitsUntil, digitsToEnd
        /// An ASCII word, likewise. It is only marked; the `word` steps behind it compare.
        case text, textUntil, textToEnd
        /// `constants[operand...]` are where a word stands in the letters, its length, and the number that `slot` gets if the
        /// marked one is the same.
        case word
        /// Makes a civil time of the number in `slot`: since `constants[operand]`, the constant behind it a second.
        case civil
        /// Passes over `operand` bytes.
        case skip
        /// Goes to `operand` bytes behind the start, or before the end.
        case at, atEnd
        /// Forgets `slot` if its value lies in `mask ... want`: the device's word for "not known".
        case forget
        /// The same for wider numbers: in `constants[operand] ... constants[operand + 1]`.
        case forgetWide
        /// Makes `slot` 1 if `tests[operand]` holds, else absent: a condition that does not fit into a step.
        case test
    }

    var kind: Kind
    /// Where the value goes.
    var slot: UInt8 = 0
    /// The slot whose bits decide whether this step is taken; `always` for none.
    var whenSlot: UInt8 = Op.always
    /// 1 if the step is taken when the bits are *not* `want`.
    var whenNot: UInt8 = 0
    var mask: UInt32 = 0
    var want: UInt32 = 0
    /// As the kind says; for numbers, the bits that must not be set.
    var operand: UInt32 = 0

    static let always: UInt8 = 0xFF
    /// The slot of such a condition; no field stands there.
    static let testSlot = UInt8(Fields.capacity - 1)

    /// Takes the step only if `slot` is 1.
    mutating func ask(_ slot: UInt8) { (whenSlot, whenNot, mask, want) = (slot, 0, 1, 1) }

    /// What does not fit into sixteen bytes, by index.
    final class Tables: Sendable {
        let tests: [Condition.Test]
        let constants: [Int64]
        let letters: [UInt8]

        init(tests: [Condition.Test], constants: [Int64], letters: [UInt8]) {
            (self.tests, self.constants, self.letters) = (tests, constants, letters)
        }
    }
}

/// Wire values of one frame, filled in by `Decoder` and used again for the next.
struct Fields: ~Copyable {
    static let capacity = 64

    var mantissas = InlineArray<64, Int64>(repeating: 0)
    var exponents = InlineArray<64, Int8>(repeating: 0)
    /// Bit n: slot n holds a value.
    var present: UInt64 = 0
    /// Where in the frame the next step reads.
    var at = 0
    /// Bit n: slot n holds one of the words that are not numbers (NaN, NRes, infinities, reserved).
    var errors: UInt64 = 0

    /// Slots are given out below `capacity`; saying so again spares every check of it.
    @inline(__always)
    static func index(_ slot: UInt8) -> Int { Int(slot & 63) }

    /// Forgets a frame, for the next.
    @inline(__always)
    mutating func clear() { (present, errors, at) = (0, 0, 0) }

    @inline(__always)
    func has(_ slot: UInt8) -> Bool { present & (1 &<< UInt64(slot)) != 0 }

    @inline(__always)
    func isError(_ slot: UInt8) -> Bool { errors & (1 &<< UInt64(slot)) != 0 }

    /// Whether the bits of `mask` in `slot` are `want`, or are not. Mutating, because Swift copies arrays of fixed size out
    /// of what is only borrowed.
    @inline(__always)
    mutating func holds(_ slot: UInt8, _ mask: UInt32, _ want: UInt32, isNegated: Bool) -> Bool {
        let isSo = has(slot) && UInt32(truncatingIfNeeded: mantissas[Fields.index(slot)]) & mask == want
        return isSo != isNegated
    }
}
