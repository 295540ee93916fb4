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
    var characteristics: [CharacteristicDefinition] = []
    var frames: [FrameDefinition] = []
    var readings: [ReadingDefinition] = []
    /// What an MQTT bridge hands on; such a profile has no frames of its own.
    var relay: Relay?
    var vectors: [Vector] = []
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
