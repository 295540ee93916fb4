import CSystemd
import Glibc

/// Reads the body of a message. libsystemd has checked it against its signature before; depth is bounded by the protocol (64).
enum MessageReader {
    static func values(in message: OpaquePointer) throws(BusError) -> [DBusValue] {
        var values: [DBusValue] = []
        while let value = try next(in: message) { values.append(value) }
        return values
    }

    /// nil at the end of the container.
    private static func next(in message: OpaquePointer) throws(BusError) -> DBusValue? {
        guard let (type, contents) = try peek(message) else { return nil }
        switch type {
        case "y": return .byte(try basic(0, type, message))
        case "b": return .bool(try basic(Int32(0), type, message) != 0)
        case "n": return .int16(try basic(0, type, message))
        case "q": return .uint16(try basic(0, type, message))
        case "i": return .int32(try basic(0, type, message))
        case "u": return .uint32(try basic(0, type, message))
        case "x": return .int64(try basic(0, type, message))
        case "t": return .uint64(try basic(0, type, message))
        case "d": return .double(try basic(0, type, message))
        case "s": return .string(try text(type, message))
        case "o": return .path(try text(type, message))
        case "g": return .signature(try text(type, message))
        case "v":
            try check(sd_bus_message_enter_container(message, type.code, contents), "a variant")
            guard let value = try next(in: message) else { throw .malformed("an empty variant") }
            try leave(message)
            return .variant(value)
        case "r":
            try check(sd_bus_message_enter_container(message, type.code, contents), "a structure")
            let fields = try values(in: message)
            try leave(message)
            return .structure(fields)
        case "a":
            guard let contents else { throw .malformed("an array of nothing") }
            return try array(of: String(cString: contents), message)
        default:
            throw .malformed("a value of type '\(type)', which is not read here")
        }
    }

    private static func array(of element: String, _ message: OpaquePointer) throws(BusError) -> DBusValue {
        if element == "y" {
            var start: UnsafeRawPointer?
            var count = 0
            try check(sd_bus_message_read_array(message, Character("y").code, &start, &count), "bytes")
            return .bytes(Array(UnsafeRawBufferPointer(start: start, count: count)))
        }
        try check(sd_bus_message_enter_container(message, Character("a").code, element), "an array")
        guard element.hasPrefix("{") else {
            let elements = try values(in: message)
            try leave(message)
            return .array(elements, of: element)
        }
        var entries: [DBusValue: DBusValue] = [:]
        while let (type, contents) = try peek(message) {
            try check(sd_bus_message_enter_container(message, type.code, contents), "an entry")
            guard let key = try next(in: message), let value = try next(in: message) else { throw .malformed("half an entry") }
            try leave(message)
            entries[key] = value
        }
        try leave(message)
        return .dictionary(entries, of: String(element.dropFirst().dropLast()))
    }

    private static func peek(_ message: OpaquePointer) throws(BusError) -> (Character, UnsafePointer<CChar>?)? {
        var type: CChar = 0
        var contents: UnsafePointer<CChar>?
        guard try check(sd_bus_message_peek_type(message, &type, &contents), "a type") > 0 else { return nil }
        return (Character(UnicodeScalar(UInt8(bitPattern: type))), contents)
    }

    private static func leave(_ message: OpaquePointer) throws(BusError) {
        try check(sd_bus_message_exit_container(message), "the end of a container")
    }

    private static func basic<Number>(_ zero: Number, _ type: Character, _ message: OpaquePointer) throws(BusError) -> Number {
        var number = zero
        let code = withUnsafeMutablePointer(to: &number) { sd_bus_message_read_basic(message, type.code, $0) }
        try check(code, "a number")
        return number
    }

    private static func text(_ type: Character, _ message: OpaquePointer) throws(BusError) -> String {
        var pointer: UnsafePointer<CChar>?
        try check(sd_bus_message_read_basic(message, type.code, &pointer), "text")
        guard let pointer else { throw .malformed("no text") }
        return String(cString: pointer)
    }

    @discardableResult
    static func check(_ code: Int32, _ what: String) throws(BusError) -> Int32 {
        guard code >= 0 else { throw .malformed("\(what): \(String(cString: strerror(-code)))") }
        return code
    }
}

extension Character {
    /// As the C library takes a type. Only letters of signatures get here.
    var code: CChar { CChar(bitPattern: asciiValue ?? 0) }
}
