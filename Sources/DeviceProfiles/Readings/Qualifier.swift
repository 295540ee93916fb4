import Readings
import StrictYAML

/// Where it was measured: a fixed word, or the word of a code.
struct Qualifier: Sendable {
    private let fixed: String?
    /// The first of them that is there.
    private let places: [Place]

    private struct Place: Sendable {
        var number: WireNumber
        var words: [Int: String]
    }

    init(_ word: ReadingDefinition.Word, of reading: ReadingDefinition, in scope: Scope) throws(YAMLProblem) {
        switch word {
        case .fixed(let word): (fixed, places) = (word, [])
        case .first(let references):
            fixed = nil
            places = try references.map { reference throws(YAMLProblem) in
            let place = try scope.place(of: reference)
            // A word that makes the reading ignored need not be one of the kind.
            for word in place.words.values.sorted() where !reading.kind.qualifiers.contains(word)
                && !reading.ignores.contains(where: { $0.text.hasSuffix(" is \(word)") }) {
                throw reference.node.problem(ReadingReader.unknown(word, qualifierOf: reading.kind))
            }
            let definition = ReadingDefinition.Number(form: .field(reference), node: reference.node)
            return Place(number: try WireNumber(definition, in: scope, isWord: true), words: place.words)
            }
        }
    }

    /// Which of its places tells it, and what: the place in the bits above the 32 of the number. -1: none.
    func value(_ fields: inout Fields) -> Int64 {
        for index in places.indices {
            if let number = places[index].number.whole(&fields) { return Int64(index) << 32 | number & 0xFFFF_FFFF }
        }
        return -1
    }

    func word(_ value: Int64) -> String? {
        if let fixed { return fixed }
        return value < 0 ? nil : places[Int(value >> 32)].words[Int(value & 0xFFFF_FFFF)]
    }
}
