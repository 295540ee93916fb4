/// A value as D-Bus types it (D-Bus specification, "Type System"). Containers that may be empty know the signature of what
/// they hold: without it they could not be written.
package indirect enum DBusValue: Sendable, Hashable {
    case byte(UInt8), bool(Bool), double(Double)
    case int16(Int16), uint16(UInt16), int32(Int32), uint32(UInt32), int64(Int64), uint64(UInt64)
    case string(String), path(String), signature(String)
    case bytes([UInt8])
    case array([DBusValue], of: String)
    /// `of` is the signature of an entry without its braces: `sv`.
    case dictionary([DBusValue: DBusValue], of: String)
    case structure([DBusValue])
    case variant(DBusValue)

    package var signature: String {
        switch self {
        case .byte: "y"
        case .bool: "b"
        case .double: "d"
        case .int16: "n"
        case .uint16: "q"
        case .int32: "i"
        case .uint32: "u"
        case .int64: "x"
        case .uint64: "t"
        case .string: "s"
        case .path: "o"
        case .signature: "g"
        case .bytes: "ay"
        case .array(_, let element): "a\(element)"
        case .dictionary(_, let entry): "a{\(entry)}"
        case .structure(let fields): "(\(fields.map(\.signature).joined()))"
        case .variant: "v"
        }
    }

    /// `a{sv}`: what most interfaces take options and tell properties in.
    package static func options(_ members: [String: DBusValue]) -> DBusValue {
        var entries: [DBusValue: DBusValue] = [:]
        for (key, value) in members { entries[.string(key)] = .variant(value) }
        return .dictionary(entries, of: "sv")
    }

    package static func strings(_ all: [String]) -> DBusValue { .array(all.map { .string($0) }, of: "s") }
}

// What a value holds, whatever variants it is wrapped in; nil where it is of another type.
extension DBusValue {
    package var bare: DBusValue { if case .variant(let value) = self { value.bare } else { self } }

    package var text: String? {
        switch bare {
        case .string(let text), .path(let text): text
        default: nil
        }
    }

    package var flag: Bool? { if case .bool(let flag) = bare { flag } else { nil } }

    package var byteArray: [UInt8]? { if case .bytes(let bytes) = bare { bytes } else { nil } }

    package var number: Int? {
        switch bare {
        case .byte(let number): Int(number)
        case .int16(let number): Int(number)
        case .uint16(let number): Int(number)
        case .int32(let number): Int(number)
        case .uint32(let number): Int(number)
        case .int64(let number): Int(exactly: number)
        case .uint64(let number): Int(exactly: number)
        default: nil
        }
    }

    package var elements: [DBusValue]? { if case .array(let elements, _) = bare { elements } else { nil } }

    package var entries: [DBusValue: DBusValue]? { if case .dictionary(let entries, _) = bare { entries } else { nil } }

    package var texts: [String]? { elements?.compactMap(\.text) }

    /// A dictionary by text, without the variants of its values.
    package var members: [String: DBusValue]? {
        guard let entries else { return nil }
        var members: [String: DBusValue] = [:]
        for (key, value) in entries { if let key = key.text { members[key] = value.bare } }
        return members
    }
}
