import StrictYAML

/// A whole number that is fixed, or stands in the frame: the slot of a user, the number of a record.
struct Chooser: Sendable {
    private let fixed: Int64
    private let slot: UInt8
    private let number: WireNumber?

    init(_ choice: ReadingDefinition.Choice?, in scope: Scope) throws(YAMLProblem) {
        switch choice {
        case nil: (fixed, slot, number) = (-1, Op.always, nil)
        case .fixed(let value): (fixed, slot, number) = (Int64(value), Op.always, nil)
        case .number(let definition):
            let wire = try WireNumber(definition, in: scope)
            (fixed, slot, number) = (-1, wire.slot ?? Op.always, wire.slot == nil ? wire : nil)
        }
    }

    /// Below zero: none.
    @inline(__always)
    func value(_ fields: inout Fields) -> Int64 {
        if slot != Op.always { return fields.has(slot) ? fields.mantissas[Fields.index(slot)] : -1 }
        guard let number else { return fixed }
        return number.whole(&fields) ?? -1
    }
}
