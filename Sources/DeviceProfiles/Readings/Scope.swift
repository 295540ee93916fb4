import StrictYAML

/// The fields that a reading may name: those of its own frame, and behind the name of a joined frame those of that.
struct Scope {
    private(set) var slots: [String: CompiledFrame.Slot]
    /// The names of the frames joined.
    private var joined: [String] = []
    /// The first slot that is free.
    private var end: Int

    init(_ frame: CompiledFrame) {
        slots = frame.slots
        end = frame.slots.count
    }

    /// Takes in the fields of a joined frame, behind those that are there. Returns where they begin.
    mutating func join(_ frame: CompiledFrame, _ node: YAMLNode) throws(YAMLProblem) -> UInt8 {
        let base = end
        guard base + frame.slots.count <= Fields.capacity else {
            throw node.problem("a frame and those joined to it have at most \(Fields.capacity) fields together")
        }
        for (name, slot) in frame.slots {
            var slot = slot
            slot.index += UInt8(base)
            slots["\(frame.name).\(name)"] = slot
        }
        joined.append(frame.name)
        end += frame.slots.count
        return UInt8(base)
    }

    /// A field, or some of its bits: where they are and what their numbers are called.
    struct Place {
        var slot: CompiledFrame.Slot
        /// nil: the field as a whole.
        var bits: FieldDefinition.Bits?
        var words: [Int: String] { slot.codes[bits?.name ?? ""] ?? [:] }
        /// How many bits they are; nil where a field has none.
        var width: Int? { bits?.range.count ?? (slot.type.bitCount > 0 ? slot.type.bitCount : nil) }
    }

    func place(of reference: ReadingDefinition.Reference) throws(YAMLProblem) -> Place {
        if let slot = slots[reference.text] { return Place(slot: slot) }
        let (field, name) = split(reference.text)
        guard let slot = slots[field] else {
            throw reference.node.problem(
                "no field '\(field)' in this frame" + (Spelling.nearest(field, among: slots.keys.sorted()).map { "; did you mean '\($0)'?" } ?? ""))
        }
        guard let bits = slot.bits.first(where: { $0.name == name }) else {
            throw reference.node.problem(
                "'\(field)' names no bits '\(name)'"
                    + (Spelling.nearest(name, among: slot.bits.map(\.name)).map { "; did you mean '\($0)'?" } ?? ""))
        }
        return Place(slot: slot, bits: bits)
    }

    func condition(_ written: ConditionText) throws(YAMLProblem) -> Condition { try Condition(written, among: slots) }

    /// Whether a condition or a reference speaks of a joined frame.
    func isJoined(_ text: String) -> Bool {
        let subject = Scope.subject(of: text)
        return joined.contains { subject.hasPrefix("\($0).") } && slots[String(subject.prefix { $0 != "." })] == nil
    }

    /// The field that a condition or a reference speaks of, as far as its words tell without the frame.
    static func subject(of text: String) -> Substring {
        text.split(separator: " ").first { $0 != "not" && $0 != "has" } ?? ""
    }

    /// The field and its bits; a joined field has a point in its own name.
    private func split(_ path: String) -> (field: String, bits: String) {
        let parts = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let isJoined = parts.count > 1 && slots[parts[0]] == nil && joined.contains(parts[0])
        let count = isJoined ? 2 : 1
        return (parts.prefix(count).joined(separator: "."), parts.dropFirst(count).joined(separator: "."))
    }
}
