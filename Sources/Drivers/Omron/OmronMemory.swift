import DeviceProfiles
import Readings
import StrictYAML

/// Omron cuffs and scales that keep their readings in a memory which the host reads by address. Answers are unwrapped to
/// records: user u8 (from 1) | the record as it stands in memory, under the name that the map gives it. Slots never written
/// (all FF, or all 00) are no records.
///
/// The device's model number (2A24) says which map holds; it is read before the memory.
struct OmronMemory: AskingDriver {
    static let kind = DriverKind(name: "omron-memory") { settings throws(YAMLProblem) in
        guard let settings else {
            throw YAMLProblem(file: "", line: 1, column: 1, message: "the driver 'omron-memory' needs 'settings' with 'maps'")
        }
        return OmronMemory(maps: try OmronMaps(settings))
    }

    private static let modelNumber = BluetoothUUID(number: 0x2A24)

    private let maps: OmronMaps
    private var map: OmronMap?
    private var readout: OmronReadout?
    private var channels = OmronChannels()
    /// Records of which a part is known; answers end anywhere. At most as many as answers begin within records.
    private var parts: [OmronMap.Place: [UInt8?]] = [:]

    init(maps: OmronMaps) {
        self.maps = maps
        map = maps.only
        readout = map.map(OmronReadout.init)
    }

    mutating func unwrap(
        _ content: Observation.Content, of device: DeviceID?, key: [UInt8]?
    ) throws(DecodeFailure) -> [UnwrappedFrame]? {
        guard case .frame(let characteristic, let bytes) = content else { return nil }
        if characteristic == Self.modelNumber {
            try choose(bytes)
            return []
        }
        if characteristic == OmronChannels.unlock {
            readout?.takeUnlock(bytes)
            return []
        }
        guard let channel = OmronChannels.answers.firstIndex(of: characteristic) else { return nil }
        guard let packet = try channels.take(bytes, on: channel) else { return [] }
        readout?.take(packet)
        guard packet.kind == .data else { return [] }
        return try records(in: packet)
    }

    private mutating func choose(_ modelNumber: [UInt8]) throws(DecodeFailure) {
        let model = String(decoding: modelNumber.prefix(40).prefix { $0 > 0x20 && $0 < 0x7F }, as: UTF8.self)
        guard let known = maps[model] else { throw .notUnderstood("no memory map is known for the model '\(model)'") }
        guard known != map else { return }
        (map, readout, parts) = (known, OmronReadout(known), [:])
    }

    func question(key: [UInt8]?) throws(DecodeFailure) -> DriverQuestion? {
        guard let readout else { throw Self.unknownModel }
        return try readout.question(key: key)
    }

    private static let unknownModel = DecodeFailure.notUnderstood("the model number was not read, so nobody knows what stands where")

    private mutating func records(in packet: OmronPacket) throws(DecodeFailure) -> [UnwrappedFrame] {
        guard let map else { throw Self.unknownModel }
        var frames: [UnwrappedFrame] = []
        for (index, byte) in packet.bytes.enumerated() {
            guard let place = map.place(of: Int(packet.address) + index) else { continue }
            let record = OmronMap.Place(user: place.user, slot: place.slot, offset: 0)
            parts[record, default: Array(repeating: nil, count: map.size)][place.offset] = byte
            guard let whole = parts[record], !whole.contains(nil) else { continue }
            parts[record] = nil
            var bytes = whole.compactMap { $0 }
            if bytes.allSatisfy({ $0 == 0xFF }) || bytes.allSatisfy({ $0 == 0 }) { continue }
            if bytes[map.seconds] & 0x3F > 59 { bytes[map.seconds] = bytes[map.seconds] & 0xC0 | 59 }
            frames.append(UnwrappedFrame(object: map.record, bytes: [UInt8(place.user + 1)] + bytes))
        }
        return frames
    }
}
