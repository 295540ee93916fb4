import Readings

/// What a device advertises, as far as it is known. Absent is not the same as empty: a fact that nobody told matches nothing
/// and refuses nothing.
package struct Advertisement: Sendable, Hashable {
    package var serviceData: [BluetoothUUID: [UInt8]] = [:]
    /// By company number; the value is without it.
    package var manufacturerData: [UInt16: [UInt8]] = [:]

    package init(serviceData: [BluetoothUUID: [UInt8]] = [:], manufacturerData: [UInt16: [UInt8]] = [:]) {
        self.serviceData = serviceData
        self.manufacturerData = manufacturerData
    }
}

/// Where on the air a frame's bytes stood.
package enum FrameSource: Sendable, Hashable {
    case characteristic(BluetoothUUID)
    case serviceData(BluetoothUUID)
    case manufacturerData(UInt16)
    /// The first bytes behind the AD type, the company's two in front of them, whoever the company is.
    case anyManufacturer
    /// What a driver unwraps, by the driver's name for it.
    case object(String)
}

/// Everything heard of one device at one time: who it says it is, and what it sent.
package struct Observation: Sendable, Hashable {
    package enum Content: Sendable, Hashable {
        case advertisement(Advertisement)
        case frame(BluetoothUUID, [UInt8])
    }

    package struct Item: Sendable, Hashable {
        package var content: Content
        /// When a relay says that it heard it.
        package var receivedAt: Instant?
        package init(_ content: Content, receivedAt: Instant? = nil) {
            self.content = content
            self.receivedAt = receivedAt
        }
    }

    package var name: String?
    package var address: DeviceID?
    package var services: [BluetoothUUID] = []
    /// In the order in which they were sent.
    package var items: [Item] = []

    package init(
        name: String? = nil, address: DeviceID? = nil, services: [BluetoothUUID] = [], items: [Item] = []
    ) {
        self.name = name
        self.address = address
        self.services = services
        self.items = items
    }

    /// What was advertised, in the order in which it was.
    var adverts: some Sequence<Advertisement> {
        items.lazy.compactMap { if case .advertisement(let advert) = $0.content { advert } else { nil } }
    }

    func advertises(serviceData uuid: BluetoothUUID) -> Bool {
        items.contains { if case .advertisement(let advert) = $0.content { advert.serviceData[uuid] != nil } else { false } }
    }

    func advertises(company: UInt16) -> Bool {
        items.contains {
            if case .advertisement(let advert) = $0.content { advert.manufacturerData[company] != nil } else { false }
        }
    }

    /// Whether it carries characteristic values at all, and whether `test` holds for one of them.
    func sends(where test: (BluetoothUUID) -> Bool) -> Bool {
        items.contains { if case .frame(let uuid, _) = $0.content { test(uuid) } else { false } }
    }
}
