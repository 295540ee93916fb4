import DeviceProfiles
import Readings
import StrictYAML

/// Xiaomi's MiBeacon, versions 2 to 5: objects in the service data of FE95, plain or encrypted with the device's bind key.
///
///     control u16 | product u16 | counter u8 | [address 6, reversed] | [capability 1, [I/O 1 or 2]] | objects | encrypted: see below
///     object: id u16 | length u8 | bytes
///
/// Each object is unwrapped under its number in four hex digits, as the documents write it: `6e16`, not the order on the air.
/// What the product number at 2..3 means is for the profile to ask (`match: data`).
/// Layout: Bluetooth-Devices/xiaomi-ble parser.py, custom-components/ble_monitor xiaomi.py (retold).
struct MiBeacon: Driver {
    static let kind = DriverKind(name: "mibeacon") { settings throws(YAMLProblem) in
        try DriverKind.refuse(settings, of: "mibeacon")
        return MiBeacon()
    }

    private static let service = UInt16(0xFE95)

    mutating func unwrap(
        _ content: Observation.Content, of device: DeviceID?, key: [UInt8]?
    ) throws(DecodeFailure) -> [UnwrappedFrame]? {
        guard case .advertisement(let advert) = content, let bytes = advert.serviceData[BluetoothUUID(number: Self.service)] else { return nil }
        let header = try Header(bytes, of: device)
        guard header.hasObjects else { return [] }
        let objects = header.isEncrypted ? try header.decrypted(bytes, with: key) : Array(bytes[header.length...])
        return try Self.objects(in: objects)
    }

    func isSealed(_ content: Observation.Content) -> Bool {
        guard case .advertisement(let advert) = content, let control = advert.serviceData[BluetoothUUID(number: Self.service)]?.first
        else { return false }
        return control & 0x08 != 0
    }

    private static func objects(in bytes: [UInt8]) throws(DecodeFailure) -> [UnwrappedFrame] {
        var frames: [UnwrappedFrame] = []
        var rest = ByteReader(bytes)
        // Some devices leave a byte or two behind the last object: too few for another.
        while !rest.isAtEnd, frames.isEmpty || rest.rest.count >= 3 {
            let number = try rest.u16("object number")
            let length = Int(try rest.u8("object length"))
            frames.append(UnwrappedFrame(object: number.fourDigits, bytes: try rest.bytes(length, "object \(number.fourDigits)")))
        }
        return frames
    }
}

extension MiBeacon {
    /// All up to the objects.
    private struct Header {
        var version: UInt16
        var isEncrypted: Bool
        var hasObjects: Bool
        /// The device's address, lowest byte first, as the nonces want it.
        var address: [UInt8]?
        /// Where the objects begin.
        var length: Int

        init(_ bytes: [UInt8], of device: DeviceID?) throws(DecodeFailure) {
            var reader = ByteReader(bytes)
            let control = try reader.u16("frame control")
            _ = try reader.u16("product")
            _ = try reader.u8("counter")
            version = control >> 12
            isEncrypted = control & 0x0008 != 0
            hasObjects = control & 0x0040 != 0
            guard (2...5).contains(version) else { throw .notUnderstood("MiBeacon version \(version) is not one of 2 to 5") }
            guard control & 0x0080 == 0 else { throw .notUnderstood("a mesh device's beacon") }
            address = device.map { $0.octets.reversed() }
            if control & 0x0010 != 0 {
                let told = try reader.bytes(6, "address")
                // A relay may have mixed up two devices; then the reading is nobody's.
                if let address, address != told { throw .notUnderstood("the beacon names another device than the one that sent it") }
                address = told
            }
            if control & 0x0020 != 0 {
                let capability = try reader.u8("capability")
                if capability & 0x20 != 0 { _ = try reader.u8("capability I/O") }
            }
            length = reader.position
        }

        /// Versions 4 and 5: `cipher | counter 3 | tag 4`. Versions 2 and 3: `cipher | counter 3 | tag 1`.
        func decrypted(_ bytes: [UInt8], with key: [UInt8]?) throws(DecodeFailure) -> [UInt8] {
            let tail = version <= 3 ? 4 : 7
            guard bytes.count >= length + tail + 3 else { throw .tooShort(field: "encrypted objects") }
            guard let key else { throw .noKey }
            guard let address else { throw .notUnderstood("encrypted, and the sender's address is not known") }
            let cipher = bytes[length..<bytes.count - tail]
            let counter = bytes[(bytes.count - tail)...].prefix(3)
            guard version > 3 else { return try withShortTag(cipher, counter, bytes, key, address) }
            guard key.count == 16, let ccm = AESCCM(key: key, tagLength: 4) else { throw .wrongKey }
            let nonce = address + bytes[2..<5] + counter
            guard let plain = ccm.unseal(cipher, tag: bytes.suffix(4), nonce: nonce, authenticating: [0x11]) else { throw .wrongKey }
            return plain
        }

        /// A key of 12 bytes, with four constant ones in its middle. What follows the counter is the first byte of a tag whose
        /// length field is all ones, as in tags of 16 bytes: weak proof, so one whole object must come out as well. (No source
        /// says what that byte is; it was found so in two published frames.)
        private func withShortTag(
            _ cipher: ArraySlice<UInt8>, _ counter: ArraySlice<UInt8>, _ bytes: [UInt8], _ key: [UInt8], _ address: [UInt8]
        ) throws(DecodeFailure) -> [UInt8] {
            guard key.count == 12 || key.count == 16 else { throw .wrongKey }
            let whole = key.count == 16 ? key : key.prefix(6) + [0x8D, 0x3D, 0x3C, 0x97] + key.suffix(6)
            let nonce = bytes[0..<5] + counter + address.dropLast()
            let ccm = AESCCM(key: whole, tagLength: 16, sent: 1)
            guard let plain = ccm?.unseal(cipher, tag: bytes.suffix(1), nonce: Array(nonce), authenticating: [0x11]), plain.count >= 3,
                Int(plain[2]) == plain.count - 3
            else { throw .wrongKey }
            return plain
        }
    }
}
