import Readings
import StrictYAML

/// A frame as a flat program, with the names that its failures are told by.
struct CompiledFrame: Sendable {
    let name: String
    let source: FrameSource
    let slots: [String: Slot]
    private let shape: ByteShape
    private let isToldByLength: Bool
    private let checksum: Checksum?
    /// The sum is there only if this holds after the first so many steps.
    private let sumCondition: (test: Condition.Test, steps: Int)?
    private let ignoresTail: Bool
    private let fixed: FrameProgram
    private let repetition: Repetition?

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
    }

    init(_ frame: FrameDefinition) throws(YAMLProblem) {
        name = frame.name
        source = frame.source
        shape = frame.shape
        isToldByLength = frame.isToldByLength
        checksum = frame.checksum
        ignoresTail = frame.ignoresTail
        var assembler = FrameAssembler()
        var slots: [String: Slot] = [:]
        for field in frame.fields { try assembler.add(field, to: &slots, isRepeated: false) }
        if let at = frame.repetition?.at { assembler.jump(to: at, "repeat") }
        sumCondition = try frame.checksum?.when.map { text throws(YAMLProblem) in
            let test = try Condition(text, among: slots).test
            return (test, assembler.steps(through: test.slot))
        }
        fixed = assembler.program
        repetition = try frame.repetition.map { repetition throws(YAMLProblem) in
            var count: FieldPath?
            var countName = "repeat"
            if case .field(let name, let node) = repetition.count {
                let path = try FieldPath(name, among: slots, node)
                guard path.slot.type.isCount else { throw node.problem("'\(name)' is no whole number to count by") }
                (count, countName) = (path, name)
            }
            var assembler = FrameAssembler()
            for field in repetition.fields { try assembler.add(field, to: &slots, isRepeated: true) }
            return Repetition(program: assembler.program, count: count, countName: countName, most: repetition.most)
        }
        self.slots = slots
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
    var repeats: Bool { repetition != nil }

    /// Whether the bytes are this frame, and not another from the same place.
    func fits(_ bytes: RawSpan) -> Bool {
        shape.fits(bytes) && (!isToldByLength || shape.fitsLength(bytes.byteCount))
    }

    /// Decodes what stands once in the frame into wire values. Length and checksum come first: a frame that fails them is not
    /// looked into.
    func run(_ bytes: RawSpan, into fields: inout Fields) throws(DecodeFailure) {
        let (count, ends) = try runFixed(bytes, into: &fields)
        if repetition == nil { try expectEnd(ends.reach, count, bytes.byteCount) }
    }

    /// Decodes all of it, and calls `body` with each repetition beside what stands once; once if there is none to repeat.
    /// A frame that is refused is refused before the first call.
    func runEach(_ bytes: RawSpan, into fields: inout Fields, _ body: (inout Fields) -> Void) throws(DecodeFailure) {
        let (count, ends) = try runFixed(bytes, into: &fields)
        guard let repetition else {
            try expectEnd(ends.reach, count, bytes.byteCount)
            return body(&fields)
        }
        let times = try self.times(repetition, in: &fields)
        let payload = bytes.extracting(first: count)
        let (present, errors) = (fields.present, fields.errors)
        let reach = try each(repetition, times, of: payload, ends, &fields) { _ in }
        try expectEnd(reach, count, bytes.byteCount)
        (fields.present, fields.errors) = (present, errors)
        _ = try each(repetition, times, of: payload, ends, &fields, body)
        (fields.present, fields.errors) = (present, errors)
    }

    /// Returns the farthest byte read.
    private func each(
        _ repetition: Repetition, _ times: Int?, of payload: RawSpan, _ start: Decoder.Ends, _ fields: inout Fields,
        _ body: (inout Fields) -> Void
    ) throws(DecodeFailure) -> Int {
        let (present, errors) = (fields.present, fields.errors)
        var (at, reach, done) = (start.at, start.reach, 0)
        while times.map({ done < $0 }) ?? (at < payload.byteCount && done < repetition.most) {
            (fields.present, fields.errors) = (present, errors)
            let ends = try repetition.program.run(payload, from: at, into: &fields)
            // Fields that are all absent take no bytes, and would never come to the end.
            if ends.at == at, times == nil { break }
            (at, reach, done) = (ends.at, max(reach, ends.reach), done + 1)
            body(&fields)
        }
        return reach
    }

    private func times(_ repetition: Repetition, in fields: inout Fields) throws(DecodeFailure) -> Int? {
        guard let count = repetition.count else { return nil }
        let times = count.value(in: &fields) ?? 0
        guard times >= 0, times <= Int64(repetition.most) else { throw .badValue(field: repetition.countName) }
        return Int(times)
    }

    private func runFixed(
        _ bytes: RawSpan, into fields: inout Fields
    ) throws(DecodeFailure) -> (payloadCount: Int, Decoder.Ends) {
        var count = bytes.byteCount
        if let length = shape.length, !length.contains(count) {
            throw length.count == 1 ? .wrongLength(is: count, expected: length.lowerBound) : .lengthOutside(is: count, expected: length)
        }
        (fields.present, fields.errors) = (0, 0)
        if let checksum {
            var isThere = true
            if let sumCondition {
                _ = try fixed.run(bytes, from: 0, steps: sumCondition.steps, into: &fields)
                isThere = sumCondition.test.holds(&fields)
                (fields.present, fields.errors) = (0, 0)
            }
            if isThere {
                guard checksum.holds(for: bytes) else { throw .badChecksum(frame: name) }
                count = checksum.payloadCount(of: count)
            }
        }
        return (count, try fixed.run(bytes.extracting(first: count), from: 0, into: &fields))
    }

    private func expectEnd(_ reach: Int, _ payloadCount: Int, _ count: Int) throws(DecodeFailure) {
        guard reach == payloadCount || ignoresTail else { throw .tooLong(is: count, expected: reach + count - payloadCount) }
    }
}

extension FieldType {
    /// Whether it can say how often something comes.
    fileprivate var isCount: Bool { [.u8, .u16, .u24, .u32, .bcd].contains(self) }
}
