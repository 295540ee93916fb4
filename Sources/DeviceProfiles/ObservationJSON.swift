import ExactJSON
import Readings

/// The JSON form of an observation: what `vitalgate decode` reads and what the raw-frame topics carry.
///
/// ```
/// {"name":"MI SCALE2","address":"AA:BB:CC:DD:EE:FF","services":["181d"],"serviceData":{"181d":"2258…"},
///  "manufacturerData":{"0157":"…"},"adverts":[{"serviceData":{…},"receivedAt":"…"}],
///  "characteristic":"2a35","frames":["1e80…",{"characteristic":"2a34","frame":"…"}],"receivedAt":"2026-11-21T08:30:00Z"}
/// ```
/// Strict: keys that do not apply are absent; `null` and empty lists are refused, and so is every other key.
package enum ObservationJSON {
    package static let keys: Set<String> = [
        "name", "address", "services", "serviceData", "manufacturerData", "rssi", "adverts", "characteristic", "frames",
        "receivedAt",
    ]

    package static func read(_ object: JSONObject) throws(BadInput) -> Observation {
        var seen = Observation()
        seen.name = try object["name"].map { json throws(BadInput) in try text(json, "name") }
        seen.address = try object["address"].map(address)
        seen.services = try object["services"].map(uuids) ?? []
        if let rssi = object["rssi"], rssi.int == nil { throw BadInput(.wrongShape, "rssi: write a whole number") }
        let receivedAt = try object["receivedAt"].map(instant)
        if let content = try advertisement(object) {
            seen.items.append(Observation.Item(content, receivedAt: receivedAt))
        }
        for advert in try object["adverts"].map({ json throws(BadInput) in try list(json, "adverts") }) ?? [] {
            guard let fields = advert.object, !fields.members.isEmpty else {
                throw BadInput(.wrongShape, "adverts: write objects that say something")
            }
            try refuseUnknownKeys(fields, known: ["serviceData", "manufacturerData", "name", "services", "rssi", "receivedAt"])
            if let name = fields["name"] { seen.name = try text(name, "name") }
            seen.services += try fields["services"].map(uuids) ?? []
            guard let content = try advertisement(fields) else { continue }
            seen.items.append(Observation.Item(content, receivedAt: try fields["receivedAt"].map(instant) ?? receivedAt))
        }
        seen.items += try frames(object).map { Observation.Item($0, receivedAt: receivedAt) }
        return seen
    }

    package static func refuseUnknownKeys(_ object: JSONObject, known: Set<String>) throws(BadInput) {
        for key in object.keys where !known.contains(key) {
            throw BadInput(.unknownKey, "unknown key '\(key.prefix(40))'; the keys are: \(known.sorted().joined(separator: ", "))")
        }
    }

    private static func advertisement(_ object: JSONObject) throws(BadInput) -> Observation.Content? {
        var advert = Advertisement()
        for (key, value) in try members(object["serviceData"], "serviceData") {
            advert.serviceData[try uuid(key)] = try bytes(value, "serviceData")
        }
        for (key, value) in try members(object["manufacturerData"], "manufacturerData") {
            guard let company = UInt16(fourDigits: key) else {
                throw BadInput(.badUUID, "manufacturerData: '\(key.prefix(40))' is no company number; write four hex digits")
            }
            advert.manufacturerData[company] = try bytes(value, "manufacturerData")
        }
        return advert == Advertisement() ? nil : .advertisement(advert)
    }

    private static func frames(_ object: JSONObject) throws(BadInput) -> [Observation.Content] {
        let common = try object["characteristic"].map { json throws(BadInput) in try uuid(text(json, "characteristic")) }
        guard let frames = object["frames"] else {
            if common != nil { throw BadInput(.wrongShape, "characteristic: without frames") }
            return []
        }
        var contents: [Observation.Content] = []
        for frame in try list(frames, "frames") {
            if let fields = frame.object {
                try refuseUnknownKeys(fields, known: ["characteristic", "frame"])
                guard let value = fields["frame"] else { throw BadInput(.wrongShape, "frames: an object without 'frame'") }
                let own = try fields["characteristic"].map { json throws(BadInput) in try uuid(text(json, "characteristic")) }
                contents.append(.frame(try characteristic(own ?? common), try bytes(value, "frames")))
            } else {
                contents.append(.frame(try characteristic(common), try bytes(frame, "frames")))
            }
        }
        return contents
    }

    private static func characteristic(_ uuid: BluetoothUUID?) throws(BadInput) -> BluetoothUUID {
        guard let uuid else { throw BadInput(.wrongShape, "frames: without 'characteristic' nobody knows what they are") }
        return uuid
    }

    private static func members(_ json: JSON?, _ key: String) throws(BadInput) -> [(key: String, value: JSON)] {
        guard let json else { return [] }
        guard let object = json.object, !object.members.isEmpty else {
            throw BadInput(.wrongShape, "\(key): write an object of hex by UUID or company number, or leave it out")
        }
        return object.members
    }

    private static func list(_ json: JSON, _ key: String) throws(BadInput) -> [JSON] {
        guard let list = json.array, !list.isEmpty else { throw BadInput(.wrongShape, "\(key): write a list, or leave it out") }
        return list
    }

    private static func uuids(_ json: JSON) throws(BadInput) -> [BluetoothUUID] {
        try list(json, "services").map { json throws(BadInput) in try uuid(text(json, "services")) }
    }

    static func text(_ json: JSON, _ key: String) throws(BadInput) -> String {
        guard let text = json.string else { throw BadInput(.wrongShape, "\(key): write text in quotes") }
        return text
    }

    static func uuid(_ text: String) throws(BadInput) -> BluetoothUUID {
        guard let uuid = BluetoothUUID(text) else {
            throw BadInput(.badUUID, "'\(text.prefix(40))' is no UUID; write 4 hex digits or 36 characters")
        }
        return uuid
    }

    static func address(_ json: JSON) throws(BadInput) -> DeviceID {
        let text = try text(json, "address")
        guard let device = DeviceID(address: text) else {
            throw BadInput(.badAddress, "'\(text.prefix(40))' is no Bluetooth address; write AA:BB:CC:DD:EE:FF")
        }
        return device
    }

    static func bytes(_ json: JSON, _ key: String) throws(BadInput) -> [UInt8] {
        let text = try text(json, key)
        guard let bytes = [UInt8](hex: text) else {
            let isOdd = text.utf8.count % 2 == 1
            throw BadInput(.badHex, isOdd ? "\(key): an odd number of hex digits (\(text.utf8.count))" : "\(key): not hex digits")
        }
        return bytes
    }

    private static func instant(_ json: JSON) throws(BadInput) -> Instant {
        let text = try text(json, "receivedAt")
        guard let instant = Instant(rfc3339: text) else {
            throw BadInput(.badTime, "receivedAt: '\(text.prefix(40))' is no RFC 3339 time; write 2026-11-21T08:30:00Z")
        }
        return instant
    }
}
