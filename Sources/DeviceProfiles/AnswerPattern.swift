import Readings
import StrictYAML

/// The first bytes of what a device says: `06 00 01`, `5A 1A 10 ?? 02`. `?` stands for any half byte, `|` stands between
/// alternatives, as in all byte patterns of a profile.
struct AnswerPattern: Sendable, Hashable {
    private var alternatives: [[Byte]] = []

    private struct Byte: Sendable, Hashable {
        var mask: UInt8
        var want: UInt8
    }

    /// nil for anything that is no pattern.
    init?(_ text: String) {
        for part in text.split(separator: "|", omittingEmptySubsequences: false) {
            var bytes: [Byte] = []
            for word in part.split(separator: " ") {
                let digits = Array(word.utf8)
                guard digits.count.isMultiple(of: 2) else { return nil }
                for start in stride(from: 0, to: digits.count, by: 2) {
                    guard let byte = Self.byte(digits[start..<start + 2]) else { return nil }
                    bytes.append(byte)
                }
            }
            guard !bytes.isEmpty else { return nil }
            alternatives.append(bytes)
        }
    }

    private static func byte(_ digits: ArraySlice<UInt8>) -> Byte? {
        var byte = Byte(mask: 0, want: 0)
        for digit in digits {
            byte = Byte(mask: byte.mask << 4, want: byte.want << 4)
            if digit == UInt8(ascii: "?") { continue }
            guard let value = UInt8(hexDigit: digit) else { return nil }
            byte = Byte(mask: byte.mask | 0x0F, want: byte.want | value)
        }
        return byte
    }

    func begins(_ frame: [UInt8]) -> Bool {
        alternatives.contains { bytes in
            frame.count >= bytes.count && zip(frame, bytes).allSatisfy { $0 & $1.mask == $1.want }
        }
    }
}

extension YAMLNode {
    func answerPattern() throws(YAMLProblem) -> AnswerPattern {
        guard let pattern = AnswerPattern(try text()) else {
            throw problem("no byte pattern: write pairs of hex digits, such as \"06 00 01\"; '?' for any half byte, '|' between alternatives")
        }
        return pattern
    }
}
