import DBus
import DeviceProfiles
import GatewayTesting
import Readings
import Testing

@testable import BlueZ

private let second = "/org/bluez/hci1"
private let secondAddress = DeviceID(address: "F0:00:00:00:00:02")!

/// A cuff that two adapters hear, the second one last.
private struct Between {
    let bus: PrivateBus
    let fake: FakeBlueZ
    let station: Station

    init(isPaired: Bool = false) async throws {
        bus = try PrivateBus()
        fake = try await FakeBlueZ(on: bus)
        fake.plug(secondAddress.description, at: second)
        station = Station(on: bus)
        #expect(await station.listens(by: [adapter, secondAddress]))
        fake.advertise(cuffAddress, ["Paired": .bool(isPaired)])
        fake.advertise(cuffAddress, on: second)
        #expect(await eventually { station.heard.count == 2 })
    }

    /// From now on devices hang up on this adapter before the link is up.
    func spoil(_ adapter: String?) {
        fake.answer("Connect") { [fake] call in
            if let adapter, call.path.hasPrefix(adapter) {
                return call.refuse("org.bluez.Error.Failed", "le-connection-abort-by-local")
            }
            fake.change(call.path, "org.bluez.Device1", ["Connected": .bool(true)])
            call.reply()
            fake.change(call.path, "org.bluez.Device1", ["ServicesResolved": .bool(true)])
        }
    }

    /// Which adapters were asked to connect, in their order.
    var asked: [String] { fake.asked.filter { $0.member == "Connect" }.map { String($0.path.dropFirst("/org/bluez/".count).prefix(4)) } }

    func connect() async -> RadioFailure.Code? {
        do throws(RadioFailure) {
            let link = try await station.radio.connect(to: cuff)
            await station.radio.close(link)
            return nil
        } catch {
            return error.code
        }
    }
}

extension Station {
    fileprivate func listens(by adapters: [DeviceID]) async -> Bool { await eventually { radio.standing == Radio.Standing.listening(adapters) } }
}

@Suite("By which adapter a device is reached", .timeLimit(.minutes(2))) struct WayTests {
    @Test("Without a bond by the one that heard it last, and by the other once that one is gone") func unplugged() async throws {
        let between = try await Between()
        #expect(await between.connect() == nil)
        between.fake.unplug(second)
        #expect(await between.station.listens(by: [adapter]))
        #expect(await between.connect() == nil)
        #expect(between.asked == ["hci1", "hci0"])
    }

    @Test("An adapter that fails three times in a row gives a device up to another that hears it too, and that is told once") func setbacks() async throws {
        let between = try await Between()
        between.spoil(second)
        for _ in 0..<3 { #expect(await between.connect() == .outOfReach) }
        #expect(await between.connect() == nil)
        #expect(between.asked == ["hci1", "hci1", "hci1", "hci0"])
        let told = between.station.events.compactMap { if case .mending(let what) = $0 { what } else { nil } }
        #expect(told == ["adapter \(secondAddress) does not reach a device that adapter \(adapter) hears too: it is connected by that one now"])
    }

    @Test("A bonded device stays with the adapter that has its bond, however it fails") func bonded() async throws {
        let between = try await Between(isPaired: true)
        between.spoil(FakeBlueZ.adapter)
        for _ in 0..<5 { _ = await between.connect() }
        #expect(Set(between.asked) == ["hci0"])
    }

    @Test("With that adapter gone it is connected by no other, which could only pair anew; until it is paired there") func bondAway() async throws {
        let between = try await Between(isPaired: true)
        between.station.radio.pin([cuff: adapter])
        between.fake.unplug()
        #expect(await between.station.listens(by: [secondAddress]))
        between.fake.advertise(cuffAddress, on: second)
        #expect(await between.connect() == .bondAdapterAway)
        #expect(between.asked == [])
        let path = between.fake.advertise(cuffAddress, ["Paired": .bool(true)], on: second)
        #expect(await eventually { between.station.radio.isPaired(cuff) })
        #expect(await between.connect() == nil)
        #expect(between.asked == ["hci1"] && path.hasPrefix(second))
    }

    @Test("What bluetoothd has of bonds is told by device and adapter; while nothing is heard nobody knows") func survey() async throws {
        let between = try await Between(isPaired: true)
        let found = try #require(between.station.radio.bondSurvey)
        #expect(found.adapters == [adapter, secondAddress] && found.bonds == [cuff: [adapter]] && found.busy == [])
        let link = try await between.station.radio.connect(to: cuff)
        #expect(between.station.radio.bondSurvey?.busy == [cuff])
        await between.station.radio.close(link)
        between.fake.unplug()
        between.fake.unplug(second)
        #expect(await between.station.isBlind(for: .noAdapter))
        #expect(between.station.radio.bondSurvey == nil)
    }
}
