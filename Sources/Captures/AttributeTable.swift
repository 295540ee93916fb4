import DeviceProfiles

/// What the handles of a device mean, as far as the capture has its discovery.
struct AttributeTable {
    private var characteristics: [UInt16: (uuid: BluetoothUUID, declaration: UInt16)] = [:]
    private(set) var services: [BluetoothUUID] = []

    /// The characteristic whose value has this handle.
    subscript(handle: UInt16) -> BluetoothUUID? { characteristics[handle]?.uuid }

    /// Declarations of characteristics: handle u16 | properties u8, value handle u16, UUID, each `size` bytes.
    mutating func take(declarations: ArraySlice<UInt8>, size: Int) -> Bool {
        guard size == 7 || size == 21 else { return false }
        var cursor = ByteCursor(declarations)
        while !cursor.rest.isEmpty {
            guard let declaration = cursor.u16(), cursor.u8() != nil, let handle = cursor.u16(), let uuid = cursor.uuid(size - 5)
            else { return false }
            characteristics[handle] = (uuid, declaration)
        }
        return true
    }

    /// Services: first handle u16 | last handle u16 | UUID, each `size` bytes.
    mutating func take(services text: ArraySlice<UInt8>, size: Int) -> Bool {
        guard size == 6 || size == 20 else { return false }
        var cursor = ByteCursor(text)
        while !cursor.rest.isEmpty {
            guard cursor.take(4) != nil, let uuid = cursor.uuid(size - 4) else { return false }
            if !services.contains(uuid) { services.append(uuid) }
        }
        return true
    }

    /// Who asks anew for the declarations that stand here does not trust what was told before: a device with new firmware has other handles.
    mutating func forget(from first: UInt16, to last: UInt16) {
        guard first <= last else { return }
        characteristics = characteristics.filter { !(first...last).contains($0.value.declaration) }
    }
}

extension ByteCursor {
    /// The lowest byte first.
    mutating func uuid(_ size: Int) -> BluetoothUUID? {
        take(size).flatMap { BluetoothUUID(Array($0.reversed()).hex) }
    }
}
