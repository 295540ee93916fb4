import StrictYAML

/// How frames come out of what one characteristic sends.
struct Framing: Sendable {
    enum Form: Sendable {
        /// A frame of so many bytes from each start on.
        case size(Int)
        /// A frame tells its own length: the number at an offset, and so much more.
        case length(at: Int, size: Int, isBigEndian: Bool, plus: Int)
        /// A frame ends before these bytes.
        case line(end: [UInt8])
        /// The first byte of a frame has the bit, the others have not.
        case sync(bit: UInt8, size: Int)
        /// One value holds several frames of this size.
        case chunks(Int)
        /// A byte with bits in front of each piece; the counter's bits go up by one and round.
        /// `repeats`: so many bytes behind it are the same in every piece, and count once.
        case segments(first: UInt8, last: UInt8, counter: ClosedRange<Int>?, repeats: Int)
        case parts(Parts)
    }

    /// Numbered pieces of one frame.
    struct Parts: Sendable {
        enum Count: Sendable {
            case fixed(Int)
            /// The byte at this offset tells it.
            case at(Int)
        }

        /// Offset of the byte that numbers the pieces, and the number of the first.
        var index: Int
        var from: Int
        var count: Count
        /// What of each piece belongs to the frame; below zero counts from the end.
        var keep: (first: Int, last: Int?)
    }

    var form: Form
    /// How a frame begins. Of lines, those that begin otherwise are dropped; of pieces, a value that begins otherwise is a
    /// frame by itself.
    var startsWith: BytePattern?
    /// A frame that was begun is dropped after this silence, in milliseconds.
    var within: Int64?
    /// No frame is longer, in bytes.
    var most = 1024

    private static let forms = ["size", "length", "ends-with", "sync-bit", "chunks", "segments", "parts"]

    static func read(_ node: YAMLNode) throws(YAMLProblem) -> Framing {
        let map = try node.map()
        try map.only(["starts-with"] + forms + ["within", "most"])
        let told = forms.filter { map.optional($0) != nil && !($0 == "size" && map.optional("sync-bit") != nil) }
        guard let word = told.first, told.count == 1 else {
            throw node.problem("say one of: size, length, ends-with, sync-bit, chunks, segments, parts")
        }
        let start = try map.optional("starts-with").map { node throws(YAMLProblem) in try node.pattern() }
        var most = 1024
        if let node = map.optional("most") {
            most = try node.int()
            guard (1...4096).contains(most) else { throw node.problem("'most' is 1 to 4096 bytes") }
        }
        var framing = Framing(form: try form(word, map, most: most), startsWith: start, most: most)
        switch framing.form {
        case .size where start == nil: throw node.problem("a size needs 'starts-with', or write chunks")
        case .sync where start != nil: throw node.problem("a sync-bit is the start: leave 'starts-with' out")
        default: break
        }
        framing.within = try map.optional("within").map { node throws(YAMLProblem) in try node.milliseconds() }
        return framing
    }

    private static func form(_ word: String, _ map: YAMLMap, most: Int) throws(YAMLProblem) -> Form {
        let node = try map.required(word)
        switch word {
        case "size": return .size(try count(node, 1...most))
        case "length": return try length(node)
        case "ends-with":
            let end = try node.bytes()
            guard !end.isEmpty else { throw node.problem("no bytes: write pairs of hex digits in quotes") }
            return .line(end: end)
        case "sync-bit":
            let bit = try count(node, 0...7)
            return .sync(bit: 1 << UInt8(bit), size: try count(map.required("size"), 1...most))
        case "chunks": return .chunks(try count(node, 1...most))
        case "segments":
            let bits = try node.map()
            try bits.only(["first", "last", "counter", "repeats"])
            let (first, last) = (try count(bits.required("first"), 0...7), try count(bits.required("last"), 0...7))
            let counter = try bits.optional("counter").map { node throws(YAMLProblem) in
                guard let range = ClosedRange(digits: try node.text()), range.lowerBound >= 0, range.upperBound <= 7 else {
                    throw node.problem("write the bits of the counter, such as 2..7")
                }
                return range
            }
            guard first != last, counter.map({ !$0.contains(first) && !$0.contains(last) }) ?? true else {
                throw node.problem("first, last and counter are different bits")
            }
            let repeats = try bits.optional("repeats").map { node throws(YAMLProblem) in try count(node, 1...64) } ?? 0
            return .segments(first: 1 << UInt8(first), last: 1 << UInt8(last), counter: counter, repeats: repeats)
        default: return .parts(try parts(node))
        }
    }

    private static func length(_ node: YAMLNode) throws(YAMLProblem) -> Form {
        let map = try node.map()
        try map.only(["at", "type", "plus"])
        let type = try map.required("type")
        let widths = ["u8": (1, false), "u16": (2, false), "u16-le": (2, false), "u16-be": (2, true), "u24": (3, false), "u24-be": (3, true)]
        guard let (size, isBig) = widths[try type.text()] else { throw type.problem("a length is u8, u16, u16-be, u24 or u24-be") }
        let plus = try map.optional("plus").map { node throws(YAMLProblem) in try count(node, -64...64) } ?? 0
        return .length(at: try count(map.required("at"), 0...64), size: size, isBigEndian: isBig, plus: plus)
    }

    private static func parts(_ node: YAMLNode) throws(YAMLProblem) -> Parts {
        let map = try node.map()
        try map.only(["index", "from", "count", "count-at", "keep"])
        let index = try count(map.required("index"), 0...64)
        guard (map.optional("count") == nil) != (map.optional("count-at") == nil) else { throw node.problem("say 'count' or 'count-at', one of them") }
        let number: Parts.Count =
            if let node = map.optional("count") { .fixed(try count(node, 1...64)) } else { .at(try count(map.required("count-at"), 0...64)) }
        var keep: (first: Int, last: Int?) = (index + 1, nil)
        if let node = map.optional("keep") {
            let text = try node.text()
            if text.hasSuffix(".."), let first = Int(digits: text.dropLast(2)), first <= 512 {
                keep = (first, nil)
            } else {
                let ends = text.split(separator: ".", omittingEmptySubsequences: false)
                guard ends.count == 3, ends[1].isEmpty, let first = Int(digits: ends[0]), let last = Int(signedDigits: ends[2]),
                    first <= 512, abs(last) <= 512, last < 0 || first <= last
                else { throw node.problem("write what to keep of each part, such as 2.. or 4..-2") }
                keep = (first, last)
            }
        }
        return Parts(index: index, from: try map.optional("from").map { node throws(YAMLProblem) in try count(node, 0...255) } ?? 0, count: number, keep: keep)
    }

    private static func count(_ node: YAMLNode, _ limits: ClosedRange<Int>) throws(YAMLProblem) -> Int {
        let number = try node.int()
        guard limits.contains(number) else { throw node.problem("write a number from \(limits.lowerBound) to \(limits.upperBound)") }
        return number
    }
}

extension YAMLNode {
    /// `2 s`, `500 ms` or `3 min`, up to a day.
    package func milliseconds() throws(YAMLProblem) -> Int64 {
        let parts = try text().split(separator: " ")
        let units: [Substring: Int64] = ["ms": 1, "s": 1000, "min": 60_000]
        guard parts.count == 2, let number = Int(digits: parts[0]), (1...86_400_000).contains(number), let unit = units[parts[1]],
            Int64(number) * unit <= 86_400_000
        else { throw problem("write a time such as 2 s, 500 ms or 3 min") }
        return Int64(number) * unit
    }
}
