import DBus
import DeviceProfiles
import GatewayTesting
import Readings
import Testing

@testable import BlueZ

@Suite("Pairing", .timeLimit(.minutes(2))) struct PairingTests {
    private let path = "/org/bluez/hci0/dev_F0_F1_F2_F3_F4_01"

    /// What the agent answers to bluetoothd while it pairs.
    private func pair(
        _ passkey: BondTerms.Passkey, _ member: String, _ more: [DBusValue] = [], of device: String? = nil
    ) async throws -> Result<[DBusValue], BusError> {
        let bus = try PrivateBus()
        let fake = try await FakeBlueZ(on: bus)
        let station = Station(on: bus)
        #expect(await station.listens())
        fake.advertise(cuffAddress)
        #expect(await eventually { !station.heard.isEmpty })
        let link = try await station.radio.connect(to: cuff, Radio.Connecting(passkey: passkey))
        defer { _ = link }
        // The name of our connection on the bus.
        let ours = fake.asker ?? ""
        return await fake.askAgent(of: ours, member, [.path(device ?? path)] + more)
    }

    @Test("Just works: a device that we connect may pair without a number") func justWorks() async throws {
        #expect(try await pair(.none, "RequestAuthorization") == .success([]))
        #expect(try await pair(.none, "RequestConfirmation", [.uint32(1)]) == .success([]))
    }

    @Test("A fixed passkey is answered, as a number and as a PIN") func fixed() async throws {
        #expect(try await pair(.fixed(1234), "RequestPasskey") == .success([.uint32(1234)]))
        #expect(try await pair(.fixed(1234), "RequestPinCode") == .success([.string("001234")]))
    }

    @Test("A passkey that the device shows needs a person, and no other device is let in") func refused() async throws {
        let nobody = Result<[DBusValue], BusError>.failure(.refused(name: "org.bluez.Error.Rejected", message: "there is nobody to answer"))
        #expect(try await pair(.shown, "RequestPasskey") == nobody)
        #expect(try await pair(.shown, "RequestConfirmation", [.uint32(1)]) == nobody)
        let stranger = Result<[DBusValue], BusError>.failure(.refused(name: "org.bluez.Error.Rejected", message: "nobody asked for this device"))
        #expect(try await pair(.none, "RequestAuthorization", of: "/org/bluez/hci0/dev_00_00_00_00_00_00") == stranger)
    }

    @Test("Only bluetoothd may ask") func othersRefused() async throws {
        let bus = try PrivateBus()
        let fake = try await FakeBlueZ(on: bus)
        let station = Station(on: bus)
        #expect(await station.listens())
        let other = BusConnection(BusConnection.Settings(address: bus.address), onSignal: { _ in }, onEnd: { _ in })
        other.start()
        await #expect(throws: BusError.refused(name: "org.freedesktop.DBus.Error.AccessDenied", message: "only bluetoothd asks here")) {
            try await other.call(MethodCall(
                to: fake.asker ?? "", "/org/vitalgate/agent", "org.bluez.Agent1", "RequestPasskey", [.path(path)]))
        }
    }
}
