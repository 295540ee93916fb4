/// Bytes read from the front; nil beyond the end. The slice keeps the places of the file, so that everything can say where it stood.
struct ByteCursor {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    var offset: Int { rest.startIndex }

    mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count >= 0, rest.count >= count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    mutating func u8() -> UInt8? { rest.popFirst() }

    /// Bluetooth: the lowest byte first.
    mutating func u16() -> UInt16? { take(2).map { UInt16($0[$0.startIndex + 1]) << 8 | UInt16($0[$0.startIndex]) } }

    /// btsnoop: the highest byte first.
    mutating func u32() -> UInt32? { take(4).map { $0.reduce(0) { $0 << 8 | UInt32($1) } } }
    mutating func u64() -> UInt64? { take(8).map { $0.reduce(0) { $0 << 8 | UInt64($1) } } }
}
