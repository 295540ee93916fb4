import ExactJSON
import Readings

extension ObservationJSON {
    /// An observation of one item, or of none, as `read` takes it: so it lies in the store, to be decoded again.
    package static func text(of seen: Observation) -> String {
        var object = JSONObject()
        object.add("name", seen.name.map { .string($0) })
        object.add("address", seen.address.map { .string($0.description) })
        if !seen.services.isEmpty { object["services"] = .array(seen.services.map { .string($0.description) }) }
        switch seen.items.first?.content {
        case .advertisement(let advert):
            let services = advert.serviceData.map { ($0.key.description, $0.value) }
            let companies = advert.manufacturerData.map { ($0.key.fourDigits, $0.value) }
            for (key, members) in [("serviceData", services), ("manufacturerData", companies)] where !members.isEmpty {
                object[key] = .object(JSONObject(members.sorted { $0.0 < $1.0 }.map { ($0.0, .string($0.1.hex)) }))
            }
        case .frame(let characteristic, let bytes):
            object["characteristic"] = .string(characteristic.description)
            object["frames"] = .array([.string(bytes.hex)])
        case nil: break
        }
        object.add("receivedAt", seen.items.first?.receivedAt.map { .string($0.rfc3339()) })
        return JSON.object(object).text
    }
}
