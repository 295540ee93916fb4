import DeviceProfiles

/// One connection's attribute protocol, as the client's side sees it. Core Specification vol. 3 part F 3.4.
struct AttributeTalk {
    /// The value of an attribute that the device told.
    struct Value {
        var handle: UInt16
        var bytes: [UInt8]
        /// What it is, where the host asked by this and not by the handle.
        var uuid: BluetoothUUID?
        /// The rest of a long value whose beginning was told before.
        var continues = false
    }

    private enum Question {
        case characteristics(from: UInt16, to: UInt16)
        case services
        case value(UInt16)
        case rest(UInt16)
        case values([UInt16])
        case valuesOfType(BluetoothUUID)
        case other
    }

    private var question: Question?

    /// What the host asked; false where it is broken.
    mutating func sent(_ unit: ArraySlice<UInt8>, _ table: inout AttributeTable) -> Bool {
        var cursor = ByteCursor(unit)
        guard let code = cursor.u8() else { return false }
        switch code {
        case 0x08, 0x10:
            guard let first = cursor.u16(), let last = cursor.u16(), let type = cursor.uuid(cursor.rest.count) else { return false }
            if type == BluetoothUUID(number: 0x2803) {
                table.forget(from: first, to: last)
                question = .characteristics(from: first, to: last)
            } else if code == 0x10 {
                question = type == BluetoothUUID(number: 0x2800) ? .services : .other
            } else {
                question = .valuesOfType(type)
            }
        case 0x0A:
            guard let handle = cursor.u16() else { return false }
            question = .value(handle)
        case 0x0C:
            guard let handle = cursor.u16(), cursor.u16() != nil else { return false }
            question = .rest(handle)
        case 0x20:
            var handles: [UInt16] = []
            while let handle = cursor.u16() { handles.append(handle) }
            question = .values(handles)
        case 0x02, 0x04, 0x06, 0x0E, 0x12, 0x16, 0x18: question = .other
        default: break  // commands and confirmations are not answered; answers are those of the host's own server
        }
        return true
    }

    /// What the device said; nil where it is broken.
    mutating func received(_ unit: ArraySlice<UInt8>, _ table: inout AttributeTable) -> [Value]? {
        var cursor = ByteCursor(unit)
        guard let code = cursor.u8() else { return nil }
        switch code {
        case 0x1B, 0x1D:
            guard let handle = cursor.u16() else { return nil }
            return [Value(handle: handle, bytes: Array(cursor.rest))]
        case 0x23:
            return pairs(&cursor)
        case 0x01, 0x05, 0x07, 0x09, 0x0B, 0x0D, 0x0F, 0x11, 0x13, 0x17, 0x19, 0x21:
            defer { question = nil }
            return answer(code, &cursor, &table)
        default: return []  // what the device asks of the host's own server
        }
    }

    private func answer(_ code: UInt8, _ cursor: inout ByteCursor, _ table: inout AttributeTable) -> [Value]? {
        switch (code, question) {
        case (0x09, .characteristics):
            guard let size = cursor.u8(), table.take(declarations: cursor.rest, size: Int(size)) else { return nil }
            return []
        case (0x11, .services):
            guard let size = cursor.u8(), table.take(services: cursor.rest, size: Int(size)) else { return nil }
            return []
        case (0x09, .valuesOfType(let type)):
            guard let size = cursor.u8().map(Int.init), size >= 2, cursor.rest.count % size == 0 else { return nil }
            var values: [Value] = []
            while let handle = cursor.u16(), let bytes = cursor.take(size - 2) {
                values.append(Value(handle: handle, bytes: Array(bytes), uuid: type))
            }
            return values
        case (0x0B, .value(let handle)): return [Value(handle: handle, bytes: Array(cursor.rest))]
        case (0x0D, .rest(let handle)): return [Value(handle: handle, bytes: Array(cursor.rest), continues: true)]
        case (0x21, .values(let handles)):
            var values: [Value] = []
            for handle in handles {
                guard let length = cursor.u16(), let bytes = cursor.take(Int(length)) else { return nil }
                values.append(Value(handle: handle, bytes: Array(bytes)))
            }
            return values
        default: return []  // an error, or the answer to a question from before the capture
        }
    }

    private func pairs(_ cursor: inout ByteCursor) -> [Value]? {
        var values: [Value] = []
        while !cursor.rest.isEmpty {
            guard let handle = cursor.u16(), let length = cursor.u16(), let bytes = cursor.take(Int(length)) else { return nil }
            values.append(Value(handle: handle, bytes: Array(bytes)))
        }
        return values
    }
}
