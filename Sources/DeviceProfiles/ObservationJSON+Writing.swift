import ExactJSON
import Readings

/// The same form in the other direction: what ``read(_:)`` reads as this observation.
extension ObservationJSON {
    package static func object(of seen: Observation) -> JSONObject {
        var object = head(of: seen)
        var adverts: [JSON] = []
        var frames: [JSON] = []
        var first: Instant?
        for item in seen.items {
            switch item.content {
            case .advertisement(let advert):
                var fields = JSONObject()
                add(advert, to: &fields)
                fields.add("receivedAt", item.receivedAt.map { .string($0.rfc3339()) })
                adverts.append(.object(fields))
            case .frame(let characteristic, let bytes):
                first = first ?? item.receivedAt
                frames.append(.object(JSONObject([("characteristic", .string(characteristic.description)), ("frame", .string(bytes.hex))])))
            }
        }
        if !adverts.isEmpty { object.add("adverts", .array(adverts)) }
        if !frames.isEmpty {
            object.add("frames", .array(frames))
            object.add("receivedAt", first.map { .string($0.rfc3339()) })
        }
        return object
    }

    /// An observation of one item, or of none, in its short form: so it lies in the store, to be decoded again.
    package static func text(of seen: Observation) -> String {
        var object = head(of: seen)
        switch seen.items.first?.content {
        case .advertisement(let advert): add(advert, to: &object)
        case .frame(let characteristic, let bytes):
            object.add("characteristic", .string(characteristic.description))
            object.add("frames", .array([.string(bytes.hex)]))
        case nil: break
        }
        object.add("receivedAt", seen.items.first?.receivedAt.map { .string($0.rfc3339()) })
        return JSON.object(object).text
    }

    private static func head(of seen: Observation) -> JSONObject {
        var object = JSONObject()
        object.add("name", seen.name.map { .string($0) })
        object.add("address", seen.address.map { .string($0.description) })
        if !seen.services.isEmpty { object.add("services", .array(seen.services.map { .string($0.description) })) }
        return object
    }

    private static func add(_ advert: Advertisement, to object: inout JSONObject) {
        let services = advert.serviceData.map { ($0.key.description, $0.value) }
        let companies = advert.manufacturerData.map { ($0.key.fourDigits, $0.value) }
        for (key, members) in [("serviceData", services), ("manufacturerData", companies)] where !members.isEmpty {
            object.add(key, .object(JSONObject(members.sorted { $0.0 < $1.0 }.map { ($0.0, .string($0.1.hex)) })))
        }
    }
}
