/// Which device said it: its Bluetooth address as the air carries it, or the name that a cloud or another radio gives it.
package struct DeviceID: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// `AA:BB:CC:DD:EE:FF`, upper-case; or `zigbee:0x00158d0001a2b3c4`, its namespace in front. The one has five colons,
    /// the other one: neither can be taken for the other.
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

    /// A device without a Bluetooth address, such as `withings:12345`.
    /// - Parameters:
    ///   - namespace: who gives the names; 1 to 24 of `a-z 0-9 -`.
    ///   - id: 1 to 64 of `A-Z a-z 0-9 . _ -`; case counts.
    /// nil for anything else: a name with other characters may be that of a person, or no name at all.
    package init?(namespace: String, id: String) {
        guard (1...24).contains(namespace.utf8.count), namespace.utf8.allSatisfy(DeviceID.belongsInNamespace),
            (1...64).contains(id.utf8.count), id.utf8.allSatisfy(DeviceID.belongsInID)
        else { return nil }
        description = "\(namespace):\(id)"
    }

    /// Reads either form, as people write it and as ``description`` says it.
    package init?(_ text: String) {
        if let address = DeviceID(address: text) {
            self = address
            return
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else { return nil }
        self.init(namespace: parts[0], id: parts[1])
    }

    /// For topics and identifiers: `AABBCCDDEEFF`, or `zigbee_0x00158d0001a2b3c4`.
    ///
    /// The second has an underscore behind the namespace, which no address has; what identifiers use between their own
    /// parts is escaped (`.` as `_p`, and so `_` as `__`): two devices never share one.
    package var compact: String {
        guard let colon = description.firstIndex(of: ":"), description.lastIndex(of: ":") == colon else {
            return description.filter { $0 != ":" }
        }
        var text = description[..<colon] + "_"
        for character in description[description.index(after: colon)...] {
            switch character {
            case "_": text += "__"
            case ".": text += "_p"
            default: text.append(character)
            }
        }
        return String(text)
    }

    package static func < (left: DeviceID, right: DeviceID) -> Bool { left.description < right.description }

    package static func belongsInNamespace(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
        default: false
        }
    }

    private static func belongsInID(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "."), UInt8(ascii: "_"): true
        default: belongsInNamespace(byte)
        }
    }
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

    /// Two digits, upper-case.
    package var hexPair: String {
        let digits: StaticString = "0123456789ABCDEF"
        return digits.withUTF8Buffer { String(decoding: [$0[Int(self >> 4)], $0[Int(self & 15)]], as: UTF8.self) }
    }
}
