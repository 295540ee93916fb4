import Readings
import StrictYAML

/// What a profile makes of one frame's wire values.
struct CompiledReading: Sendable {
    let kind: Kind
    private let waitsFor: [Condition]
    private let ignores: [Condition]
    private let requires: [Field]
    private let picks: [Pick]
    private let choices: [Choice]
    private let factors: [Factor]
    private let names: [String]
    private let units: [Unit]
    private let time: UInt8?
    private let plusMinutes: UInt8?
    private let user: UInt8?
    private let number: UInt8?
    private let qualifier: Words?
    private let marks: [Mark]
    private let marksSlot: UInt8?

    private struct Field: Sendable {
        var name: String
        var slot: UInt8
    }

    /// Where one value stands, and its units: `choices[first...last]`, the last of them without a condition.
    private struct Pick: Sendable {
        var slot: UInt8
        var first: UInt8
        var last: UInt8
    }

    private struct Choice: Sendable {
        var when: Condition.Test?
        /// Whether the number must be multiplied, by the factor of the same index.
        var isScaled: Bool
    }

    struct Factor: Sendable {
        var each: ExactDecimal
        var keepsDecimals: Bool
    }

    private struct Words: Sendable {
        var slot: UInt8
        var bits: ClosedRange<Int>
        var words: [Int: String]
    }

    private struct Mark: Sendable {
        var mask: UInt32
        var want: UInt32
        var word: String
    }

    init(_ reading: ReadingDefinition, over slots: [String: CompiledFrame.Slot]) throws(YAMLProblem) {
        func slot(_ field: String, _ node: YAMLNode) throws(YAMLProblem) -> CompiledFrame.Slot {
            if let slot = slots[field] { return slot }
            throw node.problem(
                "no field '\(field)' in this frame"
                    + (Spelling.nearest(field, among: slots.keys.sorted()).map { "; did you mean '\($0)'?" } ?? ""))
        }
        func index(_ reference: (field: String, node: YAMLNode)?) throws(YAMLProblem) -> UInt8? {
            guard let reference else { return nil }
            return try slot(reference.field, reference.node).index
        }
        func condition(_ text: ConditionText) throws(YAMLProblem) -> Condition { try Condition(text, among: slots) }
        kind = reading.kind
        waitsFor = try reading.waitsFor.map(condition)
        ignores = try reading.ignores.map(condition)
        requires = try reading.requires.map { reference throws(YAMLProblem) in
            Field(name: reference.field, slot: try slot(reference.field, reference.node).index)
        }
        guard reading.values.count <= DecodedReading.capacity else {
            throw reading.node.problem("a reading has at most \(DecodedReading.capacity) values")
        }
        guard reading.values.reduce(0, { $0 + $1.units.count }) <= UInt8.max else {
            throw reading.node.problem("a reading has at most \(UInt8.max) units")
        }
        names = reading.values.map(\.name)
        units = reading.values.flatMap { $0.units.map(\.unit) }
        var picks: [Pick] = []
        var choices: [Choice] = []
        var factors: [Factor] = []
        for value in reading.values {
            let slot = try slot(value.field, value.node)
            guard !slot.isTime else { throw value.node.problem("'\(value.field)' is a time, not a number") }
            picks.append(Pick(
                slot: slot.index, first: UInt8(choices.count), last: UInt8(choices.count + value.units.count - 1)))
            for unit in value.units {
                var choice = Choice(isScaled: unit.each != ExactDecimal(1))
                choice.when = try unit.when.map(condition)?.test
                choices.append(choice)
                factors.append(Factor(each: unit.each, keepsDecimals: slot.type.statesDecimals))
            }
        }
        self.picks = picks
        self.choices = choices
        self.factors = factors
        if let at = reading.measuredAt {
            let slot = try slot(at.field, at.node)
            guard slot.isTime else { throw at.node.problem("'\(at.field)' is no date-time") }
            time = slot.index
        } else {
            time = nil
        }
        plusMinutes = try index(reading.plusMinutes)
        user = try index(reading.user)
        number = try index(reading.number)
        marksSlot = try index(reading.marks)
        marks = try reading.marks.map { reference throws(YAMLProblem) in
            CompiledReading.marks(of: try slot(reference.field, reference.node))
        } ?? []
        qualifier = try reading.qualifier.map { reference throws(YAMLProblem) in
            let path = reference.field.split(separator: ".").map(String.init)
            let slot = try slot(path[0], reference.node)
            guard let bits = path.count == 1 ? 0...31 : slot.bits.first(where: { $0.name == path[1] })?.range else {
                throw reference.node.problem("'\(path[0])' names no bits '\(path[1])'")
            }
            let words = slot.codes[path.count == 1 ? "" : path[1]] ?? [:]
            for word in words.values where !reading.kind.qualifiers.contains(word) && !reading.ignores.contains(where: { $0.text.hasSuffix(" is \(word)") }) {
                throw reference.node.problem(
                    "a \(reading.kind.rawValue) knows no '\(word)'; its words are: \(reading.kind.qualifiers.joined(separator: ", "))")
            }
            return Words(slot: slot.index, bits: bits, words: words)
        }
    }

    /// Every single bit goes by its name, every group of bits and every number by its code's word.
    private static func marks(of slot: CompiledFrame.Slot) -> [Mark] {
        slot.bits.flatMap { bits -> [Mark] in
            let mask = Condition.mask(bits.range)
            guard let codes = slot.codes[bits.name] else {
                return bits.range.count == 1 ? [Mark(mask: mask, want: mask, word: bits.name)] : []
            }
            return codes.sorted { $0.key < $1.key }.map { code, word in
                Mark(mask: mask, want: UInt32(truncatingIfNeeded: code) << UInt32(bits.range.lowerBound), word: word)
            }
        }
    }
}

/// A reading in flat form: what the decoder makes without allocating. `CompiledReading.reading(_:)` gives it names.
package struct DecodedReading: Sendable {
    static let capacity = 8

    struct Value: Sendable {
        var mantissa: Int64 = 0
        var exponent: Int8 = 0
        /// Index into the names of the reading, and into its units.
        var value: UInt8 = 0
        var choice: UInt8 = 0

        @inline(never)
        func times(_ factor: CompiledReading.Factor) -> Value {
            var product = self
            // Both fit: fields have 32 bits at most and factors are bounded at load.
            product.mantissa &*= factor.each.mantissa
            product.exponent &+= factor.each.exponent
            guard !factor.keepsDecimals else { return product }
            while product.exponent < 0, product.mantissa % 10 == 0 {
                product.mantissa /= 10
                product.exponent += 1
            }
            return product
        }
    }

    var values = InlineArray<8, Value>(repeating: Value())
    var count = 0
    var time: Int64 = -1
    var plusMinutes: Int64 = 0
    var user: Int64 = -1
    var number: Int64 = -1
    var qualifier: Int64 = -1
    var marks: Int64 = 0

    package init() {}
}

extension CompiledReading {
    enum Verdict {
        case reading
        case waiting(Int)
        case ignored(Int)
        case missing(String, isError: Bool)
    }

    /// Decides, and fills `decoded` where it is a reading. No allocation.
    @inline(never)
    func read(_ fields: inout Fields, into decoded: inout DecodedReading) -> Verdict {
        for index in waitsFor.indices where !waitsFor[index].holds(&fields) { return .waiting(index) }
        for index in ignores.indices where ignores[index].holds(&fields) { return .ignored(index) }
        for index in requires.indices where !fields.has(requires[index].slot) {
            return missing(requires[index].name, requires[index].slot, fields.errors)
        }
        var count = 0
        for index in picks.indices {
            let pick = picks[index]
            guard fields.has(pick.slot) else { continue }
            var chosen = Int(pick.first)
            while chosen < Int(pick.last), !holds(choices[chosen], &fields) { chosen &+= 1 }
            let slot = Fields.index(pick.slot)
            let value = DecodedReading.Value(
                mantissa: fields.mantissas[slot], exponent: fields.exponents[slot],
                value: UInt8(truncatingIfNeeded: index), choice: UInt8(truncatingIfNeeded: chosen))
            decoded.values[count] = choices[chosen].isScaled ? value.times(factors[chosen]) : value
            count &+= 1
        }
        decoded.count = count
        guard count > 0 else { return missing(names[0], picks[0].slot, fields.errors) }
        decoded.time = value(time, &fields)
        decoded.plusMinutes = plusMinutes.map { fields.has($0) ? fields.mantissas[Int($0)] : 0 } ?? 0
        decoded.user = value(user, &fields)
        decoded.number = value(number, &fields)
        decoded.qualifier = value(qualifier?.slot, &fields)
        decoded.marks = max(0, value(marksSlot, &fields))
        return .reading
    }

    @inline(__always)
    private func holds(_ choice: Choice, _ fields: inout Fields) -> Bool {
        choice.when?.holds(&fields) ?? true
    }

    @inline(__always)
    private func value(_ slot: UInt8?, _ fields: inout Fields) -> Int64 {
        guard let slot, fields.has(slot) else { return -1 }
        return fields.mantissas[Int(slot)]
    }

    private func missing(_ name: String, _ slot: UInt8, _ errors: UInt64) -> Verdict {
        .missing(name, isError: errors & (1 << UInt64(slot)) != 0)
    }

    func waitingText(_ index: Int) -> String { waitsFor[index].text }
    func ignoredText(_ index: Int) -> String { ignores[index].text }

    /// The flat form with its names.
    func reading(_ decoded: DecodedReading) -> Reading {
        let place = qualifier.flatMap { words -> String? in
            guard decoded.qualifier >= 0 else { return nil }
            let bits = UInt32(truncatingIfNeeded: decoded.qualifier) & Condition.mask(words.bits)
            return words.words[Int(bits >> UInt32(words.bits.lowerBound))]
        }
        var list: [Reading.Value] = []
        list.reserveCapacity(decoded.count)
        for index in 0..<decoded.count {
            let flat = decoded.values[index]
            let name = names[Int(flat.value)]
            guard let vital = kind.vital(name, qualifier: place) else { continue }
            let quantity = Quantity(ExactDecimal(flat.mantissa, exponent: flat.exponent), units[Int(flat.choice)])
            list.append(Reading.Value(name, quantity, vital))
        }
        let recorded = PackedTime(decoded.time).civil
        // An offset that leads out of the calendar was never meant.
        let moved = recorded?.adding(minutes: Int(decoded.plusMinutes))
        let said = moved.map { (1...9999).contains($0.year) } == true ? moved : recorded
        let set = UInt32(truncatingIfNeeded: decoded.marks)
        return Reading(
            kind, list, deviceTime: said, recordTime: recorded,
            number: decoded.number < 0 ? nil : Int(decoded.number), user: decoded.user < 0 ? nil : Int(decoded.user),
            qualifier: place, marks: marks.filter { set & $0.mask == $0.want }.map(\.word))
    }
}
