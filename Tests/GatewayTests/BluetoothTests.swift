import Alarms
import BlueZ
import DBus
import Gateway
import GatewayTesting
import Logging
import Readings
import Store
import Synchronization
import Testing

private let cuffOnAir = DeviceID(address: "F0:F1:F2:F3:F4:01")!
private let scaleOnAir = DeviceID(address: "F0:F1:F2:F3:F4:03")!
private func uuid(_ short: String) -> String { "0000\(short)-0000-1000-8000-00805f9b34fb" }
private func serviceData(_ short: String, _ bytes: [UInt8]) -> DBusValue {
    .dictionary([.string(uuid(short)): .variant(.bytes(bytes))], of: "sv")
}

private func bytes(_ hex: String) -> [UInt8] {
    stride(from: 0, to: hex.count, by: 2).map { offset in
        let start = hex.index(hex.startIndex, offsetBy: offset)
        return UInt8(hex[start..<hex.index(start, offsetBy: 2)], radix: 16)!
    }
}

/// The radio of a gateway over a fake bluetoothd, with a real intake, a real store and the shipped profiles.
private final class OnAir: Sendable {
    let bus: PrivateBus
    let fake: FakeBlueZ
    let store: Store
    let events = RecordedEvents()
    let service: RadioService
    let intake: Intake
    private let folder = TemporaryFolder()
    private let task: Task<Void, any Error>

    init(
        _ settings: BluetoothSettings = BluetoothSettings(), enrolled: [DeviceID] = [cuffOnAir, scaleOnAir], notes: [DeviceID: String] = [:],
        before: (FakeBlueZ) -> Void = { _ in }
    ) async throws {
        bus = try PrivateBus()
        fake = try await FakeBlueZ(on: bus)
        before(fake)
        store = try Store(path: folder.path + "/vitalgate.db")
        for device in enrolled { try await store.enroll(device) }
        try await store.note(notes)
        let profiles = try Ward.shipped.get()
        let place = try #require(Place(identifier: "Asia/Shanghai"))
        intake = Intake(
            profiles: profiles, store: store, clocks: .machine, place: place,
            watch: Watch(limits: [:], active: []), bell: Bell(), observer: events.observer)
        service = RadioService(
            settings, bus: bus.address, intake: intake, profiles: profiles, store: store, place: place, clocks: .machine,
            observer: events.observer)
        let (service, events) = (service, events)
        task = Task { try await service.run() }
        #expect(await eventually { events.all.contains { if case .radio(.listening) = $0 { true } else { false } } })
    }

    deinit { task.cancel() }

    /// As systemd ends it.
    func end() async throws {
        task.cancel()
        try await task.value
    }

    var bondNews: [BondNews] { events.all.compactMap { if case .bond(_, let news) = $0 { news } else { nil } } }

    var sessions: [SessionReport] {
        events.all.compactMap { if case .session(let report) = $0 { report } else { nil } }
    }

    /// A cuff of the Bluetooth SIG wakes up.
    @discardableResult
    func wakeCuff() -> String {
        let device = fake.advertise(cuffOnAir.description, ["Name": .string("CUFF"), "UUIDs": .strings([uuid("1810")])])
        return fake.addCharacteristic(uuid("2a35"), flags: ["indicate"], to: device)
    }

    func readings() async throws -> [StoredReading] { try await store.readings(limit: 100).reversed() }
}

@Suite("Bluetooth, by a stand-in for bluetoothd", .timeLimit(.minutes(3))) struct BluetoothTests {
    @Test("A broadcast of an enrolled scale is one reading, however often it is repeated; a stranger is counted") func broadcast() async throws {
        let onAir = try await OnAir()
        let advert = bytes("0224e607020e10293a00009a38")
        for _ in 0..<5 {
            onAir.fake.advertise(scaleOnAir.description, ["Name": .string("MIBFS"), "ServiceData": serviceData("181b", advert)])
            onAir.fake.advertise("C0:00:00:00:00:01", ["ServiceData": serviceData("181b", advert)])
        }
        #expect(try await eventually { try await onAir.readings().count == 1 })
        let reading = try #require(try await onAir.readings().first)
        #expect(reading.said.hasPrefix("weight 72.45 kg"))
        #expect(reading.origin.source == "bluetooth")
        let frame = try #require(try await onAir.store.recentFrames(limit: 1).first).record
        #expect(frame.custody == .bestEffort)
        #expect(frame.fate == .reading)
        #expect(try await onAir.store.ledger().differences == [])
        #expect(try await onAir.readings().count == 1)
    }

    @Test("A cuff that wakes up is connected, and what it indicates is stored; then it is left alone") func cuff() async throws {
        let onAir = try await OnAir()
        onAir.fake.onNotify { fake, characteristic in
            fake.notify(characteristic, bytes("167c0056006100e807060f11111b33000000"))
            fake.hangUp("/org/bluez/hci0/dev_F0_F1_F2_F3_F4_01")
        }
        onAir.wakeCuff()
        #expect(try await eventually { try await onAir.readings().count == 1 && onAir.sessions.count == 1 })
        #expect(try await onAir.readings().first?.said.hasPrefix("systolic 124 mmHg, diastolic 86 mmHg") == true)
        let report = try #require(onAir.sessions.first)
        #expect(report.failure == nil && report.frames == 1)
        #expect(report.firstDataAfter != nil)
        for _ in 0..<10 { onAir.wakeCuff() }
        try await Task.sleep(for: .milliseconds(300))
        #expect(onAir.fake.count(of: "Connect") == 1)
        #expect(try await onAir.store.ledger().differences == [])
    }

    @Test("How long a wake took until the first value, and what came of it, is noted for listings") func wakes() async throws {
        let onAir = try await OnAir()
        onAir.fake.onNotify { fake, characteristic in
            fake.notify(characteristic, bytes("167c0056006100e807060f11111b33000000"))
            fake.hangUp("/org/bluez/hci0/dev_F0_F1_F2_F3_F4_01")
        }
        onAir.wakeCuff()
        #expect(await eventually { onAir.sessions.count == 1 })
        try await onAir.end()
        let note = try #require(try await onAir.store.radioNotes()[cuffOnAir].flatMap(DeviceNote.init))
        let wakes = try #require(note.wakes)
        #expect([wakes.caught, wakes.idle, wakes.missed] == [1, 0, 0])
        #expect(wakes.median == wakes.worst && (wakes.median ?? -1) >= 0)
        #expect(note.bond == nil)
    }

    @Test("At the start each bond is looked for where it lay: one that is gone is told, one at another adapter too", arguments: [
        ("F0:00:00:00:00:01", false, BondNews.lost(DeviceID(address: "F0:00:00:00:00:01")!)),
        ("F0:00:00:00:00:09", true, .moved(from: DeviceID(address: "F0:00:00:00:00:09")!, to: DeviceID(address: "F0:00:00:00:00:01")!)),
        ("F0:00:00:00:00:01", true, nil),
    ])
    func bonds(adapter: String, isPaired: Bool, news: BondNews?) async throws {
        let note = #"{"bond":{"adapter":"\#(adapter)","state":"held"}}"#
        let onAir = try await OnAir(notes: [cuffOnAir: note], before: { fake in
            fake.advertise(cuffOnAir.description, ["Paired": .bool(isPaired)])
        })
        if let news {
            #expect(await eventually { onAir.bondNews == [news] })
        } else {
            try await Task.sleep(for: .milliseconds(300))
            #expect(onAir.bondNews == [])
        }
        try await onAir.end()
        let kept = try #require(try await onAir.store.radioNotes()[cuffOnAir].flatMap(DeviceNote.init)?.bond)
        #expect(kept.state == (isPaired ? .held : .lost))
        #expect(kept.adapter == DeviceID(address: "F0:00:00:00:00:01")!)
    }

    @Test("Nobody is connected whom nobody enrolled") func defaultDeny() async throws {
        let onAir = try await OnAir(enrolled: [])
        onAir.wakeCuff()
        try await Task.sleep(for: .milliseconds(300))
        #expect(onAir.fake.count(of: "Connect") == 0)
        try await onAir.store.enroll(cuffOnAir)
        await onAir.service.refresh()
        #expect(await eventually {
            onAir.wakeCuff()
            return onAir.fake.count(of: "Connect") == 1
        })
    }

    @Test("A meter's records are stored before they are deleted, and only where that is allowed", arguments: [false, true])
    func records(deletes: Bool) async throws {
        var settings = BluetoothSettings()
        settings.deletesRecords = deletes
        let onAir = try await OnAir(settings)
        let device = onAir.fake.advertise(cuffOnAir.description, ["UUIDs": .strings([uuid("1808")]), "Paired": .bool(true)])
        let measurement = onAir.fake.addCharacteristic(uuid("2a18"), flags: ["notify"], to: device)
        let control = onAir.fake.addCharacteristic(uuid("2a52"), flags: ["write", "indicate"], to: device)
        let store = onAir.store
        let deletion = Deletion()
        onAir.fake.onWrite { fake, path, value in
            guard path == control else { return }
            switch value.first {
            case 4: fake.notify(control, [5, 0, 2, 0])
            case 1:
                fake.notify(measurement, bytes("03060" + "0e407040d10260a000078b0f1"))
                fake.notify(measurement, bytes("03070" + "0e407040d11260a000078b0f1"))
                fake.notify(control, [6, 0, 1, 1])
            default:
                Task {
                    let count = try? await store.readings(limit: 10).count
                    deletion.stored.withLock { $0 = count }
                    fake.notify(control, [6, 0, 2, 1])
                }
            }
        }
        onAir.fake.advertise(cuffOnAir.description)
        #expect(await eventually { onAir.sessions.count == 1 })
        #expect(onAir.sessions.first?.failure?.detail == nil)
        #expect(try await onAir.readings().map(\.reading.number) == [6, 7])
        #expect(try await onAir.store.recentFrames(limit: 10).allSatisfy { $0.record.custody == .deviceRetained })
        #expect(deletion.stored.withLock { $0 } == (deletes ? 2 : nil))
    }

    @Test("A scale is told the consent of a person, of several in turn, and of nobody where none is known") func consent() async throws {
        var settings = BluetoothSettings()
        settings.consents = [scaleOnAir: [.init(user: 1, code: 1234), .init(user: 3, code: 0)]]
        let turns = Consents(settings.consents)
        #expect((0..<3).map { _ in turns.next(of: scaleOnAir)?.user } == [1, 3, 1])
        #expect(turns.next(of: cuffOnAir) == nil)
        let onAir = try await OnAir(settings)
        let device = onAir.fake.advertise(scaleOnAir.description, ["UUIDs": .strings([uuid("181d")])])
        let weight = onAir.fake.addCharacteristic(uuid("2a9d"), flags: ["indicate"], to: device)
        let control = onAir.fake.addCharacteristic(uuid("2a9f"), flags: ["write", "indicate"], to: device)
        onAir.fake.onWrite { fake, path, value in
            // The person's own weights are told only to who says the code.
            fake.notify(control, [0x20, 0x02, value == [2, 1, 0xD2, 0x04] ? 1 : 5])
            if value == [2, 1, 0xD2, 0x04] { fake.notify(weight, bytes("0678" + "3eea07050c12353601")) }
        }
        onAir.fake.onNotify { fake, path in
            if path == weight { fake.hangUp(device) }
        }
        onAir.fake.advertise(scaleOnAir.description)
        #expect(try await eventually { try await onAir.readings().count == 1 })
        #expect(try await onAir.readings().first?.said.hasPrefix("weight 79.96 kg") == true)
        #expect(try await onAir.readings().first?.reading.user == 1)
        #expect(onAir.fake.asked.filter { $0.member == "WriteValue" }.map { $0.arguments.first?.byteArray } == [[2, 1, 0xD2, 0x04]])
    }

    @Test("Profiles that come by a reload are those by which is listened from then on") func reload() async throws {
        let newcomer = DeviceID(address: "F0:F1:F2:F3:F4:09")!
        let onAir = try await OnAir(enrolled: [newcomer])
        func advertise(_ weight: UInt8) {
            onAir.fake.advertise(newcomer.description, ["Name": .string("OTHER"), "ServiceData": serviceData("fff8", [weight])])
        }
        advertise(80)
        let folder = TemporaryFolder()
        try folder.write("""
            profile: test/other
            title: Another scale
            source: these tests
            match: { names: { exact: [OTHER] } }
            frames:
              live: { from: { service-data: "FFF8" }, fields: [ { name: lw, type: u8 } ] }
            readings:
              body-weight: { values: { weight: { field: lw, unit: kg } } }
            vectors:
              - { name: a, source: computed, advertised: { name: OTHER }, service-data: "50", reads: [ { kind: body-weight, weight: 80 kg, measured-at: arrival } ] }
              - { name: b, source: computed, advertised: { name: OTHER }, service-data: "50 51", fails: "length 2, but the layout ends at 1" }
            """, to: "profiles/test/other.yaml")
        let set = try ProfileFolders.load(shipped: Ward.folder("device-profiles"), further: [folder.path + "/profiles"])
        _ = try onAir.intake.adopt(set)
        onAir.service.adopt(set)
        #expect(try await eventually {
            advertise(81)
            return try await onAir.readings().contains { $0.said == "weight 81 kg" }
        })
    }

    @Test("A clock is found 47 minutes off and set: what the cuff remembered has its true time, and says how that is known", arguments: [47, -47])
    func clockOff(minutes: Int) async throws {
        let onAir = try await OnAir(enrolled: [cuffOnAir])
        let device = onAir.fake.advertise(cuffOnAir.description, [
            "Name": .string("A&D_UA-651BLE_000000"), "UUIDs": .strings([uuid("1810")]), "Paired": .bool(true),
        ])
        let measurement = onAir.fake.addCharacteristic(uuid("2a35"), flags: ["indicate"], to: device)
        let clock = onAir.fake.addCharacteristic(uuid("2a08"), flags: ["read", "write"], to: device)
        onAir.fake.addCharacteristic("233bf001-5a34-1b6d-975c-000d5690abe4", flags: ["write"], to: device)
        let off = OwnClock(minutes * 60)
        onAir.fake.answer("ReadValue") { $0.reply([.bytes(off.dateTime())]) }
        onAir.fake.onWrite { _, path, _ in if path == clock { off.seconds.withLock { $0 = 0 } } }
        let measured = Clocks.machine.now().wall.before(seconds: 120)
        // Blood pressure with a time stamp: 120/80, mean 93; two minutes old by the clock that was not set yet.
        let record = [2, 120, 0, 80, 0, 93, 0] + off.dateTime(secondsAgo: 120)
        onAir.fake.onNotify { fake, _ in
            fake.notify(measurement, record)
            fake.hangUp(device)
        }
        onAir.fake.advertise(cuffOnAir.description)
        #expect(try await eventually { try await onAir.readings().count == 1 })
        let reading = try #require(try await onAir.readings().first)
        let at = try #require(reading.measuredAt)
        #expect(at.quality == .corrected && at.doubt == nil)
        #expect(abs(at.instant.milliseconds - measured.milliseconds) <= 3000)
        #expect(reading.reading.deviceTime?.text != nil)
        let seen = try await onAir.store.clocks(of: cuffOnAir)
        #expect(seen.map(\.wasSet) == [true])
        #expect(abs((seen.first?.ahead ?? 0) - Int64(minutes) * 60_000) <= 2000)
        #expect(reading.record.clockAhead == seen.first?.ahead)
        #expect(try await onAir.store.ledger().differences == [])
    }
}

/// A device's clock in Shanghai, so many seconds ahead.
private final class OwnClock: Sendable {
    let seconds: Mutex<Int>

    init(_ ahead: Int) { seconds = Mutex(ahead) }

    /// Date Time, 0x2A08.
    func dateTime(secondsAgo: Int = 0) -> [UInt8] {
        let now = Int(Clocks.machine.now().wall.milliseconds / 1000)
        let time = CivilTime(secondsSince1970: now + 8 * 3600 + seconds.withLock { $0 } - secondsAgo)
        return [UInt8(time.year & 255), UInt8(time.year >> 8)] + [time.month, time.day, time.hour, time.minute, time.second].map { UInt8($0) }
    }
}

/// How many readings there were when the meter was told to delete.
private final class Deletion: Sendable {
    let stored = Mutex<Int?>(nil)
}
