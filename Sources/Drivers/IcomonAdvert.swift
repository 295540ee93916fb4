import DeviceProfiles
import Readings
import StrictYAML

/// ICOMON's broadcast of a scale: six bytes of the manufacturer's data are XORed with the high byte of the company number,
/// whose low byte is AC.
///
///     company u16 | address 6 | masked: value u32 | type u8 | unit, 3 bits; sum of the five before, 5 bits
///
/// Unwrapped: the six bytes in clear, under the type in two hex digits: `ad` for a weight.
/// Layout: openScale AAAxHandler.kt, custom-components/ble_monitor laica.py (retold).
struct IcomonAdvert: Driver {
    static let kind = DriverKind(name: "icomon-advert") { settings throws(YAMLProblem) in
        try DriverKind.refuse(settings, of: "icomon-advert")
        return IcomonAdvert()
    }

    mutating func unwrap(
        _ content: Observation.Content, of device: DeviceID?, key: [UInt8]?
    ) throws(DecodeFailure) -> [UnwrappedFrame]? {
        guard case .advertisement(let advert) = content else { return nil }
        var frames: [UnwrappedFrame]?
        // One device has one such number; the order is for the answer to be the same each time.
        for (company, bytes) in advert.manufacturerData.sorted(by: { $0.key < $1.key }) where company & 0xFF == 0xAC {
            guard bytes.count >= 12 else { throw .tooShort(field: "masked bytes") }
            let clear = bytes[6..<12].map { $0 ^ UInt8(company >> 8) }
            guard clear[..<5].reduce(0, &+) & 0x1F == clear[5] & 0x1F else { throw .badChecksum(frame: "masked bytes") }
            frames = (frames ?? []) + [UnwrappedFrame(object: [clear[4]].hex, bytes: clear)]
        }
        return frames
    }
}
