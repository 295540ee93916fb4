import ExactJSON
import People
import Readings

/// A reading in JSON. The same words in the decode contract, on MQTT and in files; README documents them.
package enum ReadingPayload {
    /// `{"systolic":{"value":"17.6","unit":"kPa","canonical":"132.01","ucum":"mm[Hg]","loinc":"8480-6","mdc":150021}, …}`
    package static func values(of reading: Reading) -> JSON {
        var values = JSONObject()
        for value in reading.values {
            var object = JSONObject()
            let canonical = value.canonical
            object.add("value", .string(value.reported.value.text))
            object.add("unit", .string(value.reported.unit.rawValue))
            object.add("canonical", .string(canonical.value.text))
            object.add("ucum", canonical.unit.ucum.map { .string($0) })
            object.add("loinc", value.vital.loinc.map { .string($0) })
            object.add("mdc", value.vital.mdc.map { .number(String($0)) })
            if let range = reading.summary?.range(of: value.name) {
                object.add("min", .string(range.least.text))
                object.add("max", .string(range.most.text))
                object.add("count", .number(String(range.count)))
            }
            values.add(value.name, .object(object))
        }
        return .object(values)
    }

    /// What a device said besides the values: `user`, `number`, `site` or `sample`, `marks`; absent where it said nothing.
    package static func circumstances(of reading: Reading) -> [(String, JSON)] {
        var members: [(String, JSON)] = []
        if let user = reading.user { members.append(("user", .number(String(user)))) }
        if let number = reading.number { members.append(("number", .number(String(number)))) }
        if let word = reading.kind.qualifierWord, let qualifier = reading.qualifier { members.append((word, .string(qualifier))) }
        if !reading.marks.isEmpty { members.append(("marks", .array(reading.marks.map { .string($0) }))) }
        return members
    }

    /// What stands beside the means of a minute:
    /// `{"statistic":"mean","seconds":60,"validSeconds":52,"valid":[[0,11],[20,59]],"frames":60,"samples":52,"dropped":{"missing-value":8}}`
    static func json(of summary: MinuteSummary) -> JSON {
        var object = JSONObject([
            ("statistic", .string("mean")), ("seconds", .integer(60)), ("validSeconds", .integer(summary.validSeconds)),
            ("valid", .array(summary.spans.map { .array([.integer($0.lowerBound), .integer($0.upperBound)]) })),
            ("frames", .integer(summary.frames)), ("samples", .integer(summary.valid)),
        ])
        if !summary.dropped.isEmpty {
            object.add("dropped", .object(JSONObject(summary.dropped.sorted { $0.key < $1.key }.map { ($0.key, JSON.integer($0.value)) })))
        }
        return .object(object)
    }

    /// Of the form below, raised when a receiver that knows an earlier one could misread it. 2: `retracted`, which stands in
    /// the place of `values`. 3: `summary`, with which the values are means. 4: `erased`, which says that
    /// nothing of it may be kept. It is told where it matters, in what an earlier form could not say.
    static let form = (retraction: 2, summary: 3, erasure: 4)

    /// The message for one filed reading.
    package static func json(of filed: FiledReading, gateway: String) -> JSON {
        var object = JSONObject()
        object.add("type", .string("reading"))
        object.add("id", .string(filed.identity.description))
        object.add("revision", .number(String(filed.revision)))
        object.add("supersedes", filed.supersedes.map { .number(String($0)) })
        object.add("correction", filed.correction.map { .string($0) })
        if filed.isRetracted {
            object.add("form", .number(String(form.retraction)))
            object.add("retracted", .bool(true))
        } else if filed.reading.summary != nil {
            object.add("form", .number(String(form.summary)))
        }
        object.add("gateway", .string(gateway))
        object.add("device", .string(filed.device.description))
        object.add("person", filed.person.map { .string($0.description) })
        object.add("profile", .string(filed.profile))
        object.add("kind", .string(filed.reading.kind.rawValue))
        object.add("measuredAt", .string(filed.measuredAt.instant.rfc3339()))
        object.add("timeQuality", .string(filed.measuredAt.quality.rawValue))
        object.add("timeDoubt", filed.measuredAt.doubt.map { .string($0.rawValue) })
        object.add("deviceTime", filed.reading.deviceTimeText.map { .string($0) })
        object.add("receivedAt", .string(filed.arrivedAt.rfc3339()))
        // Whoever does not know the word `retracted` finds nothing to file.
        guard !filed.isRetracted else { return .object(object) }
        object.add("values", values(of: filed.reading))
        object.add("summary", filed.reading.summary.map(json(of:)))
        for (key, value) in circumstances(of: filed.reading) {
            object.add(key, value)
        }
        if filed.isRetained { object.add("retained", .bool(true)) }
        object.add("conflictsWith", filed.identity.contradicted.map { .string($0.description) })
        return .object(object)
    }
}
