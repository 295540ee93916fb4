/// Files that were read once, in a compact form that is read back many times faster than YAML.
///
/// ```
/// "VGYA" | seal | count of files | per file: key, tree with its length in front | FNV-1a of all before, u64 little-endian
/// node: tag u8 | line | column | content       text: length | UTF-8       numbers: LEB128
/// ```
/// A tree counts only for the very text that it was made of, and only for a program with the same seal. What cannot be read
/// back whole is no archive, and the YAML is read again. The sum finds damage; against forgery only the archive's place helps.
package struct YAMLArchive: Sendable {
    private let bytes: [UInt8]
    /// Where the tree of each text stands.
    private let places: [String: Range<Int>]

    private static let signature = Array("VGYA".utf8)
    /// Deeper than any file that a person writes; the reader never goes further down.
    private static let deepest = 64

    /// How many texts it has.
    package var count: Int { places.count }

    /// - Parameter seal: of what made the trees; another program may refuse what this one took.
    package static func bytes(of files: [(text: String, root: YAMLNode)], seal: String) -> [UInt8] {
        var writer = Writer(bytes: signature)
        writer.text(seal)
        writer.number(files.count)
        for file in files {
            writer.text(key(of: file.text))
            var tree = Writer(bytes: [])
            tree.node(file.root)
            writer.number(tree.bytes.count)
            writer.bytes += tree.bytes
        }
        let sum = UInt64(fingerprintOf: writer.bytes)
        return writer.bytes + (0..<8).map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) }
    }

    /// nil for anything but an archive that is whole to its last byte and has this seal.
    package init?(_ bytes: [UInt8], seal: String) {
        guard bytes.count > YAMLArchive.signature.count + 8, bytes.starts(with: YAMLArchive.signature) else { return nil }
        let end = bytes.count - 8
        let sum = bytes.withUnsafeBufferPointer { UInt64(fingerprintOf: UnsafeBufferPointer(rebasing: $0[..<end])) }
        guard sum == bytes[end...].reversed().reduce(UInt64(0), { $0 << 8 | UInt64($1) }) else { return nil }
        var places: [String: Range<Int>] = [:]
        let isWhole = bytes.withUnsafeBufferPointer { buffer in
            var reader = Reader(bytes: buffer, at: YAMLArchive.signature.count, end: end)
            guard reader.text() == seal, let count = reader.count() else { return false }
            for _ in 0..<count {
                guard let key = reader.text(), let length = reader.count() else { return false }
                places[key] = reader.at..<reader.at + length
                reader.at += length
            }
            return reader.at == end
        }
        guard isWhole else { return nil }
        (self.bytes, self.places) = (bytes, places)
    }

    /// What the text says, as `YAMLNode.load` read it; nil where it is not there, or not whole.
    /// - Parameter file: only a name, for the problems.
    package func tree(of text: String, file: String) -> YAMLNode? {
        guard let place = places[YAMLArchive.key(of: text)] else { return nil }
        return bytes.withUnsafeBufferPointer { buffer in
            var reader = Reader(bytes: buffer, at: place.lowerBound, end: place.upperBound)
            guard let root = reader.node(of: file, depth: 0), reader.at == place.upperBound, root.kind != .empty else { return nil }
            return root
        }
    }

    private static func key(of text: String) -> String { "\(text.fingerprint)-\(text.utf8.count)" }

    private enum Tag: UInt8 { case plain, quoted, list, map, empty }

    private struct Writer {
        var bytes: [UInt8]

        mutating func number(_ number: Int) {
            var rest = UInt(bitPattern: number)
            while rest > 0x7F {
                bytes.append(UInt8(rest & 0x7F) | 0x80)
                rest >>= 7
            }
            bytes.append(UInt8(rest))
        }

        mutating func text(_ text: String) {
            number(text.utf8.count)
            bytes.append(contentsOf: text.utf8)
        }

        mutating func node(_ node: YAMLNode) {
            let tag: Tag = switch node.content {
            case .scalar(_, isQuoted: false): .plain
            case .scalar(_, isQuoted: true): .quoted
            case .list: .list
            case .map: .map
            case .empty: .empty
            }
            bytes.append(tag.rawValue)
            number(node.line)
            number(node.column)
            switch node.content {
            case .scalar(let text, _): self.text(text)
            case .list(let elements):
                number(elements.count)
                for element in elements { self.node(element) }
            case .map(let entries):
                number(entries.count)
                for entry in entries {
                    self.node(entry.key)
                    self.node(entry.value)
                }
            case .empty: break
            }
        }
    }

    private struct Reader {
        let bytes: UnsafeBufferPointer<UInt8>
        var at: Int
        let end: Int

        mutating func number() -> Int? {
            var number: UInt = 0
            var shift: UInt = 0
            while at < end, shift < 63 {
                let byte = bytes[at]
                at += 1
                number |= UInt(byte & 0x7F) << shift
                if byte & 0x80 == 0 { return Int(bitPattern: number) }
                shift += 7
            }
            return nil
        }

        /// How many follow: each takes a byte at least, so that no number makes a list longer than the archive.
        mutating func count() -> Int? {
            guard let count = number(), count <= end - at else { return nil }
            return count
        }

        mutating func text() -> String? {
            guard let count = count() else { return nil }
            defer { at += count }
            return String(validating: UnsafeBufferPointer(rebasing: bytes[at..<at + count]), as: UTF8.self)
        }

        mutating func node(of file: String, depth: Int) -> YAMLNode? {
            guard depth < YAMLArchive.deepest, at < end, let tag = Tag(rawValue: bytes[at]) else { return nil }
            at += 1
            guard let line = number(), let column = number(), let content = content(tag, of: file, depth: depth) else { return nil }
            return YAMLNode(file: file, line: line, column: column, content: content)
        }

        private mutating func content(_ tag: Tag, of file: String, depth: Int) -> YAMLNode.Content? {
            switch tag {
            case .plain, .quoted: return text().map { .scalar($0, isQuoted: tag == .quoted) }
            case .empty: return .empty
            case .list:
                guard let count = count() else { return nil }
                var elements: [YAMLNode] = []
                // More only as they come: a forged count takes no memory.
                elements.reserveCapacity(min(count, 64))
                for _ in 0..<count {
                    guard let element = node(of: file, depth: depth + 1) else { return nil }
                    elements.append(element)
                }
                return .list(elements)
            case .map:
                guard let count = count() else { return nil }
                var entries: [(key: YAMLNode, value: YAMLNode)] = []
                entries.reserveCapacity(min(count, 64))
                for _ in 0..<count {
                    guard let key = node(of: file, depth: depth + 1), !key.name.isEmpty, let value = node(of: file, depth: depth + 1) else { return nil }
                    entries.append((key, value))
                }
                return .map(entries)
            }
        }
    }
}
