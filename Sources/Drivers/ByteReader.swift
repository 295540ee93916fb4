import DeviceProfiles

/// Reads bytes from front to back; what is not there is refused under the name of what was wanted.
struct ByteReader {
    private let bytes: [UInt8]
    private(set) var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }
    var rest: [UInt8] { Array(bytes[position...]) }

    mutating func u8(_ name: @autoclosure () -> String) throws(DecodeFailure) -> UInt8 {
        guard position < bytes.count else { throw .tooShort(field: name()) }
        defer { position += 1 }
        return bytes[position]
    }

    /// Lowest byte first.
    mutating func u16(_ name: @autoclosure () -> String) throws(DecodeFailure) -> UInt16 {
        let low = try u8(name())
        return UInt16(low) | UInt16(try u8(name())) << 8
    }

    mutating func bytes(_ count: Int, _ name: @autoclosure () -> String) throws(DecodeFailure) -> [UInt8] {
        guard count >= 0, count <= bytes.count - position else { throw .tooShort(field: name()) }
        defer { position += count }
        return Array(bytes[position..<position + count])
    }
}
