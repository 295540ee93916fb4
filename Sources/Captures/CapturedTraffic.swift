import DeviceProfiles
import Readings

/// What devices said in a capture: each one's adverts and the values it told, in their order, with the time of each.
package struct CapturedTraffic: Sendable {
    /// What could not be used, by its reason.
    package struct Refused: Sendable, Hashable {
        package enum Code: String, Sendable, CaseIterable {
            /// An event shorter than it says.
            case brokenEvent = "broken-event"
            /// A structure in an advertisement that leads beyond its end.
            case brokenAdvert = "broken-advert"
            /// A piece that begins nothing and continues nothing, or is shorter than it says.
            case brokenData = "broken-data"
            /// A message of the attribute protocol shorter than its kind.
            case brokenMessage = "broken-message"
            /// The recorder kept less than there was.
            case shortened
            /// The connection, or the discovery that says what the handle means, is older than the capture.
            case unknownConnection = "unknown-connection"
            case unknownHandle = "unknown-handle"
        }
        package var code: Code
        package var count: Int
        /// Where in the file the first of them stands.
        package var offset: Int

        package init(code: Code, count: Int, offset: Int) {
            self.code = code
            self.count = count
            self.offset = offset
        }
    }

    /// In the order in which they were first heard.
    package private(set) var devices: [Observation] = []
    package private(set) var refused: [Refused] = []
    package private(set) var packets = 0
    /// Where the file breaks off; all before it was read.
    package private(set) var failure: CaptureFailure?

    private var places: [DeviceID: Int] = [:]
    private var tables: [DeviceID: AttributeTable] = [:]
    private var connections: [Link: Connection] = [:]
    private var assembly = AdvertAssembly()

    private struct Link: Hashable {
        var controller: UInt16
        var handle: UInt16
    }

    private struct Connection {
        var device: DeviceID
        var talk = AttributeTalk()
        var sent = DataAssembly(), received = DataAssembly()
        /// Where the value stands that was read last: the rest of a long one comes in further answers.
        var lastRead: (handle: UInt16, item: Int)?
    }

    /// What every device has for the host's sake; no frame of a profile. Generic Access and Generic Attribute Service.
    private static let housekeeping = Set(
        [0x2A00, 0x2A01, 0x2A02, 0x2A03, 0x2A04, 0x2A05, 0x2AA6, 0x2AC9, 0x2B29, 0x2B2A, 0x2B3A].map { BluetoothUUID(number: $0) })
    private static let deviceName = BluetoothUUID(number: 0x2A00)

    package static func isCapture(_ bytes: some Collection<UInt8>) -> Bool { bytes.starts(with: CaptureFile.word) }

    /// Throws where it is no capture at all; where it breaks off, that is its `failure`.
    package init(_ bytes: [UInt8]) throws(CaptureFailure) {
        var file = try CaptureFile(bytes)
        while let packet = file.next() {
            packets += 1
            take(packet)
        }
        failure = file.failure
        for (device, table) in tables {
            // A device that was not heard advertising, or told its services only to who asked.
            if let place = places[device], devices[place].services.isEmpty { devices[place].services = table.services }
        }
    }

    private mutating func take(_ packet: HCIPacket) {
        switch packet.kind {
        case .other: break
        case _ where packet.isShortened: refuse(.shortened, packet.bytes.startIndex)
        case .event: take(event: packet)
        case .sent, .received: take(data: packet)
        }
    }

    private mutating func take(event packet: HCIPacket) {
        switch HCIEvent(packet.bytes) {
        case nil: refuse(.brokenEvent, packet.bytes.startIndex)
        case .connected(let handle, let device): connections[Link(controller: packet.controller, handle: handle)] = Connection(device: device)
        case .disconnected(let handle): connections[Link(controller: packet.controller, handle: handle)] = nil
        case .adverts(let reports): reports.forEach { take($0, at: packet.at) }
        case .other: break
        }
    }

    private mutating func take(_ report: AdvertReport, at: Instant) {
        let parsed: AdvertStructures
        switch assembly.take(report) {
        case .goesOn: return
        case .broken: return refuse(.brokenAdvert, report.data.startIndex)
        case .whole(let advert): parsed = advert
        }
        let place = place(of: report.device)
        if let name = parsed.name { devices[place].name = name }
        for service in parsed.services where !devices[place].services.contains(service) { devices[place].services.append(service) }
        if parsed.advert != Advertisement() {
            devices[place].items.append(Observation.Item(.advertisement(parsed.advert), receivedAt: at))
        }
    }

    private mutating func take(data packet: HCIPacket) {
        var cursor = ByteCursor(packet.bytes)
        guard let word = cursor.u16(), let length = cursor.u16(), let piece = cursor.take(Int(length)) else {
            return refuse(.brokenData, packet.bytes.startIndex)
        }
        let link = Link(controller: packet.controller, handle: word & 0xFFF)
        guard var connection = connections.removeValue(forKey: link) else { return refuse(.unknownConnection, packet.bytes.startIndex) }
        defer { connections[link] = connection }
        var isStray = false
        let begins = word >> 12 & 3 != 1
        let unit = packet.kind == .sent
            ? connection.sent.take(piece, begins: begins, isStray: &isStray) : connection.received.take(piece, begins: begins, isStray: &isStray)
        if isStray { refuse(.brokenData, packet.bytes.startIndex) }
        guard let unit, unit.channel == 0x0004 else { return }  // the attribute protocol
        let device = connection.device
        if packet.kind == .sent {
            if !connection.talk.sent(unit.payload, &tables[device, default: AttributeTable()]) { refuse(.brokenMessage, unit.offset) }
            return
        }
        guard let values = connection.talk.received(unit.payload, &tables[device, default: AttributeTable()]) else {
            return refuse(.brokenMessage, unit.offset)
        }
        for value in values { take(value, at: packet.at, unit.offset, &connection) }
    }

    private mutating func take(_ value: AttributeTalk.Value, at: Instant, _ offset: Int, _ connection: inout Connection) {
        let place = place(of: connection.device)
        if value.continues {
            guard let (handle, item) = connection.lastRead, handle == value.handle,
                case .frame(let uuid, let begun) = devices[place].items[item].content
            else { return }
            devices[place].items[item].content = .frame(uuid, begun + value.bytes)
            return
        }
        guard let uuid = value.uuid ?? tables[connection.device]?[value.handle] else { return refuse(.unknownHandle, offset) }
        if uuid == CapturedTraffic.deviceName, devices[place].name == nil { devices[place].name = String(validating: value.bytes, as: UTF8.self) }
        guard !CapturedTraffic.housekeeping.contains(uuid) else {
            connection.lastRead = nil
            return
        }
        connection.lastRead = (value.handle, devices[place].items.count)
        devices[place].items.append(Observation.Item(.frame(uuid, value.bytes), receivedAt: at))
    }

    private mutating func place(of device: DeviceID) -> Int {
        if let place = places[device] { return place }
        places[device] = devices.count
        devices.append(Observation(address: device))
        return devices.count - 1
    }

    private mutating func refuse(_ code: Refused.Code, _ offset: Int) {
        if let index = refused.firstIndex(where: { $0.code == code }) {
            refused[index].count += 1
        } else {
            refused.append(Refused(code: code, count: 1, offset: offset))
        }
    }
}
