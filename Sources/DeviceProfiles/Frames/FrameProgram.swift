import StrictYAML

/// Steps, what they refer to, and whose steps they are.
struct FrameProgram: Sendable {
    let steps: [Op]
    let tables: Op.Tables
    let names: [String]

    @inline(__always)
    func run(_ bytes: RawSpan, into fields: inout Fields) throws(DecodeFailure) -> Int {
        do throws(Decoder.Stop) {
            return try Decoder.run(steps.span, tables, over: bytes, into: &fields)
        } catch {
            throw failure(error)
        }
    }

    /// Only the first of its steps.
    @inline(never)
    func run(_ bytes: RawSpan, steps count: Int, into fields: inout Fields) throws(DecodeFailure) -> Int {
        do throws(Decoder.Stop) {
            return try Decoder.run(steps.span.extracting(first: count), tables, over: bytes, into: &fields)
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
    private var steps: [Op] = []
    private var names: [String] = []
    private var tests: [Condition.Test] = []
    private var constants: [Int64] = []
    private var letters: [UInt8] = []

    var program: FrameProgram {
        FrameProgram(steps: steps, tables: Op.Tables(tests: tests, constants: constants, letters: letters), names: names)
    }

    mutating func add(_ field: FieldDefinition, to slots: inout [String: CompiledFrame.Slot], isRepeated: Bool) throws(YAMLProblem) {
        if let count = field.skip {
            emit(Op(kind: .skip, operand: UInt32(count)), "skip")
            return
        }
        guard slots[field.name] == nil else { throw field.node.problem("a second field called '\(field.name)'") }
        guard slots.count < Op.testSlot else { throw field.node.problem("a frame has at most \(Op.testSlot) fields") }
        let slot = UInt8(slots.count)
        var conditions: [Condition.Test] = []
        for text in field.when { conditions.append(try Condition(text, among: slots).test) }
        slots[field.name] = CompiledFrame.Slot(
            index: slot, type: field.type, bits: field.bits, codes: field.codes, isRepeated: isRepeated)
        // One plain condition stands in the step itself; any other is a step before it, whose answer the others ask for.
        var step = Op(kind: .skip)
        if conditions.count == 1, let inline = conditions[0].inline {
            (step.whenSlot, step.whenNot) = (conditions[0].slot, conditions[0].isNegated ? 1 : 0)
            (step.mask, step.want) = inline
        } else {
            for (index, test) in conditions.enumerated() {
                tests.append(test)
                var op = Op(kind: .test, slot: Op.testSlot, operand: UInt32(tests.count - 1))
                if index > 0 { op.ask(Op.testSlot) }
                emit(op, field.name)
            }
            if !conditions.isEmpty { step.ask(Op.testSlot) }
        }
        func take(_ kind: Op.Kind, _ operand: UInt32, in assembler: inout FrameAssembler) {
            (step.kind, step.slot, step.operand) = (kind, slot, operand)
            assembler.emit(step, field.name)
        }
        if let at = field.at { take(at < 0 ? .atEnd : .at, UInt32(at.magnitude), in: &self) }
        take(field.opKind, field.operand, in: &self)
        for word in field.words {
            let place = constant(Int64(letters.count), Int64(word.letters.utf8.count), Int64(word.code))
            letters += Array(word.letters.utf8)
            take(.word, place, in: &self)
        }
        for unknown in field.unknown {
            if let low = UInt32(exactly: unknown.lowerBound), let high = UInt32(exactly: unknown.upperBound) {
                emit(Op(kind: .forget, slot: slot, mask: low, want: high), field.name)
            } else {
                emit(Op(kind: .forgetWide, slot: slot, operand: constant(unknown.lowerBound, unknown.upperBound)), field.name)
            }
        }
        if let epoch = field.epoch {
            emit(Op(kind: .civil, slot: slot, operand: constant(epoch.seconds, epoch.ticks)), field.name)
        }
    }

    mutating func jump(to offset: Int, _ name: String) {
        emit(Op(kind: offset < 0 ? .atEnd : .at, operand: UInt32(offset.magnitude)), name)
    }

    /// How many steps lead to the value of a slot.
    func steps(through slot: UInt8) -> Int {
        (steps.lastIndex { $0.slot == slot && ![.skip, .at, .atEnd].contains($0.kind) } ?? -1) + 1
    }

    private mutating func emit(_ op: Op, _ name: String) {
        steps.append(op)
        names.append(name)
    }

    private mutating func constant(_ numbers: Int64...) -> UInt32 {
        constants += numbers
        return UInt32(constants.count - numbers.count)
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
