import DeviceProfiles
import Testing

@testable import Drivers

@Suite("MiBeacon") struct MiBeaconTests {
    struct Example: Sendable, CustomTestStringConvertible {
        var name: String
        var beacon: String
        var address: String?
        var key: String?
        var objects: [String]
        var testDescription: String { name }
    }

    /// Frames, keys and addresses: Bluetooth-Devices/xiaomi-ble tests/test_parser.py, published; the objects' bytes follow from
    /// the values there.
    static let examples = [
        Example(
            name: "S400, version 5, weight and the lower frequency", beacon: "4859d53b0abc078ff2348c844138e930220000009e538599",
            address: "8C:D0:B2:F6:BE:EF", key: "0728974d657a4b60964c1b1677f35f7c", objects: ["6e16: 01bb52e154ed26f767"]),
        Example(
            name: "S400, version 5, the higher frequency", beacon: "4859d53b0bd6ef0b25db72785e7e2f46d6000000d8642df6",
            address: "8C:D0:B2:F6:BE:EF", key: "0728974d657a4b60964c1b1677f35f7c", objects: ["6e16: 010000c04ded26f767"]),
        Example(
            name: "the address stands in the beacon, and nobody else told it", beacon: "5858480b685f12342d585a0b1841e2aa000e00a4964fb5",
            address: nil, key: "814aac74c4f17b6c1581e1ab87816b99", objects: ["1006: 5402"]),
        Example(
            name: "version 3, key of 12 bytes, capability byte", beacon: "5830b603d28b98c54124f8c3491476757e00000099",
            address: "F8:24:41:C5:98:8B", key: "b853075158487ca39a5b5ea9", objects: ["1001: 000103"]),
        Example(
            name: "version 3, another", beacon: "5830b603368b98c54124f88bb8f2661351000000d6",
            address: "F8:24:41:C5:98:8B", key: "b853075158487ca39a5b5ea9", objects: ["1001: 00ff04"]),
        Example(
            name: "plain, version 2, capability byte", beacon: "7120980012f34f6b8d7cc40d041002c400", address: "C4:7C:8D:6B:4F:F3",
            objects: ["1004: c400"]),
        Example(
            name: "plain, two objects", beacon: "71205d01015d01008d7cc40d081001400910025702", address: nil,
            objects: ["1008: 40", "1009: 5702"]),
        Example(name: "plain, no address", beacon: "4030dd032403000101", address: "DE:70:E8:B2:39:0C", objects: ["0003: 01"]),
        Example(
            name: "a stray byte behind the object", beacon: "702291030fdbab531824d0090a0002750d07", address: "D0:24:18:53:AB:DB",
            objects: ["000a: 750d"]),
    ]

    private func unwrap(_ beacon: String, _ address: String?, _ key: String?) throws -> [UnwrappedFrame]? {
        var beacons = try driver("mibeacon")
        return try beacons.unwrap(advert(0xFE95, beacon), of: address.flatMap(device), key: key.map { bytes($0) })
    }

    @Test("Published beacons unwrap to their objects", arguments: examples) func published(_ example: Example) throws {
        #expect(told(try unwrap(example.beacon, example.address, example.key)) == example.objects)
    }

    @Test("Encrypted and cut or with a turned bit, never an object comes out that was not in it", arguments: examples)
    func damaged(_ example: Example) throws {
        let key = example.key.map { bytes($0) }
        let outcomes = try mangled(
            advert(0xFE95, example.beacon), by: { try driver("mibeacon") }, of: example.address.flatMap(device), key: key)
        guard let key, key.count == 16 else { return }
        for frames in outcomes {
            // Bits of the control word that no tag covers may turn.
            if let frames, !frames.isEmpty { #expect(told(frames) == example.objects) }
        }
    }

    @Test("An encrypted beacon without a key says so") func noKey() throws {
        #expect(throws: DecodeFailure.noKey) { try unwrap(Self.examples[0].beacon, Self.examples[0].address, nil) }
        #expect(throws: DecodeFailure.noKey) { try unwrap(Self.examples[3].beacon, Self.examples[3].address, nil) }
    }

    @Test("Another key, another length of key and another device's address do not fit", arguments: [
        ("8C:D0:B2:F6:BE:EF", "0728974d657a4b60964c1b1677f35f7d"), ("8C:D0:B2:F6:BE:EF", "0728974d657a4b60964c1b"),
        ("8C:D0:B2:F6:BE:EF", ""), ("8C:D0:B2:F6:BE:EE", "0728974d657a4b60964c1b1677f35f7c"),
    ])
    func wrongKey(_ address: String, _ key: String) {
        #expect(throws: DecodeFailure.wrongKey) { try unwrap(Self.examples[0].beacon, address, key) }
    }

    @Test("A beacon that names another device is nobody's") func anotherDevice() {
        #expect(throws: DecodeFailure.notUnderstood("the beacon names another device than the one that sent it")) {
            try unwrap("71205d01015d01008d7cc40d081001400910025702", "C4:7C:8D:00:01:5E", nil)
        }
    }

    @Test("Encrypted and from nobody known, the nonce is not known either") func nobody() {
        #expect(throws: DecodeFailure.notUnderstood("encrypted, and the sender's address is not known")) {
            try unwrap(Self.examples[0].beacon, nil, Self.examples[0].key)
        }
    }

    @Test("A beacon without objects is known, and nothing is in it") func empty() throws {
        #expect(try unwrap("1059d53b0bEFBEF6B2D08C", "8C:D0:B2:F6:BE:EF", nil) == [])
    }

    @Test("Old versions and mesh devices are refused with their reason") func versions() {
        #expect(throws: DecodeFailure.notUnderstood("MiBeacon version 1 is not one of 2 to 5")) { try unwrap("4010dd032403000101", nil, nil) }
        #expect(throws: DecodeFailure.notUnderstood("MiBeacon version 6 is not one of 2 to 5")) { try unwrap("4060dd032403000101", nil, nil) }
        #expect(throws: DecodeFailure.notUnderstood("a mesh device's beacon")) { try unwrap("c030dd032403000101", nil, nil) }
    }

    @Test("Another service's data, and a characteristic, are not its business") func others() throws {
        var beacons = try driver("mibeacon")
        #expect(try beacons.unwrap(advert(0x181D, "4030dd032403000101"), of: nil, key: nil) == nil)
        #expect(try beacons.unwrap(frame("FE95", "4030dd032403000101"), of: nil, key: nil) == nil)
    }
}
