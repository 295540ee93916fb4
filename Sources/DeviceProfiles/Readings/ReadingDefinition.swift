import Readings
import StrictYAML

/// What a profile makes of its fields, as it is written.
struct ReadingDefinition: Sendable {
    /// As written: a kind, and behind a slash the name of a further one of the same kind. What a changing profile replaces.
    var name: String
    var kind: Kind
    /// The frames that it is read from; empty: every frame that has all of its fields.
    var from: [Reference] = []
    var requires: [Reference] = []
    var waitsFor: [ConditionText] = []
    var ignores: [ConditionText] = []
    var values: [Value] = []
    var time: Time?
    var user: Choice?
    var number: Choice?
    var qualifier: Word?
    var marks: [Reference] = []
    var joins: [Join] = []
    var settles: Settles?
    var stream: Stream?
    var node: YAMLNode

    /// A field, or named bits of it: `weight`, `flags.user`; behind the name of a join, of another frame: `context.meal`.
    struct Reference: Sendable {
        var text: String
        var node: YAMLNode
    }

    struct Value: Sendable {
        var name: String
        var number: Number
        /// The first whose conditions hold.
        var units: [UnitChoice]
        /// All must hold, or the value is left out.
        var when: [ConditionText] = []
        var above: ExactDecimal?
        var below: ExactDecimal?
        var node: YAMLNode
    }

    struct UnitChoice: Sendable {
        var when: [ConditionText]
        var unit: Unit
        var scale: Scale
    }

    /// What a number is multiplied by: `each`, or `each / over` where no decimal is that fraction.
    struct Scale: Sendable {
        var each: ExactDecimal
        var over: Int64 = 1
        /// Decimals of what comes of a fraction, rounded half to even.
        var places = 0
    }

    /// A number on the wire.
    struct Number: Sendable {
        enum Form: Sendable {
            case field(Reference)
            /// Bits in one row, most significant first.
            case joined([Reference])
            case sum([(field: Reference, each: ExactDecimal)])
            /// The first of them that is there.
            case first([Reference])
        }

        var form: Form
        var plus = 0
        var node: YAMLNode

        var references: [Reference] {
            switch form {
            case .field(let field): [field]
            case .joined(let fields), .first(let fields): fields
            case .sum(let terms): terms.map(\.field)
            }
        }
    }

    enum Choice: Sendable {
        case fixed(Int)
        case number(Number)
    }

    enum Word: Sendable {
        case fixed(String)
        /// The first of them that is there.
        case first([Reference])
    }

    struct Time: Sendable {
        enum Form: Sendable {
            /// The first of them that is there.
            case first([Reference])
            /// So many units before the arrival.
            case ago(Number, secondsEach: Int)
            /// Year, month, day, hour, minute and, if there is one, second.
            case parts([Number])
        }

        var form: Form
        var plusMinutes: Offset?
        var plusSeconds: Offset?
        var isUTC = false
        var node: YAMLNode
    }

    /// What is added to a device's time.
    enum Offset: Sendable {
        case number(Number)
        case fixed(Int)
    }

    /// What another frame adds.
    struct Join: Sendable {
        var frame: Reference
        /// Fields that both frames have and that are equal in both.
        var by: [Reference] = []
        var when: [ConditionText] = []
        /// Milliseconds that the one waits for the other.
        var within: Int64 = 10_000
        var isRequired = false
        /// Whether it is the newest that came before, for which nothing waits.
        var isLatest = false
    }

    enum Settles: Sendable {
        /// The `frames`th frame in a row in which it is equal.
        case equal(Number, name: String, frames: Int)
        /// The last one before this frame.
        case on(Reference)
        /// The last one before so many milliseconds without another.
        case silence(Int64)
    }

    /// A continuous signal.
    struct Stream: Sendable {
        /// Samples in `per` milliseconds.
        var samples: Int
        var per: Int64
        /// Whether a settled value counts as a measurement of its own.
        var hasSpot: Bool
    }
}
