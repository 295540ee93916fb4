import Readings
import StrictYAML

/// A frame as a flat program, with the names that its failures are told by.
final class CompiledFrame: Sendable {
    let name: String
    let source: FrameSource
    let slots: [String: Slot]
    private let fixed: FrameProgram
    /// How long it may be, sum included.
    private let shortest: Int
    private let longest: Int
    /// Whether it is the fixed fields and nothing else: then it need not be asked for the rest.
    private let isPlain: Bool
    private let rest: Rest

    /// What many frames do without.
    private final class Rest: Sendable {
        let shape: ByteShape
        let isToldByLength: Bool
        let checksum: Checksum?
        /// The sum is there only if this holds after the first so many steps.
        let sumCondition: (test: Condition.Test, steps: Int)?
        let ignoresTail: Bool
        let repetition: Repetition?

        init(_ frame: FrameDefinition, sumCondition: (test: Condition.Test, steps: Int)?, repetition: Repetition?) {
            shape = frame.shape
            isToldByLength = frame.isToldByLength
            checksum = frame.checksum
            ignoresTail = frame.ignoresTail
            self.sumCondition = sumCondition
            self.repetition = repetition
        }
    }

    /// A field's place among the wire values, and what its bits and numbers are called.
    struct Slot: Sendable {
        var index: UInt8
        var type: FieldType
        var bits: [FieldDefinition.Bits]
        var codes: [String: [Int: String]]
        /// Whether it comes once per repetition rather than once.
        var isRepeated = false
        /// Whether it holds a civil time, packed.
        var isTime: Bool { type.isTime }
    }

    private struct Repetition: Sendable {
        var program: FrameProgram
        /// nil: until the frame ends.
        var count: FieldPath?
        var countName: String
        var most: Int
        /// Holds where at least one comes; otherwise none does.
        var when: Condition.Test?
    }

    init(_ frame: FrameDefinition) throws(YAMLProblem) {
        name = frame.name
        source = frame.source
        (shortest, longest) = (frame.shape.length?.lowerBound ?? 0, frame.shape.length?.upperBound ?? .max)
        var assembler = FrameAssembler()
        var slots: [String: Slot] = [:]
        for field in frame.fields { try assembler.add(field, to: &slots, isRepeated: false) }
        if let at = frame.repetition?.at { assembler.jump(to: at, "repeat") }
        let sumCondition = try frame.checksum?.when.map { text throws(YAMLProblem) in
            let test = try Condition(text, among: slots).test
            return (test, assembler.steps(through: test.slot))
        }
        fixed = assembler.program
        let repetition = try frame.repetition.map { repetition throws(YAMLProblem) in
            var count: FieldPath?
            var countName = "repeat"
            if case .field(let name, let node) = repetition.count {
                let path = try FieldPath(name, among: slots, node)
                guard path.slot.type.isCount else { throw node.problem("'\(name)' is no whole number to count by") }
                (count, countName) = (path, name)
            }
            let when = try repetition.when.map { text throws(YAMLProblem) in try Condition(text, among: slots).test }
            var assembler = FrameAssembler()
            for field in repetition.fields { try assembler.add(field, to: &slots, isRepeated: true) }
            return Repetition(program: assembler.program, count: count, countName: countName, most: repetition.most, when: when)
        }
        self.slots = slots
        rest = Rest(frame, sumCondition: sumCondition, repetition: repetition)
        isPlain = frame.checksum == nil && frame.repetition == nil && !frame.ignoresTail
    }

    /// All frames of a profile, each knowing whether its length tells it from the others of its place.
    static func compile(_ frames: [FrameDefinition]) throws(YAMLProblem) -> [CompiledFrame] {
        var compiled: [CompiledFrame] = []
        for index in frames.indices {
            var frame = frames[index]
            frame.isToldByLength = frames.indices.contains {
                $0 != index && frames[$0].source == frame.source && frames[$0].shape.overlaps(frame.shape)
            }
            compiled.append(try CompiledFrame(frame))
        }
        return compiled
    }

    /// Whether it has fields that come several times.
    var repeats: Bool { rest.repetition != nil }

    /// Whether its bytes say how many they are: nothing repeats to the end, no tail is ignored, no sum may be absent. Then it is
    /// whole or nothing.
    var isRigid: Bool { rest.repetition == nil && !rest.ignoresTail && !(rest.checksum?.isOptional ?? false) }

    /// Whether the bytes are this frame, and not another from the same place.
    func fits(_ bytes: RawSpan) -> Bool {
        rest.shape.fits(bytes) && (!rest.isToldByLength || (shortest...longest).contains(bytes.byteCount))
    }

    /// Decodes what stands once in the frame into wire values. Length and checksum come first: a frame that fails them is not
    /// looked into.
    func run(_ bytes: RawSpan, into fields: inout Fields) throws(DecodeFailure) {
        let whole = bytes.byteCount
        guard isPlain, whole >= shortest, whole <= longest else { return try runWithRest(bytes, into: &fields) }
        fields.clear()
        let reach = try fixed.run(bytes, into: &fields)
        if reach != whole { throw .tooLong(is: whole, expected: reach) }
    }

    @inline(never)
    private func runWithRest(_ bytes: RawSpan, into fields: inout Fields) throws(DecodeFailure) {
        let (count, reach) = try runFixed(bytes, into: &fields)
        if rest.repetition == nil { try expectEnd(reach, count, bytes.byteCount) }
    }

    /// Decodes all of it, and calls `body` with each repetition beside what stands once; once if there is none to repeat.
    /// A frame that is refused is refused before the first call.
    func runEach(_ bytes: RawSpan, into fields: inout Fields, _ body: (inout Fields) -> Void) throws(DecodeFailure) {
        let (count, reach) = try runFixed(bytes, into: &fields)
        guard let repetition = rest.repetition else {
            try expectEnd(reach, count, bytes.byteCount)
            return body(&fields)
        }
        let times = try self.times(repetition, in: &fields)
        let payload = bytes.extracting(first: count)
        let start = fields.at
        try expectEnd(max(reach, each(repetition, times, of: payload, &fields) { _ in }), count, bytes.byteCount)
        fields.at = start
        _ = try each(repetition, times, of: payload, &fields, body)
    }

    /// Returns the farthest byte read.
    private func each(
        _ repetition: Repetition, _ times: Int?, of payload: RawSpan, _ fields: inout Fields,
        _ body: (inout Fields) -> Void
    ) throws(DecodeFailure) -> Int {
        let (present, errors) = (fields.present, fields.errors)
        var (reach, done) = (0, 0)
        let least = repetition.when == nil ? 0 : 1
        while times.map({ done < $0 }) ?? (done < least || (fields.at < payload.byteCount && done < repetition.most)) {
            let start = fields.at
            (fields.present, fields.errors) = (present, errors)
            reach = try repetition.program.run(payload, into: &fields)
            done += 1
            // Fields that are all absent take no bytes, and would never come to the end.
            if fields.at == start, times == nil { break }
            body(&fields)
        }
        (fields.present, fields.errors) = (present, errors)
        return reach
    }

    private func times(_ repetition: Repetition, in fields: inout Fields) throws(DecodeFailure) -> Int? {
        if let when = repetition.when, !when.holds(&fields) { return 0 }
        guard let count = repetition.count else { return nil }
        let times = count.value(in: &fields) ?? 0
        guard times >= 0, times <= Int64(repetition.most) else { throw .badValue(field: repetition.countName) }
        return Int(times)
    }

    private func runFixed(
        _ bytes: RawSpan, into fields: inout Fields
    ) throws(DecodeFailure) -> (payloadCount: Int, reach: Int) {
        var count = bytes.byteCount
        if count < shortest || count > longest {
            throw shortest == longest ? .wrongLength(is: count, expected: shortest) : .lengthOutside(is: count, expected: shortest...longest)
        }
        fields.clear()
        if let checksum = rest.checksum, !checksum.isOptional {
            var isThere = true
            if let sumCondition = rest.sumCondition {
                _ = try fixed.run(bytes, steps: sumCondition.steps, into: &fields)
                isThere = sumCondition.test.holds(&fields)
                fields.clear()
            }
            if isThere {
                guard checksum.holds(for: bytes) else { throw .badChecksum(frame: name) }
                count = checksum.payloadCount(of: count)
            }
        }
        let reach = try fixed.run(bytes.extracting(first: count), into: &fields)
        // A sum that only some devices send is there where its bytes are left over.
        if let checksum = rest.checksum, checksum.isOptional, reach == count - checksum.kind.size {
            guard checksum.holds(for: bytes) else { throw .badChecksum(frame: name) }
            count = reach
        }
        return (count, reach)
    }

    private func expectEnd(_ reach: Int, _ payloadCount: Int, _ count: Int) throws(DecodeFailure) {
        guard reach == payloadCount || rest.ignoresTail else { throw .tooLong(is: count, expected: reach + count - payloadCount) }
    }
}

extension FieldType {
    /// Whether it can say how often something comes.
    fileprivate var isCount: Bool { [.u8, .u16, .u24, .u32, .bcd].contains(self) }
}
