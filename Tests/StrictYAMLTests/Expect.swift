import StrictYAML

/// The problem this work ends with, as one line; nil if it ends well.
func problem(_ work: () throws -> Void) -> String? {
    do {
        try work()
        return nil
    } catch {
        return "\(error)"
    }
}

func load(_ text: String) throws(YAMLProblem) -> YAMLNode { try YAMLNode.load(text, file: "f.yaml") }

/// The value of the one key, `v`, of a document.
func value(_ text: String) throws(YAMLProblem) -> YAMLNode { try load("v: " + text).map().required("v") }

extension YAMLNode {
    var place: String { "\(line):\(column)" }
}
