import DeviceProfiles
import Readings
import StrictYAML

/// BTHome, versions 1 and 2: objects in service data, plain or encrypted with the device's bind key.
///
///     v2, FCD2:       info | objects                        object: id | bytes (as many as its id has; text and raw: length | bytes)
///     v2, encrypted:  info | cipher | counter 4 | tag 4
///     v1, 181C:       objects                               object: format and length | id | bytes
///     v1, 181E:       cipher | counter 4 | tag 4
///
/// Each object is unwrapped under its id in two hex digits: `06`; a second one of the same id as `06.2`. In version 1 the
/// format stands with the object: those not unsigned are `02-signed`, `06-float`, `53-text`.
/// Layout: https://bthome.io/format, Bluetooth-Devices/bthome-ble parser.py (retold).
struct BTHome: Driver {
    static let kind = DriverKind(name: "bthome") { settings throws(YAMLProblem) in
        try DriverKind.refuse(settings, of: "bthome")
        return BTHome()
    }

    mutating func unwrap(
        _ content: Observation.Content, of device: DeviceID?, key: [UInt8]?
    ) throws(DecodeFailure) -> [UnwrappedFrame]? {
        guard case .advertisement(let advert) = content else { return nil }
        if let bytes = advert.serviceData[BluetoothUUID(number: 0xFCD2)] { return try Self.second(bytes, of: device, key: key) }
        if let bytes = advert.serviceData[BluetoothUUID(number: 0x181C)] { return try Self.firstObjects(bytes) }
        if let bytes = advert.serviceData[BluetoothUUID(number: 0x181E)] {
            let plain = try Self.decrypted(bytes[...], behind: [0x1E, 0x18], authenticating: [0x11], of: device, key: key)
            return try Self.firstObjects(plain)
        }
        return nil
    }

    func isSealed(_ content: Observation.Content) -> Bool {
        guard case .advertisement(let advert) = content else { return false }
        if let info = advert.serviceData[BluetoothUUID(number: 0xFCD2)]?.first { return info & 0x01 != 0 }
        return advert.serviceData[BluetoothUUID(number: 0x181E)] != nil
    }

    private static func second(_ bytes: [UInt8], of device: DeviceID?, key: [UInt8]?) throws(DecodeFailure) -> [UnwrappedFrame] {
        guard let info = bytes.first else { throw .tooShort(field: "device information") }
        guard info >> 5 == 2 else { throw .notUnderstood("BTHome version \(info >> 5) under the service of version 2") }
        var body = bytes[1...]
        var device = device
        if info & 0x02 != 0 {
            guard body.count >= 6 else { throw .tooShort(field: "address") }
            let told = DeviceID(address: Array(body.prefix(6).reversed()).hex)
            if let device, device != told { throw .notUnderstood("the frame names another device than the one that sent it") }
            device = told
            body = body.dropFirst(6)
        }
        guard info & 0x01 != 0 else { return try secondObjects(Array(body)) }
        let plain = try decrypted(body, behind: [0xD2, 0xFC, info], authenticating: [], of: device, key: key)
        return try secondObjects(plain)
    }

    /// The nonce is address | service, lowest byte first | (version 2: info) | counter.
    private static func decrypted(
        _ body: ArraySlice<UInt8>, behind service: [UInt8], authenticating: [UInt8], of device: DeviceID?, key: [UInt8]?
    ) throws(DecodeFailure) -> [UInt8] {
        guard body.count > 8 else { throw .tooShort(field: "encrypted objects") }
        guard let key else { throw .noKey }
        guard let device else { throw .notUnderstood("encrypted, and the sender's address is not known") }
        guard key.count == 16, let ccm = AESCCM(key: key, tagLength: 4) else { throw .wrongKey }
        let nonce = device.octets + service + body.suffix(8).prefix(4)
        let plain = ccm.unseal(body.dropLast(8), tag: body.suffix(4), nonce: nonce, authenticating: authenticating)
        guard let plain else { throw .wrongKey }
        return plain
    }
}

extension BTHome {
    private static func secondObjects(_ bytes: [UInt8]) throws(DecodeFailure) -> [UnwrappedFrame] {
        var frames: [UnwrappedFrame] = []
        var reader = ByteReader(bytes)
        while !reader.isAtEnd {
            let id = try reader.u8("object")
            let name = [id].hex
            guard let size = size(of: id) else {
                // How long it is cannot be known: what stood before it counts, what comes behind cannot be reached.
                if frames.isEmpty { throw .notUnderstood("BTHome has no object \(name)") }
                break
            }
            let length = if let size { size } else { Int(try reader.u8("length of object \(name)")) }
            frames.add(name, try reader.bytes(length, "object \(name)"))
        }
        return frames
    }

    private static func firstObjects(_ bytes: [UInt8]) throws(DecodeFailure) -> [UnwrappedFrame] {
        var frames: [UnwrappedFrame] = []
        var reader = ByteReader(bytes)
        while !reader.isAtEnd {
            let head = try reader.u8("object")
            guard head & 0x1F > 0 else { throw .notUnderstood("a BTHome object without an id") }
            let id = [try reader.u8("object id")].hex
            let formats = ["", "-signed", "-float", "-text", "-address"]
            guard formats.indices.contains(Int(head >> 5)) else { throw .notUnderstood("BTHome has no format \(head >> 5)") }
            frames.add(id + formats[Int(head >> 5)], try reader.bytes(Int(head & 0x1F) - 1, "object \(id)"))
        }
        return frames
    }

    /// How many bytes an object of version 2 has; `.some(nil)`: a length byte says so; nil: no such object.
    private static func size(of id: UInt8) -> Int?? {
        switch id {
        case 0x00, 0x01, 0x09, 0x0F...0x11, 0x15...0x2F, 0x3A, 0x46, 0x57...0x59, 0x60, 0x64: 1
        case 0x02, 0x03, 0x06...0x08, 0x0C...0x0E, 0x12...0x14, 0x3C, 0x3D, 0x3F...0x41, 0x43...0x45, 0x47...0x4A, 0x51, 0x52,
            0x56, 0x5A, 0x5D...0x5F, 0x61: 2
        case 0x04, 0x05, 0x0A, 0x0B, 0x42, 0x4B: 3
        case 0x3E, 0x4C...0x50, 0x55, 0x5B, 0x5C, 0x62, 0x63: 4
        case 0x53, 0x54: .some(nil)
        default: nil
        }
    }
}

extension [UnwrappedFrame] {
    /// The second of one name is `name.2`.
    fileprivate mutating func add(_ name: String, _ bytes: [UInt8]) {
        let twins = count { $0.object == name || $0.object.hasPrefix(name + ".") }
        append(UnwrappedFrame(object: twins == 0 ? name : "\(name).\(twins + 1)", bytes: bytes))
    }
}
