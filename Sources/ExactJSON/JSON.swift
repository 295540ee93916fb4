/// A JSON value whose numbers keep their digits.
///
/// A measured `36.50` is not `36.5`: the last digit says how exact the device was. So a number stays the text
/// that was written, and whoever needs to calculate with it chooses the type.
///
/// Of two objects with the same members in another order, and of `36.5` and `36.50`, neither is equal to the other.
package enum JSON: Sendable, Hashable {
    case null
    case bool(Bool)
    /// The number exactly as written, `36.50`. A case built by code is trusted; for text from outside
    /// see ``init(number:)``.
    case number(String)
    case string(String)
    case array([JSON])
    case object(JSONObject)

    /// Reads one JSON value that fills the bytes to the end, strictly by RFC 8259.
    package init(parsing bytes: Span<UInt8>) throws(JSONFailure) {
        var reader = JSONReader()
        self = try reader.document(bytes)
    }

    package init(parsing bytes: [UInt8]) throws(JSONFailure) {
        try self.init(parsing: bytes.span)
    }

    package init(parsing text: String) throws(JSONFailure) {
        try self.init(parsing: Array(text.utf8).span)
    }

    /// A number from text of unknown origin; nil unless JSON would take exactly these characters as a number.
    package init?(number text: String) {
        guard JSONReader.isNumber(Array(text.utf8).span) else { return nil }
        self = .number(text)
    }

    /// A number from a whole number, for `.map(JSON.integer)`.
    package static func integer(_ value: Int) -> JSON {
        .number(String(value))
    }
}

extension JSON {
    /// The member of that name; nil if there is none, or if this is no object.
    package subscript(key: String) -> JSON? { object?[key] }

    package var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The digits as written.
    package var number: String? {
        if case .number(let digits) = self { digits } else { nil }
    }

    /// The number if it is written as a whole number (not `5.0`, not `5e0`) and fits.
    package var int: Int? { number.flatMap { Int($0) } }

    package var bool: Bool? {
        if case .bool(let flag) = self { flag } else { nil }
    }

    package var array: [JSON]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    package var object: JSONObject? {
        if case .object(let object) = self { object } else { nil }
    }
}
