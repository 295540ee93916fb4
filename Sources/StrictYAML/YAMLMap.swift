/// The keys and values of a map in the order written; no key stands twice.
package struct YAMLMap: Sendable {
    /// The map itself, for its place.
    package let node: YAMLNode
    let entries: [(key: YAMLNode, value: YAMLNode)]

    /// The names, and for each the node of the key, which knows its line.
    package var keys: [(name: String, node: YAMLNode)] {
        entries.map { ($0.key.name, $0.key) }
    }

    /// The names, and for each the node of its value: for maps whose keys are names rather than known words.
    package var members: [(name: String, node: YAMLNode)] {
        entries.map { ($0.key.name, $0.value) }
    }

    package func optional(_ key: String) -> YAMLNode? {
        entries.first { $0.key.name == key }?.value
    }

    package func required(_ key: String) throws(YAMLProblem) -> YAMLNode {
        guard let value = optional(key) else { throw problem("the key '\(key)' is missing") }
        return value
    }

    /// Refuses a key that nobody would read: a limit under a misspelt name is a limit that is not there.
    package func only(_ known: [String]) throws(YAMLProblem) {
        for (name, node) in keys where !known.contains(name) {
            let advice =
                if let meant = Spelling.nearest(name, among: known) {
                    "did you mean '\(meant)'?"
                } else {
                    "known here: \(known.joined(separator: ", "))"
                }
            throw node.problem("unknown key '\(name)'; \(advice)")
        }
    }

    /// A problem that stands where the map begins.
    package func problem(_ message: String) -> YAMLProblem { node.problem(message) }
}

extension YAMLNode {
    /// What a key says; the loader lets only scalars be keys.
    var name: String {
        if case .scalar(let text, _) = content { text } else { "" }
    }
}
