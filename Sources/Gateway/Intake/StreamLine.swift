import DeviceProfiles
import ExactJSON
import Readings

/// One of what was received of a stream, as a line in its minute's frame:
///
///     1234 2a37 0648                              a value of a characteristic, 1.234 s after the frame's arrival
///     1234@1767268800000#17.3 2a37 0648           heard by a relay then; packet 17 of connection 3
///     1234 advert {"serviceData":{"fe95":"…"}}
struct StreamLine: Sendable, Equatable {
    struct Packet: Sendable, Equatable {
        var id: UInt16
        var connection: Int64
    }

    /// Milliseconds since the first of its frame arrived.
    var offset: Int64
    var item: Observation.Item
    var packet: Packet?

    var text: String {
        var text = String(offset)
        if let heard = item.receivedAt { text += "@\(heard.milliseconds)" }
        if let packet { text += "#\(packet.id).\(packet.connection)" }
        switch item.content {
        case .frame(let uuid, let bytes): text += " \(uuid) \(bytes.hex)"
        case .advertisement: text += " advert " + ObservationJSON.text(of: Observation(items: [Observation.Item(item.content)]))
        }
        return text + "\n"
    }

    init(_ item: Observation.Item, offset: Int64, packet: Packet?) {
        self.offset = offset
        self.item = item
        self.packet = packet
    }

    /// nil for what ``text`` never is.
    init?(_ line: some StringProtocol) {
        let parts = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        let head = parts[0].split(separator: "#", omittingEmptySubsequences: false)
        let times = head[0].split(separator: "@", omittingEmptySubsequences: false).map { Int64($0) }
        guard head.count <= 2, (1...2).contains(times.count), let offset = times[0] else { return nil }
        if head.count == 2 {
            let numbers = head[1].split(separator: ".", omittingEmptySubsequences: false)
            guard numbers.count == 2, let id = UInt16(numbers[0]), let connection = Int64(numbers[1]) else { return nil }
            packet = Packet(id: id, connection: connection)
        }
        var heard: Instant?
        if times.count == 2 {
            guard let milliseconds = times[1] else { return nil }
            heard = Instant(milliseconds: milliseconds)
        }
        self.offset = offset
        if parts[1] == "advert" {
            guard let object = (try? JSON(parsing: String(parts[2])))?.object, let content = (try? ObservationJSON.read(object))?.items.first?.content
            else { return nil }
            item = Observation.Item(content, receivedAt: heard)
        } else {
            guard let uuid = BluetoothUUID(parts[1]), let bytes = [UInt8](hex: parts[2]) else { return nil }
            item = Observation.Item(.frame(uuid, bytes), receivedAt: heard)
        }
    }

    /// Of a whole minute. What is no line is left out: nobody writes such.
    static func all(in body: [UInt8]) -> [StreamLine] {
        String(decoding: body, as: UTF8.self).split(separator: "\n").compactMap { StreamLine($0) }
    }
}
