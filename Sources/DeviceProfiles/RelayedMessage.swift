import ExactJSON
import Readings

extension Profile {
    /// What an MQTT message hands on. Empty where the bridge says nothing undecoded in it.
    package func observations(in payload: [UInt8]) throws(BadInput) -> [Observation] {
        guard let relay else { return [] }
        let json: JSON
        do throws(JSONFailure) {
            json = try JSON(parsing: payload)
        } catch {
            throw BadInput(.notJSON, "\(error)")
        }
        guard let object = json.object else { throw BadInput(.wrongShape, "write a JSON object") }
        switch relay.form {
        case .rawFrames:
            // A message may not choose its own key or profile: those are the operator's.
            for key in ["key", "profile"] where object[key] != nil {
                throw BadInput(.refusedKey, "'\(key)' is not taken from a message; set it when the device is enrolled")
            }
            try ObservationJSON.refuseUnknownKeys(object, known: ObservationJSON.keys)
            let seen = try ObservationJSON.read(object)
            guard seen.address != nil else { throw BadInput(.badAddress, "address: missing; a frame without a device is nobody's") }
            return [seen]
        case .adverts(let paths):
            return try paths.observation(object).map { [$0] } ?? []
        }
    }
}

extension Relay.AdvertPaths {
    /// nil where the message carries no raw advertisement (the bridge decoded it, or reports presence).
    fileprivate func observation(_ object: JSONObject) throws(BadInput) -> Observation? {
        var advert = Advertisement()
        if let key = serviceBytes, let data = object[key] {
            guard let uuidKey = serviceUUID, let uuid = object[uuidKey] else {
                throw BadInput(.wrongShape, "\(key): without '\(serviceUUID ?? "its UUID")' nobody knows what it is")
            }
            let service = try ObservationJSON.uuid(ObservationJSON.text(uuid, uuidKey))
            advert.serviceData[service] = try ObservationJSON.bytes(data, key)
        }
        if let key = manufacturerBytes, let data = object[key] {
            let bytes = try ObservationJSON.bytes(data, key)
            guard bytes.count >= 2 else { throw BadInput(.badHex, "\(key): too short for a company number") }
            advert.manufacturerData[UInt16(bytes[1]) << 8 | UInt16(bytes[0])] = Array(bytes.dropFirst(2))
        }
        guard advert != Advertisement() else { return nil }
        guard let address = object[address] else { throw BadInput(.badAddress, "\(self.address): missing; nobody knows whose advertisement this is") }
        return Observation(
            name: try name.flatMap { object[$0] }.map { json throws(BadInput) in try ObservationJSON.text(json, "name") },
            address: try ObservationJSON.address(address), items: [Observation.Item(.advertisement(advert))])
    }
}
