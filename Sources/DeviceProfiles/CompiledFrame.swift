import Readings
import StrictYAML

/// A frame as a flat program, with the names that its failures are told by.
struct CompiledFrame: Sendable {
    let name: String
    let source: FrameSource
    private let length: Int?
    private let startsWith: [UInt8]
    private let checksum: FrameDefinition.Checksum?
    private let program: [Op]
    private let fieldNames: [String]
    let slots: [String: Slot]

    /// A field's place among the wire values, and what its bits and numbers are called.
    struct Slot: Sendable {
        var index: UInt8
        var type: FieldType
        var bits: [FieldDefinition.Bits]
        var codes: [String: [Int: String]]
    }

    init(_ frame: FrameDefinition) throws(YAMLProblem) {
        name = frame.name
        source = frame.source
        length = frame.length
        startsWith = frame.startsWith
        checksum = frame.checksum
        var program: [Op] = []
        var names: [String] = []
        var slots: [String: Slot] = [:]
        func emit(_ op: Op, _ name: String) {
            program.append(op)
            names.append(name)
        }
        for field in frame.fields {
            if let count = field.skip {
                emit(Op(kind: .skip, operand: UInt32(count)), "skip")
                continue
            }
            guard slots[field.name] == nil else { throw field.node.problem("a second field called '\(field.name)'") }
            guard slots.count < Fields.capacity else { throw field.node.problem("a frame has at most \(Fields.capacity) fields") }
            let index = UInt8(slots.count)
            var op = Op(kind: .init(field.type, isBig: frame.isBigEndian != field.isReversed), slot: index)
            if let when = field.when {
                let condition = try Condition(when, among: slots)
                (op.whenSlot, op.whenNot) = (condition.slot, condition.isNegated ? 1 : 0)
                (op.mask, op.want) = (condition.mask, condition.want)
            }
            op.operand = field.reserved.map(Condition.mask) ?? 0
            emit(op, field.name)
            for unknown in field.unknown {
                emit(Op(kind: .forget, slot: index, mask: unknown.lowerBound, want: unknown.upperBound), field.name)
            }
            slots[field.name] = Slot(index: index, type: field.type, bits: field.bits, codes: field.codes)
        }
        self.program = program
        self.fieldNames = names
        self.slots = slots
    }

    /// Whether the first bytes are this frame's own.
    func begins(_ bytes: RawSpan) -> Bool {
        guard bytes.byteCount >= startsWith.count else { return false }
        return startsWith.indices.allSatisfy { bytes.unsafeLoad(fromByteOffset: $0, as: UInt8.self) == startsWith[$0] }
    }

    /// Decodes one frame into wire values. Length and checksum come first: a frame that fails them is not looked into.
    func run(_ bytes: RawSpan, into fields: inout Fields) throws(DecodeFailure) {
        if let length, bytes.byteCount != length { throw .wrongLength(is: bytes.byteCount, expected: length) }
        if let checksum, !checksum.holds(for: bytes) { throw .badChecksum(frame: name) }
        let payload = checksum == nil ? bytes : bytes.extracting(droppingLast: 1)
        let taken: Int
        do throws(Decoder.Stop) {
            taken = try Decoder.run(program.span, over: payload, into: &fields)
        } catch {
            throw failure(error)
        }
        guard taken == payload.byteCount else {
            throw .tooLong(is: bytes.byteCount, expected: taken + bytes.byteCount - payload.byteCount)
        }
    }

    private func failure(_ stop: Decoder.Stop) -> DecodeFailure {
        switch stop {
        case .tooShort(let op): .tooShort(field: fieldNames[op])
        case .reservedBits(let op): .reservedBits(field: fieldNames[op])
        case .badValue(let op): .badValue(field: fieldNames[op])
        }
    }
}

extension Op.Kind {
    init(_ type: FieldType, isBig: Bool) {
        self = switch type {
        case .u8: .u8
        case .u16: isBig ? .u16be : .u16
        case .u24: isBig ? .u24be : .u24
        case .u32: isBig ? .u32be : .u32
        case .i8: .i8
        case .i16: isBig ? .i16be : .i16
        case .i32: isBig ? .i32be : .i32
        case .sfloat: isBig ? .sfloatBE : .sfloat
        case .float: isBig ? .floatBE : .float
        case .dateTime: isBig ? .dateTimeBE : .dateTime
        }
    }
}
