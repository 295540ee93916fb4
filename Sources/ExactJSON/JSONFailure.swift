/// Why some bytes are not the JSON we take, and where.
package struct JSONFailure: Error, Hashable, CustomStringConvertible {
    package enum Reason: Hashable, Sendable {
        /// Breaks RFC 8259; the text says how, for a human.
        case notJSON(String)
        /// The RFC lets a reader choose between the two values. We do not choose between two vital signs.
        case duplicateKey(String)
        /// Arrays and objects inside each other, more of them than the limit.
        case tooDeep(limit: Int)
        /// A whole value, and then something else.
        case trailing
    }

    package let reason: Reason
    /// How many bytes stand before the one at fault.
    package let offset: Int

    package init(_ reason: Reason, offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    /// One line that is safe to log whatever the sender wrote.
    package var description: String {
        "byte \(offset): \(sentence)"
    }

    private var sentence: String {
        switch reason {
        case .notJSON(let what): what
        case .duplicateKey(let key): "the key \(JSON.string(shortened(key)).text) stands twice in one object"
        case .tooDeep(let limit): "arrays and objects nested more than \(limit) deep"
        case .trailing: "something follows after the end of the value"
        }
    }

    private func shortened(_ key: String) -> String {
        let longest = 40
        let scalars = key.unicodeScalars.prefix(longest + 1)
        return scalars.count <= longest ? key : String(scalars.prefix(longest)) + "…"
    }
}
