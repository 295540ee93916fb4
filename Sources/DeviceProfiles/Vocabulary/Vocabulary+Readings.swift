import Readings

extension Vocabulary {
    static let ofReadings: [(String, Shape)] = [
        ("readings", .keyed(Kind.allCases.map { ("^\($0.rawValue)(/.+)?$", reading($0)) })),
        ("number", .either([.text(), .list(.text(), atLeast: 2)])),
        ("value", .map(ShapeMap([
            may("field", .named("number")),
            may("sum", .list(.map(ShapeMap([must("field", .text()), may("each", .named("decimal"))])), atLeast: 1)),
            may("first", .list(.text(), atLeast: 2)), may("plus", .whole(-1_000_000_000...1_000_000_000)), must("unit", .anything),
            may("each", .named("factor")), may("when", .named("condition")), may("above", .named("decimal")), may("below", .named("decimal")),
        ], oneOf: ["field", "sum", "first"]))),
        ("time", .either([
            .text(),
            .chosen([
                ("ago", ShapeMap([must("ago", .named("number")), must("unit", .words(["s", "min", "h"]))])),
                ("field", ShapeMap([must("field", .text())] + aboutTimes)),
                ("first", ShapeMap([must("first", .list(.text(), atLeast: 2))] + aboutTimes)),
            ], otherwise: ShapeMap([
                must("year", .named("number")), may("plus-years", .whole(0...9999)), must("month", .named("number")), must("day", .named("number")),
                must("hour", .named("number")), must("minute", .named("number")), may("second", .named("number")),
            ] + aboutTimes)),
        ])),
        ("choice", .either([
            .named("number"),
            .chosen([("is", ShapeMap([must("is", .whole(0...Int(Int32.max)))]))], otherwise: ShapeMap([
                may("field", .named("number")), may("first", .list(.text(), atLeast: 2)), may("plus", .whole(-1_000_000_000...1_000_000_000)),
            ], oneOf: ["field", "first"])),
        ])),
        ("join", .map(ShapeMap([
            must("frame", .text()), may("by", .several(.text())), may("when", .named("condition")), may("within", .named("milliseconds")),
            may("required", .truth), may("latest", .truth),
        ]))),
        ("settles", .chosen([
            ("equal", ShapeMap([must("equal", .named("number")), must("frames", .whole(1...100))])),
            ("on", ShapeMap([must("on", .text())])),
        ], otherwise: ShapeMap([must("silence", .named("milliseconds"))]))),
        ("stream", .map(ShapeMap([must("rate", .text("^[0-9]+ (/s|/min)$")), must("spot", .words(["none", "settled"]))]))),
    ] + values

    private static let aboutTimes = [may("plus-minutes", .named("number")), may("plus-seconds", .named("number")), may("zone", .words(["utc"]))]

    private static func reading(_ kind: Kind) -> Shape {
        let values = kind.names.map { may($0, .named("value-" + valueSort(of: kind, $0))) }
        var keys = [
            may("from", .several(.text())), may("requires", .list(.text())), may("waits-for", .list(.text())), may("ignores", .list(.text())),
            must("values", .map(ShapeMap(values))), may("measured-at", .named("time")), may("user", .named("choice")),
            may("number", .named("choice")), may("marks", .several(.text())), may("with", .several(.named("join"))),
            may("settles", .named("settles")), may("stream", .named("stream")),
        ]
        if let word = kind.qualifierWord {
            keys.append(may(word, .either([
                .text(),
                .chosen([("first", ShapeMap([must("first", .list(.text(), atLeast: 2))]))], otherwise: ShapeMap([must("is", .words(kind.qualifiers))])),
            ])))
        }
        return .map(ShapeMap(keys))
    }

    private static let values: [(String, Shape)] = valueSorts.map { sort in
        let choice = ShapeMap([may("when", .named("condition")), must("is", .words(sort.units)), may("each", .named("factor"))])
        let unit = ShapeMap([must("unit", .either([.words(sort.units), .list(.map(choice), atLeast: 1)]))], isPartial: true)
        return ("value-" + sort.name, .both([.named("value"), .map(unit)]))
    }

    /// Values that may be told in the same units, called by the first of them, and those units.
    static let valueSorts: [(name: String, units: [String])] = {
        var sorts: [(name: String, units: [String])] = []
        for kind in Kind.allCases {
            for name in kind.names {
                let units = units(of: kind, name)
                if !sorts.contains(where: { $0.units == units }) { sorts.append(("\(kind.rawValue).\(name)", units)) }
            }
        }
        return sorts
    }()

    static func valueSort(of kind: Kind, _ name: String) -> String {
        let units = units(of: kind, name)
        return valueSorts.first { $0.units == units }?.name ?? ""
    }

    /// Those that convert to the value's own.
    private static func units(of kind: Kind, _ name: String) -> [String] {
        let vitals = kind.values.filter { $0.name == name }.map(\.vital)
        return Unit.allCases.filter { unit in vitals.contains { Quantity.canConvert(unit, for: $0) } }.map(\.rawValue)
    }
}
