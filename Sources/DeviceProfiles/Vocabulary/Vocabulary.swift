import Readings

/// The words of the profile language, as shapes: from these comes the schema for editors. Lists of words are those of the
/// code; that keys are those of the readers is a law of the tests, which offers every reader a key too many and reads
/// which it knows.
package struct Vocabulary: Sendable {
    /// A whole profile.
    package let profile: Shape
    /// What `.named` stands for.
    package let definitions: [(name: String, shape: Shape)]

    /// - Parameter drivers: the names that `driver` may say.
    package init(drivers: [String]) {
        profile = Vocabulary.profile(drivers: drivers)
        definitions = Vocabulary.ground + Vocabulary.ofFrames + Vocabulary.ofReadings + Vocabulary.ofConversations
            + Vocabulary.ofMessages + Vocabulary.ofVectors
    }

    package subscript(name: String) -> Shape? { definitions.first { $0.name == name }?.shape }

    private static func profile(drivers: [String]) -> Shape {
        let keys = [
            must("profile", .text(#"^[^\s]+$"#)), must("title", .text()), may("extends", .text()), may("models", .list(.named("model"))),
            must("source", .text()), may("match", .either([.named("match"), .list(.named("match"), atLeast: 1)])),
            may("relays", .named("relays")), may("driver", .words(drivers)), may("settings", .anything),
            may("characteristics", .names(.named("characteristic"))), may("frames", .names(.named("frame"))), may("readings", .anything),
            may("changes", .names(.named("change"))), may("conversation", .named("conversation")), may("vectors", .anything),
        ]
        let ofMessages = ShapeMap([may("readings", .named("messageReadings")), may("vectors", .list(.named("messageVector")))], isPartial: true)
        let ofFrames = ShapeMap(
            [must("match", .anything), may("readings", .named("readings")), must("vectors", .list(.named("vector"), atLeast: 2))], isPartial: true)
        return .both([.map(ShapeMap(keys)), .chosen([("relays", ofMessages)], otherwise: ofFrames)])
    }

    /// What all rooms speak of.
    private static let ground: [(String, Shape)] = [
        ("uuid", .quoted(#"^(0x)?([0-9A-Fa-f]{4}|[0-9A-Fa-f]{8}|[0-9A-Fa-f]{32}|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})$"#)),
        ("bytes", .text(#"^([ :]*[0-9A-Fa-f]{2})*[ :]*$"#)),
        ("bytePattern", .text(#"^[0-9A-Fa-f? |]+$"#)),
        ("offset", .whole(-2048...2048)),
        ("range", .text(#"^-?[0-9]+(\.\.-?[0-9]+)?$"#)),
        ("decimal", .text(#"^-?[0-9]+(\.[0-9]+)?$"#)),
        ("factor", .text(#"^([0-9]+(\.[0-9]+)?|[0-9]+/[0-9]+)$"#)),
        ("span", .text(#"^ *[0-9]+ +(ms|s|min|h) *$"#)),
        ("milliseconds", .text(#"^ *[0-9]+ +(ms|s|min) *$"#)),
        ("condition", .several(.text())),
        ("model", .map(ShapeMap([
            must("name", .text()), may("id", .text()), may("variant-of", .text()), must("evidence", .words(Model.Evidence.allCases.map(\.rawValue))),
        ]))),
        ("match", .map(ShapeMap([
            may("services", .list(.named("uuid"))), may("service-data", .named("uuid")), may("manufacturer", .named("company")),
            may("data", .map(ShapeMap(byteShape))), may("names", .named("deviceNames")), may("rank", .words(["standard", "common"])),
        ], oneOf: ["services", "service-data", "manufacturer", "names"]))),
        ("company", .quoted("^(any|[0-9A-Fa-f]{4})$")),
        ("deviceNames", .map(ShapeMap([
            may("exact", .list(.text())), may("prefix", .list(.text())), may("suffix", .list(.text())), may("contains", .list(.text())),
            may("optional", .truth),
        ], oneOf: ["exact", "prefix", "suffix", "contains"]))),
        ("characteristic", .map(ShapeMap([must("service", .named("uuid")), must("uuid", .named("uuid")), may("framing", .named("framing"))]))),
    ]

    /// The keys of `ByteShape`.
    static let byteShape = [
        may("length", .text(#"^[0-9]+(\.\.[0-9]+)?$"#)), may("starts-with", .named("bytePattern")),
        may("where", .keyed([("^-?[0-9]+$", .named("bytePattern"))])),
    ]
}
