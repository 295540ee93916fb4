import Readings

/// Where in captured bytes a number that the display showed may stand: what someone with an unknown frame asks first.
struct ValueSearch {
    /// One way of reading bytes that gives the number shown.
    struct Place: Sendable, Hashable {
        var offset: Int
        /// Bytes.
        var size: Int
        var type: FieldType
        var isBigEndian: Bool
        /// What one count is worth.
        var each: ExactDecimal

        /// The type as profiles write it in a little-endian frame.
        var word: String { type.rawValue + (isBigEndian && size > 1 ? "-be" : "") }
    }

    /// Steps that scales, cuffs and thermometers count in; the usual ones first.
    private static let steps = ["0.01", "0.1", "1", "0.005", "0.05", "0.001", "0.5", "2"].compactMap { ExactDecimal($0) }
    private static let types: [(type: FieldType, size: Int)] = [(.u16, 2), (.u24, 3), (.u32, 4), (.u8, 1)]

    /// Every place, likeliest first: wide numbers before narrow ones, which meet by chance.
    static func places(of shown: ExactDecimal, in bytes: [UInt8]) -> [Place] {
        types.flatMap { type, size in
            steps.flatMap { step in
                bytes.indices.flatMap { offset in
                    [false, true].compactMap { isBig in
                        guard offset + size <= bytes.count, size > 1 || !isBig else { return nil }
                        let raw = number(Array(bytes[offset..<offset + size]), isBig: isBig)
                        guard raw > 0, ExactDecimal(raw).times(step).compared(to: shown) == 0 else { return nil }
                        return Place(offset: offset, size: size, type: type, isBigEndian: isBig, each: step)
                    }
                }
            }
        }
    }

    private static func number(_ bytes: [UInt8], isBig: Bool) -> Int64 {
        (isBig ? bytes : bytes.reversed()).reduce(0) { $0 << 8 | Int64($1) }
    }
}
