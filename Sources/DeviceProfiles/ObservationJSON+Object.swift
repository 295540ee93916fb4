import ExactJSON
import Readings

extension ObservationJSON {
    /// The same form in the other direction: what ``read(_:)`` reads as this observation.
    package static func object(of seen: Observation) -> JSONObject {
        var object = JSONObject()
        object.add("name", seen.name.map { .string($0) })
        object.add("address", seen.address.map { .string($0.description) })
        if !seen.services.isEmpty { object.add("services", .array(seen.services.map { .string($0.description) })) }
        var adverts: [JSON] = []
        var frames: [JSON] = []
        var first: Instant?
        for item in seen.items {
            switch item.content {
            case .advertisement(let advert):
                var fields = Self.object(of: advert)
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

    private static func object(of advert: Advertisement) -> JSONObject {
        var object = JSONObject()
        let services = advert.serviceData.map { ($0.key.description, JSON.string($0.value.hex)) }.sorted { $0.0 < $1.0 }
        if !services.isEmpty { object.add("serviceData", .object(JSONObject(services))) }
        let companies = advert.manufacturerData.sorted { $0.key < $1.key }.map { ($0.key.fourDigits, JSON.string($0.value.hex)) }
        if !companies.isEmpty { object.add("manufacturerData", .object(JSONObject(companies))) }
        return object
    }
}
