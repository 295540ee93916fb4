import Alarms
import ExactJSON
import People
import Readings

/// An alarm event in JSON.
package enum AlarmPayload {
    package static func json(of event: AlarmEvent, gateway: String) -> JSON {
        var object = JSONObject()
        object.add("type", .string("alarm"))
        object.add("id", .string(event.episode.id))
        object.add("phase", .string(event.phase.rawValue))
        object.add("level", .string(event.episode.level.rawValue))
        object.add("side", .string(event.episode.side.rawValue))
        object.add("gateway", .string(gateway))
        object.add("device", .string(event.episode.condition.device.description))
        object.add("person", event.episode.condition.person.map { .string($0.description) })
        object.add("vital", .string(event.episode.condition.vital))
        object.add("value", .string(event.value.value.text))
        object.add("ucum", event.value.unit.ucum.map { .string($0) })
        object.add("limit", event.limit.map { .string($0.text) })
        object.add("since", event.episode.since.map { .string($0.rfc3339()) })
        object.add("until", event.episode.until.map { .string($0.rfc3339()) })
        object.add("extreme", event.episode.extreme.map { .string($0.text) })
        object.add("reading", .string(event.reading.description))
        object.add("measuredAt", .string(event.measuredAt.instant.rfc3339()))
        object.add("timeQuality", .string(event.measuredAt.quality.rawValue))
        return .object(object)
    }
}
