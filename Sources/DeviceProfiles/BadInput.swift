/// Why an input could not even be offered to a profile. Closed: every case is counted under its code.
package struct BadInput: Error, Sendable, Hashable {
    package enum Code: String, Sendable, CaseIterable {
        case notJSON = "not-json"
        case wrongShape = "wrong-shape"
        case unknownKey = "unknown-key"
        case refusedKey = "refused-key"
        case badHex = "bad-hex"
        case badUUID = "bad-uuid"
        case badAddress = "bad-address"
        case badTime = "bad-time"
        case badZone = "bad-zone"
        case badKey = "bad-key"
        case unknownProfile = "unknown-profile"
        case tooLarge = "too-large"
        case unknownTopic = "unknown-topic"
        case ambiguousTopic = "ambiguous-topic"
    }

    package var code: Code
    /// For a human: which key, what was found, what to write.
    package var detail: String

    package init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }
}
