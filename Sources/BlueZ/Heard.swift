import DBus
import DeviceProfiles
import Readings

/// One advertisement, as bluetoothd tells it: what changed with it, and what is known of the device.
package struct Heard: Sendable, Hashable {
    package var device: DeviceID
    /// The address of the adapter that heard it.
    package var adapter: DeviceID?
    /// Whether the address was made up, and may be another one in a quarter of an hour.
    package var isRandom: Bool
    package var name: String?
    package var services: [BluetoothUUID]
    /// The data that this advertisement carried; empty where it only said "I am here".
    package var advertisement: Advertisement
    /// dBm
    package var rssi: Int?
    package var isPaired: Bool
    package var at: ContinuousClock.Instant

    /// For the profiles.
    package var observation: Observation {
        let hasData = !advertisement.serviceData.isEmpty || !advertisement.manufacturerData.isEmpty
        return Observation(
            name: name, address: device, services: services,
            items: hasData ? [Observation.Item(.advertisement(advertisement))] : [])
    }
}

extension Heard {
    /// - Parameters:
    ///   - changed: what bluetoothd says anew.
    ///   - known: all properties of the device.
    init?(_ changed: ObjectTree.Properties, of known: ObjectTree.Properties, by adapter: DeviceID?, at: ContinuousClock.Instant) {
        guard let device = known["Address"]?.text.flatMap(DeviceID.init(address:)) else { return nil }
        self.device = device
        self.adapter = adapter
        isRandom = known["AddressType"]?.text == "random"
        name = known["Name"]?.text
        services = (known["UUIDs"]?.texts ?? []).compactMap { BluetoothUUID($0) }
        rssi = (changed["RSSI"] ?? known["RSSI"])?.number
        isPaired = known["Paired"]?.flag ?? false
        self.at = at
        advertisement = Advertisement()
        for (uuid, data) in changed["ServiceData"]?.entries ?? [:] {
            if let uuid = uuid.text.flatMap(BluetoothUUID.init) { advertisement.serviceData[uuid] = data.byteArray ?? [] }
        }
        for (company, data) in changed["ManufacturerData"]?.entries ?? [:] {
            if let company = company.number.flatMap(UInt16.init(exactly:)) { advertisement.manufacturerData[company] = data.byteArray ?? [] }
        }
    }

    /// The properties that bluetoothd sets when an advertisement came in.
    static let signs: Set<String> = ["RSSI", "ServiceData", "ManufacturerData"]
}
