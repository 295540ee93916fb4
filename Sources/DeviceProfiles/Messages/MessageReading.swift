import ExactJSON
import Readings

/// What a profile makes of one element of a message.
struct MessageReading: Sendable {
    var kind: Kind
    /// The first of these that the message has.
    var elements: [MessageElements]
    /// Where one does not hold, the element is about something else.
    var when: [MessageCondition] = []
    var waitsFor: [MessageCondition] = []
    var ignores: [MessageCondition] = []
    /// Names of values, or `measured-at`, `number`, `user`.
    var requires: [String] = []
    var values: [Value] = []
    var measuredAt: Time?
    var number: [MessagePath] = []
    var user: [MessagePath] = []
    var qualifier: Words?
    var marks: [Mark] = []

    struct Value: Sendable {
        var name: String
        var paths: [MessagePath]
        /// Words and numbers that stand for "nothing".
        var unknown: [String] = []
        var unit: UnitRule
        var each = ExactDecimal(1)
        /// Where the message says by which power of ten its number is to be multiplied.
        var powerOfTen: [MessagePath] = []
        /// Digits behind the point that mean something; the others are noise of binary fractions.
        var decimals: Int?
    }

    enum UnitRule: Sendable {
        case fixed(Unit)
        /// A word of the message. `absent`: what holds where it says none; nil: then there is no such value.
        case said([MessagePath], codes: [String: Unit], absent: Unit?)
    }

    struct Time: Sendable {
        var paths: [MessagePath]
        /// The first that fits.
        var forms: [MessageTimeForm]
        /// Whose clock a time without a zone is told by; nil: a count since 1970 by UTC, all else by a wall of the place.
        var zone: Zone?

        enum Zone: String, CaseIterable, Sendable {
            case utc, place
        }
    }

    /// A word of ours: always the same, or by a word of the message.
    enum Words: Sendable {
        case fixed(String)
        case said([MessagePath], codes: [String: String])
    }

    enum Mark: Sendable {
        case when(MessageCondition, is: String)
        case said([MessagePath], codes: [String: String])
    }
}

extension MessageReading {
    /// nil where the element is not about this.
    func outcome(_ scope: MessageScope) -> DecodeOutcome? {
        do throws(DecodeFailure) {
            return try read(scope)
        } catch {
            return .rejected(error)
        }
    }

    private func read(_ scope: MessageScope) throws(DecodeFailure) -> DecodeOutcome? {
        for condition in when where !(try condition.holds(in: scope)) { return nil }
        for condition in waitsFor where !(try condition.holds(in: scope)) { return .waiting(for: condition.text) }
        for condition in ignores where try condition.holds(in: scope) { return .ignored(because: condition.text) }
        let qualifier = try word(qualifier, scope)
        var found: [Reading.Value] = []
        var isAnythingThere = false
        for value in values {
            guard let (json, path) = try value.find(in: scope) else { continue }
            isAnythingThere = true
            guard let unit = try value.unit.unit(in: scope, of: value.name) else { continue }
            let quantity = Quantity(try value.number(json, path, scope), unit)
            if let vital = kind.vital(value.name, qualifier: qualifier) { found.append(Reading.Value(value.name, quantity, vital)) }
        }
        // A condition has said what the element is about; without one, only its values can.
        guard isAnythingThere || !when.isEmpty else { return nil }
        let time = try measuredAt.flatMap { time throws(DecodeFailure) in try time.read(scope) }
        let number = try whole(number, scope)
        let user = try whole(user, scope)
        for name in requires {
            let isThere = switch name {
            case "measured-at": time != nil
            case "number": number != nil
            case "user": user != nil
            default: found.contains { $0.name == name }
            }
            guard isThere else { return .incomplete(missing: name, isError: false) }
        }
        guard !found.isEmpty else { return .incomplete(missing: values.first?.name ?? "values", isError: false) }
        var reading = Reading(kind, found, number: number, user: user, qualifier: qualifier, marks: try said(marks, scope))
        reading.stamp(time)
        return .readings([reading])
    }

    private func whole(_ paths: [MessagePath], _ scope: MessageScope) throws(DecodeFailure) -> Int? {
        guard let (json, path) = try scope.find(paths) else { return nil }
        guard let number = MessageNumber.whole(json) else { throw .wrongShape(path.text, wanted: "a whole number") }
        return number
    }

    private func word(_ words: Words?, _ scope: MessageScope) throws(DecodeFailure) -> String? {
        switch words {
        case nil: return nil
        case .fixed(let word): return word
        case .said(let paths, let codes):
            guard let (json, _) = try scope.find(paths) else { return nil }
            return codes.word(for: json)
        }
    }

    private func said(_ marks: [Mark], _ scope: MessageScope) throws(DecodeFailure) -> [String] {
        var words: [String] = []
        for mark in marks {
            switch mark {
            case .when(let condition, let word): if try condition.holds(in: scope) { words.append(word) }
            case .said(let paths, let codes):
                if let (json, _) = try scope.find(paths), let word = codes.word(for: json) { words.append(word) }
            }
        }
        return words
    }
}

extension [String: String] {
    /// The word for what a message says; by the value where it is a number.
    fileprivate func word(for json: JSON) -> String? {
        guard let text = MessageWord.text(json) else { return nil }
        return self[text] ?? sorted { $0.key < $1.key }.first { MessageWord.says(json, $0.key) }?.value
    }
}

extension MessageReading.Value {
    /// nil where the message says nothing, or its word for "nothing".
    fileprivate func find(in scope: MessageScope) throws(DecodeFailure) -> (JSON, MessagePath)? {
        guard let (json, path) = try scope.find(paths) else { return nil }
        return unknown.contains { MessageWord.says(json, $0) } ? nil : (json, path)
    }

    fileprivate func number(_ json: JSON, _ path: MessagePath, _ scope: MessageScope) throws(DecodeFailure) -> ExactDecimal {
        guard json.array == nil, json.object == nil, json.bool == nil else { throw .wrongShape(path.text, wanted: "a number") }
        guard var number = MessageNumber.read(json, decimals: powerOfTen.isEmpty && each == ExactDecimal(1) ? decimals : nil) else {
            throw .wrongShape(path.text, wanted: "a decimal number")
        }
        if let first = powerOfTen.first {
            // Without it the number is another.
            guard let (json, path) = try scope.find(powerOfTen) else { throw .wrongShape(first.text, wanted: "a power of ten") }
            guard let power = MessageNumber.read(json)?.withoutPadding, power.exponent == 0, (-12...12).contains(power.mantissa) else {
                throw .wrongShape(path.text, wanted: "a power of ten from -12 to 12")
            }
            number.exponent += Int8(power.mantissa)
        }
        if each != ExactDecimal(1) {
            guard let product = MessageNumber.product(number, each) else { throw .badValue(field: name) }
            number = product
        }
        guard (-40...15).contains(number.exponent) else { throw .badValue(field: name) }
        return MessageNumber.rounded(number, to: decimals)
    }
}

extension MessageReading.UnitRule {
    fileprivate func unit(in scope: MessageScope, of name: String) throws(DecodeFailure) -> Unit? {
        switch self {
        case .fixed(let unit): return unit
        case .said(let paths, let codes, let absent):
            guard let (json, path) = try scope.find(paths) else { return absent }
            guard let word = MessageWord.text(json) else { throw .wrongShape(path.text, wanted: "the word of a unit") }
            // A unit that the profile does not know is another number.
            guard let unit = codes[word] else { throw .badValue(field: path.text) }
            return unit
        }
    }
}

extension MessageReading.Time {
    /// nil where the message says none. A time that cannot be read refuses the reading: it would be misdated.
    fileprivate func read(_ scope: MessageScope) throws(DecodeFailure) -> MessageTime? {
        guard let (json, path) = try scope.find(paths) else { return nil }
        if json == .string("") { return nil }
        for form in forms {
            if let time = MessageTime.read(json, as: form, zone) { return time }
        }
        throw .badValue(field: path.text)
    }
}
