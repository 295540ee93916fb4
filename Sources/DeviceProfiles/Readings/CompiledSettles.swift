import StrictYAML

/// When a reading that is sent again and again is final.
enum CompiledSettles: Sendable {
    case equal(WireNumber, name: String, frames: Int)
    /// The index of the frame that ends it, and its name.
    case on(frame: Int, name: String)
    case silence(Int64)

    init(_ settles: ReadingDefinition.Settles, in scope: Scope, among frames: [CompiledFrame]) throws(YAMLProblem) {
        switch settles {
        case .equal(let number, let name, let count):
            self = .equal(try WireNumber(number, in: scope), name: name, frames: count)
        case .on(let stop):
            guard let frame = frames.firstIndex(where: { $0.name == stop.text }) else {
                let names = frames.map(\.name)
                throw stop.node.problem(
                    "no frame is called '\(stop.text)'" + (Spelling.nearest(stop.text, among: names).map { "; did you mean '\($0)'?" } ?? ""))
            }
            self = .on(frame: frame, name: stop.text)
        case .silence(let time): self = .silence(time)
        }
    }

    var isEqual: Bool { if case .equal = self { true } else { false } }
}
