import Foundation
import GatewayTesting
import MQTT
import Readings
import Testing

@testable import Gateway
@testable import Store

/// Devices that encrypt: the frames are those of the profiles' vectors, which say where each comes from.
struct KeyTests {
    private static let bthome = (device: DeviceID(address: "54:48:E6:8F:80:A5")!, key: "231d39c1d7cc1ab1aee224cd096db932")
    private static let mibeacon = (device: DeviceID(address: "8C:D0:B2:F6:BE:EF")!, key: "0728974d657a4b60964c1b1677f35f7c")

    private func ward(_ device: DeviceID, key: String?) async throws -> Ward {
        let ward = try await Ward(enrolled: [])
        if let key { try write(key, ward) }
        try await ward.store.enroll(device, keyFile: key.map { _ in ward.folder.path + "/key" })
        return ward
    }

    private func write(_ key: String, _ ward: Ward) throws {
        let file = try ward.folder.write(key + "\n", to: "key")
        chmod(file, 0o640)
    }

    private func kilograms(_ ward: Ward, _ hex: String = "410d437c001122348296db2b") -> ReceivedMessage {
        ward.raw(#"{"address":"\#(KeyTests.bthome.device)","serviceData":{"fcd2":"\#(hex)"}}"#, qos: 0)
    }

    private func beacon(_ ward: Ward, _ hex: String) -> ReceivedMessage {
        ward.raw(#"{"address":"\#(KeyTests.mibeacon.device)","serviceData":{"fe95":"\#(hex)"}}"#, qos: 0)
    }

    private static let first = "4859d53b0abc078ff2348c844138e930220000009e538599"
    private static let second = "4859d53b0bd6ef0b25db72785e7e2f46d6000000d8642df6"

    @Test func `an encrypted broadcast of a device with its key is a reading`() async throws {
        let ward = try await ward(KeyTests.bthome.device, key: KeyTests.bthome.key)
        ward.take(kilograms(ward))
        #expect(try await ward.readings().map(\.said) == ["weight 80.3 kg"])
        #expect(try await ward.fates() == ["reading"])
        try await ward.expectBalance()
    }

    @Test func `two encrypted beacons that belong together are one reading, also across a restart and a reload`() async throws {
        let ward = try await ward(KeyTests.mibeacon.device, key: KeyTests.mibeacon.key)
        ward.take(beacon(ward, KeyTests.first))
        ward.restart()
        ward.fileOverdue()
        try ward.reload()
        ward.take(beacon(ward, KeyTests.second))
        #expect(try await ward.fates() == ["duplicate: joined", "reading"])
        let said = try await ward.latest().reading.values.map(\.name)
        #expect(said.contains("weight") && said.contains("impedance") && said.contains("impedance-high"))
        try await ward.expectBalance()
    }

    @Test func `without a key it is refused, and read as soon as the device is enrolled with one`() async throws {
        let ward = try await ward(KeyTests.bthome.device, key: nil)
        ward.take(kilograms(ward))
        ward.take(kilograms(ward))
        #expect(try await ward.fates() == ["rejected: no-key"])
        try write(KeyTests.bthome.key, ward)
        try await ward.store.enroll(KeyTests.bthome.device, keyFile: ward.folder.path + "/key")
        ward.take(kilograms(ward))
        #expect(try await ward.fates() == ["rejected: no-key", "reading"])
        try await ward.expectBalance()
    }

    @Test func `another key is refused with a reason of its own, and a new file is read on a reload`() async throws {
        let ward = try await ward(KeyTests.bthome.device, key: "231d39c1d7cc1ab1aee224cd096db933")
        ward.take(kilograms(ward))
        #expect(try await ward.fates() == ["rejected: wrong-key"])
        try write(KeyTests.bthome.key, ward)
        ward.take(kilograms(ward, "4187b900112233" + "72b0231f"))
        #expect(try await ward.fates() == ["rejected: wrong-key", "rejected: wrong-key"])
        let change = try ward.reload()
        #expect(change.keys == 1 && change.changedKeys == 1)
        ward.take(kilograms(ward))
        #expect(try await ward.fates().last == "reading")
        #expect(try await ward.readings().map(\.said) == ["weight 80.3 kg"])
        try await ward.expectBalance()
    }

    @Test func `a key that cannot be read is told by its file, and a reload with it is refused`() async throws {
        let ward = try await ward(KeyTests.bthome.device, key: KeyTests.bthome.key)
        ward.take(kilograms(ward))
        let file = ward.folder.path + "/key"
        chmod(file, 0o644)
        let problem = "the key file \(file) has the permissions 644, so others could read or change it: 'chmod 640 \(file)', with the group of the service"
        #expect { try ward.reload() } throws: { ($0 as? Intake.Refusal)?.problems == [problem] }
        // The key that was read before goes on, also where the enrolment is read again.
        try await ward.store.enroll(scale)
        ward.clock.advance(.seconds(60))
        ward.take(kilograms(ward, "4187b900112233" + "72b0231f"))
        #expect(try await ward.fates() == ["reading", "ignored: nothing-to-decode"])
        #expect(ward.events.all.contains { if case .keyUnusable(problem) = $0 { true } else { false } })
        ward.restart()
        ward.clock.advance(.seconds(60))
        ward.take(kilograms(ward))
        #expect(try await ward.fates().last == "rejected: no-key")
        try await ward.expectBalance()
    }

    @Test func `an encrypted broadcast that is brought again later is no second weighing`() async throws {
        let ward = try await ward(KeyTests.bthome.device, key: KeyTests.bthome.key)
        for _ in 0..<3 {
            ward.take(kilograms(ward))
            ward.clock.advance(.seconds(3600))
        }
        #expect(try await ward.fates() == ["reading"])
        #expect(try await ward.tallies() == ["repeat": 2])
        try await ward.expectBalance()
    }

    @Test func `nothing that is told or stored has the key in it`() async throws {
        let ward = try await ward(KeyTests.bthome.device, key: KeyTests.bthome.key)
        ward.take(kilograms(ward), kilograms(ward, "4187b900112234" + "72b0231f"))
        try ward.reload()
        let bytes = try #require([UInt8](hexText: KeyTests.bthome.key))
        let told = ward.events.all.map { "\($0)" } + ward.events.all.map { EventLog.line($0).1 }
        #expect(told.allSatisfy { !$0.lowercased().contains(KeyTests.bthome.key) && !$0.contains("\(bytes)") })
        try await ward.store.writeOut()
        for name in try FileManager.default.contentsOfDirectory(atPath: ward.folder.path) where name.hasPrefix("vitalgate.db") {
            let data = try Data(contentsOf: URL(fileURLWithPath: ward.folder.path + "/" + name))
            #expect(data.range(of: Data(bytes)) == nil && data.range(of: Data(KeyTests.bthome.key.utf8)) == nil, "\(name)")
        }
    }

    // MARK: Key files

    private func read(_ bytes: [UInt8], mode: mode_t = 0o600) throws -> [UInt8] {
        let folder = TemporaryFolder()
        let file = folder.path + "/key"
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        chmod(file, mode)
        return try KeyFile.read(file)
    }

    @Test(arguments: [
        "231d39c1d7cc1ab1aee224cd096db932", "231D39C1D7CC1AB1AEE224CD096DB932\n", " 231d39c1d7cc1ab1aee224cd096db932\r\n",
        "23:1d:39:c1:d7:cc:1a:b1:ae:e2:24:cd:09:6d:b9:32",
    ])
    func `hex digits are a key, with or without what people put around them`(text: String) throws {
        #expect(try read(Array(text.utf8)) == [0x23, 0x1d, 0x39, 0xc1, 0xd7, 0xcc, 0x1a, 0xb1, 0xae, 0xe2, 0x24, 0xcd, 0x09, 0x6d, 0xb9, 0x32])
    }

    @Test(arguments: [12, 16])
    func `bytes as they are are a key`(count: Int) throws {
        // Also where they end like a line.
        let key = (1..<count).map { UInt8(0xF0 ^ $0) } + [0x0A]
        #expect(try read(key) == key)
        #expect(try read(key, mode: 0o440) == key)
    }

    @Test(arguments: ["", "\n", "231d39c1d7cc1ab1", "231d39c1d7cc", "231d39c1d7cc1ab1aee224cd096db9322", "key: 231d39c1d7cc1ab1aee224cd096db932", String(repeating: "a", count: 300)])
    func `anything else is none, and is told without what it holds`(text: String) throws {
        #expect { try read(Array(text.utf8)) } throws: { error in
            let said = "\(error)"
            return said.contains("bytes, and no bind key: write it as 32 hex digits") && (text.count < 12 || !said.contains(text.prefix(12)))
        }
    }

    @Test(arguments: [0o644, 0o660, 0o604, 0o602, 0o777] as [mode_t])
    func `a key that others may read or change is refused`(mode: mode_t) throws {
        #expect { try read(Array(repeating: 0xEE, count: 16), mode: mode) } throws: {
            "\($0)".contains("has the permissions \(String(mode, radix: 8)), so others could read or change it")
        }
    }

    @Test func `what is no file is named, and nobody waits for it`() throws {
        let folder = TemporaryFolder()
        #expect { try KeyFile.read(folder.path + "/none") } throws: {
            "\($0)" == "the key file \(folder.path)/none cannot be read: No such file or directory"
        }
        #expect { try KeyFile.read(folder.path) } throws: { "\($0)" == "the key file \(folder.path) is no ordinary file" }
        mkfifo(folder.path + "/pipe", 0o600)
        #expect { try KeyFile.read(folder.path + "/pipe") } throws: { "\($0)" == "the key file \(folder.path)/pipe is no ordinary file" }
        #expect { try KeyFile.read("scale-key") } throws: { "\($0)".hasPrefix("the key scale-key is a systemd credential") }
    }
}

extension [UInt8] {
    fileprivate init?(hexText: String) {
        let digits = Array(hexText.utf8)
        self = stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(decoding: digits[$0...$0 + 1], as: UTF8.self), radix: 16) }
        if count * 2 != digits.count { return nil }
    }
}
