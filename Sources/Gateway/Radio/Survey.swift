import BlueZ
import DeviceProfiles
import Readings
import Synchronization

/// What is on the air, for somebody who wants to enroll a device, and a link to it to pair over. Beside a running gateway, too.
package final class Survey: Sendable {
    /// A device that was heard, with all that it told.
    package struct Device: Sendable {
        package var observation: Observation
        package var rssi: Int?
        package var isPaired: Bool
    }

    private let radio: Radio
    private let air: Findings

    private final class Findings: Sendable {
        let devices = Mutex<[DeviceID: Device]>([:])
        let trouble = Mutex<RadioFailure?>(nil)
    }

    /// - Parameter pairs: whether bluetoothd's questions about pairing come here.
    package init(adapters: Set<DeviceID>?, bus: String? = nil, pairs: Bool) {
        let air = Findings()
        self.air = air
        var settings = Radio.Settings(adapters: adapters, bus: bus)
        settings.pairs = pairs
        settings.mostStrangers = .max
        radio = Radio(settings, onHeard: { heard in
            air.devices.withLock { devices in
                var device = devices[heard.device] ?? Device(observation: heard.observation, isPaired: heard.isPaired)
                device.observation.name = heard.name ?? device.observation.name
                if !heard.services.isEmpty { device.observation.services = heard.services }
                // Something else in its turn: the latest of each is enough to tell whose it is.
                let items = heard.observation.items.filter { !device.observation.items.contains($0) }
                device.observation.items = (device.observation.items + items).suffix(8)
                (device.rssi, device.isPaired) = (heard.rssi, heard.isPaired)
                devices[heard.device] = device
            }
        }, onEvent: { event in
            if case .blind(let failure) = event { air.trouble.withLock { $0 = failure } }
            if case .listening = event { air.trouble.withLock { $0 = nil } }
        })
    }

    /// Everything that was heard so far, the nearest first.
    package var devices: [Device] {
        air.devices.withLock { $0.values.sorted { ($0.rssi ?? -999, $1.observation.address?.description ?? "") > ($1.rssi ?? -999, $0.observation.address?.description ?? "") } }
    }

    /// Why nothing can be heard.
    package var trouble: RadioFailure? { air.trouble.withLock { $0 } }

    package func run() async { await radio.run() }

    /// Pairs with a device, once it has been heard.
    package func pair(
        _ device: DeviceID, _ passkey: BondTerms.Passkey, within limit: Duration, asking: @escaping @Sendable (PairingQuestion) async -> String?
    ) async throws(RadioFailure) {
        let deadline = ContinuousClock.now + limit
        while air.devices.withLock({ $0[device] }) == nil {
            guard ContinuousClock.now < deadline else { throw trouble ?? RadioFailure(.notSeen) }
            try? await Task.sleep(for: .milliseconds(100))
            if Task.isCancelled { throw RadioFailure(.cancelled) }
        }
        let link = try await radio.connect(to: device, Radio.Connecting(passkey: passkey))
        do throws(RadioFailure) {
            if !radio.isPaired(device) { try await radio.pair(link, passkey, asking: asking) }
        } catch {
            await radio.close(link)
            throw error
        }
        await radio.close(link)
    }

    /// Drops the bond on this side.
    package func unpair(_ device: DeviceID) async throws(RadioFailure) { try await radio.forget(device) }
}
