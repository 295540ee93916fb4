import DBus
import DeviceProfiles
import GatewayTesting
import Readings
import Testing

@testable import BlueZ

/// A cuff that was heard, with a characteristic that indicates and one that takes writes.
private struct Ready {
    let bus: PrivateBus
    let fake: FakeBlueZ
    let station: Station
    let device: String
    let value: String
    let control: String

    init() async throws {
        bus = try PrivateBus()
        fake = try await FakeBlueZ(on: bus)
        station = Station(on: bus)
        #expect(await station.listens())
        device = fake.advertise(cuffAddress)
        value = fake.addCharacteristic(measurementText, flags: ["indicate"], to: device)
        control = fake.addCharacteristic("00002a52-0000-1000-8000-00805f9b34fb", flags: ["write", "write-without-response"], to: device)
        #expect(await eventually { !station.heard.isEmpty })
    }

    func link() async throws(RadioFailure) -> GATTLink { try await station.radio.connect(to: cuff) }
}

@Suite("Links to devices", .timeLimit(.minutes(2))) struct LinkTests {
    @Test("What a device sends comes in its order, also before it was subscribed to") func values() async throws {
        let ready = try await Ready()
        let link = try await ready.link()
        ready.fake.notify(ready.value, [1])
        try await link.subscribe(to: measurement)
        for number in 2...50 { ready.fake.notify(ready.value, [UInt8(number)]) }
        var came: [UInt8] = []
        for _ in 1...50 { came += try await link.next(from: [measurement], within: .seconds(5))?.bytes ?? [] }
        #expect(came == Array(1...50))
        #expect(try await link.next(from: [measurement], within: .milliseconds(50)) == nil)
    }

    @Test("What came before the device hung up is told before that") func hangUp() async throws {
        let ready = try await Ready()
        let link = try await ready.link()
        ready.fake.notify(ready.value, [1])
        ready.fake.hangUp(ready.device)
        #expect(await eventually { link.isDown })
        #expect(try await link.next(from: [measurement], within: .seconds(5))?.bytes == [1])
        await #expect(throws: LinkFailure.disconnected) { try await link.next(from: [measurement], within: .seconds(5)) }
        await #expect(throws: LinkFailure.disconnected) { try await link.write([1], to: BluetoothUUID(number: 0x2A52)) }
    }

    @Test("A value that was read is not told again as if the device had sent it") func readEcho() async throws {
        let ready = try await Ready()
        let link = try await ready.link()
        ready.fake.answer("ReadValue") { [fake = ready.fake] call in
            fake.notify(call.path, [9])
            call.reply([.bytes([9])])
        }
        #expect(try await link.read(measurement).bytes == [9])
        ready.fake.notify(ready.value, [10])
        #expect(try await link.next(from: [measurement], within: .seconds(5))?.bytes == [10])
    }

    @Test("Writes ask for a confirmation where the characteristic gives one") func writes() async throws {
        let ready = try await Ready()
        let link = try await ready.link()
        try await link.write([4, 1], to: BluetoothUUID(number: 0x2A52))
        let asked = ready.fake.asked.first { $0.member == "WriteValue" }
        #expect(asked?.arguments.first == .bytes([4, 1]))
        #expect(asked?.arguments.last?.members == ["type": .string("request")])
    }

    @Test("each error of the bus is one of the radio", arguments: [
        (BusError.disconnected("gone"), RadioFailure.Code.busGone), (.noAnswer, .daemonHangs), (.cancelled, .cancelled),
        (.malformed("short"), .unknown), (.refused(name: "org.bluez.Error.InProgress", message: ""), .busy),
    ])
    func codes(_ error: BusError, _ code: RadioFailure.Code) { #expect(RadioFailure(error).code == code) }

    @Test("bluetoothd's words become what the device meant", arguments: [
        ("org.bluez.Error.NotPermitted", "Not paired", LinkFailure.needsBond(measurement)),
        ("org.bluez.Error.NotPermitted", "Read not permitted", .refused(measurement, code: 2)),
        ("org.bluez.Error.Failed", "Operation failed with ATT error: 0x80", .refused(measurement, code: 0x80)),
        ("org.bluez.Error.NotAuthorized", "Not Authorized", .refused(measurement, code: 8)),
        ("org.bluez.Error.Failed", "Not connected", .disconnected),
    ])
    func errors(_ name: String, _ message: String, _ failure: LinkFailure) async throws {
        let ready = try await Ready()
        let link = try await ready.link()
        ready.fake.answer("ReadValue") { $0.refuse(name, message) }
        await #expect(throws: failure) { try await link.read(measurement) }
        await #expect(throws: LinkFailure.missing(BluetoothUUID(number: 0x2A19))) { try await link.read(BluetoothUUID(number: 0x2A19)) }
    }

    @Test("A busy adapter is tried again; a device that is asleep, and one that lost its bond, are told apart") func connecting() async throws {
        let ready = try await Ready()
        ready.fake.answer("Connect") { [fake = ready.fake] call in
            call.refuse("org.bluez.Error.Failed", "Input/output error")
            fake.answer("Connect", nil)
        }
        let link = try await ready.link()
        #expect(ready.fake.count(of: "Connect") == 2)
        await ready.station.radio.close(link)
        ready.fake.answer("Connect") { $0.refuse("org.bluez.Error.Failed", "le-connection-abort-by-local") }
        await #expect(throws: RadioFailure.self) { try await ready.link() }
        do throws(RadioFailure) { _ = try await ready.link() } catch { #expect(error.code == .outOfReach) }
        ready.fake.change(ready.device, "org.bluez.Device1", ["Paired": .bool(true)])
        #expect(await eventually { ready.station.radio.isPaired(cuff) })
        do throws(RadioFailure) { _ = try await ready.link() } catch { #expect(error.code == .outOfReach) }
        do throws(RadioFailure) { _ = try await ready.link() } catch { #expect(error.code == .bondLost) }
    }

    @Test("A device that nobody heard is not connected, and one that is connected not a second time") func refused() async throws {
        let ready = try await Ready()
        do throws(RadioFailure) { _ = try await ready.station.radio.connect(to: adapter) } catch { #expect(error.code == .notSeen) }
        let link = try await ready.link()
        do throws(RadioFailure) { _ = try await ready.link() } catch { #expect(error.code == .busy) }
        await ready.station.radio.close(link)
        _ = try await ready.link()
    }

    @Test("A connect that is never answered ends at its time, and is taken back") func unanswered() async throws {
        let ready = try await Ready()
        ready.fake.answer("Connect") { _ in }
        var hasty = Radio.Connecting()
        hasty.within = .seconds(1)
        do throws(RadioFailure) {
            _ = try await ready.station.radio.connect(to: cuff, hasty)
            Issue.record("nobody answered")
        } catch { #expect(error.code == .outOfReach) }
        #expect(ready.fake.count(of: "Disconnect") == 1)
        ready.fake.answer("Connect", nil)
        _ = try await ready.link()
    }

    @Test("A device that another program has connected is talked to all the same") func connectedByAnother() async throws {
        let ready = try await Ready()
        ready.fake.change(ready.device, "org.bluez.Device1", ["Connected": .bool(true), "ServicesResolved": .bool(true)])
        ready.fake.answer("Connect") { $0.refuse("org.bluez.Error.AlreadyConnected", "Already Connected") }
        let link = try await ready.link()
        ready.fake.notify(ready.value, [1])
        #expect(try await link.next(from: [measurement], within: .seconds(5))?.bytes == [1])
    }

    @Test("A pairing that the device refuses is told as such") func pairingRefused() async throws {
        let ready = try await Ready()
        let link = try await ready.link()
        ready.fake.answer("Pair") { $0.refuse("org.bluez.Error.AuthenticationRejected", "Authentication Rejected") }
        do throws(LinkFailure) {
            try await link.bond(BondTerms())
            Issue.record("it was refused")
        } catch {
            #expect("\(error)".contains("the device refuses to pair"), "\(error)")
        }
    }

    @Test("A flood is taken in its order; beyond what the memory is for, the link ends and nothing of before is lost") func flood() async throws {
        let box = Mailbox(since: .now)
        let (one, other) = (measurement, BluetoothUUID(number: 0x2A36))
        for number in 0..<Mailbox.most + 10 { box.put([UInt8(number & 255), UInt8(number >> 8 & 255)], from: number % 1000 == 999 ? other : one) }
        #expect(box.end == .failed("it sends faster than can be kept: 200000 values wait"))
        var next = 0
        while let arrived = try? await box.next(from: [one], within: .zero) {
            if next % 1000 == 999 { next += 1 }
            if arrived.bytes != [UInt8(next & 255), UInt8(next >> 8 & 255)] { break }
            next += 1
        }
        #expect(next == Mailbox.most - 1)
        #expect(box.takeAll().count == Mailbox.most / 1000)
    }

    @Test("When bluetoothd dies, links end") func daemonDies() async throws {
        let ready = try await Ready()
        let link = try await ready.link()
        ready.fake.die()
        await #expect(throws: LinkFailure.disconnected) { try await link.next(from: [measurement], within: .seconds(20)) }
    }
}
