/// Swift source without its comments, line for line, so that a finding keeps its line number.
///
/// It knows line comments, nested block comments, and strings (escaped, raw, multi-line, interpolated).
/// It does not know regex literals: one with a lone quotation mark hides the rest of its line.
struct SwiftText {
    /// Comments blanked, string literals kept: what the program says and does.
    let withoutComments: [String]
    /// Comments and the text of string literals blanked: what the program does.
    let codeOnly: [String]

    init(_ source: String) {
        var lexer = Lexer(bytes: Array(source.utf8))
        lexer.code(untilParenthesis: false)
        withoutComments = Self.lines(lexer.spoken)
        codeOnly = Self.lines(lexer.done)
    }

    private static func lines(_ bytes: [UInt8]) -> [String] {
        bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
    }
}

private struct Lexer {
    let bytes: [UInt8]
    var at = 0
    var spoken: [UInt8] = []
    var done: [UInt8] = []

    init(bytes: [UInt8]) { self.bytes = bytes }

    private enum Class { case code, text, comment }

    private func sees(_ word: StaticString, from place: Int) -> Bool {
        // Most bytes are none of these; the closure is slow in a debug build.
        guard place < bytes.count, bytes[place] == word.utf8Start.pointee else { return false }
        return word.withUTF8Buffer { wanted in
            place + wanted.count <= bytes.count && (0..<wanted.count).allSatisfy { bytes[place + $0] == wanted[$0] }
        }
    }

    private mutating func take(_ count: Int = 1, as kind: Class) {
        for _ in 0..<count where at < bytes.count {
            let byte = bytes[at]
            let blank = byte == UInt8(ascii: "\n") ? byte : UInt8(ascii: " ")
            spoken.append(kind == .comment ? blank : byte)
            done.append(kind == .code ? byte : blank)
            at += 1
        }
    }

    mutating func code(untilParenthesis: Bool) {
        var depth = 0
        while at < bytes.count {
            if sees("//", from: at) {
                while at < bytes.count, bytes[at] != UInt8(ascii: "\n") { take(as: .comment) }
            } else if sees("/*", from: at) {
                blockComment()
            } else if let hashes = hashesBeforeQuote() {
                string(hashes: hashes)
            } else {
                if bytes[at] == UInt8(ascii: "(") { depth += 1 }
                if bytes[at] == UInt8(ascii: ")") {
                    if untilParenthesis, depth == 0 { return }
                    depth -= 1
                }
                take(as: .code)
            }
        }
    }

    private mutating func blockComment() {
        var depth = 0
        repeat {
            if sees("/*", from: at) {
                depth += 1
                take(2, as: .comment)
            } else if sees("*/", from: at) {
                depth -= 1
                take(2, as: .comment)
            } else {
                take(as: .comment)
            }
        } while depth > 0 && at < bytes.count
    }

    private func hashesBeforeQuote() -> Int? {
        let end = hashEnd(from: at)
        return sees("\"", from: end) ? end - at : nil
    }

    private func hashEnd(from place: Int) -> Int {
        var end = place
        while end < bytes.count, bytes[end] == UInt8(ascii: "#") { end += 1 }
        return end
    }

    private mutating func string(hashes: Int) {
        take(hashes, as: .code)
        let quotes = sees("\"\"\"", from: at) ? 3 : 1
        take(quotes, as: .code)
        while at < bytes.count {
            if closes(quotes: quotes, hashes: hashes) {
                return take(quotes + hashes, as: .code)
            } else if bytes[at] == UInt8(ascii: "\\"), hashEnd(from: at + 1) - at - 1 >= hashes {
                take(1 + hashes, as: .text)
                if sees("(", from: at) {
                    take(as: .code)
                    code(untilParenthesis: true)
                    take(as: .code)
                } else {
                    take(as: .text)
                }
            } else if quotes == 1, bytes[at] == UInt8(ascii: "\n") {
                return  // Not Swift; heal at the end of the line.
            } else {
                take(as: .text)
            }
        }
    }

    private func closes(quotes: Int, hashes: Int) -> Bool {
        guard quotes == 3 ? sees("\"\"\"", from: at) : sees("\"", from: at) else { return false }
        return hashEnd(from: at + quotes) - at - quotes >= hashes
    }
}
