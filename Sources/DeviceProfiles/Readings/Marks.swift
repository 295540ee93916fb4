import StrictYAML

/// What else the device said: named bits that are set, and the words of codes.
struct Marks: Sendable {
    private struct Mark: Sendable {
        /// Index into `slots`.
        var field: Int
        var mask: Int64
        var want: Int64
        var word: String
    }

    private var slots: [UInt8] = []
    private var marks: [Mark] = []

    init(_ references: [ReadingDefinition.Reference], in scope: Scope) throws(YAMLProblem) {
        for reference in references {
            let place = try scope.place(of: reference)
            let slot = place.slot
            guard slot.type.bitCount > 0 || !place.words.isEmpty else {
                throw reference.node.problem("'\(reference.text)' has no bits and no codes: there is nothing to tell of it")
            }
            let field = slots.firstIndex(of: slot.index) ?? slots.endIndex
            if field == slots.endIndex { slots.append(slot.index) }
            guard slots.count <= DecodedReading.markCapacity else {
                throw reference.node.problem("a reading has marks of at most \(DecodedReading.markCapacity) fields")
            }
            for bits in place.bits.map({ [$0] }) ?? slot.bits { add(bits, slot, field) }
            if place.bits == nil {
                for (code, word) in (slot.codes[""] ?? [:]).sorted(by: { $0.key < $1.key }) {
                    marks.append(Mark(field: field, mask: -1, want: Int64(code), word: word))
                }
            }
        }
    }

    /// Every group of bits goes by its code's word, every single bit without codes by its name.
    private mutating func add(_ bits: FieldDefinition.Bits, _ slot: CompiledFrame.Slot, _ field: Int) {
        let mask = Int64(bitPattern: UInt64.max >> UInt64(64 - min(64, bits.range.count))) << Int64(bits.range.lowerBound)
        guard let codes = slot.codes[bits.name] else {
            if bits.range.count == 1 { marks.append(Mark(field: field, mask: mask, want: mask, word: bits.name)) }
            return
        }
        for (code, word) in codes.sorted(by: { $0.key < $1.key }) {
            marks.append(Mark(field: field, mask: mask, want: Int64(code) << Int64(bits.range.lowerBound), word: word))
        }
    }

    @inline(__always)
    func read(_ fields: inout Fields, into decoded: inout DecodedReading) {
        for index in slots.indices {
            decoded.marks[index] = fields.has(slots[index]) ? fields.mantissas[Fields.index(slots[index])] : Marks.absent
        }
    }

    /// No field has this value: the widest unsigned ones end at 63 bits.
    private static let absent = Int64.min

    func words(_ decoded: DecodedReading) -> [String] {
        marks.filter { mark in
            let value = decoded.marks[mark.field]
            return value != Marks.absent && value & mark.mask == mark.want
        }.map(\.word)
    }
}
