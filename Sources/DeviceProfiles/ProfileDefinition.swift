import Readings
import StrictYAML

/// A profile as it is written: checked word by word, not yet compiled. One value per file.
struct ProfileDefinition: Sendable {
    var name: String
    var title: String
    /// Where the profile begins; problems of the whole are told there.
    var origin: YAMLNode
    var extends: (name: String, node: YAMLNode)?
    var models: [Model] = []
    var source: String
    var match = MatchRule()
    /// The words under which frames name characteristics.
    var characteristics: [(name: String, uuid: BluetoothUUID)] = []
    var frames: [FrameDefinition] = []
    var readings: [ReadingDefinition] = []
    /// What an MQTT bridge hands on; such a profile has no frames of its own.
    var relay: Relay?
    var vectors: [Vector] = []
    /// Of a profile with `relays`.
    var messageVectors: [MessageVector] = []
}

/// A model that a profile reads, and how sure we are.
package struct Model: Sendable, Hashable {
    package enum Evidence: String, Sendable, CaseIterable {
        /// Bytes taken from this model.
        case captured
        /// Bytes that somebody published of it.
        case published
        /// Its maker's documents.
        case documented
        /// Said to speak the same protocol; no bytes seen.
        case assumed
    }

    package var name: String
    package var id: String?
    package var evidence: Evidence
}

/// When a profile claims a device. Every line that is given must hold.
struct MatchRule: Sendable {
    var services: [BluetoothUUID] = []
    var serviceData: BluetoothUUID?
    var company: UInt16?
    var names: Names?
    /// Yields to any vendor profile that also matches.
    var isStandard = false

    struct Names: Sendable {
        var prefixes: [String] = []
        var exact: [String] = []
        /// Listed for people; no condition.
        var isOptional = false

        func contains(_ name: String) -> Bool {
            exact.contains(name) || prefixes.contains { name.hasPrefix($0) }
        }
    }
}

struct FrameDefinition: Sendable {
    var name: String
    var source: FrameSource
    var isBigEndian = false
    var length: Int?
    var startsWith: [UInt8] = []
    var checksum: Checksum?
    var fields: [FieldDefinition] = []
    var node: YAMLNode

    enum Checksum: String, CaseIterable, Sendable {
        /// The last byte is the sum of all others, modulo 256.
        case sum8

        func holds(for bytes: RawSpan) -> Bool {
            guard bytes.byteCount > 1 else { return false }
            var sum: UInt8 = 0
            for index in 0..<bytes.byteCount - 1 { sum &+= bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self) }
            return sum == bytes.unsafeLoad(fromByteOffset: bytes.byteCount - 1, as: UInt8.self)
        }
    }
}

struct FieldDefinition: Sendable {
    var name: String
    var type: FieldType
    /// The field's own byte order where it differs from its frame's.
    var isReversed = false
    var when: ConditionText?
    /// Values that stand for "not known".
    var unknown: [ClosedRange<UInt32>] = []
    var bits: [Bits] = []
    var codes: [String: [Int: String]] = [:]
    /// Bits that the layout keeps for later.
    var reserved: ClosedRange<Int>?
    /// Bytes passed over; such a field has no name.
    var skip: Int?
    var node: YAMLNode

    struct Bits: Sendable {
        var name: String
        var range: ClosedRange<Int>
    }
}

/// A condition as it is written: `flags.stable`, `not flags.removed`, `sample.type is control-solution`.
struct ConditionText: Sendable {
    var text: String
    var node: YAMLNode
}

struct ReadingDefinition: Sendable {
    var kind: Kind
    var requires: [(field: String, node: YAMLNode)] = []
    var waitsFor: [ConditionText] = []
    var ignores: [ConditionText] = []
    var values: [Value] = []
    var measuredAt: (field: String, node: YAMLNode)?
    var plusMinutes: (field: String, node: YAMLNode)?
    var user: (field: String, node: YAMLNode)?
    var number: (field: String, node: YAMLNode)?
    var qualifier: (field: String, node: YAMLNode)?
    var marks: (field: String, node: YAMLNode)?
    var node: YAMLNode

    struct Value: Sendable {
        var name: String
        var field: String
        /// The first whose condition holds.
        var units: [UnitChoice]
        var node: YAMLNode
    }

    struct UnitChoice: Sendable {
        var when: ConditionText?
        var unit: Unit
        var each: ExactDecimal
    }
}
