import Readings

extension Vocabulary {
    static let ofVectors: [(String, Shape)] = [
        ("origin", .text("^(\(Vector.Origin.allCases.map(\.rawValue).joined(separator: "|")))([^A-Za-z]|$)")),
        ("vector", .map(ShapeMap([
            must("name", .text()), must("source", .named("origin")),
            may("advertised", .map(ShapeMap([may("name", .text()), may("services", .list(.named("uuid")))]))),
            may("address", .text()), may("key", .named("bytes")), may("service-data", .named("bytes")), may("manufacturer-data", .named("bytes")),
            may("notifications", .list(.text(), atLeast: 1)), may("reads", .list(.named("expected"), atLeast: 1)), may("because", .text()),
            may("fails", .text()), may("talk", .named("talk")),
        ], oneOf: ["reads", "because", "fails"], others: .named("bytes")))),
        ("talk", .either([
            .list(.text(), atLeast: 1),
            .map(ShapeMap([
                may("now", .text()), may("user", .whole(0...255)), may("consent", .whole(0...65_535)), may("address", .text()),
                may("key", .named("bytes")), may("last-record", .whole(0...65_535)), may("may-delete", .truth), may("missing", .list(.text())),
                may("wants-bond", .truth), may("breaks", .text()), must("lines", .list(.text(), atLeast: 1)),
            ])),
        ])),
        ("expected", expected(also: [])),
        ("messageVector", .map(ShapeMap([
            must("name", .text()), must("source", .named("origin")), may("topic", .text()), may("payload", .text()),
            may("messages", .list(.map(ShapeMap([must("topic", .text()), must("payload", .text())])), atLeast: 1)),
            may("reads", .list(.named("expectedOfMessage"), atLeast: 1)), may("gives", .several(.text())), may("because", .text()),
            may("fails", .text()),
        ], oneOf: ["reads", "gives", "because", "fails"]))),
        ("expectedOfMessage", expected(also: [must("device", .text())])),
    ]

    private static func expected(also further: [ShapeMap.Key]) -> Shape {
        .told(by: "kind", Kind.allCases.map { kind in
            var keys = [
                must("kind", .words([kind.rawValue])), must("measured-at", .text()), may("user", .whole(0...Int(Int32.max))),
                // As large as a whole number of JSON may be for everybody.
                may("number", .whole(0...9_007_199_254_740_991)),
            ]
            if let word = kind.qualifierWord { keys.append(may(word, .text())) }
            return (kind.rawValue, ShapeMap(keys + [may("marks", .list(.text()))] + kind.names.map { may($0, .text()) } + further))
        })
    }
}
