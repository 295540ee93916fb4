import Readings

/// A Bluetooth UUID. The 16-bit numbers of the Bluetooth SIG and their 128-bit spellings are the same value.
package struct BluetoothUUID: Sendable, Hashable, CustomStringConvertible {
    private let value: UInt128

    /// `0000xxxx-0000-1000-8000-00805f9b34fb`, Core Specification vol. 3 part B 2.5.1
    private static let base: UInt128 = 0x0000_0000_0000_1000_8000_0080_5f9b_34fb

    /// Accepts 4, 8 or 32 hex digits in any case, 32 also with dashes in their places, all also behind `0x`; nil for anything else.
    package init?(_ text: some StringProtocol) {
        var digits = text.utf8[...]
        if digits.starts(with: "0x".utf8) { digits = digits.dropFirst(2) }
        let dashes = digits.enumerated().filter { $0.element == UInt8(ascii: "-") }.map(\.offset)
        guard dashes.isEmpty || (digits.count == 36 && dashes == [8, 13, 18, 23]) else { return nil }
        var value: UInt128 = 0
        var count = 0
        for byte in digits where byte != UInt8(ascii: "-") {
            guard let digit = UInt8(hexDigit: byte) else { return nil }
            value = value << 4 | UInt128(digit)
            count += 1
        }
        switch count {
        case 4, 8: self.value = value << 96 | BluetoothUUID.base
        case 32: self.value = value
        default: return nil
        }
    }

    /// A 16-bit number of the Bluetooth SIG.
    package init(number: UInt16) { value = UInt128(number) << 96 | BluetoothUUID.base }

    /// Lower-case: four digits for a SIG number, else 36 characters.
    package var description: String {
        let short = value >> 96
        if value & (UInt128.max >> 32) == BluetoothUUID.base, short <= 0xFFFF { return UInt16(short).fourDigits }
        let hex = String(value, radix: 16)
        let digits = String(repeating: "0", count: 32 - hex.count) + hex
        var text = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { text += "-" }
            text.append(digit)
        }
        return text
    }
}

extension UInt16 {
    /// Exactly four hex digits in any case; nil for anything else.
    package init?(fourDigits text: String) {
        guard text.utf8.count == 4, let bytes = [UInt8](hex: text), bytes.count == 2 else { return nil }
        self = UInt16(bytes[0]) << 8 | UInt16(bytes[1])
    }

    /// Four lower-case hex digits, as SIG UUIDs and company numbers are written.
    package var fourDigits: String {
        let hex = String(self, radix: 16)
        return String(repeating: "0", count: 4 - hex.count) + hex
    }
}
