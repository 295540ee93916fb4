import Readings

/// Bytes to write, with slots that are filled at the moment of writing: `51 25 {record:u16-le} 00 00 A3 {sum8}`.
struct WriteTemplate: Sendable, Hashable {
    enum Piece: Sendable, Hashable {
        case literal([UInt8])
        case number(NumberSlot, NumberType)
        /// Seven bytes, GATT Specification Supplement "Date Time"; or ten, "Current Time".
        case dateTime(isLocal: Bool), currentTime(isLocal: Bool)
        case address(isReversed: Bool)
        /// The bind key, 16 bytes.
        case key
        /// Bytes of the value that is being answered.
        case echo(ClosedRange<Int>)
        /// Bytes kept of an earlier value.
        case kept(String, width: Int)
        /// Over all bytes before it, from an offset on.
        case sum(Checksum.Kind, from: Int)
    }

    enum NumberSlot: Sendable, Hashable {
        case loop(String)
        case user, consent
        case seconds(since: Int, isLocal: Bool)
        /// The last midnight of the place, in the same seconds.
        case midnight(since: Int, isLocal: Bool)
        case civil(CivilPart, isLocal: Bool)
    }

    enum CivilPart: String, Sendable, CaseIterable {
        case year, month, day, hour, minute, second, weekday
        case yearOfCentury = "year-2000"
    }

    /// How a number becomes bytes.
    enum NumberType: String, Sendable, CaseIterable {
        case u8
        case u16le = "u16-le", u16be = "u16-be", u24le = "u24-le", u24be = "u24-be", u32le = "u32-le", u32be = "u32-be"
        /// Two decimal digits in one byte.
        case bcd
        /// Two ASCII digits.
        case digits

        var width: Int {
            switch self {
            case .u8, .bcd: 1
            case .u16le, .u16be, .digits: 2
            case .u24le, .u24be: 3
            case .u32le, .u32be: 4
            }
        }

        var isBig: Bool { self == .u16be || self == .u24be || self == .u32be }

        /// The largest number it holds.
        var most: UInt32 {
            switch self {
            case .bcd, .digits: 99
            default: UInt32.max >> (32 - 8 * UInt32(width))
            }
        }

        /// nil for a number that does not fit.
        func bytes(_ number: Int) -> [UInt8]? {
            guard number >= 0, let number = UInt32(exactly: number), number <= most else { return nil }
            switch self {
            case .bcd: return [UInt8((number / 10) << 4 | number % 10)]
            case .digits: return [UInt8(ascii: "0") + UInt8(number / 10), UInt8(ascii: "0") + UInt8(number % 10)]
            default:
                let little = (0..<width).map { UInt8(truncatingIfNeeded: number >> (8 * UInt32($0))) }
                return isBig ? little.reversed() : little
            }
        }

        /// nil for bytes that are no such number.
        func number(_ bytes: some BidirectionalCollection<UInt8>) -> UInt32? {
            guard bytes.count == width else { return nil }
            switch self {
            case .bcd, .digits: return nil
            default:
                let big = isBig ? Array(bytes) : bytes.reversed()
                return big.reduce(0) { $0 << 8 | UInt32($1) }
            }
        }
    }

    var pieces: [Piece]

    /// How many bytes it will be, whatever the slots hold.
    var length: Int { pieces.reduce(0) { $0 + $1.width } }

    /// Whether it tells the device the time.
    var tellsTime: Bool {
        pieces.contains { piece in
            switch piece {
            case .dateTime, .currentTime, .number(.seconds, _), .number(.civil, _): true
            default: false
            }
        }
    }
}

extension WriteTemplate.Piece {
    var width: Int {
        switch self {
        case .literal(let bytes): bytes.count
        case .number(_, let type): type.width
        case .dateTime: 7
        case .currentTime: 10
        case .address: 6
        case .key: 16
        case .echo(let range): range.count
        case .kept(_, let width): width
        case .sum(let sum, _): sum.size
        }
    }
}

/// What a slot wants and nobody gave, in words.
struct MissingSlot: Error, Hashable {
    var what: String
}

extension WriteTemplate {
    func filled(from values: SlotValues) throws(MissingSlot) -> [UInt8] {
        var bytes: [UInt8] = []
        for piece in pieces {
            switch piece {
            case .literal(let literal): bytes += literal
            case .number(let slot, let type):
                let number = try values.number(slot)
                guard let written = type.bytes(number) else { throw MissingSlot(what: "a number that fits \(type.rawValue), not \(number)") }
                bytes += written
            case .dateTime(let isLocal): bytes += values.civil(isLocal: isLocal).dateTime
            case .currentTime(let isLocal):
                let civil = values.civil(isLocal: isLocal)
                // No fractions of a second; the reason is "manual time update", which cuffs take where they refuse others.
                bytes += civil.dateTime + [UInt8(civil.weekday), 0, 1]
            case .address(let isReversed):
                guard let address = values.address, let octets = [UInt8](hex: address.compact) else {
                    throw MissingSlot(what: "the device's address")
                }
                bytes += isReversed ? octets.reversed() : octets
            case .key:
                guard let key = values.bindKey, key.count == 16 else { throw MissingSlot(what: "a bind key of 16 bytes") }
                bytes += key
            case .echo(let range):
                guard range.upperBound < values.answered.count else {
                    throw MissingSlot(what: "byte \(range.upperBound) of \(values.answered.hex)")
                }
                bytes += values.answered[range]
            case .kept(let name, _):
                guard let kept = values.kept[name] else { throw MissingSlot(what: "'\(name)', which the device has not told") }
                bytes += kept
            case .sum(let kind, let start):
                let sum = Checksum(kind).value(of: bytes.span.bytes.extracting(droppingFirst: start))
                bytes += (0..<kind.size).map { UInt8(truncatingIfNeeded: sum >> (8 * UInt32($0))) }
            }
        }
        return bytes
    }
}
