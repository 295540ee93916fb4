import ExactJSON
import People
import Readings
import Testing

@testable import Sinks

/// What scripts/check-fhir cannot see: that it says what the reading says.
struct FHIRPayloadTests {
    private let payload = FHIRPayload { _ in 8 * 3600 }

    private func filed(_ reading: Reading, _ measuredAt: MeasuredAt, supersedes: Int? = nil, isRetracted: Bool = false) -> FiledReading {
        FiledReading(
            identity: ReadingIdentity("001122334455.x.20261121T083000"), revision: (supersedes ?? 0) + 1, device: DeviceID(address: "00:11:22:33:44:55")!,
            reading: reading, measuredAt: measuredAt, arrivedAt: Instant(rfc3339: "2026-11-21T01:00:00Z")!, profile: "p", isRetained: false,
            supersedes: supersedes, isRetracted: isRetracted, person: PersonID("anna"))
    }

    private func reading(_ kind: Kind, _ values: [(String, String, Readings.Unit)], qualifier: String? = nil, marks: [String] = []) -> Reading {
        Reading(
            kind, values.map { Reading.Value($0.0, Quantity(ExactDecimal($0.1)!, $0.2), kind.vital($0.0, qualifier: qualifier)!) },
            qualifier: qualifier, marks: marks)
    }

    private let morning = MeasuredAt(Instant(rfc3339: "2026-11-21T00:30:00Z")!, .device)

    @Test func `a blood pressure is one observation with its parts, and the pulse one of its own`() throws {
        let entries = payload.entries(of: filed(reading(.bloodPressure, [("systolic", "17.6", .kPa), ("pulse", "51", .perMinute)]), morning))
        #expect(entries.count == 2)
        #expect(entries[0]["resource"]?["code"]?["coding"]?.text == #"[{"system":"http://loinc.org","code":"85354-9"},{"system":"urn:iso:std:iso:11073:10101","code":"150020"}]"#)
        let parts = try #require(entries[0]["resource"]?["component"]?.array)
        #expect(parts[0]["valueQuantity"]?.text == #"{"value":132.01,"unit":"mm[Hg]","system":"http://unitsofmeasure.org","code":"mm[Hg]"}"#)
        #expect(parts[1]["dataAbsentReason"]?["coding"]?.array?.first?["code"]?.string == "unknown", "a diastolic belongs to it, said or not")
        #expect(entries[1]["resource"]?["valueQuantity"]?["value"]?.text == "51")
        #expect(entries[0]["fullUrl"] != entries[1]["fullUrl"])
    }

    @Test func `digits, time with its offset, person and device are told, and again the same`() throws {
        let weighed = filed(reading(.bodyWeight, [("weight", "79.80", .kilogram)]), morning)
        let entry = try #require(payload.entries(of: weighed).first)
        #expect(entry["resource"]?["valueQuantity"]?["value"]?.text == "79.80")
        #expect(entry["resource"]?["effectiveDateTime"]?.string == "2026-11-21T08:30:00+08:00")
        #expect(entry["resource"]?["status"]?.string == "final")
        #expect(entry["resource"]?["subject"]?["reference"]?.string == FHIRPayload.url(of: PersonID("anna")!))
        #expect(entry["resource"]?["device"]?["reference"]?.string == FHIRPayload.url(of: DeviceID(address: "00:11:22:33:44:55")!))
        #expect(payload.entries(of: weighed).first?.text == entry.text)
    }

    @Test func `what replaced another is amended, and what was withdrawn is an error`() {
        let weight = reading(.bodyWeight, [("weight", "79.8", .kilogram)])
        #expect(payload.entries(of: filed(weight, morning, supersedes: 1)).first?["resource"]?["status"]?.string == "amended")
        #expect(payload.entries(of: filed(weight, morning, supersedes: 1, isRetracted: true)).first?["resource"]?["status"]?.string == "entered-in-error")
    }

    @Test(arguments: [MeasuredAt(Instant(rfc3339: "2026-10-25T00:30:00Z")!, .device, .shownTwice), MeasuredAt(Instant(rfc3339: "2026-10-25T00:30:00Z")!, .unsynced)])
    func `a time that may be wrong is none, and stands in a note`(at: MeasuredAt) throws {
        let resource = try #require(payload.entries(of: filed(reading(.bodyWeight, [("weight", "79.8", .kilogram)]), at)).first?["resource"])
        #expect(resource["effectiveDateTime"] == nil)
        #expect(resource["_effectiveDateTime"]?["extension"]?.array?.first?["valueCode"]?.string == "unknown")
        #expect(resource["note"]?.array?.first?["text"]?.string?.contains("2026-10-25T08:30:00+08:00") == true)
    }

    @Test func `where it was measured, and what the device remarks, is told; what a device says of itself is not`() throws {
        let fever = try #require(payload.entries(of: filed(reading(.bodyTemperature, [("temperature", "37.10", .celsius)], qualifier: "armpit", marks: ["fever"]), morning)).first?["resource"])
        #expect(fever["bodySite"]?["text"]?.string == "armpit")
        #expect(fever["note"]?.array?.first?["text"]?.string == "the device says: fever")
        #expect(payload.entries(of: filed(reading(.battery, [("level", "80", .percent)]), morning)).isEmpty)
    }

    @Test func `no two names share an address`() {
        let urls = Set((0..<5000).map { FHIRPayload.url(of: PersonID("p-\($0)")!) })
        #expect(urls.count == 5000)
        #expect(urls.allSatisfy { $0.wholeMatch(of: /urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil })
    }
}
