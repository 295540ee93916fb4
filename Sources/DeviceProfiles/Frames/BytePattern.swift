import Readings
import StrictYAML

/// Bytes as a profile writes them: hex with `?` for any half byte and `|` between alternatives, `"55 A?|AA"`.
struct BytePattern: Sendable, Hashable {
    struct Byte: Sendable, Hashable {
        var mask: UInt8
        var want: UInt8
    }

    /// At least one, none of them empty.
    let alternatives: [[Byte]]

    /// nil for an odd digit, an empty alternative or anything that is no hex.
    init?(_ text: String) {
        var alternatives: [[Byte]] = []
        for part in text.split(separator: "|", omittingEmptySubsequences: false) {
            guard let bytes = BytePattern.bytes(part), !bytes.isEmpty else { return nil }
            alternatives.append(bytes)
        }
        self.alternatives = alternatives
    }

    private static func bytes(_ text: Substring) -> [Byte]? {
        var bytes: [Byte] = []
        var high: Byte?
        for letter in text.utf8 {
            if letter == UInt8(ascii: " ") {
                guard high == nil else { return nil }
                continue
            }
            let half: Byte
            if letter == UInt8(ascii: "?") {
                half = Byte(mask: 0, want: 0)
            } else {
                guard let digit = UInt8(hexDigit: letter) else { return nil }
                half = Byte(mask: 0x0F, want: digit)
            }
            if let first = high {
                bytes.append(Byte(mask: first.mask << 4 | half.mask, want: first.want << 4 | half.want))
                high = nil
            } else {
                high = half
            }
        }
        return high == nil ? bytes : nil
    }

    enum Fit: Equatable {
        case whole
        /// It agrees as far as there are bytes.
        case open
        case none
    }

    /// Whether the bytes at `offset`, which is not below zero, are these.
    func fit(_ bytes: RawSpan, at offset: Int) -> Fit {
        var best = Fit.none
        for alternative in alternatives {
            var index = 0
            while index < alternative.count, offset + index < bytes.byteCount {
                let byte = bytes.unsafeLoad(fromByteOffset: offset + index, as: UInt8.self)
                guard byte & alternative[index].mask == alternative[index].want else { break }
                index += 1
            }
            if index == alternative.count { return .whole }
            if offset + index >= bytes.byteCount { best = .open }
        }
        return best
    }

    /// Whether these bytes stand at `offset`; below zero it counts from the end.
    func fits(_ bytes: RawSpan, at offset: Int) -> Bool {
        let start = offset < 0 ? bytes.byteCount + offset : offset
        return start >= 0 && fit(bytes, at: start) == .whole
    }

    /// Whether some bytes fit both, each at the same place.
    func overlaps(_ other: BytePattern) -> Bool {
        alternatives.contains { one in
            other.alternatives.contains { two in
                zip(one, two).allSatisfy { $0.want & $1.mask == $1.want & $0.mask }
            }
        }
    }
}

extension YAMLNode {
    func pattern() throws(YAMLProblem) -> BytePattern {
        guard let pattern = BytePattern(try text()) else {
            throw problem("no bytes: write pairs of hex digits in quotes, '?' for any half byte, '|' between alternatives")
        }
        return pattern
    }
}
