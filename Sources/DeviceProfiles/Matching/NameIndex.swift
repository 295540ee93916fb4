/// Which profiles ask for a name. Each of their words stands under two of its bytes, so that a name that nobody asks for is
/// compared with hardly any.
struct NameIndex: Sendable {
    private enum Place: Sendable {
        case whole, start, end, inside
    }

    private struct Word: Sendable {
        var bytes: [UInt8]
        var place: Place
        /// Index into the profiles of the set.
        var profile: Int

        func fits(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
            guard name.count >= bytes.count else { return false }
            return switch place {
            case .whole: name.count == bytes.count && stands(in: name, at: 0)
            case .start: stands(in: name, at: 0)
            case .end: stands(in: name, at: name.count - bytes.count)
            case .inside: (0...name.count - bytes.count).contains { stands(in: name, at: $0) }
            }
        }

        private func stands(in name: UnsafeBufferPointer<UInt8>, at offset: Int) -> Bool {
            for index in bytes.indices where name[offset + index] != bytes[index] { return false }
            return true
        }
    }

    /// By their first two bytes, and for suffixes by their last two.
    private var starts: [UInt16: [Word]] = [:]
    private var ends: [UInt16: [Word]] = [:]
    private var insides: [UInt16: [Word]] = [:]
    /// Of less than two bytes.
    private var short: [Word] = []

    mutating func add(_ names: MatchRule.Names, profile: Int) {
        for text in names.exact { add(text, .whole, profile) }
        for text in names.prefixes { add(text, .start, profile) }
        for text in names.suffixes { add(text, .end, profile) }
        for text in names.contained { add(text, .inside, profile) }
    }

    private mutating func add(_ text: String, _ place: Place, _ profile: Int) {
        let word = Word(bytes: Array(text.utf8), place: place, profile: profile)
        guard let first = NameIndex.pair(word.bytes, at: 0), let last = NameIndex.pair(word.bytes, at: word.bytes.count - 2) else {
            return short.append(word)
        }
        switch place {
        case .whole, .start: starts[first, default: []].append(word)
        case .end: ends[last, default: []].append(word)
        case .inside: insides[first, default: []].append(word)
        }
    }

    private static func pair(_ bytes: some RandomAccessCollection<UInt8>, at offset: Int) -> UInt16? {
        guard offset >= 0, offset + 2 <= bytes.count else { return nil }
        let index = bytes.index(bytes.startIndex, offsetBy: offset)
        return UInt16(bytes[index]) << 8 | UInt16(bytes[bytes.index(after: index)])
    }

    /// Adds the profiles that ask for this name, some of them more than once.
    func find(_ name: String, into found: inout [Int]) {
        var name = name
        name.withUTF8 { bytes in
            NameIndex.add(short, bytes, &found)
            guard let first = NameIndex.pair(bytes, at: 0), let last = NameIndex.pair(bytes, at: bytes.count - 2) else { return }
            if let words = starts[first] { NameIndex.add(words, bytes, &found) }
            if let words = ends[last] { NameIndex.add(words, bytes, &found) }
            guard !insides.isEmpty else { return }
            for offset in 0...bytes.count - 2 {
                guard let pair = NameIndex.pair(bytes, at: offset), let words = insides[pair] else { continue }
                NameIndex.add(words, bytes, &found)
            }
        }
    }

    private static func add(_ words: [Word], _ name: UnsafeBufferPointer<UInt8>, _ found: inout [Int]) {
        for index in words.indices where words[index].fits(name) { found.append(words[index].profile) }
    }
}
