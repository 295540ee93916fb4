/// The kinds of number that frames are made of. `-be` or `-le` behind a word in a profile is the byte order of that field.
enum FieldType: String, CaseIterable, Sendable {
    case u8, u16, u24, u32, u40, u48, u64
    case i8, i16, i24, i32
    /// IEEE 11073-20601 SFLOAT: 12-bit mantissa, 4-bit power of ten, five words that are not numbers.
    case sfloat
    /// IEEE 11073-20601 FLOAT: 24-bit mantissa, 8-bit power of ten, five words that are not numbers.
    case float
    /// Two decimal digits a byte, the highest first.
    case bcd
    /// A decimal number in ASCII.
    case digits
    /// A word in ASCII: its value is the number of its code.
    case text
    /// Bluetooth SIG Date Time 2A08: year u16, month, day, hours, minutes, seconds; a zero year, month or day is "not known".
    case dateTime = "date-time"
    /// Seconds, or milliseconds, since an epoch.
    case seconds

    /// Whether the frame states the decimals itself, so that they are kept.
    var statesDecimals: Bool { self == .sfloat || self == .float || self == .digits }

    /// Whether the value is a civil time, packed; never a number.
    var isTime: Bool { self == .dateTime || self == .seconds }

    /// How many of its bits may be named; 0 where it is no bit field.
    var bitCount: Int {
        switch self {
        case .u8: 8
        case .u16: 16
        case .u24: 24
        case .u32: 32
        default: 0
        }
    }

    /// Whether its width is told beside it rather than by its name.
    var isSized: Bool { [.bcd, .digits, .text, .seconds].contains(self) }

    /// Whether it ends where its text ends.
    var isText: Bool { self == .digits || self == .text }

    /// Whether it has bytes that could stand in another order.
    var hasOrder: Bool { !isText && self != .u8 && self != .i8 }
}
