/// What has come of a frame that is not whole yet. A value of one connection: a new one begins empty.
struct FramingBuffer: Sendable {
    private var bytes: [UInt8] = []
    /// When the last bytes came, in milliseconds of any clock that goes forward.
    private var lastAt: Int64?
    /// The number that the next piece must have.
    private var next = 0
    /// How many pieces make the frame that was begun; 0 if none was.
    private var count = 0
    /// A line too long: its rest is no line.
    private var isOverlong = false
    /// Bytes that fitted nothing.
    private(set) var dropped = 0

    init() {}

    /// Whether no frame was begun.
    var isEmpty: Bool { bytes.isEmpty && count == 0 }
    /// How many bytes wait for the rest of their frame.
    var held: Int { bytes.count }

    /// Takes what came in one value, and gives the frames that are whole now. Never holds more than `framing.most` bytes.
    mutating func take(_ value: [UInt8], by framing: Framing, at milliseconds: Int64?) -> [[UInt8]] {
        if let within = framing.within, let lastAt, let milliseconds, milliseconds > lastAt, milliseconds &- lastAt > within { forget() }
        if let milliseconds { lastAt = milliseconds }
        switch framing.form {
        case .size(let size):
            return takeStream(value, framing, least: 1) { _ in size }
        case .length(let at, let size, let isBigEndian, let plus):
            return takeStream(value, framing, least: at + size) { bytes in
                FramingBuffer.length(bytes, at: at, size: size, isBigEndian: isBigEndian).map { $0 + plus }
            }
        case .line(let end): return takeLines(value, end, framing)
        case .sync(let bit, let size): return takeSynced(value, bit, size)
        case .chunks(let size):
            return passes(value, framing) ?? takeChunks(value, size)
        case .segments(let first, let last, let counter, let repeats):
            return passes(value, framing) ?? takeSegment(value, first, last, counter, repeats, framing.most)
        case .parts(let parts):
            return passes(value, framing) ?? takePart(value, parts, framing.most)
        }
    }

    private mutating func forget() {
        dropped += bytes.count
        bytes = []
        (next, count, isOverlong) = (0, 0, false)
    }

    /// A value that is no piece stands for itself.
    private func passes(_ value: [UInt8], _ framing: Framing) -> [[UInt8]]? {
        guard let start = framing.startsWith, !start.fits(value.span.bytes, at: 0) else { return nil }
        return value.isEmpty ? [] : [value]
    }

    /// Frames with a beginning and a length, which is nil as long as the bytes that tell it are missing.
    private mutating func takeStream(
        _ value: [UInt8], _ framing: Framing, least: Int, length: (ArraySlice<UInt8>) -> Int?
    ) -> [[UInt8]] {
        bytes += value
        var frames: [[UInt8]] = []
        var at = 0
        while at < bytes.count {
            let fit = framing.startsWith?.fit(bytes.span.bytes, at: at) ?? .whole
            if fit == .open { break }
            if fit == .whole {
                guard let count = length(bytes[at...]) else { break }
                if count >= least, count <= framing.most {
                    guard bytes.count - at >= count else { break }
                    frames.append(Array(bytes[at..<at + count]))
                    at += count
                    continue
                }
            }
            at += 1
            dropped += 1
        }
        bytes.removeFirst(at)
        return frames
    }

    private static func length(_ bytes: ArraySlice<UInt8>, at offset: Int, size: Int, isBigEndian: Bool) -> Int? {
        guard bytes.count >= offset + size else { return nil }
        let start = bytes.startIndex + offset
        let told = bytes[start..<start + size]
        return isBigEndian ? told.reduce(0) { $0 << 8 | Int($1) } : told.reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    private mutating func takeLines(_ value: [UInt8], _ end: [UInt8], _ framing: Framing) -> [[UInt8]] {
        var frames: [[UInt8]] = []
        for byte in value {
            bytes.append(byte)
            if bytes.suffix(end.count) == end[...] {
                let line = bytes.dropLast(end.count)
                let isWanted = framing.startsWith?.fits(Array(line).span.bytes, at: 0) ?? true
                if isOverlong || !isWanted { dropped += line.count } else if !line.isEmpty { frames.append(Array(line)) }
                bytes = []
                isOverlong = false
            } else if bytes.count >= framing.most + end.count {
                // Keep only what may be the beginning of the end.
                let kept = end.count - 1
                dropped += bytes.count - kept
                bytes.removeFirst(bytes.count - kept)
                isOverlong = true
            }
        }
        return frames
    }

    private mutating func takeSynced(_ value: [UInt8], _ bit: UInt8, _ size: Int) -> [[UInt8]] {
        var frames: [[UInt8]] = []
        for byte in value {
            if byte & bit != 0 {
                dropped += bytes.count
                bytes = [byte]
            } else if bytes.isEmpty {
                dropped += 1
                continue
            } else {
                bytes.append(byte)
            }
            guard bytes.count == size else { continue }
            frames.append(bytes)
            bytes = []
        }
        return frames
    }

    private mutating func takeChunks(_ value: [UInt8], _ size: Int) -> [[UInt8]] {
        let whole = value.count / size
        dropped += value.count - whole * size
        return (0..<whole).map { Array(value[$0 * size..<($0 + 1) * size]) }
    }

    private mutating func takeSegment(
        _ value: [UInt8], _ first: UInt8, _ last: UInt8, _ counter: ClosedRange<Int>?, _ repeats: Int, _ most: Int
    ) -> [[UInt8]] {
        guard let head = value.first else { return [] }
        let number = counter.map { Int(UInt32(head) & Condition.mask($0)) >> $0.lowerBound } ?? 0
        if head & first != 0 {
            forget()
            count = 1
        } else if count == 0 || number != next || !value.dropFirst().starts(with: bytes.prefix(repeats)) {
            forget()
            dropped += value.count
            return []
        }
        return add(value.dropFirst(head & first != 0 ? 1 : 1 + repeats), most, isLast: head & last != 0) {
            counter.map { (number + 1) % (1 << $0.count) } ?? 0
        }
    }

    private mutating func takePart(_ value: [UInt8], _ parts: Framing.Parts, _ most: Int) -> [[UInt8]] {
        let keep = parts.keep
        let end = keep.last.map { $0 < 0 ? value.count + $0 + 1 : $0 + 1 } ?? value.count
        let told: Int? = switch parts.count {
        case .fixed(let number): number
        case .at(let offset): offset < value.count ? Int(value[offset]) : nil
        }
        guard parts.index < value.count, let told, keep.first <= end, end <= value.count else {
            forget()
            dropped += value.count
            return []
        }
        let number = Int(value[parts.index])
        if number == parts.from, told > 0 {
            forget()
            count = told
        } else if count == 0 || number != next || told != count {
            forget()
            dropped += value.count
            return []
        }
        return add(value[keep.first..<end], most, isLast: number - parts.from + 1 == count) { number + 1 }
    }

    /// Joins a piece to what came before it.
    private mutating func add(_ piece: ArraySlice<UInt8>, _ most: Int, isLast: Bool, next: () -> Int) -> [[UInt8]] {
        guard bytes.count + piece.count <= most else {
            forget()
            dropped += piece.count
            return []
        }
        bytes += piece
        self.next = next()
        guard isLast else { return [] }
        let frame = bytes
        bytes = []
        count = 0
        return [frame]
    }
}
