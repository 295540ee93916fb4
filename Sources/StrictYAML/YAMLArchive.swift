/// Files that were read once, in a compact form that is read back many times faster than YAML.
///
/// ```
/// "VGY1" | count of files | per file: path, name, node
/// node: tag u8 | line | column | content       text: length | UTF-8       numbers: LEB128
/// ```
/// Made only of files that were found good; what cannot be read back whole is no archive, and the YAML is read again.
package struct YAMLArchive: Sendable {
    package struct File: Sendable {
        package var path: String
        package var root: YAMLNode
        package init(path: String, root: YAMLNode) {
            self.path = path
            self.root = root
        }
    }

    package var files: [File]

    package init(files: [File]) { self.files = files }

    private static let signature = Array("VGY1".utf8)
    /// Deeper than any file that a person writes; the reader never goes further down.
    private static let deepest = 64

    package var bytes: [UInt8] {
        var writer = Writer(bytes: YAMLArchive.signature)
        writer.number(files.count)
        for file in files {
            writer.text(file.path)
            writer.text(file.root.file)
            writer.node(file.root)
        }
        return writer.bytes
    }

    /// nil for anything but an archive that is whole to its last byte.
    package init?(_ bytes: [UInt8]) {
        guard bytes.starts(with: YAMLArchive.signature) else { return nil }
        var reader = Reader(bytes: bytes, at: YAMLArchive.signature.count)
        guard let count = reader.count() else { return nil }
        var files: [File] = []
        for _ in 0..<count {
            guard let path = reader.text(), let name = reader.text(), let root = reader.node(of: name, depth: 0) else { return nil }
            files.append(File(path: path, root: root))
        }
        guard reader.at == bytes.count else { return nil }
        self.files = files
    }

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
        let bytes: [UInt8]
        var at: Int

        mutating func number() -> Int? {
            var number: UInt = 0
            var shift: UInt = 0
            while at < bytes.count, shift < 63 {
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
            guard let count = number(), count >= 0, count <= bytes.count - at else { return nil }
            return count
        }

        mutating func text() -> String? {
            guard let count = count() else { return nil }
            defer { at += count }
            return String(validating: bytes[at..<at + count], as: UTF8.self)
        }

        mutating func node(of file: String, depth: Int) -> YAMLNode? {
            guard depth < YAMLArchive.deepest, at < bytes.count, let tag = Tag(rawValue: bytes[at]) else { return nil }
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
                for _ in 0..<count {
                    guard let element = node(of: file, depth: depth + 1) else { return nil }
                    elements.append(element)
                }
                return .list(elements)
            case .map:
                guard let count = count() else { return nil }
                var entries: [(key: YAMLNode, value: YAMLNode)] = []
                for _ in 0..<count {
                    guard let key = node(of: file, depth: depth + 1), let value = node(of: file, depth: depth + 1) else { return nil }
                    entries.append((key, value))
                }
                return .map(entries)
            }
        }
    }
}

extension YAMLNode {
    /// The same map without one of its keys.
    package func without(_ name: String) -> YAMLNode {
        guard case .map(let entries) = content else { return self }
        let rest = entries.filter { if case .scalar(name, _) = $0.key.content { false } else { true } }
        return YAMLNode(file: file, line: line, column: column, content: .map(rest))
    }
}
