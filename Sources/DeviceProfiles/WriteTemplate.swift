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

/// What a template's slots are filled from.
struct SlotValues {
    /// The moment of writing.
    var now: Instant
    var secondsFromUTC: Int
    var address: DeviceID?
    var user: UInt8?
    var consent: UInt16?
    var bindKey: [UInt8]?
    var loop: [String: UInt32] = [:]
    var kept: [String: [UInt8]] = [:]
    /// The value that is being answered.
    var answered: [UInt8] = []

    func civil(isLocal: Bool) -> CivilTime {
        let seconds = now.milliseconds / 1000 + (isLocal ? Int64(secondsFromUTC) : 0)
        return CivilTime(secondsSince1970: Int(seconds))
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

extension SlotValues {
    fileprivate func number(_ slot: WriteTemplate.NumberSlot) throws(MissingSlot) -> Int {
        switch slot {
        case .loop(let name):
            guard let value = loop[name] else { throw MissingSlot(what: "'\(name)', which no loop counts") }
            return Int(value)
        case .user:
            guard let user else { throw MissingSlot(what: "a user slot") }
            return Int(user)
        case .consent:
            guard let consent else { throw MissingSlot(what: "a consent code") }
            return Int(consent)
        case .seconds(let epoch, let isLocal):
            return civil(isLocal: isLocal).secondsSince1970 - CivilTime.newYear(epoch)
        case .midnight(let epoch, let isLocal):
            let here = civil(isLocal: true).secondsSince1970
            let midnight = here - here % 86_400 - (isLocal ? 0 : secondsFromUTC)
            return midnight - CivilTime.newYear(epoch)
        case .civil(let part, let isLocal):
            let civil = civil(isLocal: isLocal)
            return switch part {
            case .year: civil.year
            case .yearOfCentury: civil.year - 2000
            case .month: civil.month
            case .day: civil.day
            case .hour: civil.hour
            case .minute: civil.minute
            case .second: civil.second
            case .weekday: civil.weekday
            }
        }
    }
}

extension CivilTime {
    /// GATT Specification Supplement, "Date Time": year u16 little-endian, month, day, hours, minutes, seconds.
    var dateTime: [UInt8] {
        [UInt8(truncatingIfNeeded: year), UInt8(truncatingIfNeeded: year >> 8)]
            + [month, day, hour, minute, second].map { UInt8(truncatingIfNeeded: $0) }
    }

    /// 1 is Monday, 7 is Sunday. 1970-01-01 was a Thursday.
    var weekday: Int {
        let days = secondsSince1970 / 86_400 - (secondsSince1970 % 86_400 < 0 ? 1 : 0)
        return ((days + 3) % 7 + 7) % 7 + 1
    }

    /// Seconds from 1970 to the first of January of that year, on the same wall.
    static func newYear(_ year: Int) -> Int {
        CivilTime(year: year, month: 1, day: 1, hour: 0, minute: 0, second: 0)?.secondsSince1970 ?? 0
    }
}
