import DeviceProfiles
import Testing

@testable import Drivers

@Suite("BTHome") struct BTHomeTests {
    struct Example: Sendable, CustomTestStringConvertible {
        var name: String
        var service: UInt16
        var data: String
        var key: String?
        var objects: [String]
        var testDescription: String { name }
    }

    /// Bluetooth-Devices/bthome-ble tests, custom-components/ble_monitor tests: published.
    static let examples = [
        Example(name: "version 2, pounds", service: 0xFCD2, data: "40073e1d", objects: ["07: 3e1d"]),
        Example(name: "version 2, kilograms", service: 0xFCD2, data: "40065e1f", objects: ["06: 5e1f"]),
        Example(
            name: "version 2, encrypted", service: 0xFCD2, data: "4187b90011223372b0231f", key: "231d39c1d7cc1ab1aee224cd096db932",
            objects: ["21: 01"]),
        Example(
            name: "version 2, encrypted, two objects", service: 0xFCD2, data: "41a47266c95f730011223378237214",
            key: "231d39c1d7cc1ab1aee224cd096db932", objects: ["02: ca09", "03: bf13"]),
        Example(name: "version 1, pounds", service: 0x181C, data: "03073e1d", objects: ["07: 3e1d"]),
        Example(name: "version 1, kilograms", service: 0x181C, data: "03065e1f", objects: ["06: 5e1f"]),
        Example(
            name: "version 1, encrypted", service: 0x181E, data: "fba435e4d3c312fb0011223357d90a99", key: "231d39c1d7cc1ab1aee224cd096db932",
            objects: ["02-signed: ca09", "03: bf13"]),
    ]

    private let address = "54:48:E6:8F:80:A5"

    private func unwrap(_ service: UInt16, _ data: String, _ address: String?, _ key: String?) throws -> [UnwrappedFrame]? {
        var home = try driver("bthome")
        return try home.unwrap(advert(service, data), of: address.flatMap(device), key: key.map { bytes($0) })
    }

    @Test("Published adverts unwrap to their objects", arguments: examples) func published(_ example: Example) throws {
        #expect(told(try unwrap(example.service, example.data, address, example.key)) == example.objects)
    }

    @Test("Encrypted and cut or with a turned bit, nothing comes out", arguments: examples) func damaged(_ example: Example) throws {
        let outcomes = try mangled(
            advert(example.service, example.data), by: { try driver("bthome") }, of: device(address), key: example.key.map { bytes($0) })
        // Plain data proves nothing; of encrypted data the info byte, which the nonce holds, is covered too.
        guard example.key != nil else { return }
        for (index, frames) in outcomes.enumerated() {
            let cut = bytes(example.data).count
            if let frames, !frames.isEmpty { #expect(index == cut, "\(told(frames) ?? []): only as a plain advert can it be read") }
        }
    }

    @Test("Keys: none, another, and an address that is not known") func keys() {
        let encrypted = Self.examples[2]
        #expect(throws: DecodeFailure.noKey) { try unwrap(0xFCD2, encrypted.data, address, nil) }
        #expect(throws: DecodeFailure.wrongKey) { try unwrap(0xFCD2, encrypted.data, address, "231d39c1d7cc1ab1aee224cd096db933") }
        #expect(throws: DecodeFailure.wrongKey) { try unwrap(0xFCD2, encrypted.data, address, "231d39c1") }
        #expect(throws: DecodeFailure.notUnderstood("encrypted, and the sender's address is not known")) {
            try unwrap(0xFCD2, encrypted.data, nil, encrypted.key)
        }
    }

    @Test("A second object of one id says so; texts tell their own length") func twins() throws {
        #expect(told(try unwrap(0xFCD2, "40 06 0100 06 0200 06 0300", nil, nil)) == ["06: 0100", "06.2: 0200", "06.3: 0300"])
        #expect(told(try unwrap(0xFCD2, "40 53 03 616263 54 00", nil, nil)) == ["53: 616263", "54: "])
    }

    @Test("Behind an unknown object nothing can be reached") func unknown() throws {
        #expect(told(try unwrap(0xFCD2, "40 06 5e1f F7 0102", nil, nil)) == ["06: 5e1f"])
        #expect(throws: DecodeFailure.notUnderstood("BTHome has no object f7")) { try unwrap(0xFCD2, "40 F7 0102", nil, nil) }
    }

    @Test("Cut short, another version and no such format are refused") func refused() {
        #expect(throws: DecodeFailure.tooShort(field: "object 06")) { try unwrap(0xFCD2, "40 06 5e", nil, nil) }
        #expect(throws: DecodeFailure.tooShort(field: "device information")) { try unwrap(0xFCD2, "", nil, nil) }
        #expect(throws: DecodeFailure.notUnderstood("BTHome version 3 under the service of version 2")) { try unwrap(0xFCD2, "60 06 5e1f", nil, nil) }
        #expect(throws: DecodeFailure.notUnderstood("a BTHome object without an id")) { try unwrap(0x181C, "00 06 5e1f", nil, nil) }
        #expect(throws: DecodeFailure.notUnderstood("BTHome has no format 7")) { try unwrap(0x181C, "e3 06 5e1f", nil, nil) }
    }
}
