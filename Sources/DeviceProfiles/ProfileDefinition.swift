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
    /// Any of these claims a device.
    var matches: [MatchRule] = []
    /// The words under which frames name characteristics.
    var characteristics: [CharacteristicDefinition] = []
    var frames: [FrameDefinition] = []
    var readings: [ReadingDefinition] = []
    /// Whether it reads nothing otherwise than the profile it extends: it only names devices.
    var readsAsItsBase = false
    /// The protocol that unwraps frames, and what it is told.
    var driver: (name: YAMLNode, settings: YAMLMap?)?
    /// What an MQTT bridge hands on; such a profile has no frames of its own.
    var relay: Relay?
    /// What to say to a connected device; read when the profile is compiled, for it names frames.
    var conversation: YAMLNode?
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
    /// The model of which this is a regional name: listed, not counted.
    package var variantOf: String?
    /// Regional names, and models whose protocol is only assumed, are listed and not counted.
    package var isCounted: Bool { variantOf == nil && evidence != .assumed }
    package var evidence: Evidence
}
