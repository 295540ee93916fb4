import CSystemd

/// Writes values into a message.
enum MessageWriter {
    static func append(_ values: [DBusValue], to message: OpaquePointer) throws(BusError) {
        for value in values { try append(value, to: message) }
    }

    private static func append(_ value: DBusValue, to message: OpaquePointer) throws(BusError) {
        switch value {
        case .byte(let number): try basic("y", number, message)
        case .bool(let flag): try basic("b", Int32(flag ? 1 : 0), message)
        case .int16(let number): try basic("n", number, message)
        case .uint16(let number): try basic("q", number, message)
        case .int32(let number): try basic("i", number, message)
        case .uint32(let number): try basic("u", number, message)
        case .int64(let number): try basic("x", number, message)
        case .uint64(let number): try basic("t", number, message)
        case .double(let number): try basic("d", number, message)
        case .string(let text): try self.text("s", text, message)
        case .path(let text): try self.text("o", text, message)
        case .signature(let text): try self.text("g", text, message)
        case .bytes(let bytes):
            let code = bytes.withUnsafeBytes { sd_bus_message_append_array(message, Character("y").code, $0.baseAddress, $0.count) }
            try MessageReader.check(code, "bytes")
        case .array(let elements, let signature):
            try open("a", signature, message)
            try append(elements, to: message)
            try close(message)
        case .dictionary(let entries, let signature):
            try open("a", "{\(signature)}", message)
            for (key, value) in entries {
                try open("e", signature, message)
                try append([key, value], to: message)
                try close(message)
            }
            try close(message)
        case .structure(let fields):
            try open("r", fields.map(\.signature).joined(), message)
            try append(fields, to: message)
            try close(message)
        case .variant(let value):
            try open("v", value.signature, message)
            try append(value, to: message)
            try close(message)
        }
    }

    private static func basic<Number>(_ type: Character, _ number: Number, _ message: OpaquePointer) throws(BusError) {
        var number = number
        let code = withUnsafePointer(to: &number) { sd_bus_message_append_basic(message, type.code, $0) }
        try MessageReader.check(code, "a number")
    }

    /// D-Bus carries no zero byte in text, and libsystemd refuses a path that is none.
    private static func text(_ type: Character, _ text: String, _ message: OpaquePointer) throws(BusError) {
        guard !text.utf8.contains(0) else { throw .malformed("text with a zero byte") }
        try MessageReader.check(text.withCString { sd_bus_message_append_basic(message, type.code, $0) }, "'\(text)'")
    }

    private static func open(_ type: Character, _ signature: String, _ message: OpaquePointer) throws(BusError) {
        try MessageReader.check(sd_bus_message_open_container(message, type.code, signature), "a container of '\(signature)'")
    }

    private static func close(_ message: OpaquePointer) throws(BusError) {
        try MessageReader.check(sd_bus_message_close_container(message), "a container")
    }
}
