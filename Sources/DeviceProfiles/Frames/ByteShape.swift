import StrictYAML

/// What bytes look like from outside: how long they are, how they begin, and what stands further in.
struct ByteShape: Sendable {
    var length: ClosedRange<Int>?
    var startsWith: BytePattern?
    /// Offsets below zero count from the end.
    var places: [(offset: Int, pattern: BytePattern)] = []

    static let keys = ["length", "starts-with", "where"]
    static let longest = 2048

    /// Reads the three keys of a map that may have others.
    init(_ map: YAMLMap) throws(YAMLProblem) {
        length = try map.optional("length").map { node throws(YAMLProblem) in try ByteShape.length(node) }
        startsWith = try map.optional("starts-with").map { node throws(YAMLProblem) in try node.pattern() }
        guard let places = try map.optional("where")?.map() else { return }
        for ((name, key), (_, node)) in zip(places.keys, places.members) {
            guard let offset = Int(signedDigits: name), abs(offset) <= ByteShape.longest else {
                throw key.problem("'\(name)' is no offset: write 0, 1, 2 … from the start, or -1 for the last byte")
            }
            self.places.append((offset, try node.pattern()))
        }
    }

    init() {}

    private static func length(_ node: YAMLNode) throws(YAMLProblem) -> ClosedRange<Int> {
        let range: ClosedRange<Int>
        if !node.isQuoted, let text = try? node.text(), text.contains("..") {
            guard let told = ClosedRange(digits: text) else { throw node.problem("write a length such as 11, or 11..20") }
            range = told
        } else {
            let count = try node.int()
            range = count...count
        }
        guard range.lowerBound >= 1, range.upperBound <= longest else { throw node.problem("a frame is 1 to \(longest) bytes long") }
        return range
    }

    /// Whether the bytes begin so and have what is told of those further in; length apart.
    func fits(_ bytes: RawSpan) -> Bool {
        if let startsWith, !startsWith.fits(bytes, at: 0) { return false }
        for index in places.indices where !places[index].pattern.fits(bytes, at: places[index].offset) { return false }
        return true
    }

    /// The same with the length, for bytes that nothing else refuses.
    func fitsWhole(_ bytes: RawSpan) -> Bool { length?.contains(bytes.byteCount) ?? true && fits(bytes) }

    /// Whether some bytes could fit both, length apart.
    func overlaps(_ other: ByteShape) -> Bool {
        if let startsWith, let their = other.startsWith, !startsWith.overlaps(their) { return false }
        return places.allSatisfy { place in
            other.places.allSatisfy { $0.offset != place.offset || $0.pattern.overlaps(place.pattern) }
        }
    }
}

extension Int {
    /// Decimal digits and nothing else: no sign, no space.
    init?(digits text: some StringProtocol) {
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        self.init(text)
    }

    /// The same, with a minus sign in front of it or none.
    init?(signedDigits text: some StringProtocol) {
        let isNegative = text.utf8.first == UInt8(ascii: "-")
        guard let magnitude = Int(digits: text.dropFirst(isNegative ? 1 : 0)) else { return nil }
        self = isNegative ? -magnitude : magnitude
    }
}

extension ClosedRange where Bound == Int {
    /// `5` or `3..8`, also below zero; nil for anything else, and for a range that runs backwards.
    init?(digits text: some StringProtocol) {
        let ends = text.split(separator: ".", omittingEmptySubsequences: false)
        switch ends.count {
        case 1:
            guard let number = Int(signedDigits: text) else { return nil }
            self = number...number
        case 3 where ends[1].isEmpty:
            guard let low = Int(signedDigits: ends[0]), let high = Int(signedDigits: ends[2]), low <= high else { return nil }
            self = low...high
        default:
            return nil
        }
    }
}
