/// Which device said it: its Bluetooth address, as the air carries it.
package struct DeviceID: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// `AA:BB:CC:DD:EE:FF`, upper-case.
    package let description: String

    /// Accepts six hex octets with colons, dashes or nothing between them, in any case; nil for anything else.
    package init?(address: some StringProtocol) {
        var octets: [UInt8] = []
        var pending: UInt8?
        var separators = 0
        for byte in address.utf8 {
            if byte == UInt8(ascii: ":") || byte == UInt8(ascii: "-") {
                separators += 1
                guard pending == nil, octets.count == separators else { return nil }
                continue
            }
            guard let digit = UInt8(hexDigit: byte) else { return nil }
            if let high = pending {
                octets.append(high << 4 | digit)
                pending = nil
            } else {
                pending = digit
            }
        }
        guard octets.count == 6, pending == nil, separators == 0 || separators == 5 else { return nil }
        var text = ""
        text.reserveCapacity(17)
        for (index, octet) in octets.enumerated() {
            if index > 0 { text += ":" }
            text += octet.hexPair
        }
        description = text
    }

    /// Without separators, for topics and identifiers: `AABBCCDDEEFF`.
    package var compact: String { description.filter { $0 != ":" } }

    package static func < (left: DeviceID, right: DeviceID) -> Bool { left.description < right.description }
}

extension UInt8 {
    package init?(hexDigit byte: UInt8) {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self = byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self = byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self = byte - UInt8(ascii: "A") + 10
        default: return nil
        }
    }

    var hexPair: String {
        let digits: StaticString = "0123456789ABCDEF"
        return digits.withUTF8Buffer { String(decoding: [$0[Int(self >> 4)], $0[Int(self & 15)]], as: UTF8.self) }
    }
}
