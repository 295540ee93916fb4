import ExactJSON
import Readings

// Quantities as text: `36.50 Cel`. It gives back exactly the digits and the exponent that went in.
extension ExactDecimal {
    /// Plain where plain text says all; else `12e3`: 12000 measured in thousands, or beyond 18 digits.
    var stored: String {
        let isPlain = (-17...0).contains(exponent) && mantissa.magnitude < 1_000_000_000_000_000_000
        return isPlain ? text : "\(mantissa)e\(exponent)"
    }

    init?(stored text: String) {
        guard let mark = text.utf8.firstIndex(of: UInt8(ascii: "e")) else {
            self.init(text)
            return
        }
        guard let mantissa = Int64(text[..<mark]), let exponent = Int8(text[text.utf8.index(after: mark)...]) else { return nil }
        self.init(mantissa, exponent: exponent)
    }
}

extension Quantity {
    var stored: String { "\(value.stored) \(unit.rawValue)" }

    init?(stored text: String) {
        guard let blank = text.utf8.firstIndex(of: UInt8(ascii: " ")), let value = ExactDecimal(stored: String(text[..<blank])),
            let unit = Unit(rawValue: String(text[text.utf8.index(after: blank)...]))
        else { return nil }
        self.init(value, unit)
    }

    /// A JSON object of name and quantity. Written by hand, for it stands in every reading: the names of values and of units
    /// come from closed tables, where nothing needs an escape.
    static func text(of values: [Reading.Value]) -> String {
        var text = "{"
        text.reserveCapacity(160)
        for value in values {
            text += text.utf8.count == 1 ? "\"" : ",\""
            text += value.name
            text += "\":\""
            text += value.reported.value.stored
            text += " "
            text += value.reported.unit.rawValue
            text += "\""
        }
        text += "}"
        return text
    }

    /// Reads that back.
    static func all(stored text: String) -> [(name: String, quantity: Quantity)]? {
        guard let members = (try? JSON(parsing: text))?.object?.members else { return nil }
        var all: [(name: String, quantity: Quantity)] = []
        for (name, value) in members {
            guard let quantity = value.string.flatMap({ Quantity(stored: $0) }) else { return nil }
            all.append((name, quantity))
        }
        return all
    }
}
