import ExactJSON
import Readings

extension Relay.Adverts {
    /// Every element that carries a raw advertisement; one that cannot be read is refused, and the others are not.
    func items(in message: MessageScope) throws(BadInput) -> [RelayedItem] {
        guard let found = try elements.find(in: message) else { return [] }
        var items = found.refused.map { RelayedItem.refused($0) }
        for scope in found.scopes {
            do throws(BadInput) {
                if let seen = try observation(scope) { items.append(.observation(seen, decoded: [])) }
            } catch {
                // A message of one advertisement is refused as a whole, with its own sentence.
                if found.scopes.count == 1, found.refused.isEmpty { throw error }
                items.append(.refused(error))
            }
        }
        return items
    }

    /// nil where the element carries no raw advertisement (the bridge decoded it, or reports presence).
    private func observation(_ scope: MessageScope) throws(BadInput) -> Observation? {
        var seen = Observation()
        var advert = Advertisement()
        if let (data, path) = try find(structures, scope) {
            guard let parsed = AdvertStructures(try bytes(data, path)) else {
                throw BadInput(.badHex, "\(path.text): no advertisement: a structure in it leads beyond its end")
            }
            (advert, seen.name, seen.services) = (parsed.advert, parsed.name, parsed.services)
        }
        if let (data, path) = try find(manufacturerBytes, scope) {
            let bytes = try bytes(data, path)
            guard bytes.count >= 2 else { throw BadInput(.badHex, "\(path.text): too short for a company number") }
            advert.manufacturerData[UInt16(bytes[1]) << 8 | UInt16(bytes[0])] = Array(bytes.dropFirst(2))
        }
        if let (data, path) = try find(serviceBytes, scope) {
            if let (uuid, place) = try find(serviceUUID, scope) {
                advert.serviceData[try ObservationJSON.uuid(ObservationJSON.text(uuid, place.text))] = try bytes(data, path)
            } else if advert == Advertisement() {
                throw BadInput(.wrongShape, "\(path.text): without '\(serviceUUID.first?.text ?? "its UUID")' nobody knows what it is")
            }
        }
        guard advert != Advertisement() else { return nil }
        guard let (address, path) = try find(address, scope) else {
            throw BadInput(.badAddress, "\(self.address.first?.text ?? "address"): missing; nobody knows whose advertisement this is")
        }
        guard let device = address.string.flatMap({ DeviceID(address: $0) }) else {
            throw BadInput(.badAddress, "\(path.text): no Bluetooth address; write AA:BB:CC:DD:EE:FF")
        }
        if let (name, path) = try find(name, scope) { seen.name = try ObservationJSON.text(name, path.text) }
        seen.address = device
        seen.items = [Observation.Item(.advertisement(advert), receivedAt: try heard(scope))]
        return seen
    }

    private func heard(_ scope: MessageScope) throws(BadInput) -> Instant? {
        guard let receivedAt, let (json, path) = try find(receivedAt.paths, scope) else { return nil }
        for form in receivedAt.forms {
            if case .moment(let instant) = MessageTime.read(json, as: form, .utc) { return instant }
        }
        throw BadInput(.badTime, "\(path.text): no time of the form that this bridge writes")
    }

    private func bytes(_ json: JSON, _ path: MessagePath) throws(BadInput) -> [UInt8] {
        guard let text = json.string, text.hasPrefix("0x") else { return try ObservationJSON.bytes(json, path.text) }
        return try ObservationJSON.bytes(.string(String(text.dropFirst(2))), path.text)
    }

    private func find(_ paths: [MessagePath], _ scope: MessageScope) throws(BadInput) -> (JSON, MessagePath)? {
        do throws(DecodeFailure) {
            guard let (value, path) = try scope.find(paths) else { return nil }
            return (value, path)
        } catch {
            throw BadInput(.wrongShape, error.detail)
        }
    }
}
