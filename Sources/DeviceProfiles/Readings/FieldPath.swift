import StrictYAML

/// A field, or named bits of it, as conditions and counts call it: `flags`, `flags.stable`.
struct FieldPath: Sendable {
    let slot: CompiledFrame.Slot
    /// nil for the whole field.
    let bits: ClosedRange<Int>?
    /// What the numbers are called.
    let codes: [Int: String]

    /// A field's own name may have points in it, as those of a joined frame do: `context.flags.fasting`.
    init(_ path: some StringProtocol, among slots: [String: CompiledFrame.Slot], _ node: YAMLNode) throws(YAMLProblem) {
        let path = String(path)
        if let slot = slots[path] {
            (self.slot, bits, codes) = (slot, nil, slot.codes[""] ?? [:])
            return
        }
        let parts = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let field = parts.count > 2 && slots[parts.dropLast().joined(separator: ".")] != nil
            ? parts.dropLast().joined(separator: ".") : parts.first ?? ""
        guard let slot = slots[field] else {
            throw node.problem(
                "no field '\(field)' stands before this"
                    + (Spelling.nearest(field, among: slots.keys.sorted()).map { "; did you mean '\($0)'?" } ?? ""))
        }
        let name = path.dropFirst(field.count + 1)
        guard slot.type.bitCount > 0 else { throw node.problem("'\(field)' has no bits to ask about") }
        guard !name.contains(".") else { throw node.problem("write 'field', 'field.bit' or 'field.bits is word'") }
        guard let bits = slot.bits.first(where: { $0.name == name }) else {
            throw node.problem(
                "'\(field)' names no bits '\(name)'"
                    + (Spelling.nearest(String(name), among: slot.bits.map(\.name)).map { "; did you mean '\($0)'?" } ?? ""))
        }
        (self.slot, self.bits, codes) = (slot, bits.range, slot.codes[bits.name] ?? [:])
    }

    /// nil if the field is absent. The bits of named ones stand at the right.
    @inline(__always)
    func value(in fields: inout Fields) -> Int64? {
        guard fields.has(slot.index) else { return nil }
        let value = fields.mantissas[Fields.index(slot.index)]
        guard let bits else { return value }
        return (value & Int64(Condition.mask(bits))) >> Int64(bits.lowerBound)
    }
}
