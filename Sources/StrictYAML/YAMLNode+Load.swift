import Yams

extension YAMLNode {
    /// Reads a file that holds one YAML document.
    ///
    /// Refused is what the file's author hardly meant or the next reader would not see: a second document, a
    /// key that stands twice, anchors and aliases, tags, and an empty file.
    /// - Parameter file: only a name, for the problems.
    package static func load(_ text: String, file: String) throws(YAMLProblem) -> YAMLNode {
        do {
            // utf8, for with the default Yams asks the environment, and may print. basic, for with the default every key is held
            // against the patterns of numbers, dates and truths, which takes longer than all the rest.
            let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
            // A node refers weakly to its anchor; the parser holds it.
            return try withExtendedLifetime(parser) {
                let root = try parser.singleRoot().map { try YAMLTree(file: file).node($0) }
                guard let root, root.kind != .empty else {
                    throw YAMLProblem(file: file, line: 1, column: 1, message: "the file is empty")
                }
                return root
            }
        } catch let problem as YAMLProblem {
            throw problem
        } catch let error as YamlError {
            throw YAMLProblem(error, text: text, file: file)
        } catch {
            throw YAMLProblem(file: file, line: 1, column: 1, message: "\(error)")
        }
    }
}

/// Makes our nodes of those of Yams.
private struct YAMLTree {
    let file: String

    func node(_ node: Yams.Node) throws(YAMLProblem) -> YAMLNode {
        try refuseAnchor(node)
        switch node {
        case .scalar(let scalar):
            return try self.scalar(scalar)
        case .sequence(let sequence):
            try refuseTag(sequence.tag, sequence.mark)
            var elements: [YAMLNode] = []
            for element in sequence { elements.append(try self.node(element)) }
            return place(.list(elements), sequence.mark)
        case .mapping(let mapping):
            try refuseTag(mapping.tag, mapping.mark)
            return place(.map(try entries(mapping)), mapping.mark)
        case .alias(let alias):
            throw problem("aliases are not taken; write the value out", alias.mark)
        }
    }

    private func scalar(_ scalar: Yams.Node.Scalar) throws(YAMLProblem) -> YAMLNode {
        let isQuoted = scalar.style != .plain
        try refuseTag(scalar.tag, scalar.mark, unless: isQuoted ? .str : .implicit)
        let isNothing = !isQuoted && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
        return place(isNothing ? .empty : .scalar(scalar.string, isQuoted: isQuoted), scalar.mark)
    }

    private func entries(_ mapping: Yams.Node.Mapping) throws(YAMLProblem) -> [(key: YAMLNode, value: YAMLNode)] {
        var entries: [(key: YAMLNode, value: YAMLNode)] = []
        var lines: [String: Int] = [:]
        for (key, value) in mapping {
            try refuseAnchor(key)
            guard case .scalar(let name) = key, !name.string.isEmpty else {
                throw problem("a key must be a text", key.mark)
            }
            let keyNode = place(.scalar(name.string, isQuoted: name.style != .plain), name.mark)
            // Yams has refused equal keys, but takes 1 and "1" for different ones.
            if let first = lines.updateValue(keyNode.line, forKey: name.string) {
                throw keyNode.problem(YAMLProblem.twice(name.string, first: first))
            }
            entries.append((keyNode, try node(value)))
        }
        return entries
    }

    /// Without anchors there are no aliases either, and no aliases of aliases that fill the memory.
    private func refuseAnchor(_ node: Yams.Node) throws(YAMLProblem) {
        if node.anchor != nil {
            throw problem("anchors (&) and aliases (*) are not taken; write the value out where it is needed", node.mark)
        }
    }

    /// A tag written by hand; `unwritten` is what Yams gives to a value without one.
    private func refuseTag(_ tag: Tag, _ mark: Mark?, unless unwritten: Tag.Name = .implicit) throws(YAMLProblem) {
        if tag.description != unwritten.rawValue { throw problem("tags (!) are not taken; write the value without", mark) }
    }

    private func problem(_ message: String, _ mark: Mark?) -> YAMLProblem {
        place(.empty, mark).problem(message)
    }

    private func place(_ content: YAMLNode.Content, _ mark: Mark?) -> YAMLNode {
        YAMLNode(file: file, line: mark?.line ?? 1, column: mark?.column ?? 1, content: content)
    }
}
