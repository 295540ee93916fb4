import Readings

/// Which profiles need to be asked about an observation: all that could claim it, and few others. Each profile stands under
/// one thing that it cannot do without, so that an advertisement that nobody wants asks nobody.
struct MatchIndex: Sendable {
    // Indices into the profiles of the set.
    private var byServiceData: [BluetoothUUID: [Int]] = [:]
    private var byCompany: [UInt16: [Int]] = [:]
    private var byService: [BluetoothUUID: [Int]] = [:]
    private var byCharacteristic: [BluetoothUUID: [Int]] = [:]
    private var names = NameIndex()
    /// Of any company, and what their bytes look like, the company's two in front.
    private var ofAnyCompany: [(data: ByteShape?, profile: Int)] = []

    init(_ profiles: [Profile]) {
        for (index, profile) in profiles.enumerated() where !profile.isRelay {
            for match in profile.matches { add(index, match, profile) }
        }
    }

    private mutating func add(_ index: Int, _ match: MatchRule, _ profile: Profile) {
        if let uuid = match.serviceData {
            byServiceData[uuid, default: []].append(index)
        } else if let company = match.company {
            byCompany[company, default: []].append(index)
        } else if let names = match.names, !names.isOptional {
            self.names.add(names, profile: index)
        } else if match.isAnyCompany {
            ofAnyCompany.append((match.data, index))
        } else {
            for service in Set(match.services) { byService[service, default: []].append(index) }
            for port in profile.ports {
                if case .characteristic(let uuid) = port.source { byCharacteristic[uuid, default: []].append(index) }
            }
        }
    }

    /// In their order; no array is made where there are none.
    func candidates(for seen: Observation) -> [Int] {
        var found: [Int] = []
        if let name = seen.name { names.find(name, into: &found) }
        if !byService.isEmpty {
            for service in seen.services { if let asking = byService[service] { found += asking } }
        }
        for item in seen.items {
            switch item.content {
            case .frame(let uuid, _):
                if let asking = byCharacteristic[uuid] { found += asking }
            case .advertisement(let advert):
                for uuid in advert.serviceData.keys { if let asking = byServiceData[uuid] { found += asking } }
                for company in advert.manufacturerData.keys { if let asking = byCompany[company] { found += asking } }
                if !ofAnyCompany.isEmpty {
                    for (company, bytes) in advert.manufacturerData { found += profiles(ofAnyCompany: bytes.behind(company)) }
                }
            }
        }
        guard found.count > 1 else { return found }
        return Set(found).sorted()
    }

    private func profiles(ofAnyCompany bytes: [UInt8]) -> [Int] {
        let span = bytes.span.bytes
        var found: [Int] = []
        for (data, profile) in ofAnyCompany where data?.fitsWhole(span) ?? true { found.append(profile) }
        return found
    }
}
