import Readings
import StrictYAML

/// Where it was measured: a fixed word, or the word of a code.
struct Qualifier: Sendable {
    private let fixed: String?
    private let number: WireNumber?
    private let words: [Int: String]

    init(_ word: ReadingDefinition.Word, of reading: ReadingDefinition, in scope: Scope) throws(YAMLProblem) {
        switch word {
        case .fixed(let word): (fixed, number, words) = (word, nil, [:])
        case .field(let reference):
            let place = try scope.place(of: reference)
            // A word that makes the reading ignored need not be one of the kind.
            for word in place.words.values.sorted() where !reading.kind.qualifiers.contains(word)
                && !reading.ignores.contains(where: { $0.text.hasSuffix(" is \(word)") }) {
                throw reference.node.problem(ReadingReader.unknown(word, qualifierOf: reading.kind))
            }
            let definition = ReadingDefinition.Number(form: .field(reference), node: reference.node)
            (fixed, number, words) = (nil, try WireNumber(definition, in: scope, isWord: true), place.words)
        }
    }

    func value(_ fields: inout Fields) -> Int64 { number?.whole(&fields) ?? -1 }

    func word(_ value: Int64) -> String? { fixed ?? words[Int(truncatingIfNeeded: value)] }
}
