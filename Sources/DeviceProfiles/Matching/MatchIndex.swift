import Readings

/// Which profiles need to be asked about an observation: all that could claim it, and few others. Each profile stands under
/// one thing that it cannot do without, so that an advertisement that nobody wants asks nobody.
struct MatchIndex: Sendable {
    // Indices into the profiles of the set.
    private var byServiceData: [BluetoothUUID: [Int]] = [:]
    private var byCompany: [UInt16: [Int]] = [:]
    private var byService: [BluetoothUUID: [Int]] = [:]
    private var byCharacteristic: [BluetoothUUID: [Int]] = [:]
    /// By the first two bytes of the name.
    private var byName: [UInt16: [Int]] = [:]
    /// Of any company, and with names that may begin with anything.
    private var ofAnyCompany: [Int] = []
    private var ofAnyName: [Int] = []

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
            add(index, names)
        } else if match.isAnyCompany {
            ofAnyCompany.append(index)
        } else {
            for service in Set(match.services) { byService[service, default: []].append(index) }
            for port in profile.ports {
                if case .characteristic(let uuid) = port.source { byCharacteristic[uuid, default: []].append(index) }
            }
        }
    }

    private mutating func add(_ index: Int, _ names: MatchRule.Names) {
        let starts = (names.exact + names.prefixes).map { MatchIndex.start($0) }
        guard names.suffixes.isEmpty, names.contained.isEmpty, !starts.contains(nil) else { return ofAnyName.append(index) }
        for start in Set(starts.compactMap(\.self)) { byName[start, default: []].append(index) }
    }

    /// nil for a name of less than two bytes.
    private static func start(_ name: String) -> UInt16? {
        var bytes = name.utf8.makeIterator()
        guard let first = bytes.next(), let second = bytes.next() else { return nil }
        return UInt16(first) << 8 | UInt16(second)
    }

    /// In their order; no array is made where there are none.
    func candidates(for seen: Observation) -> [Int] {
        var found: [Int] = []
        if let name = seen.name {
            if let start = MatchIndex.start(name), let named = byName[start] { found += named }
            if !ofAnyName.isEmpty { found += ofAnyName }
        }
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
                if !ofAnyCompany.isEmpty, !advert.manufacturerData.isEmpty { found += ofAnyCompany }
            }
        }
        guard found.count > 1 else { return found }
        return Set(found).sorted()
    }
}
