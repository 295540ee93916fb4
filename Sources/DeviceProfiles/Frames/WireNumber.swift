import Readings
import StrictYAML

/// A number made of fields, or of bits of them: `exponent` powers of ten of `plus` and the sum of its parts.
struct WireNumber: Sendable {
    struct Part: Sendable {
        var slot: UInt8
        var shift: UInt8 = 0
        /// Behind the shift; all ones for a whole field, which keeps its sign.
        var mask: Int64 = -1
        var factor: Int64 = 1
    }

    /// The slot, where it is one whole field as it stands.
    let slot: UInt8?
    /// Where it is the first of several whole fields that is there, those.
    private let first: [UInt8]
    private let parts: [Part]
    /// Already in the sum, in powers of ten of `exponent`.
    let plus: Int64
    private let exponent: Int8
    /// The field that failures are told by, and its slot.
    let name: String
    let firstSlot: UInt8
    let isRepeated: Bool
    /// Whether the frame states its decimals itself, so that they are kept.
    let statesDecimals: Bool

    /// - Parameter isWord: whether a word will do, as the number of its code.
    init(_ number: ReadingDefinition.Number, in scope: Scope, isWord: Bool = false) throws(YAMLProblem) {
        var terms: [(field: ReadingDefinition.Reference, each: ExactDecimal)] = []
        var (isRow, isPlain, isFirst) = (false, false, false)
        switch number.form {
        case .field(let field): (terms, isPlain) = ([(field, ExactDecimal(1))], true)
        case .joined(let fields): (terms, isRow) = (fields.map { ($0, ExactDecimal(1)) }, true)
        case .sum(let sum): terms = sum
        case .first(let fields): (terms, isFirst) = (fields.map { ($0, ExactDecimal(1)) }, true)
        }
        let places = try terms.map { term throws(YAMLProblem) in
            let place = try scope.place(of: term.field)
            guard !place.slot.isTime else { throw term.field.node.problem("'\(term.field.text)' is a time, not a number") }
            guard isWord || place.slot.type != .text else { throw term.field.node.problem("'\(term.field.text)' is a word, not a number") }
            return place
        }
        isPlain = isPlain && places[0].bits == nil && number.plus == 0
        if isFirst, let index = places.firstIndex(where: { $0.bits != nil || $0.slot.type.statesDecimals != places[0].slot.type.statesDecimals }) {
            throw terms[index].field.node.problem("'first' chooses among whole fields of one sort; '\(terms[index].field.text)' is of another")
        }
        if !isPlain, !isFirst, let index = places.firstIndex(where: { $0.slot.type.statesDecimals }) {
            throw terms[index].field.node.problem("'\(terms[index].field.text)' has decimals of its own, and cannot be joined or added to")
        }
        let least = terms.map(\.each.exponent).min() ?? 0
        let lowest = min(least, 0)
        var shift = 0
        var parts: [Part] = []
        // The last of a row is its least significant.
        for (term, place) in zip(terms, places).reversed() {
            var part = Part(slot: place.slot.index)
            if let bits = place.bits?.range {
                part.shift = UInt8(bits.lowerBound)
                part.mask = Int64(bitPattern: UInt64.max >> UInt64(64 - min(64, bits.count)))
            }
            if isRow {
                guard let width = place.width else { throw term.field.node.problem("'\(term.field.text)' has no bits to join") }
                guard shift + width <= 63 else { throw number.node.problem("more than 63 bits in one row") }
                part.factor = 1 << Int64(shift)
                shift += width
            } else {
                part.factor = term.each.mantissa * WireNumber.power(Int(term.each.exponent) - Int(lowest))
            }
            parts.append(part)
        }
        self.parts = parts
        plus = Int64(number.plus) * WireNumber.power(-Int(lowest))
        exponent = lowest
        slot = isPlain ? places[0].slot.index : nil
        first = isFirst ? places.map(\.slot.index) : []
        name = terms[0].field.text
        firstSlot = places[0].slot.index
        isRepeated = places.contains { $0.slot.isRepeated }
        statesDecimals = (isPlain || isFirst) && places[0].slot.type.statesDecimals
    }

    /// Factors have exponents of -9 to 9, and a few zeros that were cut off: 64 bits hold what comes of the usual ones.
    private static func power(_ exponent: Int) -> Int64 { (0..<min(exponent, 15)).reduce(1) { power, _ in power * 10 } }

    enum Value {
        case absent
        case number(Int64, exponent: Int8)
        /// Beyond 64 bits.
        case overflow
    }

    func value(_ fields: inout Fields) -> Value {
        if let slot {
            guard fields.has(slot) else { return .absent }
            return .number(fields.mantissas[Fields.index(slot)], exponent: fields.exponents[Fields.index(slot)])
        }
        if !first.isEmpty {
            for slot in first where fields.has(slot) {
                return .number(fields.mantissas[Fields.index(slot)], exponent: fields.exponents[Fields.index(slot)])
            }
            return .absent
        }
        var sum = plus
        for index in parts.indices {
            let part = parts[index]
            guard fields.has(part.slot) else { return .absent }
            let wire = (fields.mantissas[Fields.index(part.slot)] &>> Int64(part.shift)) & part.mask
            let (product, isBeyond) = wire.multipliedReportingOverflow(by: part.factor)
            let (next, isOver) = sum.addingReportingOverflow(product)
            if isBeyond || isOver { return .overflow }
            sum = next
        }
        return .number(sum, exponent: exponent)
    }

    /// A whole number as it is; nil where there is none, or one with decimals.
    func whole(_ fields: inout Fields) -> Int64? {
        guard case .number(let value, let exponent) = value(&fields), exponent == 0 else { return nil }
        return value
    }
}
