import Readings
import Testing

@Suite struct DeviceNameTests {
    @Test(arguments: ["withings:12345", "zigbee:0x00158d0001a2b3c4", "a-1:A.b-c_9", "x:y"])
    func `a device of another sort says its namespace and its id`(text: String) throws {
        let parts = text.split(separator: ":").map(String.init)
        let device = try #require(DeviceID(namespace: parts[0], id: parts[1]))
        #expect(device.description == text)
        #expect(DeviceID(text) == device)
    }

    @Test(arguments: [
        "", ":", "a:", ":a", "a:b:c", "A:b", "a b:c", "a:b c", "a:b/c", "a:b+", "a:ü", "a_b:c", "a:\u{0}", "aa:bb:cc:dd:ee", "aabbccddee", "a:b\n",
        "0123456789012345678901234:x", "x:" + String(repeating: "y", count: 65),
    ])
    func `anything else is no device`(text: String) {
        #expect(DeviceID(text) == nil)
    }

    @Test func `an address is read as before`() {
        #expect(DeviceID("aa-bb-cc-dd-ee-ff")?.description == "AA:BB:CC:DD:EE:FF")
        #expect(DeviceID("AABBCCDDEEFF")?.compact == "AABBCCDDEEFF")
    }

    @Test func `the compact forms of different devices differ, and are safe in topics and identities`() throws {
        let names = ["a:b", "a:b.c", "a:b_c", "a:b__c", "a:b_pc", "a:b._c", "a:b_.c", "a-b:c", "aabbccddeeff:x", "a:AABBCCDDEEFF"]
        let devices = try names.map { try #require(DeviceID($0)) } + [try #require(DeviceID(address: "AABBCCDDEEFF"))]
        #expect(Set(devices.map(\.compact)).count == devices.count)
        for device in devices {
            #expect(device.compact.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") })
        }
        #expect(devices[0].compact == "a_b")
    }
}
