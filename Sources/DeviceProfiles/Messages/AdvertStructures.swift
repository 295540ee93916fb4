import Readings

/// A whole advertisement as it is on the air: length, type and data, one behind the other.
/// Core Specification vol. 3 part C 11; types from the Assigned Numbers, 2.3.
package struct AdvertStructures {
    package private(set) var advert = Advertisement()
    package private(set) var name: String?
    package private(set) var services: [BluetoothUUID] = []

    /// nil where a structure leads out of the bytes. A length of zero ends them early: what follows is padding.
    package init?(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while let length = rest.first.map(Int.init), length > 0 {
            rest = rest.dropFirst()
            guard rest.count >= length, let type = rest.first else { return nil }
            guard take(type, rest.dropFirst().prefix(length - 1)) else { return nil }
            rest = rest.dropFirst(length)
        }
    }

    /// False where the data is shorter than what its type begins with.
    private mutating func take(_ type: UInt8, _ data: ArraySlice<UInt8>) -> Bool {
        switch type {
        case 0x02, 0x03: return take(services: data, size: 2)
        case 0x04, 0x05: return take(services: data, size: 4)
        case 0x06, 0x07: return take(services: data, size: 16)
        // The complete name beats the shortened one.
        case 0x08: name = name ?? String(validating: data, as: UTF8.self)
        case 0x09: name = String(validating: data, as: UTF8.self) ?? name
        case 0x16: return take(serviceData: data, size: 2)
        case 0x20: return take(serviceData: data, size: 4)
        case 0x21: return take(serviceData: data, size: 16)
        case 0xFF:
            let bytes = Array(data)
            guard bytes.count >= 2 else { return false }
            let company = UInt16(bytes[1]) << 8 | UInt16(bytes[0])
            if advert.manufacturerData[company] == nil { advert.manufacturerData[company] = Array(bytes.dropFirst(2)) }
        default: break
        }
        return true
    }

    private mutating func take(services data: ArraySlice<UInt8>, size: Int) -> Bool {
        guard data.count % size == 0 else { return false }
        var rest = data
        while !rest.isEmpty {
            guard let uuid = BluetoothUUID(Array(rest.prefix(size).reversed()).hex) else { return false }
            services.append(uuid)
            rest = rest.dropFirst(size)
        }
        return true
    }

    private mutating func take(serviceData data: ArraySlice<UInt8>, size: Int) -> Bool {
        guard data.count >= size, let uuid = BluetoothUUID(Array(data.prefix(size).reversed()).hex) else { return false }
        if advert.serviceData[uuid] == nil { advert.serviceData[uuid] = Array(data.dropFirst(size)) }
        return true
    }
}
