@testable import StrictYAML
import Testing

/// Every value with its place, as one text.
private func told(_ node: YAMLNode) -> String {
    let content = switch node.content {
    case .scalar(let text, let isQuoted): isQuoted ? "\"\(text)\"" : text
    case .list(let elements): "[\(elements.map(told).joined(separator: ", "))]"
    case .map(let entries): "{\(entries.map { "\(told($0.key)): \(told($0.value))" }.joined(separator: ", "))}"
    case .empty: "~"
    }
    return "\(node.place) \(content)"
}

private let text = """
    profile: maker/thing
    title: "Größe: 血压"
    empty:
    frames:
      - { name: flags, bits: { a: 0, b: 1..3 } }
      - [1, "1", -2.50, ~]
    vectors:
      - name: last
    """
private let second = "other: [x, y]\n"

@Suite("Archive of files that were read") struct ArchiveTests {
    private func bytes() throws -> [UInt8] {
        YAMLArchive.bytes(of: [(text, try load(text)), (second, try load(second))], seal: "s")
    }

    /// The same with its sum put right, as somebody would who forges one.
    private func forged(_ body: [UInt8]) -> [UInt8] {
        let sum = body.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return body + (0..<8).map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) }
    }

    @Test("What is read back is what was written, each value in its place") func roundTrip() throws {
        let read = try #require(YAMLArchive(try bytes(), seal: "s"))
        #expect(read.count == 2)
        #expect(try told(#require(read.tree(of: text, file: "f.yaml"))) == told(load(text)))
        let other = try #require(read.tree(of: second, file: "g.yaml"))
        #expect(told(other) == "1:1 {1:1 other: 1:8 [1:9 x, 1:12 y]}")
        #expect(other.file == "g.yaml")
    }

    @Test("A map leaves out one key at its top, and only there") func without() throws {
        let node = try load("a: 1\nb: { a: 2 }\n")
        #expect(told(node.without("a")) == "1:1 {2:1 b: 2:4 {2:6 a: 2:9 2}}")
        #expect(told(node.without("c")) == told(node))
        #expect(told(try load("[a, b]").without("a")) == told(try load("[a, b]")))
    }

    @Test("A tree is that of one very text, and of one seal") func key() throws {
        let read = try #require(YAMLArchive(try bytes(), seal: "s"))
        #expect(read.tree(of: text + " ", file: "f") == nil)
        #expect(read.tree(of: second.replacing("x", with: "z"), file: "f") == nil)
        #expect(read.tree(of: "", file: "f") == nil)
        #expect(YAMLArchive(try bytes(), seal: "t") == nil)
    }

    @Test("Cut anywhere it is no archive, and neither with a byte behind it") func truncation() throws {
        let bytes = try bytes()
        for length in bytes.indices { #expect(YAMLArchive(Array(bytes.prefix(length)), seal: "s") == nil, "cut to \(length)") }
        #expect(YAMLArchive(bytes + [0], seal: "s") == nil)
        #expect(YAMLArchive([], seal: "s") == nil)
    }

    @Test("A byte that was changed makes it none") func damage() throws {
        let bytes = try bytes()
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 1
            #expect(YAMLArchive(damaged, seal: "s") == nil, "byte \(index)")
        }
    }

    @Test("A forged one never brings the reader down") func forgery() throws {
        let body = Array(try bytes().dropLast(8))
        for index in body.indices {
            for value: UInt8 in [0, 0x7F, 0x80, 0xFF, body[index] ^ 1, body[index] &+ 1] {
                var damaged = body
                damaged[index] = value
                guard let archive = YAMLArchive(forged(damaged), seal: "s") else { continue }
                _ = archive.tree(of: text, file: "f")
                _ = archive.tree(of: second, file: "g")
            }
        }
    }

    @Test("A forged tree of lists in lists is no tree, as deep as the archive is long") func forgedDepth() throws {
        try forgedTree(Array(Array(repeating: [UInt8](arrayLiteral: 2, 1, 1, 1), count: 100_000).joined()))
    }

    @Test("A forged tree is no tree", arguments: [
        // A list of 2^62 nodes, and one of more nodes than bytes are left.
        [2, 1, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x3F], [2, 1, 1, 0x7F, 4, 1, 1],
        // A key that is a list, one that is empty, a text that is no UTF-8, a node of no kind, nothing at all, and a byte too many.
        [3, 1, 1, 1, 2, 1, 1, 0, 4, 1, 1], [3, 1, 1, 1, 0, 1, 1, 0, 4, 1, 1], [0, 1, 1, 2, 0xC3, 0x28], [9, 1, 1], [], [4, 1, 1], [0, 1, 1, 1, 65, 0],
    ])
    func forgedTree(_ tree: [UInt8]) throws {
        let key = Array("\(second.fingerprint)-\(second.utf8.count)".utf8)
        let body = Array("VGYA".utf8) + [1] + Array("s".utf8) + [1] + number(key.count) + key + number(tree.count) + tree
        let archive = try #require(YAMLArchive(forged(body), seal: "s"))
        #expect(archive.tree(of: second, file: "g") == nil)
    }

    private func number(_ number: Int) -> [UInt8] { number < 0x80 ? [UInt8(number)] : [UInt8(number & 0x7F) | 0x80] + self.number(number >> 7) }
}
