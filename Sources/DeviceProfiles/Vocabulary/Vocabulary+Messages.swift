import Readings

extension Vocabulary {
    static let ofMessages: [(String, Shape)] = [
        ("paths", .several(.text())),
        ("relays", .map(ShapeMap([
            must("custody", .words(Relay.Custody.allCases.map(\.rawValue))), must("topics", .list(.text(), atLeast: 1)),
            may("words", .names(.list(.text(), atLeast: 1))), may("form", .words(Relay.Form.allCases.map(\.rawValue))),
            may("joins", .map(ShapeMap([must("at", .list(.text(), atLeast: 1)), must("within", .text("^[0-9]+ s$"))]))),
            may("device", .chosen([
                ("address", ShapeMap([must("address", .named("paths"))])),
                ("is", ShapeMap([must("namespace", .text()), must("is", .text())])),
            ], otherwise: ShapeMap([must("namespace", .text()), must("id", .named("paths")), may("channel", .named("paths"))]))),
            may("adverts", .map(ShapeMap([
                may("each", .named("paths")), must("address", .named("paths")), may("name", .named("paths")),
                may("service-data", .map(ShapeMap([must("uuid", .named("paths")), must("bytes", .named("paths"))]))),
                may("manufacturer-data", .named("paths")), may("structures", .named("paths")), may("received-at", .named("messageTime")),
            ], oneOf: ["service-data", "manufacturer-data", "structures"]))),
            may("drops", .list(.text())), may("broadcast", .truth),
        ]))),
        ("messageTime", .map(ShapeMap([
            must("path", .named("paths")), must("as", .several(.text())), may("zone", .words(MessageReading.Time.Zone.allCases.map(\.rawValue))),
        ]))),
        ("messageReadings", .keyed(Kind.allCases.map { ("^\($0.rawValue)(/.+)?$", messageReading($0)) })),
        ("messageValue", .map(ShapeMap([
            must("path", .named("paths")), must("unit", .anything), may("each", .named("decimal")), may("power-of-ten", .named("paths")),
            may("decimals", .whole(0...6)), may("unknown", .list(.text())),
        ]))),
        ("messageMark", .chosen([
            ("when", ShapeMap([must("when", .text()), must("is", mark)])),
        ], otherwise: ShapeMap([must("path", .named("paths")), must("codes", .names(mark))]))),
    ] + messageValues

    private static let mark = Shape.text("^[a-z0-9-]+$")

    private static let messageValues: [(String, Shape)] = valueSorts.map { sort in
        let units = Shape.words(sort.units)
        let said = ShapeMap([must("path", .named("paths")), must("codes", .names(units)), may("absent", units)])
        let unit = ShapeMap([must("unit", .either([units, .map(said)]))], isPartial: true)
        return ("messageValue-" + sort.name, .both([.named("messageValue"), .map(unit)]))
    }

    private static func messageReading(_ kind: Kind) -> Shape {
        let values = kind.names.map { may($0, .named("messageValue-" + valueSort(of: kind, $0))) }
        var keys = [
            may("each", .named("paths")), may("grouped-by", .named("paths")), may("when", .named("condition")), may("requires", .list(.text())),
            may("waits-for", .named("condition")), may("ignores", .named("condition")), must("values", .map(ShapeMap(values))),
            may("measured-at", .named("messageTime")), may("number", .named("paths")), may("user", .named("paths")),
            may("marks", .list(.named("messageMark"))),
        ]
        if let word = kind.qualifierWord {
            let words = Shape.words(kind.qualifiers)
            keys.append(may(word, .chosen([
                ("is", ShapeMap([must("is", words)])),
            ], otherwise: ShapeMap([must("path", .named("paths")), must("codes", .names(words))]))))
        }
        return .map(ShapeMap(keys))
    }
}
