/// The kinds of number that frames are made of. `-be` behind a word in a profile reverses the byte order of that field.
enum FieldType: String, CaseIterable, Sendable {
    case u8, u16, u24, u32
    case i8, i16, i32
    /// IEEE 11073-20601 SFLOAT: 12-bit mantissa, 4-bit power of ten, five words that are not numbers.
    case sfloat
    /// IEEE 11073-20601 FLOAT: 24-bit mantissa, 8-bit power of ten, five words that are not numbers.
    case float
    /// Bluetooth SIG Date Time 2A08: year u16, month, day, hours, minutes, seconds; a zero year, month or day is "not known".
    case dateTime = "date-time"

    var size: Int {
        switch self {
        case .u8, .i8: 1
        case .u16, .i16, .sfloat: 2
        case .u24: 3
        case .u32, .i32, .float: 4
        case .dateTime: 7
        }
    }

    /// Whether the frame states the decimals itself, so that they are kept.
    var statesDecimals: Bool { self == .sfloat || self == .float }

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
}
