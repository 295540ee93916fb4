import DeviceProfiles
import Drivers
import Readings
import StrictYAML
import Testing

/// Bytes of a hex text; a mistake in the text fails the test.
func bytes(_ hex: String, sourceLocation: SourceLocation = #_sourceLocation) -> [UInt8] {
    let bytes = [UInt8](hex: hex)
    if bytes == nil { Issue.record("'\(hex)' is no hex", sourceLocation: sourceLocation) }
    return bytes ?? []
}

func device(_ address: String) -> DeviceID? { DeviceID(address: address) }

/// A driver of the closed list, with settings if it has some.
func driver(_ name: String, settings: String? = nil) throws -> any Driver {
    let kind = try #require(DriverKind.all.first { $0.name == name })
    return try kind.make(settings.map { try YAMLNode.load($0, file: "test.yaml").map() })
}

/// What it unwraps, as `object: bytes`.
func told(_ frames: [UnwrappedFrame]?) -> [String]? { frames.map { $0.map { "\($0.object): \($0.bytes.hex)" } } }

func advert(_ service: UInt16, _ hex: String) -> Observation.Content {
    .advertisement(Advertisement(serviceData: [BluetoothUUID(number: service): bytes(hex)]))
}

func frame(_ characteristic: String, _ hex: String) -> Observation.Content {
    .frame(BluetoothUUID(characteristic) ?? BluetoothUUID(number: 0), bytes(hex))
}

/// Laws over every content that a driver accepts: cut anywhere, or with any bit turned, it is refused or read as something, and
/// never stops the program. Returns what the changed ones gave.
@discardableResult
func mangled(
    _ content: Observation.Content, by make: () throws -> any Driver, of device: DeviceID?, key: [UInt8]?
) throws -> [[UnwrappedFrame]?] {
    func contents(_ bytes: [UInt8], _ wrap: ([UInt8]) -> Observation.Content) -> [Observation.Content] {
        let cuts = (0..<bytes.count).map { wrap(Array(bytes.prefix($0))) }
        let turns = (0..<bytes.count * 8).map { bit in
            var turned = bytes
            turned[bit / 8] ^= 1 << (bit % 8)
            return wrap(turned)
        }
        return cuts + turns
    }
    var changed: [Observation.Content] = []
    switch content {
    case .frame(let uuid, let bytes): changed = contents(bytes) { .frame(uuid, $0) }
    case .advertisement(let advert):
        for (uuid, bytes) in advert.serviceData {
            changed += contents(bytes) { .advertisement(Advertisement(serviceData: [uuid: $0])) }
        }
    }
    return try changed.map { content in
        var driver = try make()
        do throws(DecodeFailure) {
            return try driver.unwrap(content, of: device, key: key)
        } catch {
            return nil
        }
    }
}
