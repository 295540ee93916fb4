import StrictYAML

/// Steps, what they refer to, and whose steps they are.
struct FrameProgram: Sendable {
    fileprivate(set) var steps: [Op] = []
    fileprivate(set) var tables = Op.Tables()
    fileprivate(set) var names: [String] = []

    @inline(__always)
    func run(_ bytes: RawSpan, from start: Int, into fields: inout Fields) throws(DecodeFailure) -> Decoder.Ends {
        do throws(Decoder.Stop) {
            return try Decoder.run(steps.span, tables, over: bytes, from: start, into: &fields)
        } catch {
            throw failure(error)
        }
    }

    /// Only the first of its steps.
    @inline(never)
    func run(_ bytes: RawSpan, from start: Int, steps count: Int, into fields: inout Fields) throws(DecodeFailure) -> Decoder.Ends {
        do throws(Decoder.Stop) {
            return try Decoder.run(steps.span.extracting(first: count), tables, over: bytes, from: start, into: &fields)
        } catch {
            throw failure(error)
        }
    }

    private func failure(_ stop: Decoder.Stop) -> DecodeFailure {
        switch stop {
        case .tooShort(let op): .tooShort(field: names[op])
        case .reservedBits(let op): .reservedBits(field: names[op])
        case .badValue(let op): .badValue(field: names[op])
        }
    }
}

/// Makes a program of the fields of a frame, one behind the other.
struct FrameAssembler {
    private(set) var program = FrameProgram()

    mutating func add(_ field: FieldDefinition, to slots: inout [String: CompiledFrame.Slot], isRepeated: Bool) throws(YAMLProblem) {
        if let count = field.skip {
            emit(Op(kind: .skip, operand: UInt32(count)), "skip")
            return
        }
        guard slots[field.name] == nil else { throw field.node.problem("a second field called '\(field.name)'") }
        guard slots.count < Fields.capacity else { throw field.node.problem("a frame has at most \(Fields.capacity) fields") }
        let slot = UInt8(slots.count)
        var conditions: [Condition.Test] = []
        for text in field.when { conditions.append(try Condition(text, among: slots).test) }
        slots[field.name] = CompiledFrame.Slot(
            index: slot, type: field.type, bits: field.bits, codes: field.codes, isRepeated: isRepeated)
        // One plain condition stands in the step itself; others are steps that pass over those of the field.
        var whole = Op(kind: .skip)
        if conditions.count == 1, field.type != .text, let inline = conditions[0].inline {
            (whole.whenSlot, whole.whenNot) = (conditions[0].slot, conditions[0].isNegated ? 1 : 0)
            (whole.mask, whole.want) = inline
            conditions = []
        }
        let start = program.steps.count
        for _ in conditions { emit(Op(kind: .test), field.name) }
        if let at = field.at {
            whole.kind = at < 0 ? .atEnd : .at
            whole.operand = UInt32(at.magnitude)
            emit(whole, field.name)
        }
        (whole.kind, whole.slot, whole.operand) = (field.opKind, slot, field.operand)
        emit(whole, field.name)
        for (letters, code) in field.words {
            let at = UInt32(program.tables.letters.count)
            program.tables.letters += Array(letters.utf8)
            emit(Op(kind: .word, slot: slot, mask: at, want: UInt32(letters.utf8.count), operand: UInt32(code)), field.name)
        }
        for unknown in field.unknown {
            emit(Op(kind: .forget, slot: slot, operand: constant(unknown.lowerBound, unknown.upperBound)), field.name)
        }
        if let epoch = field.epoch {
            emit(Op(kind: .civil, slot: slot, mask: epoch.ticks, operand: constant(epoch.seconds)), field.name)
        }
        for (index, test) in conditions.enumerated() {
            program.steps[start + index].want = UInt32(program.tables.tests.count)
            program.steps[start + index].operand = UInt32(program.steps.count - start - index - 1)
            program.tables.tests.append(test)
        }
    }

    mutating func jump(to offset: Int, _ name: String) {
        emit(Op(kind: offset < 0 ? .atEnd : .at, operand: UInt32(offset.magnitude)), name)
    }

    /// How many steps lead to the value of a slot.
    func steps(through slot: UInt8) -> Int {
        (program.steps.lastIndex { $0.slot == slot && ![.test, .skip, .at, .atEnd].contains($0.kind) } ?? -1) + 1
    }

    private mutating func emit(_ op: Op, _ name: String) {
        program.steps.append(op)
        program.names.append(name)
    }

    private mutating func constant(_ numbers: Int64...) -> UInt32 {
        program.tables.constants += numbers
        return UInt32(program.tables.constants.count - numbers.count)
    }
}

extension FieldDefinition {
    fileprivate var opKind: Op.Kind {
        switch type {
        case .u8: .u8
        case .u16: isBigEndian ? .u16be : .u16
        case .u24: isBigEndian ? .u24be : .u24
        case .u32: isBigEndian ? .u32be : .u32
        case .u40: isBigEndian ? .u40be : .u40
        case .u48: isBigEndian ? .u48be : .u48
        case .u64: isBigEndian ? .u64be : .u64
        case .i8: .i8
        case .i16: isBigEndian ? .i16be : .i16
        case .i24: isBigEndian ? .i24be : .i24
        case .i32: isBigEndian ? .i32be : .i32
        case .sfloat: isBigEndian ? .sfloatBE : .sfloat
        case .float: isBigEndian ? .floatBE : .float
        case .dateTime: isBigEndian ? .dateTimeBE : .dateTime
        case .bcd: isBigEndian ? .bcd : .bcdReversed
        case .digits: kind(sized: .digits, until: .digitsUntil, toEnd: .digitsToEnd)
        case .text: kind(sized: .text, until: .textUntil, toEnd: .textToEnd)
        case .seconds: secondsKind
        }
    }

    private func kind(sized: Op.Kind, until: Op.Kind, toEnd: Op.Kind) -> Op.Kind {
        switch extent {
        case .until: until
        case .toEnd: toEnd
        case .size, .type: sized
        }
    }

    private var secondsKind: Op.Kind {
        switch extent {
        case .size(5): isBigEndian ? .u40be : .u40
        case .size(6): isBigEndian ? .u48be : .u48
        case .size(8): isBigEndian ? .u64be : .u64
        default: isBigEndian ? .u32be : .u32
        }
    }

    /// For numbers the bits that must not be set; else the width, or the byte at which a text ends.
    fileprivate var operand: UInt32 {
        switch extent {
        case .size(let count): type == .seconds ? 0 : UInt32(count)
        case .until(let byte): UInt32(byte)
        case .type, .toEnd: reserved.map(Condition.mask) ?? 0
        }
    }
}
