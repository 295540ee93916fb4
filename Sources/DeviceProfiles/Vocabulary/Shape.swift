/// What a value in a profile file may look like. Readers refuse more than a shape can say; what a shape refuses, they refuse.
package indirect enum Shape: Sendable {
    /// A single text; with a regular expression, one that is written so.
    case text(String? = nil)
    /// Text that must stand in quotes, or YAML could take it for a number.
    case quoted(String)
    case whole(ClosedRange<Int>)
    case truth
    case words([String])
    case list(Shape, atLeast: Int = 0)
    case map(ShapeMap)
    /// Keys are names of the author's choice.
    case names(Shape)
    /// Keys are written as one of these regular expressions says, and under each stands its shape.
    case keyed([(pattern: String, shape: Shape)])
    /// The first of these keys that is there says which map it is.
    case chosen([(key: String, map: ShapeMap)], otherwise: ShapeMap?)
    /// The word under this key says which map it is.
    case told(by: String, [(word: String, map: ShapeMap)])
    case either([Shape])
    /// All of them.
    case both([Shape])
    /// One of `Vocabulary.definitions`, by its name.
    case named(String)
    /// What somebody else reads.
    case anything

    /// One, or a list of them.
    static func several(_ shape: Shape) -> Shape { .either([shape, .list(shape)]) }
}

/// The keys of a map.
package struct ShapeMap: Sendable {
    package struct Key: Sendable {
        package var name: String
        package var shape: Shape
        package var isRequired: Bool
    }

    package var keys: [Key]
    /// At least one of these must be there, where there are any.
    package var oneOf: [String] = []
    /// What stands under a key of another name; nil where no other is taken.
    package var others: Shape?
    /// Whether it only narrows what another shape says of the same map.
    package var isPartial = false

    init(_ keys: [Key], oneOf: [String] = [], others: Shape? = nil, isPartial: Bool = false) {
        (self.keys, self.oneOf, self.others, self.isPartial) = (keys, oneOf, others, isPartial)
    }
}

/// A key that may be left out.
func may(_ name: String, _ shape: Shape) -> ShapeMap.Key { ShapeMap.Key(name: name, shape: shape, isRequired: false) }

/// A key that must be there.
func must(_ name: String, _ shape: Shape) -> ShapeMap.Key { ShapeMap.Key(name: name, shape: shape, isRequired: true) }
