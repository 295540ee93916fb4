import DeviceProfiles

/// One packet of the memory protocol, in either direction.
///
///     length u8 | type u16 | address u16 | size u8 | bytes | 00 | XOR of all before        highest byte first
///
/// The length counts the whole packet; the XOR over the whole packet is 0.
/// Source: userx14/omblepy omblepy.py, eigger/hass-omron omron_driver.py (retold).
struct OmronPacket: Sendable, Hashable {
    enum Kind: UInt16, Sendable {
        /// Begins a session; answered by `opened`.
        case begin = 0x0000
        case begun = 0x8000
        case read = 0x0100
        case data = 0x8100
        case end = 0x0F00
        case ended = 0x8F00
    }

    var kind: Kind
    var address: UInt16
    /// How many bytes are asked for, or were answered.
    var size: UInt8
    var bytes: [UInt8]

    init(_ kind: Kind, address: UInt16 = 0, size: UInt8 = 0, bytes: [UInt8] = []) {
        self.kind = kind
        self.address = address
        self.size = size
        self.bytes = bytes
    }

    /// What is written to the device. There is no word here for writing to its memory: that could damage its calibration.
    var encoded: [UInt8] {
        var packet = [UInt8(truncatingIfNeeded: bytes.count + 8)]
        packet += [kind.rawValue.high, kind.rawValue.low, address.high, address.low, size] + bytes + [0]
        return packet + [packet.xor]
    }

    init(_ packet: [UInt8]) throws(DecodeFailure) {
        guard packet.count >= 8 else { throw .tooShort(field: "packet") }
        guard packet[0] == packet.count else { throw .wrongLength(is: packet.count, expected: Int(packet[0])) }
        guard packet.xor == 0 else { throw .badChecksum(frame: "packet") }
        let word = UInt16(packet[1], packet[2])
        guard let kind = Kind(rawValue: word) else { throw .notUnderstood("no packet of the memory protocol has type \(word.fourDigits)") }
        self.kind = kind
        address = UInt16(packet[3], packet[4])
        size = packet[5]
        // The answer to `begin` tells 16 bytes and has none; memory that is not there is told the same way.
        bytes = Int(size) <= packet.count - 8 ? Array(packet[6..<6 + Int(size)]) : []
    }
}

extension UInt16 {
    init(_ high: UInt8, _ low: UInt8) { self = UInt16(high) << 8 | UInt16(low) }
    var high: UInt8 { UInt8(self >> 8) }
    var low: UInt8 { UInt8(truncatingIfNeeded: self) }
}

extension [UInt8] {
    fileprivate var xor: UInt8 { reduce(0, ^) }
}
