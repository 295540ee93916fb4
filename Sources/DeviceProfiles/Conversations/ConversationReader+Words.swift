import Readings
import StrictYAML

/// The words that several steps share.
extension ConversationReader {
    func characteristic(_ node: YAMLNode) throws(YAMLProblem) -> BluetoothUUID {
        let name = try node.text()
        if let found = characteristics.first(where: { $0.name == name }) { return found.uuid }
        let names = characteristics.map(\.name)
        let hint = Spelling.nearest(name, among: names).map { "did you mean '\($0)'?" } ?? "known here: \(names.joined(separator: ", "))"
        throw node.problem("no characteristic '\(name)'; \(hint)")
    }

    /// A frame by its name, or bytes in quotes with the characteristic they come from.
    func awaited(_ node: YAMLNode, from: YAMLNode?) throws(YAMLProblem) -> ConversationPlan.Awaited {
        let source: BluetoothUUID
        let awaited: ConversationPlan.Awaited
        if node.isQuoted {
            guard let from else { throw node.problem("bytes from where? add 'from: CHARACTERISTIC', or name a frame") }
            source = try characteristic(from)
            awaited = .bytes(try node.text().isEmpty ? nil : node.pattern(), from: source)
        } else {
            let name = try node.text()
            guard let place = frames.source(of: name) else {
                let hint = Spelling.nearest(name, among: frames.names).map { "did you mean '\($0)'?" }
                    ?? "name one of: \(frames.names.joined(separator: ", ")); or write bytes in quotes"
                throw node.problem("no frame '\(name)'; \(hint)")
            }
            guard case .characteristic(let uuid) = place else {
                throw node.problem("'\(name)' is advertised: a conversation hears characteristics only")
            }
            (source, awaited) = (uuid, .frame(name))
        }
        guard subscribed.contains(source) else {
            let name = characteristics.first { $0.uuid == source }?.name ?? source.description
            throw node.problem("nothing subscribes to '\(name)' before this: the device would not say it")
        }
        return awaited
    }

    mutating func write(_ map: YAMLMap, _ key: String) throws(YAMLProblem) -> ConversationPlan.Write {
        try write(map, map.required(key), tellingTime: false)
    }

    /// - Parameter tellingTime: whether the clock is read in the same place.
    mutating func write(_ map: YAMLMap, _ node: YAMLNode, tellingTime: Bool) throws(YAMLProblem) -> ConversationPlan.Write {
        let target = try map.required("to")
        var most = 20
        if let node = map.optional("most") {
            most = try node.int()
            guard (1...TemplateReader.longestValue).contains(most) else { throw node.problem("a write carries 1 to \(TemplateReader.longestValue) bytes") }
        }
        let pieces = try map.optional("pieces").map { node throws(YAMLProblem) in
            let size = try node.int()
            guard (1...most).contains(size) else { throw node.problem("a piece has 1 to \(most) bytes") }
            return size
        }
        let write = ConversationPlan.Write(
            template: try slots.template(node, most: pieces == nil ? most : TemplateReader.longestValue),
            to: try characteristic(target), pieces: pieces)
        if case .literal(let bytes) = write.template.pieces.first, bytes.first == RecordAccess.Opcode.delete, write.to == .recordAccess {
            throw node.problem("this deletes records: write 'records' with 'delete: after-commit'")
        }
        if write.template.tellsTime, hasClockStep, !hasReadClock, !tellingTime {
            throw node.problem("this sets a clock that is read later: read it first, or its offset is lost")
        }
        return write
    }

    /// Takes up what later writes may use.
    mutating func keep(_ node: YAMLNode?) throws(YAMLProblem) {
        for keep in try keeps(node) { slots.keeps[keep.name] = keep }
    }

    func keeps(_ node: YAMLNode?) throws(YAMLProblem) -> [ConversationPlan.Keep] {
        guard let map = try node?.map() else { return [] }
        var keeps: [ConversationPlan.Keep] = []
        for ((name, key), (_, node)) in zip(map.keys, map.members) {
            guard !TemplateReader.words.contains(name), slots.loops[name] == nil else { throw key.problem("'\(name)' has a meaning of its own: take another name") }
            keeps.append(try keep(name, node))
        }
        return keeps
    }

    private func keep(_ name: String, _ node: YAMLNode) throws(YAMLProblem) -> ConversationPlan.Keep {
        guard node.kind == .map else {
            guard let range = ByteRange.read(try node.text()) else { throw node.problem("which bytes? write 2, or 1..3") }
            return ConversationPlan.Keep(name: name, first: range.lowerBound, width: range.count, type: range.count == 1 ? .u8 : nil)
        }
        let map = try node.map()
        try map.only(["at", "type"])
        let type = try map.required("type").word(of: WriteTemplate.NumberType.self)
        return ConversationPlan.Keep(name: name, first: try offset(map.required("at")), width: type.width, type: type)
    }

    func offset(_ node: YAMLNode) throws(YAMLProblem) -> Int {
        let offset = try node.int()
        guard (0..<TemplateReader.longestValue).contains(offset) else { throw node.problem("no such byte: count from 0") }
        return offset
    }

    func clockField(_ node: YAMLNode) throws(YAMLProblem) -> ConversationPlan.ClockField {
        let map = try node.map()
        try map.only(["at", "as", "zone"])
        let at = try map.optional("at").map { node throws(YAMLProblem) in try offset(node) } ?? 0
        return ConversationPlan.ClockField(layout: try clockLayout(map), at: at)
    }

    func clockLayout(_ map: YAMLMap) throws(YAMLProblem) -> ClockLayout {
        let node = try map.required("as")
        let text = try node.text()
        var layout: ClockLayout
        switch text {
        case "current-time": layout = ClockLayout(form: .currentTime, isLocal: true)
        case "date-time": layout = ClockLayout(form: .dateTime, isLocal: true)
        default:
            let parts = text.split(separator: ":")
            guard parts.count == 2, parts[0].hasPrefix("seconds-"), let epoch = Int(parts[0].dropFirst(8)),
                TemplateReader.epochs.contains(epoch), let type = WriteTemplate.NumberType(rawValue: String(parts[1])), type.width == 4
            else { throw node.problem("no clock is written so: current-time, date-time, or seconds-2000:u32-le") }
            layout = ClockLayout(form: .seconds(since: epoch, type), isLocal: false)
        }
        if let zone = map.optional("zone") {
            switch try zone.text() {
            case "local": layout.isLocal = true
            case "utc": layout.isLocal = false
            default: throw zone.problem("a device's clock shows 'local' time or 'utc'")
            }
        }
        return layout
    }
}

extension BluetoothUUID {
    static let recordAccess = BluetoothUUID("2A52")
}

extension YAMLNode {
    func span() throws(YAMLProblem) -> Duration {
        guard let span = Duration(spoken: try text()[...]) else { throw problem("no span of time: write 500 ms, 2 s, 5 min or 1 h") }
        return span
    }
}

extension Duration {
    /// `500 ms`, `2 s`, `5 min`, `1 h`: never nothing, never more than a day.
    init?(spoken text: Substring) {
        let parts = text.split(separator: " ")
        let units: [Substring: Int64] = ["ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000]
        guard parts.count == 2, let unit = units[parts[1]], parts[0].utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }),
            let number = Int64(parts[0]), number > 0, number <= 86_400_000 / unit
        else { return nil }
        self = .milliseconds(number * unit)
    }
}
