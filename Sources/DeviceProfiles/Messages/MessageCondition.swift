import ExactJSON
import Readings
import StrictYAML

/// A condition over a message: `has path`, `path is word`, `path above 3`, `path below 3`, each with `not` in front.
/// Of a path that is not there none holds but `not …`.
struct MessageCondition: Sendable {
    private enum Test: Sendable {
        case isThere
        case says(String)
        case above(ExactDecimal)
        case below(ExactDecimal)
    }

    let text: String
    let path: MessagePath
    private let test: Test
    private let isNegated: Bool

    init(_ node: YAMLNode) throws(YAMLProblem) {
        text = try node.text()
        var rest = text[...]
        isNegated = rest.hasPrefix("not ")
        if isNegated { rest = rest.dropFirst(4) }
        let written: Substring
        if rest.hasPrefix("has ") {
            (written, test) = (rest.dropFirst(4), .isThere)
        } else if let (path, word) = MessageCondition.cut(rest, at: " is ") {
            (written, test) = (path, .says(String(word)))
        } else if let (path, word) = MessageCondition.cut(rest, at: " above ") {
            (written, test) = (path, .above(try MessageCondition.limit(word, node)))
        } else if let (path, word) = MessageCondition.cut(rest, at: " below ") {
            (written, test) = (path, .below(try MessageCondition.limit(word, node)))
        } else {
            throw node.problem("write 'has path', 'path is word', 'path above 3' or 'path below 3', with 'not' in front or without")
        }
        guard let path = MessagePath(String(written)) else { throw node.problem(MessagePath.mistake(written)) }
        self.path = path
    }

    private static func limit(_ word: Substring, _ node: YAMLNode) throws(YAMLProblem) -> ExactDecimal {
        guard let limit = ExactDecimal(String(word)) else { throw node.problem("'\(word)' is no decimal number") }
        return limit
    }

    /// Cuts at the first of these words that stands outside of brackets.
    private static func cut(_ text: Substring, at words: String) -> (Substring, Substring)? {
        var isInside = false
        for index in text.indices {
            if text[index] == "[" { isInside = true }
            if text[index] == "]" { isInside = false }
            guard !isInside, text[index...].hasPrefix(words) else { continue }
            return (text[..<index], text[index...].dropFirst(words.count))
        }
        return nil
    }

    func holds(in scope: MessageScope) throws(DecodeFailure) -> Bool {
        let value = try scope.find(path)
        let isSo: Bool
        switch test {
        case .isThere: isSo = value != nil
        case .says(let word): isSo = value.map { MessageWord.says($0, word) } ?? false
        case .above(let limit): isSo = value.flatMap { MessageNumber.read($0) }.map { $0.compared(to: limit) > 0 } ?? false
        case .below(let limit): isSo = value.flatMap { MessageNumber.read($0) }.map { $0.compared(to: limit) < 0 } ?? false
        }
        return isSo != isNegated
    }
}

extension MessagePath {
    static func mistake(_ text: some StringProtocol) -> String {
        "'\(text)' is no path; write 'a.b', 'list[0].a', 'list[type is 9].a', '.', '@key', '../a', '/a' or '{topic-level}'"
    }
}
