import DBus
import DeviceProfiles
import GatewayTesting
import Readings
import Testing

@testable import BlueZ

@Suite("The radio", .timeLimit(.minutes(2))) struct RadioTests {
    @Test("It switches the adapter on, asks for duplicates of LE devices, and listens") func listens() async throws {
        let bus = try PrivateBus()
        let fake = try await FakeBlueZ(on: bus)
        let station = Station(on: bus)
        #expect(await station.listens())
        #expect(station.events == [.listening(adapter)])
        let wanted = fake.asked.map(\.member).filter { ["Set", "SetDiscoveryFilter", "StartDiscovery", "RegisterAgent"].contains($0) }
        #expect(wanted == ["RegisterAgent", "Set", "SetDiscoveryFilter", "StartDiscovery"])
        let filter = fake.asked.first { $0.member == "SetDiscoveryFilter" }?.arguments.first?.members
        #expect(filter == ["Transport": .string("le"), "DuplicateData": .bool(true)])
    }

    @Test("An advertisement is told with what it carried, and again each time") func adverts() async throws {
        let bus = try PrivateBus()
        let fake = try await FakeBlueZ(on: bus)
        let station = Station(on: bus)
        #expect(await station.listens())
        let data = DBusValue.dictionary([.string("0000181d-0000-1000-8000-00805f9b34fb"): .variant(.bytes([0x22, 1]))], of: "sv")
        let company = DBusValue.dictionary([.uint16(0x157): .variant(.bytes([7]))], of: "qv")
        fake.advertise(cuffAddress, ["Name": .string("SCALE"), "UUIDs": .strings(["0000181d-0000-1000-8000-00805f9b34fb"]), "ServiceData": data])
        fake.advertise(cuffAddress, ["ManufacturerData": company])
        fake.advertise(cuffAddress)
        #expect(await eventually { station.heard.count == 3 })
        let heard = station.heard
        #expect(heard.allSatisfy { $0.device == cuff && $0.adapter == adapter && $0.name == "SCALE" && $0.rssi == -50 })
        #expect(heard[0].services == [BluetoothUUID(number: 0x181D)])
        #expect(heard.map(\.advertisement) == [
            Advertisement(serviceData: [BluetoothUUID(number: 0x181D): [0x22, 1]]), Advertisement(manufacturerData: [0x157: [7]]), Advertisement(),
        ])
    }

    @Test("What bluetoothd remembers of devices when we come is no advertisement") func oldNews() async throws {
        let bus = try PrivateBus()
        let fake = try await FakeBlueZ(on: bus)
        fake.advertise(cuffAddress)
        let station = Station(on: bus)
        #expect(await station.listens())
        fake.advertise("F0:F1:F2:F3:F4:02")
        #expect(await eventually { !station.heard.isEmpty })
        #expect(station.heard.map(\.device.description) == ["F0:F1:F2:F3:F4:02"])
    }

    @Test("Values of wrong types are passed over") func wrongTypes() async throws {
        let bus = try PrivateBus()
        let fake = try await FakeBlueZ(on: bus)
        let station = Station(on: bus)
        #expect(await station.listens())
        fake.advertise("F0:F1:F2:F3:F4:03", ["ServiceData": .string("none"), "ManufacturerData": .int32(1), "UUIDs": .bool(true), "Name": .bytes([1])])
        fake.change(FakeBlueZ.adapter, "org.bluez.Adapter1", ["Address": .string("F0:00:00:00:00:01"), "Class": .strings([])])
        fake.advertise(cuffAddress)
        #expect(await eventually { station.heard.count == 2 })
        #expect(station.heard[0].advertisement == Advertisement())
        #expect(station.heard[0].name == nil)
    }

    @Test("Strangers are dismissed when there are too many; friends and bonded devices never") func strangers() async throws {
        let bus = try PrivateBus()
        let fake = try await FakeBlueZ(on: bus)
        let station = Station(on: bus, round: .milliseconds(200))
        station.radio.befriend([cuff])
        #expect(await station.listens())
        fake.advertise(cuffAddress)
        fake.advertise("C0:00:00:00:00:AA", ["Paired": .bool(true)])
        for number in 10..<40 { fake.advertise("C0:00:00:00:00:\(number)") }
        #expect(await eventually { fake.count(of: "RemoveDevice") >= 25 })
        try await Task.sleep(for: .milliseconds(500))
        #expect(fake.count(of: "RemoveDevice") == 25)
        let removed = fake.asked.filter { $0.member == "RemoveDevice" }.compactMap { $0.arguments.first?.text }
        #expect(!removed.contains { $0.hasSuffix("F4_01") || $0.hasSuffix("00_AA") || $0.hasSuffix("00_39") })
    }
}

@Suite("What goes wrong with the radio", .timeLimit(.minutes(3))) struct RadioFaultTests {
    @Test("An agent of ours that is registered already is no fault, and neither is one of another program") func agents() async throws {
        let bus = try PrivateBus()
        let fake = try await FakeBlueZ(on: bus)
        fake.answer("RegisterAgent") { $0.refuse("org.bluez.Error.AlreadyExists", "Already Exists") }
        let station = Station(on: bus)
        #expect(await station.listens())
        #expect(fake.count(of: "RequestDefaultAgent") == 1)
    }

    @Test("Links to enrolled devices that an earlier run left behind are ended, so that they are heard again; others are not ours") func leftovers() async throws {
        let bus = try PrivateBus()
        let fake = try await FakeBlueZ(on: bus)
        fake.advertise(cuffAddress, ["Connected": .bool(true)])
        fake.advertise("C0:00:00:00:00:07", ["Connected": .bool(true)])
        let station = Station(on: bus, friends: [cuff])
        #expect(await station.listens())
        #expect(fake.asked.filter { $0.member == "Disconnect" }.map(\.path) == ["/org/bluez/hci0/dev_F0_F1_F2_F3_F4_01"])
    }

    @Test("Without bluetoothd the gateway is blind and says what to do; when it comes, it listens") func absentAtStart() async throws {
        let bus = try PrivateBus()
        let station = Station(on: bus)
        #expect(await station.isBlind(for: .noDaemon))
        guard case .blind(let failure) = station.radio.standing else { return }
        #expect(failure.sentence.contains("systemctl enable --now bluetooth"))
        let fake = try await FakeBlueZ(on: bus)
        #expect(await station.listens())
        #expect(fake.count(of: "RegisterAgent") == 1)
    }

    @Test("A restarted bluetoothd is greeted anew, and its silence between is told") func restart() async throws {
        let bus = try PrivateBus()
        let first = try await FakeBlueZ(on: bus)
        let station = Station(on: bus)
        #expect(await station.listens())
        first.die()
        #expect(await station.isBlind(for: .noDaemon))
        let second = try await FakeBlueZ(on: bus)
        #expect(await station.listens())
        #expect(second.asked.map(\.member).filter { ["RegisterAgent", "StartDiscovery"].contains($0) } == ["RegisterAgent", "StartDiscovery"])
        second.advertise(cuffAddress)
        #expect(await eventually { station.heard.count == 1 })
    }

    @Test("Without an adapter it is blind; one that is plugged in, or in again, is used at once") func adapters() async throws {
        let bus = try PrivateBus()
        let fake = try await FakeBlueZ(on: bus, adapter: nil)
        let station = Station(on: bus)
        #expect(await station.isBlind(for: .noAdapter))
        fake.plug("F0:00:00:00:00:01")
        #expect(await station.listens())
        fake.unplug()
        #expect(await station.isBlind(for: .noAdapter))
        fake.plug("F0:00:00:00:00:01", at: "/org/bluez/hci1")
        #expect(await station.listens())
        #expect(station.events.filter { $0 == .lost(adapter) }.count == 1)
    }

    @Test("An adapter is known by its address: others are left alone") func otherAdapter() async throws {
        let bus = try PrivateBus()
        let fake = try await FakeBlueZ(on: bus)
        let station = Station(on: bus, adapters: [cuff])
        #expect(await station.isBlind(for: .noAdapter))
        #expect(fake.count(of: "StartDiscovery") == 0)
        #expect(fake.count(of: "Set") == 0)
    }

    @Test("Whoever stops the discovery or switches the adapter off is put right") func putRight() async throws {
        let bus = try PrivateBus()
        let fake = try await FakeBlueZ(on: bus)
        let station = Station(on: bus)
        #expect(await station.listens())
        fake.change(FakeBlueZ.adapter, "org.bluez.Adapter1", ["Discovering": .bool(false)])
        #expect(await eventually { fake.count(of: "StartDiscovery") == 2 })
        fake.change(FakeBlueZ.adapter, "org.bluez.Adapter1", ["Powered": .bool(false), "Discovering": .bool(false)])
        #expect(await eventually { fake.count(of: "StartDiscovery") == 3 })
        #expect(fake.asked.filter { $0.member == "Set" }.count == 2)
    }

    @Test("A blocked adapter, a refusing and a hanging bluetoothd are told apart", arguments: [
        ("Set", "org.bluez.Error.Failed", "Blocked through rfkill", RadioFailure.Code.adapterBlocked),
        ("StartDiscovery", "org.bluez.Error.NotReady", "Resource Not Ready", .adapterOff),
        ("StartDiscovery", "org.bluez.Error.Failed", "Strange", .discoveryRefused),
        ("RegisterAgent", "org.freedesktop.DBus.Error.AccessDenied", "Rejected send message", .notPermitted),
        ("GetManagedObjects", "", "", .daemonHangs),
    ])
    func refusals(_ member: String, _ name: String, _ message: String, _ code: RadioFailure.Code) async throws {
        let bus = try PrivateBus()
        let fake = try await FakeBlueZ(on: bus)
        fake.answer(member) { call in if !name.isEmpty { call.refuse(name, message) } }
        let station = Station(on: bus)
        #expect(await station.isBlind(for: code))
        fake.answer(member, nil)
        #expect(await station.listens())
    }

    @Test("A bus that goes away is told, and not the end") func busGone() async throws {
        let bus = try PrivateBus()
        let fake = try await FakeBlueZ(on: bus)
        let station = Station(on: bus)
        #expect(await station.listens())
        bus.kill()
        #expect(await station.isBlind(for: .busGone))
        #expect(station.events.contains(.lost(adapter)))
        _ = fake
    }

    @Test("A bluetoothd that stops answering is noticed in the next round") func hangs() async throws {
        let bus = try PrivateBus()
        let fake = try await FakeBlueZ(on: bus)
        let station = Station(on: bus, round: .milliseconds(300))
        #expect(await station.listens())
        fake.answer("GetAll") { _ in }
        #expect(await station.isBlind(for: .daemonHangs))
        fake.answer("GetAll", nil)
        #expect(await station.listens())
    }
}
