import Readings

/// What one frame became. "Still moving" and "not a person" are outcomes, not errors.
package enum DecodeOutcome: Sendable, Hashable {
    case readings([Reading])
    /// Not final yet: the load still moves, the load was removed.
    case waiting(for: String)
    /// Well-formed and not a measurement of a person.
    case ignored(because: String)
    /// A value that the reading cannot do without is absent, or the device sent its word for "error" instead.
    case incomplete(missing: String, isError: Bool)
    case rejected(DecodeFailure)
    /// The profile reads nothing in it.
    case nothingToDecode

    package var readings: [Reading] { if case .readings(let readings) = self { readings } else { [] } }

    /// The closed word for this outcome in the decode contract.
    package var name: String {
        switch self {
        case .readings: "reading"
        case .waiting: "waiting"
        case .ignored, .nothingToDecode: "ignored"
        case .incomplete: "incomplete"
        case .rejected: "rejected"
        }
    }

    /// A closed code for the reason; nil for readings.
    package var code: String? {
        switch self {
        case .readings: nil
        case .waiting: "not-final"
        case .ignored: "not-a-measurement"
        case .nothingToDecode: "nothing-to-decode"
        case .incomplete(_, let isError): isError ? "error-value" : "missing-value"
        case .rejected(let failure): failure.code
        }
    }

    /// The reason for a human.
    package var detail: String? {
        switch self {
        case .readings: nil
        case .waiting(let condition): "waiting for \(condition)"
        case .ignored(let condition): "ignored for \(condition)"
        case .nothingToDecode: "the profile reads nothing in this"
        case .incomplete(let field, _): "missing \(field)"
        case .rejected(let failure): failure.detail
        }
    }
}

/// Why bytes could not be a reading. Closed on purpose: every case is counted under its own code.
package enum DecodeFailure: Error, Sendable, Hashable {
    case tooShort(field: String)
    case tooLong(is: Int, expected: Int)
    case wrongLength(is: Int, expected: Int)
    case lengthOutside(is: Int, expected: ClosedRange<Int>)
    case badChecksum(frame: String)
    /// A bit that the layout keeps for later is set: this is another layout.
    case reservedBits(field: String)
    /// A date that no calendar has, a number beyond all use.
    case badValue(field: String)
    case unknownFrame(String)
    /// A message has something else where the value should stand: its path, and what was wanted there. Never what was found:
    /// it may be about a person.
    case wrongShape(String, wanted: String)
    /// Encrypted, and the device was enrolled without a key.
    case noKey
    /// Encrypted with another key, or changed on the way.
    case wrongKey
    /// A driver cannot make sense of it: in its words.
    case notUnderstood(String)

    package var code: String {
        switch self {
        case .tooShort: "too-short"
        case .tooLong: "too-long"
        case .wrongLength, .lengthOutside: "wrong-length"
        case .badChecksum: "bad-checksum"
        case .reservedBits: "reserved-bits"
        case .badValue: "bad-value"
        case .unknownFrame: "unknown-frame"
        case .wrongShape: "wrong-shape"
        case .noKey: "no-key"
        case .wrongKey: "wrong-key"
        case .notUnderstood: "not-understood"
        }
    }

    package var detail: String {
        switch self {
        case .tooShort(let field): "too short at \(field)"
        case .tooLong(let length, let expected): "length \(length), but the layout ends at \(expected)"
        case .wrongLength(let length, let expected): "length \(length) is not \(expected)"
        case .lengthOutside(let length, let expected): "length \(length) is not \(expected.lowerBound)..\(expected.upperBound)"
        case .badChecksum(let frame): "checksum of \(frame)"
        case .reservedBits(let field): "reserved bits set in \(field)"
        case .badValue(let field): "no such value in \(field)"
        case .unknownFrame(let start): "no frame begins with \(start)"
        case .wrongShape(let path, let wanted): "\(path): wanted \(wanted)"
        case .noKey: "encrypted, and no key is known: enrol the device with its bind key"
        case .wrongKey: "the key does not fit: encrypted with another, or damaged on the way"
        case .notUnderstood(let reason): reason
        }
    }
}
