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

@Suite("Archive of files that were read") struct ArchiveTests {
    private func archive() throws -> YAMLArchive {
        let second = try YAMLNode.load("other: [x, y]\n", file: "second.yaml")
        return YAMLArchive(files: [.init(path: "maker/thing", root: try load(text)), .init(path: "maker/other", root: second)])
    }

    @Test("What is read back is what was written, each value in its place") func roundTrip() throws {
        let written = try archive()
        let read = try #require(YAMLArchive(written.bytes))
        #expect(read.files.map(\.path) == ["maker/thing", "maker/other"])
        #expect(read.files.map(\.root.file) == ["f.yaml", "second.yaml"])
        #expect(read.files.map { told($0.root) } == written.files.map { told($0.root) })
        #expect(told(read.files[1].root) == "1:1 {1:1 other: 1:8 [1:9 x, 1:12 y]}")
    }

    @Test("Cut anywhere it is no archive, and neither with a byte behind it") func truncation() throws {
        let bytes = try archive().bytes
        for length in bytes.indices { #expect(YAMLArchive(Array(bytes.prefix(length))) == nil, "cut to \(length)") }
        #expect(YAMLArchive(bytes + [0]) == nil)
    }

    @Test("A byte that was changed never brings the reader down") func damage() throws {
        let bytes = try archive().bytes
        for index in bytes.indices {
            for value: UInt8 in [0, 0x7F, 0x80, 0xFF, bytes[index] ^ 1] {
                var damaged = bytes
                damaged[index] = value
                _ = YAMLArchive(damaged)
            }
        }
        #expect(YAMLArchive([]) == nil)
        // A list of lists of lists, as deep as the archive is long.
        let nested = Array("VGY1".utf8) + [1, 0, 0] + Array(repeating: [2, 1, 1, 1], count: 100_000).joined()
        #expect(YAMLArchive(nested) == nil)
    }

    @Test("A key can be left out, and no other with it") func without() throws {
        let node = try load(text).without("vectors")
        #expect(try node.map().optional("vectors")?.line == nil)
        #expect(try node.map().required("title").text() == "Größe: 血压")
    }
}
