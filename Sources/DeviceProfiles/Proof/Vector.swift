import Readings
import StrictYAML

/// Proof of a profile, in its own file: bytes with an origin, and what they mean.
struct Vector: Sendable {
    enum Origin: String, CaseIterable, Sendable {
        /// Taken off a device.
        case captured
        /// Found in somebody's tests or documents.
        case published
        /// Made by us from the specification.
        case computed
    }

    /// What it must become.
    enum Expectation: Sendable {
        case reads([ExpectedReading])
        case none(because: String)
        case fails(String)
    }

    var name: String
    var origin: Origin
    var observation: Observation
    /// A bind key, where a driver needs it.
    var key: [UInt8]?
    /// Whether its items came one after the other and hang together.
    var isSequence = false
    var expectation: Expectation
    /// A conversation; what its device sent is the observation.
    var talk: VectorTalk?
    var node: YAMLNode
}

struct ExpectedReading: Sendable, Hashable {
    var kind: Kind
    var values: [String: String] = [:]
    /// Civil time as text, with a `Z` behind that of UTC; `arrival`, or `arrival - 90 s`.
    var measuredAt: String
    var user: Int?
    var number: Int?
    var qualifier: String?
    var marks: [String] = []

    init(
        kind: Kind, values: [String: String], measuredAt: String, user: Int?, number: Int?, qualifier: String?,
        marks: [String]
    ) {
        self.kind = kind
        self.values = values
        self.measuredAt = measuredAt
        self.user = user
        self.number = number
        self.qualifier = qualifier
        self.marks = marks
    }

    init(_ reading: Reading) {
        self.init(
            kind: reading.kind,
            values: Dictionary(reading.values.map { ($0.name, $0.reported.text) }, uniquingKeysWith: { first, _ in first }),
            measuredAt: ExpectedReading.time(of: reading), user: reading.user, number: reading.number,
            qualifier: reading.qualifier, marks: reading.marks)
    }

    private static func time(of reading: Reading) -> String {
        if let ago = reading.secondsAgo { return "arrival - \(ago) s" }
        guard let time = reading.deviceTime else { return "arrival" }
        return time.text + (reading.isUTC ? "Z" : "")
    }
}
