import Yams

extension YAMLProblem {
    /// What Yams had to say about the text, in one line.
    init(_ error: YamlError, text: String, file: String) {
        switch error {
        case .scanner(let context, let problem, let mark, _),
            .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let message = [context?.text, problem].compactMap(\.self).joined(separator: ", ")
            self.init(file: file, line: mark.line, column: mark.column, message: message)
        case .reader(let problem, let offset, _, _):
            let before = text.prefix(offset ?? 0)
            let line = before.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            self.init(file: file, line: line.count, column: (line.last?.count ?? 0) + 1, message: problem)
        case .duplicatedKeysInMapping(let keys, let context):
            self.init(twice: keys.first ?? "", first: context.mark, text: text, file: file)
        default:
            self.init(file: file, line: 1, column: 1, message: "\(error)")
        }
    }

    static func twice(_ key: String, first line: Int) -> String {
        "the key '\(key)' stands twice; the first is on line \(line)"
    }

    /// Yams says only where the key stands first. In block style the second is on the next line where the same
    /// word begins in the same column; in a flow map `{a: 1, a: 2}` we have to leave it at the first.
    private init(twice key: String, first: Mark, text: String, file: String) {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        let second = lines.indices.dropFirst(first.line).first { index in
            let line = lines[index].unicodeScalars
            let indent = line.prefix { $0 == " " }
            guard indent.count == first.column - 1 else { return false }
            let word = Substring(line[indent.endIndex...])
            return ["", "\"", "'"].contains { quote in
                let written = quote + key + quote
                return word.hasPrefix(written) && word.dropFirst(written.count).first { $0 != " " } == ":"
            }
        }
        self.init(
            file: file, line: second.map { $0 + 1 } ?? first.line, column: first.column,
            message: YAMLProblem.twice(key, first: first.line))
    }
}
