import DBus
import DeviceProfiles
import GatewayTesting
import Readings
import Synchronization

@testable import BlueZ

/// A radio over a fake bluetoothd on a bus of its own, and all that it told.
final class Station: Sendable {
    let bus: PrivateBus
    let radio: Radio
    private let told: Told
    private let task: Task<Void, Never>

    final class Told: Sendable {
        let heard = Mutex<[Heard]>([])
        let events = Mutex<[RadioEvent]>([])
    }

    init(on bus: PrivateBus, round: Duration = .seconds(15), adapters: Set<DeviceID>? = nil, friends: Set<DeviceID> = []) {
        self.bus = bus
        let told = Told()
        self.told = told
        var settings = Radio.Settings(adapters: adapters, bus: bus.address)
        settings.round = round
        settings.patience = .seconds(2)
        settings.mostStrangers = 5
        let radio = Radio(
            settings, onHeard: { heard in told.heard.withLock { $0.append(heard) } },
            onEvent: { event in told.events.withLock { $0.append(event) } })
        self.radio = radio
        radio.befriend(friends)
        task = Task { await radio.run() }
    }

    deinit { task.cancel() }

    var heard: [Heard] { told.heard.withLock { $0 } }
    var events: [RadioEvent] { told.events.withLock { $0 } }

    var isListening: Bool { if case .listening = radio.standing { true } else { false } }

    var blindness: RadioFailure.Code? { if case .blind(let failure) = radio.standing { failure.code } else { nil } }

    func listens() async -> Bool { await eventually { isListening } }

    func isBlind(for code: RadioFailure.Code) async -> Bool { await eventually { blindness == code } }
}

let adapter = DeviceID(address: "F0:00:00:00:00:01")!
let cuff = DeviceID(address: "F0:F1:F2:F3:F4:01")!
let cuffAddress = "F0:F1:F2:F3:F4:01"
let measurement = BluetoothUUID(number: 0x2A35)
let measurementText = "00002a35-0000-1000-8000-00805f9b34fb"
