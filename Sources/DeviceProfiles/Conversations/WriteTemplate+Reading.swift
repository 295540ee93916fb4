import StrictYAML

/// Reads what is to be written. A slot that nothing can fill is a mistake of the profile, not of the day.
struct TemplateReader {
    /// What earlier answers keep, by name.
    var keeps: [String: ConversationPlan.Keep] = [:]
    /// The loops around, and how far each counts.
    var loops: [String: UInt32] = [:]
    /// Whether there is a value that is being answered.
    var hasEcho = false

    /// The epochs that devices count from.
    static let epochs = [1900, 1970, 2000, 2010, 2020]
    /// A value of the Attribute Protocol is no longer: Core Specification vol. 3 part F 3.2.9.
    static let longestValue = 512

    /// - Parameter most: how many bytes the device takes in one write.
    func template(_ node: YAMLNode, most: Int) throws(YAMLProblem) -> WriteTemplate {
        guard node.isQuoted else { throw node.problem("write the bytes in quotes, or YAML may take them for a number") }
        var pieces: [WriteTemplate.Piece] = []
        var rest = try node.text()[...]
        while let open = rest.firstIndex(of: "{") {
            try literal(rest[..<open], node, into: &pieces)
            guard let close = rest[open...].firstIndex(of: "}") else { throw node.problem("a '{' without its '}'") }
            pieces.append(try slot(rest[rest.index(after: open)..<close], node, before: pieces))
            rest = rest[rest.index(after: close)...]
        }
        try literal(rest, node, into: &pieces)
        let template = WriteTemplate(pieces: pieces)
        guard template.length > 0 else { throw node.problem("nothing to write") }
        guard template.length <= most else {
            throw node.problem("\(template.length) bytes, but one write carries \(most): add 'pieces: \(most)' to cut it, or 'most' if the device takes more")
        }
        return template
    }

    private func literal(_ text: Substring, _ node: YAMLNode, into pieces: inout [WriteTemplate.Piece]) throws(YAMLProblem) {
        guard !text.allSatisfy({ $0 == " " }) else { return }
        guard let bytes = [UInt8](hex: text) else {
            throw node.problem("'\(text)' is no bytes: write pairs of hex digits, and slots as {user}")
        }
        pieces.append(.literal(bytes))
    }

    private func slot(_ text: Substring, _ node: YAMLNode, before: [WriteTemplate.Piece]) throws(YAMLProblem) -> WriteTemplate.Piece {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let words = (parts.first ?? "").split(separator: " ").map { String($0) }
        guard let name = words.first, parts.count <= 2 else {
            throw node.problem("'{\(text)}' is no slot: write its name, and its type behind a colon, such as {record:u16-le}")
        }
        let type = try parts.count == 2 ? numberType(parts[1], node) : nil
        if let sum = Checksum.Kind(rawValue: name) { return try self.sum(sum, words, type, node, before) }
        if name == "echo" { return try echo(words, type, node) }
        guard words.count == 1 else { throw node.problem("'{\(text)}' is no slot: only 'echo' and sums take a second word") }
        if let bytes = bytesSlot(name) {
            guard type == nil else { throw node.problem("{\(name)} has its own length: leave the type out") }
            return bytes
        }
        return try number(name, type, node)
    }

    private func numberType(_ text: Substring, _ node: YAMLNode) throws(YAMLProblem) -> WriteTemplate.NumberType {
        if let type = WriteTemplate.NumberType(rawValue: String(text)) { return type }
        if ["u16", "u24", "u32"].contains(text) { throw node.problem("'\(text)' in which order? write \(text)-le or \(text)-be") }
        let words = WriteTemplate.NumberType.allCases.map(\.rawValue)
        throw node.problem("unknown type '\(text)'; write one of: \(words.joined(separator: ", "))")
    }

    private func sum(
        _ sum: Checksum.Kind, _ words: [String], _ type: WriteTemplate.NumberType?, _ node: YAMLNode, _ before: [WriteTemplate.Piece]
    ) throws(YAMLProblem) -> WriteTemplate.Piece {
        let covered = WriteTemplate(pieces: before).length
        guard type == nil, words.count == 1 || (words.count == 3 && words[1] == "from") else {
            throw node.problem("write {\(sum.rawValue)} over all bytes before it, or {\(sum.rawValue) from 1}")
        }
        let start = words.count == 3 ? Int(words[2]) ?? -1 : 0
        guard start >= 0, start < covered else { throw node.problem("{\(sum.rawValue)} covers no bytes: it stands behind what it sums up") }
        return .sum(sum, from: start)
    }

    private func echo(_ words: [String], _ type: WriteTemplate.NumberType?, _ node: YAMLNode) throws(YAMLProblem) -> WriteTemplate.Piece {
        guard hasEcho else { throw node.problem("{echo} repeats bytes of what is being answered: it belongs under 'answers'") }
        guard type == nil, words.count == 2, let range = ByteRange.read(words[1]) else {
            throw node.problem("say which bytes to repeat: {echo 2} or {echo 1..3}")
        }
        return .echo(range)
    }

    private func bytesSlot(_ name: String) -> WriteTemplate.Piece? {
        switch name {
        case "date-time": .dateTime(isLocal: true)
        case "current-time": .currentTime(isLocal: true)
        case "utc-date-time": .dateTime(isLocal: false)
        case "utc-current-time": .currentTime(isLocal: false)
        case "address": .address(isReversed: false)
        case "address-reversed": .address(isReversed: true)
        case "key": .key
        default: keeps[name].map { .kept(name, width: $0.width) }
        }
    }

    private func number(
        _ name: String, _ type: WriteTemplate.NumberType?, _ node: YAMLNode
    ) throws(YAMLProblem) -> WriteTemplate.Piece {
        if let most = loops[name] {
            let type = type ?? .u8
            guard most <= type.most else { throw node.problem("'\(name)' counts to \(most), which does not fit \(type.rawValue)") }
            return .number(.loop(name), type)
        }
        let isLocal = name.hasPrefix("local-")
        let bare = isLocal ? name.dropFirst(6) : name[...]
        for (word, slot) in [("seconds-", WriteTemplate.NumberSlot.seconds), ("midnight-", WriteTemplate.NumberSlot.midnight)]
        where bare.hasPrefix(word) {
            guard let epoch = Int(bare.dropFirst(word.count)), Self.epochs.contains(epoch) else {
                throw node.problem("seconds since when? \(Self.epochs.map { "\(word)\($0)" }.joined(separator: ", "))")
            }
            guard let type, type.width == 4 else { throw node.problem("write {\(name):u32-le} or {\(name):u32-be}: seconds need four bytes") }
            return .number(slot(epoch, isLocal), type)
        }
        switch name {
        case "user": return .number(.user, type ?? .u8)
        case "consent":
            guard let type, type.most >= 9999 else { throw node.problem("a consent code goes to 9999: write {consent:u16-le} or {consent:u16-be}") }
            return .number(.consent, type)
        default: break
        }
        let isUTC = name.hasPrefix("utc-")
        if let part = WriteTemplate.CivilPart(rawValue: isUTC ? String(name.dropFirst(4)) : name) {
            guard part != .year || (type?.most ?? 0) >= 9999 else { throw node.problem("a year needs two bytes: {year:u16-le} or {year:u16-be}; or write {year-2000}") }
            return .number(.civil(part, isLocal: !isUTC), type ?? .u8)
        }
        let known = Self.words + loops.keys.sorted() + keeps.keys.sorted()
        let hint = Spelling.nearest(name, among: known).map { "did you mean '\($0)'?" }
            ?? "it is no slot, and no step before this keeps or counts it"
        throw node.problem("nothing fills '{\(name)}'; \(hint)")
    }

    /// Names that a loop or what is kept may not have.
    static let words =
        ["date-time", "current-time", "utc-date-time", "utc-current-time", "address", "address-reversed", "key", "echo", "user", "consent"]
        + WriteTemplate.CivilPart.allCases.map(\.rawValue) + Checksum.Kind.allCases.map(\.rawValue)
        + epochs.flatMap { ["seconds-\($0)", "local-seconds-\($0)", "midnight-\($0)", "local-midnight-\($0)"] }
}

/// `2` or `1..3`: bytes from the start of what came.
enum ByteRange {
    static func read(_ text: String) -> ClosedRange<Int>? {
        let ends = text.split(separator: ".", omittingEmptySubsequences: false)
        let numbers = ends.compactMap { $0.isEmpty ? nil : number($0) }
        switch (ends.count, numbers.count) {
        case (1, 1): return numbers[0]...numbers[0]
        case (3, 2) where ends[1].isEmpty && numbers[0] <= numbers[1]: return numbers[0]...numbers[1]
        default: return nil
        }
    }

    private static func number(_ text: Substring) -> Int? {
        guard text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }), let number = Int(text) else { return nil }
        return number < TemplateReader.longestValue ? number : nil
    }
}
