import StrictYAML

/// A sum over the bytes of a frame that stands in the frame itself.
struct Checksum: Sendable {
    enum Kind: String, CaseIterable, Sendable {
        case sum8
        case sum8Plus1 = "sum8-plus-1"
        /// All bytes with the sum give FF, or 00.
        case sum8ToFF = "sum8-to-ff"
        case sum8To00 = "sum8-to-00"
        /// The low seven or five bits of the sum.
        case sum7, sum5
        case xor8
        case crc8
        case crc8Maxim = "crc8-maxim"
        case crc16CCITT = "crc16-ccitt"
        case crc16Xmodem = "crc16-xmodem"
        case crc16Modbus = "crc16-modbus"
        case crc16MCRF4XX = "crc16-mcrf4xx"
        case crc32

        /// In bytes.
        var size: Int {
            switch self {
            case .crc32: 4
            case .crc16CCITT, .crc16Xmodem, .crc16Modbus, .crc16MCRF4XX: 2
            default: 1
            }
        }
    }

    var kind: Kind
    /// The bytes covered, as offsets in the frame; below zero counts from the end. Without `last`: all before the sum.
    var first = 0
    var last: Int?
    /// Where the sum stands; nil for behind the last byte covered, and at the end if that is not told either.
    var at: Int?
    /// What the count starts from, where it is not as usual.
    var seed: UInt32?
    /// The bits that are compared.
    var mask = UInt32.max
    var isBigEndian = false
    /// The sum is there, and checked, only then.
    var when: ConditionText?
    /// Only some devices send it: it is there, at the end, where exactly its bytes are left behind the last field.
    var isOptional = false

    init(_ kind: Kind) { self.kind = kind }

    /// Reads a word, or a map; a sum of several bytes is in the frame's order.
    init(_ node: YAMLNode, isBigEndian: Bool) throws(YAMLProblem) {
        self.isBigEndian = isBigEndian
        guard node.kind == .map else {
            kind = try node.word(of: Kind.self)
            return
        }
        let map = try node.map()
        try map.only(["kind", "over", "at", "seed", "mask", "when", "optional"])
        kind = try map.required("kind").word(of: Kind.self)
        if let over = map.optional("over") { (first, last) = try Checksum.span(over) }
        if let node = map.optional("at") {
            let offset = try node.int()
            guard abs(offset) <= ByteShape.longest else { throw node.problem("a frame is 1 to \(ByteShape.longest) bytes long") }
            guard offset != 0 || last != nil else { throw node.problem("nothing stands before the sum: say what it is 'over'") }
            guard offset >= 0 || -offset >= kind.size else { throw node.problem("a \(kind.rawValue) has \(kind.size) bytes: write -\(kind.size) for the end") }
            at = offset
        } else if let last, last < 0, -last - 1 < kind.size {
            throw node.problem("no room for the sum behind byte \(last): say where it stands, 'at'")
        }
        seed = try map.optional("seed").map { node throws(YAMLProblem) in try number(node, kind) }
        mask = try map.optional("mask").map { node throws(YAMLProblem) in try number(node, kind) } ?? .max
        isOptional = try map.optional("optional")?.bool() ?? false
        if isOptional, let node = map.optional("at") ?? map.optional("over") ?? map.optional("when") {
            throw node.problem("an optional sum stands at the end, over all before it")
        }
        when = try map.optional("when").map { node throws(YAMLProblem) in ConditionText(text: try node.text(), node: node) }
    }

    /// `2..-2`, or `2..` for all from there to the sum.
    private static func span(_ node: YAMLNode) throws(YAMLProblem) -> (first: Int, last: Int?) {
        let text = try node.text()
        let advice = "write the bytes covered, such as 0..-2 or 2..; below zero counts from the end"
        if text.hasSuffix(".."), let first = Int(signedDigits: text.dropLast(2)), abs(first) <= ByteShape.longest { return (first, nil) }
        let ends = text.split(separator: ".", omittingEmptySubsequences: false)
        guard ends.count == 3, ends[1].isEmpty, let first = Int(signedDigits: ends[0]), let last = Int(signedDigits: ends[2]),
            abs(first) <= ByteShape.longest, abs(last) <= ByteShape.longest, (first < 0) != (last < 0) || first <= last
        else { throw node.problem(advice) }
        return (first, last)
    }

    private func number(_ node: YAMLNode, _ kind: Kind) throws(YAMLProblem) -> UInt32 {
        let bytes = try node.bytes()
        guard bytes.count == kind.size else { throw node.problem("a \(kind.rawValue) has \(kind.size) bytes: write as many in hex") }
        return bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Where the sum stands in a frame of so many bytes, and what it covers; nil if the frame has no room for both.
    func place(in count: Int) -> (over: Range<Int>, at: Int)? {
        func index(_ offset: Int) -> Int { offset < 0 ? count + offset : offset }
        let start = index(first)
        let at: Int
        let end: Int
        if let last {
            end = index(last) + 1
            at = self.at.map(index) ?? end
        } else {
            at = self.at.map(index) ?? count - kind.size
            end = at
        }
        guard start >= 0, start < end, end <= count, at >= 0, at + kind.size <= count else { return nil }
        return (start..<end, at)
    }

    /// How many bytes are left when a sum at the frame's end is taken off.
    func payloadCount(of count: Int) -> Int {
        guard let at = place(in: count)?.at, at + kind.size == count else { return count }
        return at
    }

    func holds(for bytes: RawSpan) -> Bool {
        guard let (over, at) = place(in: bytes.byteCount) else { return false }
        var told: UInt32 = 0
        for index in 0..<kind.size {
            let offset = isBigEndian ? index : kind.size - 1 - index
            told = told << 8 | UInt32(bytes.unsafeLoad(fromByteOffset: at + offset, as: UInt8.self))
        }
        return (told ^ value(of: bytes.extracting(over))) & mask & kind.bits == 0
    }

    /// What the sum over these bytes should be.
    func value(of bytes: RawSpan) -> UInt32 {
        switch kind {
        case .sum8: total(bytes)
        case .sum8Plus1: total(bytes) &+ 1
        case .sum8ToFF: 0xFF &- total(bytes)
        case .sum8To00: 0 &- total(bytes)
        case .sum7: total(bytes) & 0x7F
        case .sum5: total(bytes) & 0x1F
        case .xor8: exclusive(bytes)
        case .crc8: highFirst(bytes, polynomial: 0x07, width: 8, from: seed ?? 0)
        case .crc8Maxim: lowFirst(bytes, polynomial: 0x8C, from: seed ?? 0)
        case .crc16CCITT: highFirst(bytes, polynomial: 0x1021, width: 16, from: seed ?? 0xFFFF)
        case .crc16Xmodem: highFirst(bytes, polynomial: 0x1021, width: 16, from: seed ?? 0)
        case .crc16Modbus: lowFirst(bytes, polynomial: 0xA001, from: seed ?? 0xFFFF)
        case .crc16MCRF4XX: lowFirst(bytes, polynomial: 0x8408, from: seed ?? 0xFFFF)
        case .crc32: ~lowFirst(bytes, polynomial: 0xEDB8_8320, from: seed ?? .max)
        }
    }

    private func total(_ bytes: RawSpan) -> UInt32 {
        var sum = seed ?? 0
        for index in 0..<bytes.byteCount { sum &+= UInt32(bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)) }
        return sum
    }

    private func exclusive(_ bytes: RawSpan) -> UInt32 {
        var sum = seed ?? 0
        for index in 0..<bytes.byteCount { sum ^= UInt32(bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)) }
        return sum
    }

    /// A cyclic redundancy check that takes the highest bit of each byte first.
    private func highFirst(_ bytes: RawSpan, polynomial: UInt32, width: UInt32, from seed: UInt32) -> UInt32 {
        var sum = seed
        for index in 0..<bytes.byteCount {
            sum ^= UInt32(bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)) << (width - 8)
            for _ in 0..<8 { sum = sum << 1 ^ (sum >> (width - 1) & 1 == 1 ? polynomial : 0) }
        }
        return sum
    }

    /// One that takes the lowest first; `polynomial` is written the other way round.
    private func lowFirst(_ bytes: RawSpan, polynomial: UInt32, from seed: UInt32) -> UInt32 {
        var sum = seed
        for index in 0..<bytes.byteCount {
            sum ^= UInt32(bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self))
            for _ in 0..<8 { sum = sum >> 1 ^ (sum & 1 == 1 ? polynomial : 0) }
        }
        return sum
    }
}

extension Checksum.Kind {
    /// The bits that a sum of this kind has.
    fileprivate var bits: UInt32 { size == 4 ? .max : 1 << (8 * UInt32(size)) - 1 }
}
