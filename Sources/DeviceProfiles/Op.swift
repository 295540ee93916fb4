/// One step of a compiled frame: 16 bytes without references, so that a profile is one flat array.
struct Op: Sendable {
    enum Kind: UInt8, Sendable {
        case u8, u16, u24, u32, i8, i16, i32, sfloat, float, dateTime
        case u16be, u24be, u32be, i16be, i32be, sfloatBE, floatBE, dateTimeBE
        /// Passes over `operand` bytes.
        case skip
        /// Forgets `slot` if its value lies in `mask ... want`: the device's word for "not known".
        case forget
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
    /// How many bytes to pass over; for numbers, the bits that must not be set.
    var operand: UInt32 = 0

    static let always: UInt8 = 0xFF
}

/// Wire values of one frame, filled in by `Decoder` and used again for the next.
struct Fields: ~Copyable {
    static let capacity = 32

    var mantissas = InlineArray<32, Int64>(repeating: 0)
    var exponents = InlineArray<32, Int8>(repeating: 0)
    /// Bit n: slot n holds a value.
    var present: UInt32 = 0
    /// Bit n: slot n holds one of the words that are not numbers (NaN, NRes, infinities, reserved).
    var errors: UInt32 = 0

    /// Slots are given out below `capacity`; saying so again spares every check of it.
    @inline(__always)
    static func index(_ slot: UInt8) -> Int { Int(slot & 31) }

    @inline(__always)
    func has(_ slot: UInt8) -> Bool { present & (1 &<< UInt32(slot)) != 0 }

    /// Whether the bits of `mask` in `slot` are `want`, or are not. Mutating, because Swift copies arrays of fixed size out
    /// of what is only borrowed.
    @inline(__always)
    mutating func holds(_ slot: UInt8, _ mask: UInt32, _ want: UInt32, isNegated: Bool) -> Bool {
        let isSo = has(slot) && UInt32(truncatingIfNeeded: mantissas[Fields.index(slot)]) & mask == want
        return isSo != isNegated
    }
}
