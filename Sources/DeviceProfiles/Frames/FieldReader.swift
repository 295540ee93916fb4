import StrictYAML

/// Reads one field of a frame.
enum FieldReader {
    static func field(_ node: YAMLNode, isBigEndianFrame: Bool) throws(YAMLProblem) -> FieldDefinition {
        let map = try node.map()
        if let skip = map.optional("skip") {
            try map.only(["skip"])
            let count = try skip.int()
            guard (1...512).contains(count) else { throw skip.problem("skip 1 to 512 bytes") }
            return FieldDefinition(name: "", type: .u8, skip: count, node: node)
        }
        let name = try map.required("name")
        var field = FieldDefinition(name: try name.text(), type: .u8, node: node)
        guard !field.name.isEmpty, !field.name.contains(where: { $0 == "." || $0 == " " }) else {
            throw name.problem("a field's name has no point and no blank")
        }
        try set(map, on: &field, isNew: true, isBigEndianFrame: isBigEndianFrame)
        return field
    }

    /// The differences of an inherited field.
    static func change(_ field: inout FieldDefinition, _ node: YAMLNode, isBigEndianFrame: Bool) throws(YAMLProblem) {
        try set(node.map(), on: &field, isNew: false, isBigEndianFrame: isBigEndianFrame)
    }

    private static let keys = ["type", "when", "unknown", "bits", "codes", "reserved", "at", "size", "until", "epoch", "milliseconds"]

    /// Sets what `map` says of a field: all of it for a new one, the differences for an inherited one.
    private static func set(
        _ map: YAMLMap, on field: inout FieldDefinition, isNew: Bool, isBigEndianFrame: Bool
    ) throws(YAMLProblem) {
        try map.only(keys + (isNew ? ["name"] : []))
        if let type = isNew ? try map.required("type") : map.optional("type") {
            (field.type, field.isBigEndian) = try fieldType(type, isBigEndianFrame: isBigEndianFrame)
            (field.extent, field.epoch) = (.type, nil)
        }
        if let at = map.optional("at") { field.at = try offset(at) }
        try setExtent(map, on: &field)
        if let when = map.optional("when") {
            let texts = try when.listOrSingle().map { node throws(YAMLProblem) in ConditionText(text: try node.text(), node: node) }
            field.when = texts.count == 1 && texts[0].text == "always" ? [] : texts
        }
        if let unknown = map.optional("unknown") {
            let limits = field.type.unknownLimits
            field.unknown = try unknown.listOrSingle().map { node throws(YAMLProblem) in try range(node, within: limits) }
                .map { Int64($0.lowerBound)...Int64($0.upperBound) }
        }
        let bitLimits = 0...max(field.type.bitCount - 1, 0)
        if let bits = map.optional("bits") {
            field.bits = try bits.map().members.map { key throws(YAMLProblem) in
                FieldDefinition.Bits(name: key.name, range: try range(key.node, within: bitLimits))
            }
        }
        if let codes = map.optional("codes") {
            if field.type == .text { try setWords(codes, on: &field) } else {
                field.codes = try self.codes(codes, hasBits: !field.bits.isEmpty)
            }
        }
        if let reserved = map.optional("reserved") {
            field.reserved = try reserved.text() == "none" ? nil : range(reserved, within: bitLimits)
        }
        if let misfit = field.misfit { throw map.problem(misfit) }
    }

    private static func fieldType(
        _ node: YAMLNode, isBigEndianFrame: Bool
    ) throws(YAMLProblem) -> (FieldType, isBigEndian: Bool) {
        let text = try node.text()
        for (ending, isBig) in [("-be", true), ("-le", false)] where text.hasSuffix(ending) {
            guard let type = FieldType(rawValue: String(text.dropLast(3))) else { continue }
            guard type.hasOrder || type == .u8 || type == .i8 else { throw node.problem("\(type.rawValue) has no byte order: write '\(type.rawValue)'") }
            return (type, isBig)
        }
        let type = try node.word(of: FieldType.self)
        // Decimal digits are written as they are read, whatever the frame's numbers do.
        return (type, type == .bcd || isBigEndianFrame)
    }

    /// How wide it is, and from when it counts.
    private static func setExtent(_ map: YAMLMap, on field: inout FieldDefinition) throws(YAMLProblem) {
        let type = field.type
        if let size = map.optional("size") {
            guard type.isSized else { throw size.problem("a \(type.rawValue) has its own size") }
            let count = try size.int()
            let isGood = switch type {
            case .bcd: (1...9).contains(count)
            case .seconds: [4, 5, 6, 8].contains(count)
            default: (1...64).contains(count)
            }
            guard isGood else {
                let sizes = type == .bcd ? "1 to 9" : type == .seconds ? "4, 5, 6 or 8" : "1 to 64"
                throw size.problem("a \(type.rawValue) has \(sizes) bytes")
            }
            field.extent = .size(count)
        }
        if let until = map.optional("until") {
            guard type.isText else { throw until.problem("only digits and text end at a letter") }
            guard map.optional("size") == nil else { throw until.problem("write 'size' or 'until', not both") }
            let text = try until.text()
            if text == "end", !until.isQuoted {
                field.extent = .toEnd
            } else {
                guard let byte = text.utf8.first, text.utf8.count == 1 else { throw until.problem("write one letter in quotes, such as \",\", or the word end") }
                field.extent = .until(byte)
            }
        }
        if let epoch = map.optional("epoch") {
            guard type == .seconds else { throw epoch.problem("only seconds have an epoch") }
            let year = try epoch.int()
            guard let start = epochs[year] else { throw epoch.problem("the epochs are 1900, 1970, 2000, 2010 and 2020") }
            field.epoch = (start, field.epoch?.ticks ?? 1)
        }
        if let milliseconds = map.optional("milliseconds") {
            guard type == .seconds else { throw milliseconds.problem("only seconds can be told in milliseconds") }
            field.epoch?.ticks = try milliseconds.bool() ? 1000 : 1
        }
    }

    /// Seconds from 1970-01-01 to the first of January of that year.
    private static let epochs: [Int: Int64] = [
        1900: -2_208_988_800, 1970: 0, 2000: 946_684_800, 2010: 1_262_304_000, 2020: 1_577_836_800,
    ]

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

    /// `{ "kg": kg }`: words that mean the same have one number.
    private static func setWords(_ node: YAMLNode, on field: inout FieldDefinition) throws(YAMLProblem) {
        var meanings: [String] = []
        field.words = []
        for (letters, meaning) in try node.map().members {
            guard letters.utf8.allSatisfy({ (0x21...0x7E).contains($0) || $0 == 0x20 }), letters.first != " ", letters.last != " " else {
                throw meaning.problem("'\(letters)' is no ASCII word")
            }
            let word = try meaning.text()
            if !meanings.contains(word) { meanings.append(word) }
            field.words.append((letters, meanings.firstIndex(of: word) ?? 0))
        }
        field.codes = ["": Dictionary(uniqueKeysWithValues: meanings.enumerated().map { ($0.offset, $0.element) })]
    }

    private static func range(_ node: YAMLNode, within limits: ClosedRange<Int>) throws(YAMLProblem) -> ClosedRange<Int> {
        guard let range = ClosedRange(digits: try node.text()), limits.contains(range.lowerBound), limits.contains(range.upperBound) else {
            throw node.problem("write a number, or a range such as 0..3, within \(limits.lowerBound) to \(limits.upperBound)")
        }
        return range
    }

    /// Where a field begins; below zero counts from the end.
    static func offset(_ node: YAMLNode) throws(YAMLProblem) -> Int {
        let offset = try node.int()
        guard abs(offset) <= ByteShape.longest else { throw node.problem("a frame is 1 to \(ByteShape.longest) bytes long") }
        return offset
    }
}

extension FieldType {
    /// What can be written as a value of it.
    fileprivate var unknownLimits: ClosedRange<Int> {
        switch self {
        case .u8, .u16, .u24, .u32: 0...Int(UInt32.max)
        case .i8, .i16, .i24, .i32, .sfloat, .float, .digits: Int(Int32.min)...Int(UInt32.max)
        default: 0...Int.max
        }
    }
}

extension FieldDefinition {
    /// Why what is said of it does not fit its type; nil if it does.
    fileprivate var misfit: String? {
        if let misfit = extentMisfit { return misfit }
        if type == .text {
            guard bits.isEmpty, reserved == nil, unknown.isEmpty else { return "a text has codes, and no bits or unknown numbers" }
            return words.isEmpty ? "a text needs codes: { \"kg\": kg }" : nil
        }
        if type == .dateTime, !unknown.isEmpty { return "a date-time has its own 'not known': a zero year, month or day" }
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

    private var extentMisfit: String? {
        guard type.isSized else { return nil }
        if case .type = extent {
            return type.isText ? "a \(type.rawValue) needs a 'size', or says 'until' which letter it goes" : "a \(type.rawValue) needs a 'size' in bytes"
        }
        return type == .seconds && epoch == nil ? "seconds need an 'epoch': 1900, 1970, 2000, 2010 or 2020" : nil
    }
}
