/// A checksum that we write. The names are those of the checksums that frames carry.
enum WriteSum: String, Sendable, CaseIterable {
    case sum8
    case sum8Plus1 = "sum8-plus-1"
    /// All bytes with the sum give FF, or 00.
    case sum8ToFF = "sum8-to-ff", sum8To00 = "sum8-to-00"
    case sum7, sum5, xor8
    /// Polynomial 07, init 00.
    case crc8
    case crc8Maxim = "crc8-maxim"
    /// Polynomial 1021, init FFFF; init 0000; reflected, init FFFF.
    case crc16CCITT = "crc16-ccitt", crc16Xmodem = "crc16-xmodem", crc16Mcrf4xx = "crc16-mcrf4xx"
    /// Polynomial 8005 reflected, init FFFF.
    case crc16Modbus = "crc16-modbus"

    var width: Int {
        switch self {
        case .crc16CCITT, .crc16Xmodem, .crc16Mcrf4xx, .crc16Modbus: 2
        default: 1
        }
    }

    /// Two bytes go out low byte first: no device is known that wants it otherwise.
    func bytes(over covered: ArraySlice<UInt8>) -> [UInt8] {
        let sum = covered.reduce(UInt8(0)) { $0 &+ $1 }
        return switch self {
        case .sum8: [sum]
        case .sum8Plus1: [sum &+ 1]
        case .sum8ToFF: [0xFF &- sum]
        case .sum8To00: [0 &- sum]
        case .sum7: [sum & 0x7F]
        case .sum5: [sum & 0x1F]
        case .xor8: [covered.reduce(0, ^)]
        case .crc8: [Self.forward(covered, polynomial: 0x07 << 8, register: 0).high]
        case .crc8Maxim: [Self.reflected(covered, polynomial: 0x8C, register: 0).low]
        case .crc16CCITT: Self.forward(covered, polynomial: 0x1021, register: 0xFFFF).pair
        case .crc16Xmodem: Self.forward(covered, polynomial: 0x1021, register: 0).pair
        case .crc16Mcrf4xx: Self.reflected(covered, polynomial: 0x8408, register: 0xFFFF).pair
        case .crc16Modbus: Self.reflected(covered, polynomial: 0xA001, register: 0xFFFF).pair
        }
    }

    private static func forward(_ bytes: ArraySlice<UInt8>, polynomial: UInt16, register: UInt16) -> UInt16 {
        bytes.reduce(register) { register, byte in
            (0..<8).reduce(register ^ UInt16(byte) << 8) { register, _ in
                register & 0x8000 == 0 ? register << 1 : register << 1 ^ polynomial
            }
        }
    }

    private static func reflected(_ bytes: ArraySlice<UInt8>, polynomial: UInt16, register: UInt16) -> UInt16 {
        bytes.reduce(register) { register, byte in
            (0..<8).reduce(register ^ UInt16(byte)) { register, _ in
                register & 1 == 0 ? register >> 1 : register >> 1 ^ polynomial
            }
        }
    }
}

extension UInt16 {
    fileprivate var low: UInt8 { UInt8(truncatingIfNeeded: self) }
    fileprivate var high: UInt8 { UInt8(truncatingIfNeeded: self >> 8) }
    fileprivate var pair: [UInt8] { [low, high] }
}
