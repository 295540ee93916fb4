/// Reads JSON from the first byte to the last, once, without looking back.
///
/// The bytes come from the network. Every access is bounds-checked by Span, recursion ends at ``deepest``,
/// and the time is proportional to the number of bytes.
struct JSONReader {
    /// Arrays and objects inside each other; what a device sends needs about five.
    static let deepest = 64
    /// Up to here comparing a key with all before it is faster than hashing it.
    private static let fewKeys = 16

    private(set) var at = 0
    private var depth = 0

    mutating func document(_ bytes: Span<UInt8>) throws(JSONFailure) -> JSON {
        skipSpace(bytes)
        let value = try value(bytes)
        skipSpace(bytes)
        guard at == bytes.count else { throw JSONFailure(.trailing, offset: at) }
        return value
    }

    static func isNumber(_ bytes: Span<UInt8>) -> Bool {
        var reader = JSONReader()
        guard (try? reader.skipNumber(bytes)) != nil else { return false }
        return reader.at == bytes.count
    }

    private mutating func value(_ bytes: Span<UInt8>) throws(JSONFailure) -> JSON {
        switch here(bytes) {
        case UInt8(ascii: "\""): return .string(try string(bytes))
        case UInt8(ascii: "{"): return .object(try object(bytes))
        case UInt8(ascii: "["): return .array(try array(bytes))
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number(bytes))
        case UInt8(ascii: "t"): return try word("true", .bool(true), bytes)
        case UInt8(ascii: "f"): return try word("false", .bool(false), bytes)
        case UInt8(ascii: "n"): return try word("null", .null, bytes)
        default: throw expected("a value", bytes)
        }
    }

    private mutating func word(_ word: String, _ value: JSON, _ bytes: Span<UInt8>) throws(JSONFailure) -> JSON {
        let start = at
        for letter in word.utf8 {
            guard take(letter, bytes) else {
                throw JSONFailure(.notJSON("expected a value; did you mean \(word)?"), offset: start)
            }
        }
        return value
    }

    // MARK: - Arrays and objects

    private mutating func array(_ bytes: Span<UInt8>) throws(JSONFailure) -> [JSON] {
        try enter()
        var elements: [JSON] = []
        if closes(UInt8(ascii: "]"), bytes) { return elements }
        while true {
            elements.append(try value(bytes))
            if closes(UInt8(ascii: "]"), bytes) { return elements }
            guard take(UInt8(ascii: ","), bytes) else { throw expected("',' or ']' after the element", bytes) }
            skipSpace(bytes)
        }
    }

    private mutating func object(_ bytes: Span<UInt8>) throws(JSONFailure) -> JSONObject {
        try enter()
        var members: [(key: String, value: JSON)] = []
        var seen: Set<ByteKey> = []
        if closes(UInt8(ascii: "}"), bytes) { return JSONObject() }
        while true {
            let start = at
            guard here(bytes) == UInt8(ascii: "\"") else { throw expected("a key in quotes", bytes) }
            let key = try string(bytes)
            guard JSONReader.isNew(key, among: members, &seen) else {
                throw JSONFailure(.duplicateKey(key), offset: start)
            }
            skipSpace(bytes)
            guard take(UInt8(ascii: ":"), bytes) else { throw expected("':' after the key", bytes) }
            skipSpace(bytes)
            members.append((key, try value(bytes)))
            if closes(UInt8(ascii: "}"), bytes) { return JSONObject(distinct: members) }
            guard take(UInt8(ascii: ","), bytes) else { throw expected("',' or '}' after the value", bytes) }
            skipSpace(bytes)
        }
    }

    private static func isNew(_ key: String, among members: [(key: String, value: JSON)], _ seen: inout Set<ByteKey>) -> Bool {
        if members.count < fewKeys { return !members.contains { $0.key.hasSameBytes(as: key) } }
        if seen.isEmpty { seen = Set(members.map { ByteKey(text: $0.key) }) }
        return seen.insert(ByteKey(text: key)).inserted
    }

    /// Steps over the opening bracket.
    private mutating func enter() throws(JSONFailure) {
        guard depth < JSONReader.deepest else {
            throw JSONFailure(.tooDeep(limit: JSONReader.deepest), offset: at)
        }
        depth += 1
        at += 1
    }

    /// Steps over the closing bracket, if it is next after space.
    private mutating func closes(_ bracket: UInt8, _ bytes: Span<UInt8>) -> Bool {
        skipSpace(bytes)
        guard take(bracket, bytes) else { return false }
        depth -= 1
        return true
    }

    // MARK: - Numbers

    private mutating func number(_ bytes: Span<UInt8>) throws(JSONFailure) -> String {
        let start = at
        try skipNumber(bytes)
        return try text(start..<at, bytes)
    }

    private mutating func skipNumber(_ bytes: Span<UInt8>) throws(JSONFailure) {
        _ = take(UInt8(ascii: "-"), bytes)
        let first = at
        if take(UInt8(ascii: "0"), bytes) {
            guard !isDigit(here(bytes)) else {
                throw JSONFailure(.notJSON("a number must not begin with a zero"), offset: first)
            }
        } else {
            try skipDigits(bytes)
        }
        if take(UInt8(ascii: "."), bytes) { try skipDigits(bytes) }
        if take(UInt8(ascii: "e"), bytes) || take(UInt8(ascii: "E"), bytes) {
            if !take(UInt8(ascii: "+"), bytes) { _ = take(UInt8(ascii: "-"), bytes) }
            try skipDigits(bytes)
        }
    }

    private mutating func skipDigits(_ bytes: Span<UInt8>) throws(JSONFailure) {
        guard isDigit(here(bytes)) else { throw expected("a digit", bytes) }
        while isDigit(here(bytes)) { at += 1 }
    }

    private func isDigit(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") < 10
    }

    // MARK: - Bytes

    /// The byte to read next; 0, which JSON has no use for outside of strings, at the end.
    func here(_ bytes: Span<UInt8>) -> UInt8 {
        at < bytes.count ? bytes[at] : 0
    }

    mutating func take(_ byte: UInt8, _ bytes: Span<UInt8>) -> Bool {
        guard here(bytes) == byte else { return false }
        at += 1
        return true
    }

    mutating func skip(_ count: Int) { at += count }

    private mutating func skipSpace(_ bytes: Span<UInt8>) {
        while true {
            switch here(bytes) {
            case 0x20, 0x09, 0x0A, 0x0D: at += 1
            default: return
            }
        }
    }

    func expected(_ what: String, _ bytes: Span<UInt8>) -> JSONFailure {
        let found =
            switch here(bytes) {
            case _ where at == bytes.count: "the end"
            case 0x21...0x7E: "'\(Unicode.Scalar(bytes[at]))'"
            default: "byte 0x" + String(bytes[at], radix: 16)
            }
        return JSONFailure(.notJSON("expected \(what), found \(found)"), offset: at)
    }
}
