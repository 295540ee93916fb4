import StrictYAML

/// How long things are kept, and how much room they may take. Every key may be left out.
package struct StorageSettings: Sendable, Hashable {
    /// Days for which what was received is kept byte for byte, to decode it again; nil: for ever.
    package var frameDays: Int? = 90
    /// Bytes that the database may take at most. From nine tenths on the least valuable goes; a reading never does.
    package var most: Int64 = 4_000_000_000

    package init() {}

    init(_ node: YAMLNode) throws(YAMLProblem) {
        let map = try node.map()
        try map.only(["frames", "most"])
        if let node = map.optional("frames") { frameDays = try StorageSettings.days(node) }
        if let node = map.optional("most") { most = try StorageSettings.bytes(node) }
    }

    private static func days(_ node: YAMLNode) throws(YAMLProblem) -> Int? {
        let text = try node.text()
        if text == "for-ever" { return nil }
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        let units = ["day": 1, "days": 1, "week": 7, "weeks": 7, "year": 365, "years": 365]
        guard words.count == 2, let number = number(words[0]), let unit = units[String(words[1])],
            (1...36_500).contains(number * unit)
        else { throw node.problem("write a time such as '90 days', '26 weeks' or '2 years', or 'for-ever'") }
        return number * unit
    }

    private static func bytes(_ node: YAMLNode) throws(YAMLProblem) -> Int64 {
        let words = try node.text().split(separator: " ", omittingEmptySubsequences: false)
        let units: [String: Int64] = ["kB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000, "TB": 1_000_000_000_000]
        guard words.count == 2, let number = number(words[0]), let unit = units[String(words[1])], number <= 1_000_000 else {
            throw node.problem("write a size such as '500 MB' or '4 GB'")
        }
        let bytes = Int64(number) * unit
        guard bytes >= 16_000_000 else { throw node.problem("at least 16 MB: less holds no week of readings") }
        return bytes
    }

    private static func number(_ text: Substring) -> Int? {
        text.allSatisfy { $0.isASCII && $0.isNumber } && text.utf8.count <= 9 ? Int(text) : nil
    }
}
