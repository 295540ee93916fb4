/// One value in a YAML file: it knows its place, and a scalar keeps the characters written.
///
/// YAML would make a number of `01`, a date of `2020-04-13T16:38:10` and a truth of `yes`. Here the caller
/// says which type it wants, and text that is not written as that type is refused with a sentence.
package struct YAMLNode: Sendable {
    package enum Kind: Sendable {
        case scalar, list, map
        /// Nothing after the colon or the dash, or YAML's words for nothing: `~` and `null`, unquoted.
        case empty
    }

    enum Content: Sendable {
        case scalar(String, isQuoted: Bool)
        case list([YAMLNode])
        case map([(key: YAMLNode, value: YAMLNode)])
        case empty
    }

    /// The name given at loading, for problems.
    package let file: String
    /// From 1.
    package let line: Int
    /// From 1, in Unicode scalars.
    package let column: Int
    let content: Content

    package var kind: Kind {
        switch content {
        case .scalar: .scalar
        case .list: .list
        case .map: .map
        case .empty: .empty
        }
    }

    /// Tells `"1810"` from `1810`; block texts (`|`, `>`) count as quoted, for they too can only be text.
    package var isQuoted: Bool {
        if case .scalar(_, isQuoted: true) = content { true } else { false }
    }

    /// A problem that stands at this node.
    package func problem(_ message: String) -> YAMLProblem {
        YAMLProblem(file: file, line: line, column: column, message: message)
    }
}

extension YAMLNode {
    /// The scalar exactly as written, quoted or not: `01`, `1e3`, `no`, `FF`.
    package func text() throws(YAMLProblem) -> String {
        guard case .scalar(let text, _) = content else { throw mismatch("write a single text") }
        return text
    }

    /// A whole number, `120` or `0x1F`, not quoted.
    package func int() throws(YAMLProblem) -> Int {
        guard case .scalar(let text, isQuoted: false) = content else {
            throw mismatch(isQuoted ? "write a whole number without quotes" : "write a whole number")
        }
        let (sign, magnitude) = text.hasPrefix("-") ? ("-", text.dropFirst()) : ("", text[...])
        let isHex = magnitude.hasPrefix("0x")
        let digits = isHex ? magnitude.dropFirst(2) : magnitude
        guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && (isHex ? $0.isHexDigit : $0.isNumber) }) else {
            throw mismatch("write a whole number")
        }
        // 010 is eight to one YAML reader and ten to another.
        guard isHex || digits == "0" || !digits.hasPrefix("0") else {
            throw mismatch("write the number without leading zeros, or 0x before hexadecimal digits")
        }
        guard let number = Int(sign + digits, radix: isHex ? 16 : 10) else {
            throw mismatch("write a number that fits in 64 bits")
        }
        return number
    }

    /// `true` or `false`, not quoted, and none of YAML's other words for them.
    package func bool() throws(YAMLProblem) -> Bool {
        switch content {
        case .scalar("true", isQuoted: false): return true
        case .scalar("false", isQuoted: false): return false
        case .scalar("true", isQuoted: true), .scalar("false", isQuoted: true):
            throw mismatch("write true or false without quotes")
        default: throw mismatch("write true or false")
        }
    }

    package func list() throws(YAMLProblem) -> [YAMLNode] {
        guard case .list(let elements) = content else { throw mismatch("write a list, [a, b] or one '- ' a line") }
        return elements
    }

    /// For keys where one is usual and several are possible: a list as it is, anything else as a list of one.
    package func listOrSingle() throws(YAMLProblem) -> [YAMLNode] {
        switch content {
        case .list(let elements): return elements
        case .scalar, .map: return [self]
        case .empty: throw mismatch("write a value or a list")
        }
    }

    package func map() throws(YAMLProblem) -> YAMLMap {
        guard case .map(let entries) = content else { throw mismatch("write a map of 'key: value'") }
        return YAMLMap(node: self, entries: entries)
    }

    /// A map without this key; anything else as it is.
    package func without(_ key: String) -> YAMLNode {
        guard case .map(let entries) = content else { return self }
        return YAMLNode(file: file, line: line, column: column, content: .map(entries.filter { $0.key.name != key }))
    }

    /// Says what stands here and what to write instead.
    private func mismatch(_ advice: String) -> YAMLProblem {
        let found =
            switch content {
            case .scalar(let text, isQuoted: true): "the quoted text \"\(YAMLNode.shortened(text))\""
            case .scalar(let text, isQuoted: false): "'\(YAMLNode.shortened(text))'"
            case .list: "a list"
            case .map: "a map"
            case .empty: "nothing"
            }
        return problem("found \(found); \(advice)")
    }

    /// A problem is one line, whatever was written.
    private static func shortened(_ text: String) -> String {
        let line = text.prefix { !$0.isNewline }
        let longest = 40
        return line.count <= longest && line.endIndex == text.endIndex ? text : line.prefix(longest) + "…"
    }
}
