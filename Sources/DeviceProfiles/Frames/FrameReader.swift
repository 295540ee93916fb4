import StrictYAML

/// Reads the frames of a profile, and the changes that an extending profile makes to their fields.
enum FrameReader {
    static func frame(
        _ name: String, _ node: YAMLNode, characteristics: [CharacteristicDefinition]
    ) throws(YAMLProblem) -> FrameDefinition {
        let map = try node.map()
        try map.only(["from", "byte-order"] + ByteShape.keys + ["checksum", "tail", "fields"])
        var frame = FrameDefinition(
            name: name, source: try source(map.required("from"), characteristics: characteristics), node: node)
        if let order = map.optional("byte-order") { frame.isBigEndian = try isBig(order) }
        frame.shape = try ByteShape(map)
        let isBigEndian = frame.isBigEndian
        frame.checksum = try map.optional("checksum").map { node throws(YAMLProblem) in
            try Checksum(node, isBigEndian: isBigEndian)
        }
        if let tail = map.optional("tail") {
            guard try tail.text() == "ignored" else { throw tail.problem("the only tail is 'ignored'; leave the line out to refuse one") }
            frame.ignoresTail = true
        }
        guard let fields = map.optional("fields") else {
            // A frame that is only known may say nothing of what is in it.
            guard frame.ignoresTail else { throw map.problem("the key 'fields' is missing; a frame without any needs 'tail: ignored'") }
            return frame
        }
        let nodes = try fields.list()
        for (index, node) in nodes.enumerated() {
            guard let map = try? node.map(), map.optional("repeat") != nil else {
                frame.fields.append(try FieldReader.field(node, isBigEndianFrame: isBigEndian))
                continue
            }
            guard index == nodes.count - 1 else { throw node.problem("what repeats stands last in its frame") }
            frame.repetition = try repetition(map, node, isBigEndian: isBigEndian)
        }
        if let field = frame.openField, frame.checksum == nil, !characteristics.sendsLines(for: frame.source) {
            throw field.node.problem("a frame cut short would read as another number: 'until: end' is for lines, and for frames with a checksum")
        }
        return frame
    }

    private static func repetition(
        _ map: YAMLMap, _ node: YAMLNode, isBigEndian: Bool
    ) throws(YAMLProblem) -> FrameDefinition.Repetition {
        try map.only(["repeat", "most", "when", "at", "fields"])
        let count = try map.required("repeat")
        let most = try map.optional("most")?.int() ?? 255
        guard (1...255).contains(most) else { throw node.problem("'most' is a number from 1 to 255") }
        let fields = try items(map.required("fields")) { node throws(YAMLProblem) in
            guard (try? node.map())?.optional("repeat") == nil else { throw node.problem("nothing repeats within what repeats") }
            let field = try FieldReader.field(node, isBigEndianFrame: isBigEndian)
            guard field.at == nil else { throw node.problem("'at' has no place in what repeats: write it beside 'repeat'") }
            return field
        }
        guard fields.contains(where: { $0.skip == nil }) else { throw node.problem("nothing repeats without a field") }
        let isUntilEnd = try count.text() == "until-end"
        if let when = map.optional("when"), !isUntilEnd { throw when.problem("'when' goes with until-end; a count of 0 says that there is none") }
        return FrameDefinition.Repetition(
            count: isUntilEnd ? .untilEnd : .field(try count.text(), node: count), most: most,
            when: try map.optional("when").map { node throws(YAMLProblem) in ConditionText(text: try node.text(), node: node) },
            at: try map.optional("at").map { node throws(YAMLProblem) in try FieldReader.offset(node) }, fields: fields, node: node)
    }

    private static func source(
        _ node: YAMLNode, characteristics: [CharacteristicDefinition]
    ) throws(YAMLProblem) -> FrameSource {
        if node.kind == .scalar {
            let name = try node.text()
            if let known = characteristics.first(where: { $0.name == name }) { return .characteristic(known.uuid) }
            throw node.problem("no characteristic is called '\(name)': name it under characteristics, or write { service-data: \"…\" }")
        }
        let map = try node.map()
        try map.only(["service-data", "manufacturer", "object"])
        guard map.keys.count == 1 else { throw node.problem("a frame comes from one place: service-data, manufacturer or object") }
        if let data = map.optional("service-data") { return .serviceData(try data.uuid()) }
        if let object = map.optional("object") {
            let name = try object.text()
            guard !name.isEmpty else { throw object.problem("an object has a name: that which the driver gives it") }
            return .object(name)
        }
        let manufacturer = try map.required("manufacturer")
        if !manufacturer.isQuoted, try manufacturer.text() == "any" { return .anyManufacturer }
        return .manufacturerData(try manufacturer.company())
    }

    private static func isBig(_ node: YAMLNode) throws(YAMLProblem) -> Bool {
        switch try node.text() {
        case "little": return false
        case "big": return true
        default: throw node.problem("the byte order is 'little' or 'big'")
        }
    }

    /// Applies `changes:` (path `frame.field`) to inherited frames.
    static func apply(
        _ changes: [(path: String, change: YAMLNode)], to frames: inout [FrameDefinition]
    ) throws(YAMLProblem) {
        for (path, change) in changes {
            let parts = path.split(separator: ".").map(String.init)
            let frame = parts.count == 2 ? frames.firstIndex { $0.name == parts[0] } : nil
            let isBigEndian = frame.map { frames[$0].isBigEndian } ?? false
            if let frame, let field = frames[frame].fields.firstIndex(where: { $0.skip == nil && $0.name == parts[1] }) {
                try FieldReader.change(&frames[frame].fields[field], change, isBigEndianFrame: isBigEndian)
            } else if let frame, var repetition = frames[frame].repetition,
                let field = repetition.fields.firstIndex(where: { $0.skip == nil && $0.name == parts[1] })
            {
                try FieldReader.change(&repetition.fields[field], change, isBigEndianFrame: isBigEndian)
                guard repetition.fields[field].at == nil else { throw change.problem("'at' has no place in what repeats: write it beside 'repeat'") }
                frames[frame].repetition = repetition
            } else {
                let paths = frames.flatMap { frame in
                    (frame.fields + (frame.repetition?.fields ?? [])).filter { $0.skip == nil }.map { "\(frame.name).\($0.name)" }
                }
                throw change.problem(
                    "the profile that this one extends has no field '\(path)'"
                        + (Spelling.nearest(path, among: paths).map { "; did you mean '\($0)'?" } ?? ""))
            }
        }
    }
}

extension FrameDefinition {
    /// A field that takes whatever is left of the frame.
    fileprivate var openField: FieldDefinition? {
        (fields + (repetition?.fields ?? [])).first { if case .toEnd = $0.extent { true } else { false } }
    }
}

extension [CharacteristicDefinition] {
    fileprivate func sendsLines(for source: FrameSource) -> Bool {
        contains { if case .line = $0.framing?.form { source == .characteristic($0.uuid) } else { false } }
    }
}
