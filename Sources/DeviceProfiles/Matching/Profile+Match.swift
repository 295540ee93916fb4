import Readings

/// One line of a profile's `match`, and whether an observation keeps it.
package struct MatchLine: Sendable, Hashable {
    /// The key, and what is asked for, as written in the profile.
    package var line: String
    package var isHeld: Bool
    /// What was seen, for a human.
    package var because: String
}

extension Profile {
    /// Whether the profile claims the device that was observed, by name and by what it sends.
    func claims(_ seen: Observation) -> Bool {
        relay == nil && matches.contains { claims(seen, by: $0) }
    }

    private func claims(_ seen: Observation, by match: MatchRule) -> Bool {
        var isNamed = false
        if let names = match.names, !names.isOptional {
            guard let name = seen.name, names.contains(name) else { return false }
            isNamed = true
        }
        if let uuid = match.serviceData, !seen.advertises(serviceData: uuid) { return false }
        if let company = match.company, !seen.advertises(company: company) { return false }
        if match.isAnyCompany || match.data != nil, !seen.adverts.contains(where: match.fits) { return false }
        if seen.sends(where: { _ in true }) { return reads(seen) }
        guard !match.services.isEmpty else { return true }
        if seen.services.isEmpty { return isNamed }
        return seen.services.contains(where: match.services.contains)
    }

    /// For every rule of the match its lines, held or not, and why. The profile claims the device exactly where all lines of
    /// one rule are held.
    package func explain(_ seen: Observation) -> [[MatchLine]] {
        guard relay == nil else { return [[MatchLine(line: "relays", isHeld: false, because: "it reads messages, not devices")]] }
        return matches.map { explain(seen, $0) }
    }

    private func explain(_ seen: Observation, _ match: MatchRule) -> [MatchLine] {
        var lines: [MatchLine] = []
        func add(_ line: String, _ isHeld: Bool, _ because: String) { lines.append(MatchLine(line: line, isHeld: isHeld, because: because)) }
        var isNamed = false
        if let names = match.names {
            isNamed = !names.isOptional && (seen.name.map(names.contains) ?? false)
            let told = seen.name.map { "the name is '\($0)'" } ?? "no name was seen"
            add("names: \(names.written)", names.isOptional || isNamed, names.isOptional ? "optional; \(told)" : told)
        }
        if let uuid = match.serviceData {
            let isThere = seen.advertises(serviceData: uuid)
            add("service-data: \(uuid)", isThere, isThere ? "it is advertised" : "no data of this UUID was advertised")
        }
        if let company = match.company {
            let isThere = seen.advertises(company: company)
            add("manufacturer: \(company.fourDigits)", isThere, isThere ? "it is advertised" : "no data of this company was advertised")
        }
        if match.isAnyCompany {
            let isThere = seen.adverts.contains { !$0.manufacturerData.isEmpty }
            add("manufacturer: any", isThere, isThere ? "some is advertised" : "no data of any company was advertised")
        }
        if match.data != nil {
            let fits = seen.adverts.contains(where: match.fits)
            add("data", fits, fits ? "the bytes look so" : "no advertised bytes look so")
        }
        let sendsFrames = seen.sends { _ in true }
        if !match.services.isEmpty {
            let wanted = match.services.map(\.description).joined(separator: ", ")
            if sendsFrames {
                add("services: \(wanted)", true, "not asked, since it sends frames")
            } else if seen.services.isEmpty {
                add("services: \(wanted)", isNamed, "nobody told its services" + (isNamed ? ", and it is named" : ""))
            } else {
                let told = seen.services.map(\.description).joined(separator: ", ")
                add("services: \(wanted)", seen.services.contains(where: match.services.contains), "it advertises \(told)")
            }
        }
        if sendsFrames {
            let reads = reads(seen)
            add("frames", reads, reads ? "it sends what the profile reads" : "it sends nothing that the profile reads")
        }
        return lines
    }
}

extension MatchRule.Names {
    fileprivate var written: String {
        let parts = [("exact", exact), ("prefix", prefixes), ("suffix", suffixes), ("contains", contained)]
        return parts.filter { !$0.1.isEmpty }.map { "\($0.0) \($0.1.joined(separator: ", "))" }.joined(separator: "; ")
    }
}
