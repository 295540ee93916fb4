extension Vocabulary {
    static let ofConversations: [(String, Shape)] = [
        ("conversation", .map(ShapeMap([
            may("bond", .either([
                bonds, .map(ShapeMap([must("when", bonds), may("passkey", .text("^(shown|[0-9]{6})$"))])),
            ])),
            may("pace", .map(ShapeMap([may("rest", .named("span")), may("writes", .named("span")), may("again", .named("span"))]))),
            may("limit", .named("span")), must("steps", .list(.named("step"), atLeast: 1)), may("answers", .list(.named("answer"))),
            may("keep-alive", .map(ShapeMap([must("write", .text()), must("to", .text()), must("every", .named("span")), may("most", size)]))),
        ]))),
        ("answer", .map(ShapeMap([
            must("on", .text()), may("from", .text()), may("keep", .named("keep")), may("clock", .named("clockField")),
            may("write", .several(.text())), may("to", .text()), may("most", size), may("times", .whole(1...Int(Int32.max))),
        ], oneOf: ["keep", "clock", "write"]))),
        ("keep", .names(.either([
            .text(#"^[0-9]+(\.\.[0-9]+)?$"#),
            .map(ShapeMap([must("at", .whole(0...511)), must("type", .words(WriteTemplate.NumberType.allCases.map(\.rawValue)))])),
        ]))),
        ("clockField", .map(ShapeMap([may("at", .whole(0...511)), must("as", clock), may("zone", .words(["local", "utc"]))]))),
        ("step", .chosen(steps, otherwise: nil)),
    ]

    private static let bonds = Shape.words(ConversationPlan.Bond.allCases.map(\.rawValue))
    private static let size = Shape.whole(1...TemplateReader.longestValue)
    private static let clock = Shape.text("^(current-time|date-time|seconds-(\(TemplateReader.epochs.map(String.init).joined(separator: "|"))):u32-(le|be))$")
    private static let within = must("within", .named("span"))
    private static let optional = may("optional", .truth)
    private static let written = [must("to", .text()), may("most", size), may("pieces", size)]

    /// The first word of a step says what it is; here those stand first that others have among their further words.
    private static let steps: [(key: String, map: ShapeMap)] = [
        ("subscribe", ShapeMap([must("subscribe", .several(.text())), optional])),
        ("read", ShapeMap([must("read", .text()), optional])),
        ("write", ShapeMap([must("write", .text())] + written + [optional])),
        ("ask", ShapeMap([must("ask", .text())] + written + [
            must("expect", .text()), may("from", .text()), may("refuses", .text()), within, may("tries", .whole(1...10)),
            may("keep", .named("keep")), may("clock", .named("clockField")), optional,
        ])),
        ("records", ShapeMap([
            must("records", .text()), must("of", .text()), may("ask-for", .words(["all", "new"])), may("number-at", .whole(0...511)),
            may("filter", .whole(0...255)), may("each", .words(["sized"])), may("count", .truth), may("delete", .words(["after-commit"])), within, optional,
        ])),
        ("delete", ShapeMap([must("delete", .text())] + written + [
            may("expect", .text()), may("from", .text()), may("refuses", .text()), may("within", .named("span")), optional,
        ])),
        ("expect", ShapeMap([
            must("expect", .text()), may("from", .text()), may("refuses", .text()), within, may("keep", .named("keep")),
            may("clock", .named("clockField")), optional,
        ])),
        ("listen", ShapeMap([
            must("listen", .text(#"^(always| *[0-9]+ +(ms|s|min|h) *)$"#)), may("until", .several(.text())), may("from", .text()), optional,
        ])),
        ("pause", ShapeMap([must("pause", .named("span")), optional])),
        ("for-each", ShapeMap([
            must("for-each", .text()), must("in", .text(#"^[0-9]+\.\..+$"#)), may("most", .whole(0...65_535)), may("until", .text()),
            may("from", .text()), must("do", .list(.named("step"), atLeast: 1)), optional,
        ])),
        ("consent", ShapeMap([must("consent", .text()), within, optional])),
        ("driver", ShapeMap([must("driver", .words(["asks"])), within, may("tries", .whole(1...10)), optional])),
        ("clock", ShapeMap([
            must("clock", .text()), must("as", clock), may("zone", .words(["local", "utc"])),
            may("set", .text("^(never|always|when-off +[0-9]+ +(ms|s|min|h) *)$")), may("write-only", .truth), optional,
        ])),
    ]
}
