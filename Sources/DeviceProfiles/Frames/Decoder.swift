import Readings

/// Runs a compiled frame over bytes. No allocation, no recursion; every load is checked against the end first.
enum Decoder {
    /// What stopped the run, by the index of the step; named by the compiled frame.
    enum Stop: Error {
        case tooShort(op: Int)
        case reservedBits(op: Int)
        case badValue(op: Int)
    }

    /// Reads from `fields.at` on, leaves there where it ended, and adds to what `fields` hold already.
    /// Returns the farthest byte that it read: behind a jump back the end is another.
    @inline(never)
    static func run(
        _ program: Span<Op>, _ tables: Op.Tables, over frame: RawSpan, into fields: inout Fields
    ) throws(Stop) -> Int {
        // Kept here and written at the end: the compiler cannot know that no value is stored on top of them.
        var present = fields.present
        let end = frame.byteCount
        var at = fields.at
        var rare = Rare()
        for index in program.indices {
            let op = program[index]
            if op.whenSlot != Op.always {
                let isThere = present & (1 &<< UInt64(op.whenSlot)) != 0
                let bits = isThere ? UInt32(truncatingIfNeeded: fields.mantissas[Fields.index(op.whenSlot)]) : ~op.want
                if (bits & op.mask == op.want) == (op.whenNot == 1) { continue }
            }
            let slot = Fields.index(op.slot)
            let bit: UInt64 = 1 &<< UInt64(op.slot)
            let size: Int
            let value: Int64
            switch op.kind {
            case .u8:
                guard at &+ 1 <= end else { throw .tooShort(op: index) }
                (value, size) = (Int64(load8(frame, at)), 1)
            case .u16, .u16be:
                guard at &+ 2 <= end else { throw .tooShort(op: index) }
                (value, size) = (Int64(load16(frame, at, isBig: op.kind == .u16be)), 2)
            case .u24, .u24be:
                guard at &+ 3 <= end else { throw .tooShort(op: index) }
                (value, size) = (Int64(load24(frame, at, isBig: op.kind == .u24be)), 3)
            case .u32, .u32be:
                guard at &+ 4 <= end else { throw .tooShort(op: index) }
                (value, size) = (Int64(load32(frame, at, isBig: op.kind == .u32be)), 4)
            case .i8:
                guard at &+ 1 <= end else { throw .tooShort(op: index) }
                (value, size) = (Int64(Int8(bitPattern: load8(frame, at))), 1)
            case .i16, .i16be:
                guard at &+ 2 <= end else { throw .tooShort(op: index) }
                (value, size) = (Int64(Int16(bitPattern: load16(frame, at, isBig: op.kind == .i16be))), 2)
            case .i24, .i24be:
                guard at &+ 3 <= end else { throw .tooShort(op: index) }
                (value, size) = (Int64(Int32(bitPattern: load24(frame, at, isBig: op.kind == .i24be) << 8) >> 8), 3)
            case .i32, .i32be:
                guard at &+ 4 <= end else { throw .tooShort(op: index) }
                (value, size) = (Int64(Int32(bitPattern: load32(frame, at, isBig: op.kind == .i32be))), 4)
            case .sfloat, .sfloatBE:
                guard at &+ 2 <= end else { throw .tooShort(op: index) }
                let word = load16(frame, at, isBig: op.kind == .sfloatBE)
                at &+= 2
                let mantissa = Int16(bitPattern: word << 4) >> 4
                // 07FE +INF, 07FF NaN, 0800 NRes, 0801 reserved, 0802 -INF: whole words, exponent zero.
                if word &- 0x07FE <= 4 { fields.errors |= bit; continue }
                fields.mantissas[slot] = Int64(mantissa)
                fields.exponents[slot] = Int8(truncatingIfNeeded: Int16(bitPattern: word) >> 12)
                present |= bit
                continue
            case .float, .floatBE:
                guard at &+ 4 <= end else { throw .tooShort(op: index) }
                let word = load32(frame, at, isBig: op.kind == .floatBE)
                at &+= 4
                // 007FFFFE … 00800002, as above.
                if word &- 0x007F_FFFE <= 4 { fields.errors |= bit; continue }
                let exponent = Int8(truncatingIfNeeded: word >> 24)
                guard exponent >= -12, exponent <= 6 else { throw .badValue(op: index) }
                fields.mantissas[slot] = Int64(Int32(bitPattern: word << 8) >> 8)
                fields.exponents[slot] = exponent
                present |= bit
                continue
            case .dateTime, .dateTimeBE:
                guard at &+ 7 <= end else { throw .tooShort(op: index) }
                let year = Int(load16(frame, at, isBig: op.kind == .dateTimeBE))
                let (month, day) = (Int(load8(frame, at &+ 2)), Int(load8(frame, at &+ 3)))
                let (hour, minute) = (Int(load8(frame, at &+ 4)), Int(load8(frame, at &+ 5)))
                let second = Int(load8(frame, at &+ 6))
                at &+= 7
                if year == 0 || month == 0 || day == 0 { continue }
                guard let packed = PackedTime(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
                else { throw .badValue(op: index) }
                fields.mantissas[slot] = packed.value
                present |= bit
                continue
            case .skip:
                at &+= Int(op.operand)
                guard at <= end else { throw .tooShort(op: index) }
                continue
            case .forget:
                let value = fields.mantissas[slot]
                if value >= Int64(op.mask), value <= Int64(op.want), value == 0 || fields.exponents[slot] == 0 {
                    present &= ~bit
                }
                continue
            default:
                (rare.at, rare.present) = (at, present)
                try takeRare(op, index, tables, frame, &rare, &fields)
                (at, present) = (rare.at, rare.present)
                continue
            }
            guard UInt32(truncatingIfNeeded: value) & op.operand == 0 else { throw .reservedBits(op: index) }
            at &+= size
            fields.mantissas[slot] = value
            fields.exponents[slot] = 0
            present |= bit
        }
        fields.present = present & ~(1 << UInt64(Op.testSlot))
        fields.at = at
        return max(rare.reach, at)
    }

    // Callers have checked the end.
    @inline(__always)
    static func load8(_ frame: RawSpan, _ at: Int) -> UInt8 {
        frame.unsafeLoadUnaligned(fromUncheckedByteOffset: at, as: UInt8.self)
    }
    @inline(__always)
    static func load16(_ frame: RawSpan, _ at: Int, isBig: Bool) -> UInt16 {
        let raw = frame.unsafeLoadUnaligned(fromUncheckedByteOffset: at, as: UInt16.self)
        return isBig ? UInt16(bigEndian: raw) : UInt16(littleEndian: raw)
    }
    @inline(__always)
    static func load24(_ frame: RawSpan, _ at: Int, isBig: Bool) -> UInt32 {
        let (a, b, c) = (UInt32(load8(frame, at)), UInt32(load8(frame, at &+ 1)), UInt32(load8(frame, at &+ 2)))
        return isBig ? a << 16 | b << 8 | c : c << 16 | b << 8 | a
    }
    @inline(__always)
    static func load32(_ frame: RawSpan, _ at: Int, isBig: Bool) -> UInt32 {
        let raw = frame.unsafeLoadUnaligned(fromUncheckedByteOffset: at, as: UInt32.self)
        return isBig ? UInt32(bigEndian: raw) : UInt32(littleEndian: raw)
    }
}
