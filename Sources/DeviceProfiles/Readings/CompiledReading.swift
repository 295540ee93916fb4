import Readings
import StrictYAML

/// What a profile makes of one frame's wire values, and of those of frames joined to it.
final class CompiledReading: Sendable {
    let kind: Kind
    let joins: [CompiledJoin]
    let settles: CompiledSettles?
    let isContinuous: Bool
    let pace: Pace?
    /// Whether it is made anew for each repetition of the frame's repeated fields.
    let isRepeated: Bool
    private let waitsFor: [Gate]
    private let ignores: [Gate]
    private let requires: [Need]
    private let picks: [Pick]
    private let extras: [Extra]
    private let choices: [Choice]
    private let tests: [Condition.Test]
    private let factors: [Factor]
    private let names: [String]
    private let units: [Unit]
    private let time: CompiledTime?
    private let user: Chooser
    private let number: Chooser
    private let qualifier: Qualifier?
    private let marks: Marks

    /// A condition, as it was written, and whether it speaks of a joined frame.
    private struct Gate: Sendable {
        var test: Condition.Test
        var isJoined: Bool
        var text: String
    }

    private struct Need: Sendable {
        var name: String
        var slot: UInt8
        var isJoined: Bool
    }

    /// Where one value stands, and its units: `choices[first...last]`, the last of them without a condition.
    private struct Pick: Sendable {
        var slot: UInt8
        var first: UInt8
        var last: UInt8
        /// Whether it is more than a whole field as it stands: then the extra of the same index tells the rest.
        var hasExtra: Bool
    }

    private struct Extra: Sendable {
        var number: WireNumber
        var when: [Condition]
        var above: ExactDecimal?
        var below: ExactDecimal?

        var isPlain: Bool { number.slot != nil && when.isEmpty && above == nil && below == nil }

        func value(_ fields: inout Fields) -> WireNumber.Value {
            for index in when.indices where !when[index].holds(&fields) { return .absent }
            let value = number.value(&fields)
            guard case .number(let mantissa, let exponent) = value else { return value }
            let wire = ExactDecimal(mantissa &- number.plus, exponent: exponent)
            if let above, wire <= above { return .absent }
            if let below, wire >= below { return .absent }
            return value
        }
    }

    private struct Choice: Sendable {
        /// `tests[first ..< end]`, all of which must hold.
        var first: UInt8
        var end: UInt8
        /// Whether the number must be multiplied, by the factor of the same index.
        var isScaled: Bool
    }

    struct Factor: Sendable {
        var scale: ReadingDefinition.Scale
        var keepsDecimals: Bool
    }

    init(
        _ reading: ReadingDefinition, over frame: CompiledFrame, at index: Int, among frames: [CompiledFrame]
    ) throws(YAMLProblem) {
        let own = Scope(frame)
        var scope = own
        kind = reading.kind
        joins = try reading.joins.map { join throws(YAMLProblem) in
            try CompiledJoin(join, from: own, at: index, among: frames, into: &scope)
        }
        let all = scope
        func condition(_ text: ConditionText) throws(YAMLProblem) -> Condition { try all.condition(text) }
        func gate(_ text: ConditionText) throws(YAMLProblem) -> Gate {
            Gate(test: try condition(text).test, isJoined: all.isJoined(text.text), text: text.text)
        }
        waitsFor = try reading.waitsFor.map(gate)
        ignores = try reading.ignores.map(gate)
        requires = try reading.requires.map { reference throws(YAMLProblem) in
            Need(name: reference.text, slot: try all.place(of: reference).slot.index, isJoined: all.isJoined(reference.text))
        }
        guard reading.values.count <= DecodedReading.capacity else {
            throw reading.node.problem("a reading has at most \(DecodedReading.capacity) values")
        }
        guard reading.values.reduce(0, { $0 + $1.units.count + $1.units.reduce(0) { $0 + $1.when.count } }) <= UInt8.max else {
            throw reading.node.problem("a reading has at most \(UInt8.max) units and conditions for them")
        }
        names = reading.values.map(\.name)
        units = reading.values.flatMap { $0.units.map(\.unit) }
        var picks: [Pick] = []
        var extras: [Extra] = []
        var choices: [Choice] = []
        var tests: [Condition.Test] = []
        var factors: [Factor] = []
        for value in reading.values {
            let extra = Extra(
                number: try WireNumber(value.number, in: all), when: try value.when.map(condition), above: value.above,
                below: value.below)
            picks.append(Pick(
                slot: extra.number.firstSlot, first: UInt8(choices.count), last: UInt8(choices.count + value.units.count - 1),
                hasExtra: !extra.isPlain))
            extras.append(extra)
            for unit in value.units {
                let conditions = try unit.when.map(condition)
                choices.append(Choice(
                    first: UInt8(tests.count), end: UInt8(tests.count + conditions.count), isScaled: unit.scale.each != ExactDecimal(1) || unit.scale.over != 1))
                tests += conditions.map(\.test)
                factors.append(Factor(scale: unit.scale, keepsDecimals: extra.number.statesDecimals))
            }
        }
        (self.picks, self.extras, self.choices, self.tests, self.factors) = (picks, extras, choices, tests, factors)
        time = try reading.time.map { time throws(YAMLProblem) in try CompiledTime(time, in: all) }
        user = try Chooser(reading.user, in: all)
        number = try Chooser(reading.number, in: all)
        qualifier = try reading.qualifier.map { word throws(YAMLProblem) in try Qualifier(word, of: reading, in: all) }
        marks = try Marks(reading.marks, in: all)
        settles = try reading.settles.map { settles throws(YAMLProblem) in try CompiledSettles(settles, in: own, among: frames) }
        pace = reading.stream.map { Pace(period: max(1, $0.per / Int64($0.samples)), hasSpot: $0.hasSpot) }
        isContinuous = pace != nil
        isRepeated = extras.contains { $0.number.isRepeated }
        if isRepeated, let join = reading.joins.first { throw join.frame.node.problem("a reading that is made for each repetition is joined to nothing") }
        if isRepeated, settles != nil { throw reading.node.problem("a reading that is made for each repetition does not settle") }
        if let join = reading.joins.first, let settles, !settles.isEqual {
            throw join.frame.node.problem("a reading that is joined settles only by equal values")
        }
    }
}

/// A reading in flat form: what the decoder makes without allocating. `CompiledReading.reading(_:)` gives it names.
package struct DecodedReading: Sendable {
    static let capacity = 24
    static let markCapacity = 6

    struct Value: Sendable {
        var mantissa: Int64 = 0
        var exponent: Int8 = 0
        /// Index into the names of the reading, and into its units.
        var value: UInt8 = 0
        var choice: UInt8 = 0

        /// nil beyond 64 bits.
        @inline(never)
        func times(_ factor: CompiledReading.Factor) -> Value? {
            var product = self
            let scale = factor.scale
            guard scale.over == 1 else {
                let value = ExactDecimal(mantissa, exponent: exponent).times(scale.each.mantissa, over: scale.over, places: scale.places)
                guard let value else { return nil }
                (product.mantissa, product.exponent) = (value.mantissa, value.exponent)
                return product
            }
            let (mantissa, isBeyond) = mantissa.multipliedReportingOverflow(by: scale.each.mantissa)
            guard !isBeyond else { return nil }
            product.mantissa = mantissa
            // Fields have exponents of -18 to 7 and factors of -9 to 9.
            product.exponent &+= scale.each.exponent
            guard !factor.keepsDecimals else { return product }
            while product.exponent < 0, product.mantissa % 10 == 0 {
                product.mantissa /= 10
                product.exponent += 1
            }
            return product
        }
    }

    var values = InlineArray<24, Value>(repeating: Value())
    var count = 0
    /// A packed civil time; -1: none.
    var time: Int64 = -1
    var plusSeconds: Int64 = 0
    /// Seconds before the arrival; -1: not told.
    var ago: Int64 = -1
    var user: Int64 = -1
    var number: Int64 = -1
    var qualifier: Int64 = -1
    /// The values of the fields with marks, in the order of the reading.
    var marks = InlineArray<6, Int64>(repeating: 0)

    package init() {}
}

extension CompiledReading {
    enum Verdict {
        case reading
        case waiting(Int)
        case ignored(Int)
        case missing(String, isError: Bool)
        case badValue(String)
    }

    /// What its own frame alone says before those joined to it are there; `.reading` where nothing speaks against it.
    func look(_ fields: inout Fields) -> Verdict {
        for index in waitsFor.indices where !waitsFor[index].isJoined && !waitsFor[index].test.holds(&fields) { return .waiting(index) }
        for index in ignores.indices where !ignores[index].isJoined && ignores[index].test.holds(&fields) { return .ignored(index) }
        for index in requires.indices where !requires[index].isJoined && !fields.has(requires[index].slot) {
            return missing(requires[index].name, requires[index].slot, fields)
        }
        return .reading
    }

    /// Decides, and fills `decoded` where it is a reading. No allocation.
    @inline(never)
    func read(_ fields: inout Fields, into decoded: inout DecodedReading) -> Verdict {
        for index in waitsFor.indices where !waitsFor[index].test.holds(&fields) { return .waiting(index) }
        for index in ignores.indices where ignores[index].test.holds(&fields) { return .ignored(index) }
        for index in requires.indices where !fields.has(requires[index].slot) {
            return missing(requires[index].name, requires[index].slot, fields)
        }
        var count = 0
        for index in picks.indices {
            let pick = picks[index]
            var value = DecodedReading.Value(value: UInt8(truncatingIfNeeded: index))
            if pick.hasExtra {
                switch extras[index].value(&fields) {
                case .absent: continue
                case .overflow: return .badValue(extras[index].number.name)
                case .number(let mantissa, let exponent): (value.mantissa, value.exponent) = (mantissa, exponent)
                }
            } else {
                guard fields.has(pick.slot) else { continue }
                value.mantissa = fields.mantissas[Fields.index(pick.slot)]
                value.exponent = fields.exponents[Fields.index(pick.slot)]
            }
            var chosen = Int(pick.first)
            while chosen < Int(pick.last), !holds(choices[chosen], &fields) { chosen &+= 1 }
            value.choice = UInt8(truncatingIfNeeded: chosen)
            if choices[chosen].isScaled {
                guard let scaled = value.times(factors[chosen]) else { return .badValue(names[index]) }
                decoded.values[count] = scaled
            } else {
                decoded.values[count] = value
            }
            count &+= 1
        }
        decoded.count = count
        guard count > 0 else { return missing(names[0], picks[0].slot, fields) }
        if let time {
            if let bad = time.read(&fields, into: &decoded) { return .badValue(bad) }
        } else {
            // The output is used again: nothing of the reading before may stay in it.
            (decoded.time, decoded.ago, decoded.plusSeconds) = (-1, -1, 0)
        }
        decoded.user = user.value(&fields)
        decoded.number = number.value(&fields)
        decoded.qualifier = qualifier?.value(&fields) ?? -1
        marks.read(&fields, into: &decoded)
        return .reading
    }

    @inline(__always)
    private func holds(_ choice: Choice, _ fields: inout Fields) -> Bool {
        var index = choice.first
        while index < choice.end {
            guard tests[Int(index)].holds(&fields) else { return false }
            index &+= 1
        }
        return true
    }

    private func missing(_ name: String, _ slot: UInt8, _ fields: borrowing Fields) -> Verdict {
        .missing(name, isError: fields.isError(slot))
    }

    /// The outcome for everything that is no reading.
    func outcome(_ verdict: Verdict) -> DecodeOutcome {
        switch verdict {
        case .reading: .nothingToDecode
        case .waiting(let index): .waiting(for: waitsFor[index].text)
        case .ignored(let index): .ignored(because: ignores[index].text)
        case .missing(let field, let isError): .incomplete(missing: field, isError: isError)
        case .badValue(let field): .rejected(.badValue(field: field))
        }
    }

    /// The flat form with its names.
    func reading(_ decoded: DecodedReading, isUnjoined: Bool = false) -> Reading {
        let place = qualifier?.word(decoded.qualifier)
        var list: [Reading.Value] = []
        list.reserveCapacity(decoded.count)
        for index in 0..<decoded.count {
            let flat = decoded.values[index]
            let name = names[Int(flat.value)]
            guard let vital = kind.vital(name, qualifier: place) else { continue }
            let quantity = Quantity(ExactDecimal(flat.mantissa, exponent: flat.exponent), units[Int(flat.choice)])
            list.append(Reading.Value(name, quantity, vital))
        }
        let (said, recorded) = CompiledTime.civil(decoded)
        return Reading(
            kind, list, deviceTime: said, recordTime: recorded, isUTC: said != nil && time?.isUTC == true,
            secondsAgo: decoded.ago < 0 ? nil : Int(decoded.ago),
            number: decoded.number < 0 ? nil : Int(decoded.number), user: decoded.user < 0 ? nil : Int(decoded.user),
            qualifier: place, marks: marks.words(decoded) + (isUnjoined ? ["unjoined"] : []), isContinuous: isContinuous)
    }
}
