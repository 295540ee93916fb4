import Readings

/// A first profile for captured bytes: match, frame, reading and vector are in place, what is not known is passed over.
///
/// It loads, and says what it takes the bytes for; its author corrects it from there.
package struct ProfileDraft: Sendable {
    package enum Failure: Error, Sendable, Hashable, CustomStringConvertible {
        case noBytes
        case nothingShown

        package var description: String {
            switch self {
            case .noBytes: "no bytes in the capture: give service data, manufacturer data, or a characteristic with frames"
            case .nothingShown: "say what the display showed, for example --shows weight=79.8kg"
            }
        }
    }

    /// A number that the device's display showed for the capture.
    package struct Shown: Sendable, Hashable {
        package var kind: Kind
        package var name: String
        package var value: ExactDecimal
        package var unit: Unit

        package init(_ kind: Kind, _ name: String, _ value: ExactDecimal, _ unit: Unit) {
            self.kind = kind
            self.name = name
            self.value = value
            self.unit = unit
        }
    }

    package let text: String
    /// Numbers that were shown and stand nowhere in the bytes, in any form tried.
    package let notFound: [Shown]

    private struct Found {
        var shown: Shown
        var places: [ValueSearch.Place]
    }

    /// - Parameter path: `maker/protocol`, the file's place.
    package init(path: String, from seen: Observation, shows: [Shown]) throws(Failure) {
        guard let (source, bytes) = ProfileDraft.content(of: seen) else { throw .noBytes }
        guard let kind = shows.first?.kind else { throw .nothingShown }
        var found: [Found] = []
        var taken: Set<Int> = []
        for shown in shows {
            let places = ValueSearch.places(of: shown.value, in: bytes)
            // The place taken must be free: two values do not share bytes.
            let free = places.filter { place in taken.isDisjoint(with: place.offset..<place.offset + place.size) }
            if let first = free.first { taken.formUnion(first.offset..<first.offset + first.size) }
            found.append(Found(shown: shown, places: free))
        }
        notFound = found.filter(\.places.isEmpty).map(\.shown)
        let sections = [
            ProfileDraft.head(path), ProfileDraft.match(seen, source), ProfileDraft.frame(seen, source, bytes, found),
            ProfileDraft.reading(kind, found), ProfileDraft.vectors(seen, source, bytes, kind, found),
        ]
        text = sections.joined(separator: "\n")
    }

    private static func content(of seen: Observation) -> (FrameSource, [UInt8])? {
        for item in seen.items {
            switch item.content {
            case .frame(let uuid, let bytes) where !bytes.isEmpty: return (.characteristic(uuid), bytes)
            case .advertisement(let advert):
                // One of several is taken in the order of its number, so that the draft is the same each time.
                if let (uuid, bytes) = advert.serviceData.min(by: { $0.key.description < $1.key.description }) { return (.serviceData(uuid), bytes) }
                if let (company, bytes) = advert.manufacturerData.min(by: { $0.key < $1.key }) { return (.manufacturerData(company), bytes) }
            default: continue
            }
        }
        return nil
    }

    private static func head(_ path: String) -> String {
        """
        profile: \(path)
        title: "???"                              # what people call the devices that speak this
        models:
          - { name: "???", evidence: captured }   # maker and model; captured: the bytes below are this model's
        source: captured by …                     # who, when, what the display showed

        """
    }

    private static func match(_ seen: Observation, _ source: FrameSource) -> String {
        var lines = ["match:                                    # every line must hold"]
        switch source {
        case .serviceData(let uuid): lines.append("  service-data: \"\(uuid)\"")
        case .manufacturerData(let company): lines.append("  manufacturer: \"\(company.fourDigits)\"")
        default:
            if !seen.services.isEmpty { lines.append("  services: [\(seen.services.map { "\"\($0)\"" }.joined(separator: ", "))]") }
        }
        if let name = seen.name { lines.append("  names: { exact: [\(quoted(name))] }            # or prefix: [...]") }
        if lines.count == 1 { lines.append("  names: { exact: [\"???\"] }               # what the device calls itself") }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func frame(_ seen: Observation, _ source: FrameSource, _ bytes: [UInt8], _ found: [Found]) -> String {
        var lines: [String] = []
        var from = ""
        switch source {
        case .characteristic(let uuid):
            lines.append("characteristics:")
            let service = seen.services.first.map(\.description) ?? "ffff"
            lines.append("  values: { service: \"\(service)\", uuid: \"\(uuid)\" }   # the service that it stands in")
            lines.append("")
            from = "values"
        case .serviceData(let uuid): from = "{ service-data: \"\(uuid)\" }"
        case .manufacturerData(let company): from = "{ manufacturer: \"\(company.fourDigits)\" }"
        default: from = "???"
        }
        lines.append("# offset  " + bytes.indices.map { twoDigits($0) }.joined(separator: " "))
        lines.append("# bytes   " + spaced(bytes))
        lines += ["frames:", "  measurement:", "    from: \(from)", "    byte-order: little", "    length: \(bytes.count)", "    fields:"]
        var at = 0
        let fields = found.compactMap { found in found.places.first.map { ($0, found) } }.sorted { $0.0.offset < $1.0.offset }
        for (place, found) in fields {
            if place.offset > at { lines.append("      - { skip: \(place.offset - at) }") }
            let others = found.places.dropFirst().prefix(3).map { "\($0.word) at \($0.offset), each \($0.each.text)" }
            let comment = others.isEmpty ? "" : "   # or \(others.joined(separator: "; "))"
            lines.append("      - { name: \(found.shown.name), type: \(place.word) }\(comment)")
            at = place.offset + place.size
        }
        if fields.isEmpty {
            lines.append("      - { name: \(found.first?.shown.name ?? "value"), type: u8 }   # none of the numbers shown was found: where does it stand?")
            at = 1
        }
        if at < bytes.count { lines.append("      - { skip: \(bytes.count - at) }") }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func reading(_ kind: Kind, _ found: [Found]) -> String {
        var lines = ["readings:", "  \(kind.rawValue):", "    # waits-for: [flags.stable]               # if the device repeats itself before it has settled", "    values:"]
        let told = found.filter { $0.shown.kind == kind && !$0.places.isEmpty }
        for found in told.isEmpty ? Array(found.prefix(1)) : told {
            let each = found.places.first.map { $0.each == ExactDecimal(1) ? "" : ", each: \($0.each.text)" } ?? ""
            lines.append("      \(found.shown.name): { field: \(found.shown.name), unit: \(found.shown.unit.rawValue)\(each) }")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func vectors(
        _ seen: Observation, _ source: FrameSource, _ bytes: [UInt8], _ kind: Kind, _ found: [Found]
    ) -> String {
        let key = switch source {
        case .serviceData: "service-data"
        case .manufacturerData: "manufacturer-data"
        default: "measurement"
        }
        var advertised: [String] = []
        if let name = seen.name { advertised.append("name: \(quoted(name))") }
        if !seen.services.isEmpty { advertised.append("services: [\(seen.services.map { "\"\($0)\"" }.joined(separator: ", "))]") }
        let heard = advertised.isEmpty ? [] : ["    advertised: { \(advertised.joined(separator: ", ")) }"]
        let values = found.filter { $0.shown.kind == kind }.map { "\($0.shown.name): \($0.shown.value.text) \($0.shown.unit.rawValue)" }
        var lines = ["vectors:", "  - name: as captured", "    source: captured, …"] + heard
        lines.append("    \(key): \"\(spaced(bytes))\"")
        lines.append("    reads: [ { kind: \(kind.rawValue), \(values.joined(separator: ", ")), measured-at: arrival } ]")
        lines += ["  - name: cut short", "    source: computed, from the frame above"] + heard
        lines.append("    \(key): \"\(spaced(bytes.dropLast()))\"")
        lines.append("    fails: length \(bytes.count - 1) is not \(bytes.count)")
        return lines.joined(separator: "\n") + "\n"
    }

    private static func spaced(_ bytes: some Sequence<UInt8>) -> String { bytes.map { [$0].hex.uppercased() }.joined(separator: " ") }
    private static func twoDigits(_ number: Int) -> String { number < 10 ? " \(number)" : "\(number)" }
    /// Double-quoted YAML; a name off the air may hold anything.
    private static func quoted(_ text: String) -> String {
        "\"" + text.unicodeScalars.map { scalar in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F: "?"
            default: String(scalar)
            }
        }.joined() + "\""
    }
}
