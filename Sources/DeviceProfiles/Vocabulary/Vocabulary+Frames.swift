extension Vocabulary {
    static let ofFrames: [(String, Shape)] = [
        ("framing", .map(ShapeMap([
            may("starts-with", .named("bytePattern")), may("size", .whole(1...4096)),
            may("length", .map(ShapeMap([
                must("at", .whole(0...64)), must("type", .words(["u8", "u16", "u16-le", "u16-be", "u24", "u24-be"])), may("plus", .whole(-64...64)),
            ]))),
            may("ends-with", .named("bytes")), may("sync-bit", .whole(0...7)), may("chunks", .whole(1...4096)),
            may("segments", .map(ShapeMap([
                must("first", .whole(0...7)), must("last", .whole(0...7)), may("counter", .named("range")), may("repeats", .whole(1...64)),
            ]))),
            may("parts", .map(ShapeMap([
                must("index", .whole(0...64)), may("from", .whole(0...255)), may("count", .whole(1...64)), may("count-at", .whole(0...64)),
                may("keep", .text(#"^[0-9]+\.\.(-?[0-9]+)?$"#)),
            ], oneOf: ["count", "count-at"]))),
            may("within", .named("milliseconds")), may("most", .whole(1...4096)),
        ], oneOf: ["size", "length", "ends-with", "sync-bit", "chunks", "segments", "parts"]))),
        ("frame", .map(ShapeMap([
            must("from", .either([
                .text(),
                .map(ShapeMap([
                    may("service-data", .named("uuid")), may("manufacturer", .named("company")), may("object", .text()),
                ], oneOf: ["service-data", "manufacturer", "object"])),
            ])),
            may("byte-order", .words(["little", "big"])),
        ] + byteShape + [
            may("checksum", .named("checksum")), may("tail", .words(["ignored"])), may("fields", .list(.named("field"))),
        ], oneOf: ["fields", "tail"]))),
        ("checksum", .either([
            .words(Checksum.Kind.allCases.map(\.rawValue)),
            .map(ShapeMap([
                must("kind", .words(Checksum.Kind.allCases.map(\.rawValue))), may("over", .text(#"^-?[0-9]+\.\.(-?[0-9]+)?$"#)),
                may("at", .named("offset")), may("seed", .named("bytes")), may("mask", .named("bytes")), may("when", .text()),
                may("optional", .truth),
            ])),
        ])),
        ("field", .chosen([
            ("skip", ShapeMap([must("skip", .whole(1...512))])),
            ("repeat", ShapeMap([
                must("repeat", .text()), may("most", .whole(1...255)), may("when", .text()), may("at", .named("offset")),
                must("fields", .list(.named("field"), atLeast: 1)),
            ])),
        ], otherwise: ShapeMap([must("name", .text(#"^[^. ]+$"#)), must("type", fieldType)] + aboutFields))),
        ("change", .map(ShapeMap([may("type", fieldType)] + aboutFields))),
    ]

    private static let aboutFields = [
        may("when", .named("condition")), may("unknown", .several(.named("range"))), may("bits", .names(.named("range"))),
        may("codes", .names(.either([.text(), .names(.text())]))), may("reserved", .text(#"^(none|[0-9]+(\.\.[0-9]+)?)$"#)),
        may("at", .named("offset")), may("size", .whole(1...64)), may("until", .text()), may("epoch", .whole(1900...2020)),
        may("milliseconds", .truth),
    ]

    private static let fieldType = Shape.words(FieldType.allCases.flatMap { type in
        let word = type.rawValue
        return type.hasOrder || type == .u8 || type == .i8 ? [word, word + "-le", word + "-be"] : [word]
    })
}
