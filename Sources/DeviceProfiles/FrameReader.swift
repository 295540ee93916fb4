import StrictYAML

/// Reads the frames of a profile, and the changes that an extending profile makes to their fields.
enum FrameReader {
    static func frame(
        _ name: String, _ node: YAMLNode, characteristics: [(name: String, uuid: BluetoothUUID)]
    ) throws(YAMLProblem) -> FrameDefinition {
        let map = try node.map()
        try map.only(["from", "byte-order", "length", "starts-with", "checksum", "fields"])
        var frame = FrameDefinition(
            name: name, source: try source(map.required("from"), characteristics: characteristics), node: node)
        if let order = map.optional("byte-order") { frame.isBigEndian = try isBig(order) }
        if let length = map.optional("length") {
            let count = try length.int()
            guard (1...512).contains(count) else { throw length.problem("a frame is 1 to 512 bytes long") }
            frame.length = count
        }
        frame.startsWith = try map.optional("starts-with")?.bytes() ?? []
        frame.checksum = try map.optional("checksum")?.word(of: FrameDefinition.Checksum.self)
        frame.fields = try items(map.required("fields")) { node throws(YAMLProblem) in try field(node, bigEndianFrame: frame.isBigEndian) }
        return frame
    }

    private static func source(
        _ node: YAMLNode, characteristics: [(name: String, uuid: BluetoothUUID)]
    ) throws(YAMLProblem) -> FrameSource {
        if node.kind == .scalar {
            let name = try node.text()
            if let known = characteristics.first(where: { $0.name == name }) { return .characteristic(known.uuid) }
            throw node.problem("no characteristic is called '\(name)': name it under characteristics, or write { service-data: \"…\" }")
        }
        let map = try node.map()
        try map.only(["service-data", "manufacturer"])
        if let data = map.optional("service-data") { return .serviceData(try data.uuid()) }
        return .manufacturerData(try map.required("manufacturer").company())
    }

    private static func isBig(_ node: YAMLNode) throws(YAMLProblem) -> Bool {
        switch try node.text() {
        case "little": return false
        case "big": return true
        default: throw node.problem("the byte order is 'little' or 'big'")
        }
    }

    private static func field(_ node: YAMLNode, bigEndianFrame: Bool) throws(YAMLProblem) -> FieldDefinition {
        let map = try node.map()
        if let skip = map.optional("skip") {
            try map.only(["skip"])
            let count = try skip.int()
            guard (1...512).contains(count) else { throw skip.problem("skip 1 to 512 bytes") }
            return FieldDefinition(name: "", type: .u8, skip: count, node: node)
        }
        var field = FieldDefinition(name: try map.required("name").text(), type: .u8, node: node)
        try set(map, on: &field, isNew: true, bigEndianFrame: bigEndianFrame)
        return field
    }

    /// Sets what `map` says of a field: all of it for a new one, the differences for an inherited one.
    private static func set(
        _ map: YAMLMap, on field: inout FieldDefinition, isNew: Bool, bigEndianFrame: Bool
    ) throws(YAMLProblem) {
        try map.only(["type", "when", "unknown", "bits", "codes", "reserved"] + (isNew ? ["name"] : []))
        if let type = isNew ? try map.required("type") : map.optional("type") {
            (field.type, field.isReversed) = try fieldType(type, bigEndianFrame: bigEndianFrame)
        }
        if let when = map.optional("when") {
            let text = try when.text()
            field.when = text == "always" ? nil : ConditionText(text: text, node: when)
        }
        if let unknown = map.optional("unknown") {
            let nodes = unknown.kind == .list ? try unknown.list() : [unknown]
            field.unknown = try nodes.map { node throws(YAMLProblem) in try range(node, below: Int(UInt32.max)) }
                .map { UInt32($0.lowerBound)...UInt32($0.upperBound) }
        }
        if let bits = map.optional("bits") {
            field.bits = try bits.map().members.map { key throws(YAMLProblem) in
                FieldDefinition.Bits(name: key.name, range: try range(key.node, below: field.type.bitCount - 1))
            }
        }
        if let codes = map.optional("codes") { field.codes = try self.codes(codes, hasBits: !field.bits.isEmpty) }
        if let reserved = map.optional("reserved") {
            field.reserved = try reserved.text() == "none" ? nil : range(reserved, below: field.type.bitCount - 1)
        }
        if let misfit = field.misfit { throw map.problem(misfit) }
    }

    private static func fieldType(
        _ node: YAMLNode, bigEndianFrame: Bool
    ) throws(YAMLProblem) -> (FieldType, Bool) {
        let text = try node.text()
        let isBig = text.hasSuffix("-be")
        if let type = FieldType(rawValue: isBig ? String(text.dropLast(3)) : text) {
            return (type, isBig && !bigEndianFrame)
        }
        return (try node.word(of: FieldType.self), false)
    }

    /// `{ 1: capillary-blood }`, or one such map for each named group of bits.
    private static func codes(_ node: YAMLNode, hasBits: Bool) throws(YAMLProblem) -> [String: [Int: String]] {
        func words(_ node: YAMLNode) throws(YAMLProblem) -> [Int: String] {
            var words: [Int: String] = [:]
            for (number, word) in try node.map().members {
                guard let number = Int(digits: number) else { throw word.problem("'\(number)' is no number: codes are number: word") }
                words[number] = try word.text()
            }
            return words
        }
        guard hasBits else { return ["": try words(node)] }
        var groups: [String: [Int: String]] = [:]
        for (name, group) in try node.map().members { groups[name] = try words(group) }
        return groups
    }

    private static func range(_ node: YAMLNode, below limit: Int) throws(YAMLProblem) -> ClosedRange<Int> {
        let text = try node.text()
        let ends = text.split(separator: ".", omittingEmptySubsequences: false)
        let parts: (Int, Int)? = switch ends.count {
        case 1: Int(digits: text).map { ($0, $0) }
        case 3 where ends[1].isEmpty: if let low = Int(digits: ends[0]), let high = Int(digits: ends[2]) { (low, high) } else { nil }
        default: nil
        }
        guard let (low, high) = parts, low <= high, high <= max(limit, 0) else {
            throw node.problem("write a number, or a range such as 0..3, within 0 to \(max(limit, 0))")
        }
        return low...high
    }

    /// Applies `changes:` (path `frame.field`) to inherited frames.
    static func apply(
        _ changes: [(path: String, change: YAMLNode)], to frames: inout [FrameDefinition]
    ) throws(YAMLProblem) {
        for (path, change) in changes {
            let parts = path.split(separator: ".").map(String.init)
            guard parts.count == 2, let frame = frames.firstIndex(where: { $0.name == parts[0] }),
                let field = frames[frame].fields.firstIndex(where: { $0.name == parts[1] && $0.skip == nil })
            else {
                let paths = frames.flatMap { frame in frame.fields.filter { $0.skip == nil }.map { "\(frame.name).\($0.name)" } }
                throw change.problem(
                    "the profile that this one extends has no field '\(path)'"
                        + (Spelling.nearest(path, among: paths).map { "; did you mean '\($0)'?" } ?? ""))
            }
            try set(
                change.map(), on: &frames[frame].fields[field], isNew: false, bigEndianFrame: frames[frame].isBigEndian)
        }
    }
}

extension FieldDefinition {
    /// Why its bits and codes do not fit its type; nil if they do.
    fileprivate var misfit: String? {
        if type.bitCount == 0 {
            let isPlain = bits.isEmpty && codes.isEmpty && reserved == nil
            return isPlain ? nil : "only u8, u16, u24 and u32 have bits and codes"
        }
        for (name, range) in bits.map({ ($0.name, $0.range) }) + (reserved.map { [("reserved", $0)] } ?? []) {
            guard range.upperBound < type.bitCount else { return "'\(name)' lies beyond the \(type.bitCount) bits of a \(type.rawValue)" }
        }
        for (group, words) in codes.sorted(by: { $0.key < $1.key }) {
            guard let width = group.isEmpty ? type.bitCount : bits.first(where: { $0.name == group })?.range.count else {
                return "'\(self.name)' names no bits '\(group)'"
            }
            if let code = words.keys.sorted().first(where: { $0 >> width != 0 }) { return "the code \(code) does not fit into \(width) bits" }
        }
        return nil
    }
}
