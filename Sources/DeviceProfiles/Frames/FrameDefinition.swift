import StrictYAML

/// A name for one characteristic, and how frames come out of what it sends.
struct CharacteristicDefinition: Sendable {
    var name: String
    var service: BluetoothUUID
    var uuid: BluetoothUUID
    /// nil where every value is one frame.
    var framing: Framing?
}

struct FrameDefinition: Sendable {
    var name: String
    var source: FrameSource
    var isBigEndian = false
    /// Length, beginning, and bytes further in.
    var shape = ByteShape()
    /// Whether its length tells it from another frame of the same place; else a wrong one is a refusal of its own.
    var isToldByLength = false
    var checksum: Checksum?
    var ignoresTail = false
    var fields: [FieldDefinition] = []
    var repetition: Repetition?
    var node: YAMLNode

    /// Fields that come again and again, at the frame's end.
    struct Repetition: Sendable {
        enum Count: Sendable {
            case untilEnd
            /// `field` or `field.bits`
            case field(String, node: YAMLNode)
        }

        var count: Count
        var most: Int
        /// Holds where at least one comes; otherwise none does.
        var when: ConditionText?
        /// Where the first one begins, if not behind the last field.
        var at: Int?
        var fields: [FieldDefinition]
        var node: YAMLNode
    }
}

struct FieldDefinition: Sendable {
    var name: String
    var type: FieldType
    /// Whether its bytes stand in the frame's order, turned round by `-be` or `-le`.
    var isBigEndian = false
    /// Its width where the type does not tell it.
    var extent: Extent = .type
    /// Where it begins if not behind the field before it; below zero counts from the end.
    var at: Int?
    /// All must hold.
    var when: [ConditionText] = []
    /// Values that stand for "not known".
    var unknown: [ClosedRange<Int64>] = []
    var bits: [Bits] = []
    var codes: [String: [Int: String]] = [:]
    /// A text's words as they are sent; each means the code of the same index.
    var words: [(letters: String, code: Int)] = []
    /// Bits that the layout keeps for later.
    var reserved: ClosedRange<Int>?
    /// Seconds from 1970 to the epoch, and how many ticks are a second.
    var epoch: (seconds: Int64, ticks: Int64)?
    /// Bytes passed over; such a field has no name.
    var skip: Int?
    var node: YAMLNode

    struct Bits: Sendable {
        var name: String
        var range: ClosedRange<Int>
    }

    enum Extent: Sendable {
        case type
        case size(Int)
        /// Up to this byte, which is passed over too.
        case until(UInt8)
        case toEnd
    }
}

/// A condition as it is written: `flags.stable`, `not flags.removed`, `sample.type is control-solution`.
struct ConditionText: Sendable {
    var text: String
    var node: YAMLNode
}
