import ExactJSON
import People
import Readings

/// Readings as FHIR R4 (4.0.1) has them: https://hl7.org/fhir/R4/observation.html. A value is one Observation; those of a panel, such
/// as a blood pressure, are one together. Values stand in the canonical unit, whose codes they are under, with their digits.
package struct FHIRPayload: Sendable {
    /// Seconds east of Greenwich at a moment, on the walls of the place.
    private let secondsFromUTC: @Sendable (Instant) -> Int

    package init(secondsFromUTC: @escaping @Sendable (Instant) -> Int = { _ in 0 }) { self.secondsFromUTC = secondsFromUTC }

    private static let terminology = "http://terminology.hl7.org/CodeSystem/"
    private static let absentReason = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"

    // MARK: Who, and with what

    package static func entry(_ resource: JSON, _ url: String) -> JSON { .object([("fullUrl", .string(url)), ("resource", resource)]) }

    package static func url(of person: PersonID) -> String { urn("person \(person)") }
    package static func url(of device: DeviceID) -> String { urn("device \(device)") }

    /// - Parameter identifiers: what other systems call them.
    package static func patient(_ person: PersonID, identifiers: [(system: String, value: String)], language: String?) -> JSON {
        let all = [("urn:vitalgate:person", person.description)] + identifiers
        var object = JSONObject([("resourceType", .string("Patient")), ("identifier", .array(all.map { identifier($0, $1) }))])
        object.add("communication", language.map { language in
            .array([.object([("language", concept(codings: [coding("urn:ietf:bcp:47", language)]))])])
        })
        return .object(object)
    }

    package static func device(_ device: DeviceID) -> JSON {
        let isAddress = DeviceID(address: device.description) != nil
        let identifier = isAddress
            ? identifier("http://hl7.org/fhir/sid/eui-48/bluetooth", device.description.replacing(":", with: "-"))
            : identifier("urn:vitalgate:device", device.description)
        return .object([("resourceType", .string("Device")), ("identifier", .array([identifier]))])
    }

    // MARK: What was measured

    /// The entries of one reading, in the order of its values. What a device says of itself is no observation of a person.
    package func entries(of filed: FiledReading) -> [JSON] {
        guard filed.reading.kind != .battery else { return [] }
        let panel = FHIRPayload.components[filed.reading.kind] ?? []
        let parts = filed.reading.values.filter { panel.contains($0.name) }
        let alone = filed.reading.values.filter { !panel.contains($0.name) }
        let whole = parts.isEmpty ? [] : [entry(
            filed, part: nil, FHIRPayload.code(of: filed.reading.kind), ("component", .array(FHIRPayload.components(of: filed.reading, panel))))]
        return whole + alone.map { value in
            entry(filed, part: value.name, FHIRPayload.code(of: value), ("valueQuantity", FHIRPayload.quantity(value.canonical)))
        }
    }

    /// Which values stand together, and which of them may not be absent.
    private static let components: [Kind: [String]] = [.bloodPressure: ["systolic", "diastolic", "mean"]]
    private static let required: Set<String> = ["systolic", "diastolic"]

    private static func components(of reading: Reading, _ panel: [String]) -> [JSON] {
        panel.compactMap { name in
            if let value = reading.value(name) { return .object([("code", code(of: value)), ("valueQuantity", quantity(value.canonical))]) }
            guard required.contains(name), let vital = reading.kind.vital(name) else { return nil }
            return .object([
                ("code", concept(codings: codings(of: vital), text: vital.display)),
                ("dataAbsentReason", concept(codings: [coding(terminology + "data-absent-reason", "unknown")])),
            ])
        }
    }

    private func entry(_ filed: FiledReading, part: String?, _ code: JSON, _ said: (String, JSON)) -> JSON {
        let reading = filed.reading
        let name = filed.identity.description + (part.map { "/\($0)" } ?? "")
        var object = JSONObject([
            ("resourceType", .string("Observation")), ("identifier", .array([FHIRPayload.identifier("urn:vitalgate:reading", name)])),
            ("status", .string(filed.isRetracted ? "entered-in-error" : filed.supersedes == nil ? "final" : "amended")),
            ("category", .array([FHIRPayload.concept(codings: [FHIRPayload.coding(FHIRPayload.terminology + "observation-category", reading.kind.category)])])),
            ("code", code),
        ])
        object.add("subject", filed.person.map { .object([("reference", .string(FHIRPayload.url(of: $0)))]) })
        object.add(effective(filed))
        object.add("issued", .string(filed.arrivedAt.rfc3339(secondsFromUTC: secondsFromUTC(filed.arrivedAt))))
        object.add(said)
        let notes = notes(filed, part)
        if !notes.isEmpty { object.add("note", .array(notes.map { .object([("text", .string($0))]) })) }
        if let site = reading.qualifier, reading.kind.qualifierWord == "site" { object.add("bodySite", FHIRPayload.concept(text: site)) }
        if let basis = reading.qualifier, reading.kind.qualifierWord == "basis" { object.add("method", FHIRPayload.concept(text: basis)) }
        object.add("device", .object([("reference", .string(FHIRPayload.url(of: filed.device)))]))
        return FHIRPayload.entry(.object(object), FHIRPayload.urn("reading " + name))
    }

    /// A minute is a period. A time that may be wrong is none: what is known of it is in a note.
    private func effective(_ filed: FiledReading) -> (String, JSON) {
        let at = filed.measuredAt
        guard at.isCertain else {
            let reason = JSON.object([("url", .string(FHIRPayload.absentReason)), ("valueCode", .string("unknown"))])
            return ("_effectiveDateTime", .object([("extension", .array([reason]))]))
        }
        let first = JSON.string(at.instant.rfc3339(secondsFromUTC: secondsFromUTC(at.instant)))
        guard filed.reading.summary != nil else { return ("effectiveDateTime", first) }
        let end = Instant(milliseconds: at.instant.milliseconds + 60_000)
        return ("effectivePeriod", .object([("start", first), ("end", .string(end.rfc3339(secondsFromUTC: secondsFromUTC(end))))]))
    }

    private func notes(_ filed: FiledReading, _ part: String?) -> [String] {
        var notes: [String] = []
        if !filed.measuredAt.isCertain {
            let why = filed.measuredAt.doubt?.rawValue ?? filed.measuredAt.quality.rawValue
            notes.append("time uncertain (\(why)): \(filed.measuredAt.instant.rfc3339(secondsFromUTC: secondsFromUTC(filed.measuredAt.instant)))")
        }
        if let summary = filed.reading.summary {
            let range = part.flatMap(summary.range(of:)).map { ", least \($0.least.text), most \($0.most.text)" } ?? ""
            notes.append("mean of \(summary.validSeconds) of 60 seconds\(range)")
        }
        if !filed.reading.marks.isEmpty { notes.append("the device says: \(filed.reading.marks.joined(separator: ", "))") }
        return notes
    }
}

// Words of FHIR
extension FHIRPayload {
    private static func code(of kind: Kind) -> JSON {
        let codings = kind.panel.map { [coding("http://loinc.org", $0.loinc), coding("urn:iso:std:iso:11073:10101", String($0.mdc))] } ?? []
        return concept(codings: codings, text: kind.rawValue)
    }

    private static func code(of value: Reading.Value) -> JSON { concept(codings: codings(of: value.vital), text: value.vital.display) }

    private static func codings(of vital: Vital) -> [JSON] {
        var codings = vital.loinc.map { [coding("http://loinc.org", $0)] } ?? []
        // The vital signs of R4 know it by this code, those of the US by both.
        if vital.loinc == "59408-5" { codings.append(coding("http://loinc.org", "2708-6")) }
        if let mdc = vital.mdc { codings.append(coding("urn:iso:std:iso:11073:10101", String(mdc))) }
        return codings
    }

    private static func coding(_ system: String, _ code: String) -> JSON { .object([("system", .string(system)), ("code", .string(code))]) }

    private static func concept(codings: [JSON] = [], text: String? = nil) -> JSON {
        var object = JSONObject()
        if !codings.isEmpty { object.add("coding", .array(codings)) }
        object.add("text", text.map { .string($0) })
        return .object(object)
    }

    private static func identifier(_ system: String, _ value: String) -> JSON {
        .object([("system", .string(system)), ("value", .string(value))])
    }

    private static func quantity(_ quantity: Quantity) -> JSON {
        var object = JSONObject([("value", .number(quantity.value.text)), ("unit", .string(quantity.unit.ucum ?? quantity.unit.rawValue))])
        if let ucum = quantity.unit.ucum {
            object.add("system", .string("http://unitsofmeasure.org"))
            object.add("code", .string(ucum))
        }
        return .object(object)
    }

    /// The same for the same name, whenever it is exported: two runs of FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/) as
    /// a UUID of version 8 (RFC 9562).
    private static func urn(_ name: String) -> String {
        func hash(_ start: UInt64) -> UInt64 { name.utf8.reduce(start) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 } }
        let high = hash(0xCBF2_9CE4_8422_2325) & ~0xF000 | 0x8000
        let low = hash(0x8422_2325_CBF2_9CE4) & ~(3 << 62) | 1 << 63
        let hex = [high, low].map { value in
            let text = String(value, radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }.joined()
        let ends = [0, 8, 12, 16, 20, 32]
        return "urn:uuid:" + zip(ends, ends.dropFirst()).map { String(hex.dropFirst($0).prefix($1 - $0)) }.joined(separator: "-")
    }
}

extension Kind {
    /// Of http://terminology.hl7.org/CodeSystem/observation-category
    fileprivate var category: String {
        switch self {
        case .bloodGlucose, .bloodKetone, .lipids, .hba1c, .coagulation, .uricAcid, .hemoglobin: "laboratory"
        case .activity, .sleep: "activity"
        case .spirometry, .ecg: "procedure"
        case .bloodPressure, .bodyWeight, .bodyComposition, .bodyMeasures, .bodyTemperature, .oxygenSaturation, .heartRate, .rrInterval,
            .heartRateVariability, .respiration, .battery: "vital-signs"
        }
    }
}

extension MeasuredAt {
    fileprivate var isCertain: Bool { doubt == nil && quality != .unset && quality != .unsynced }
}

extension JSONObject {
    fileprivate mutating func add(_ member: (String, JSON)) { add(member.0, member.1) }
}

extension JSON {
    fileprivate static func object(_ members: [(String, JSON)]) -> JSON { .object(JSONObject(members)) }
}
