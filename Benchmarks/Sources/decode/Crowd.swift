import CFrame
@testable import DeviceProfiles
import Readings

/// Advertisements that no profile wants, as a ward's air is full of them: asked of all profiles, and of sorted tables in C.
struct Crowd {
    private let set: ProfileSet
    private let seen: [Observation]
    private let names = ["Galaxy Watch6", "LE-Bose QC45", "iPhone", "[TV] Samsung 7"]
    private let companies: [UInt16] = [0x004C, 0x0075, 0x0006, 0x009E]
    private let services: [UInt16] = [0xFEAA, 0xFE9F, 0xFCF1, 0xFD5A]
    private let wantedCompanies: [UInt16]
    private let wantedServices: [UInt16]
    private let wantedNames: [[CChar]]

    init(_ set: ProfileSet) throws {
        self.set = set
        seen = zip(names, zip(companies, services)).map { name, numbers in
            let advert = Advertisement(
                serviceData: [BluetoothUUID(number: numbers.1): [0x00, 0x11, 0x22]], manufacturerData: [numbers.0: [0x10, 0x05, 0x0A, 0x18]])
            return Observation(name: name, services: [BluetoothUUID(number: numbers.1)], items: [Observation.Item(.advertisement(advert))])
        }
        for one in seen { guard case .none = set.match(one) else { throw Complaint("somebody wants \(one)") } }
        let rules = set.profiles.flatMap(\.matches)
        // The last number is above all, so that a search may look there.
        wantedCompanies = Set(rules.compactMap(\.company)).sorted() + [.max]
        let uuids = Set(rules.flatMap { $0.services + ($0.serviceData.map { [$0] } ?? []) }.map(\.description))
        wantedServices = uuids.compactMap { $0.count == 4 ? UInt16($0, radix: 16) : nil }.sorted() + [.max]
        wantedNames = Set(rules.flatMap { $0.names?.all ?? [] }).sorted().map { Array($0.utf8CString) }
    }

    @inline(never)
    func runC(rounds: Int) -> Int {
        var sum = 0
        let cNames = names.map { Array($0.utf8CString) }
        let starts = wantedNames.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
        wantedNames.flatMap(\.self).withUnsafeBufferPointer { text in
            let pointers = starts.dropLast().map { Optional(text.baseAddress! + $0) }
            pointers.withUnsafeBufferPointer { pointers in
                wantedCompanies.withUnsafeBufferPointer { companyTable in
                    wantedServices.withUnsafeBufferPointer { serviceTable in
                        var table = wanted(
                            companies: companyTable.baseAddress, company_count: companyTable.count - 1, services: serviceTable.baseAddress,
                            service_count: serviceTable.count - 1, names: pointers.baseAddress, name_count: pointers.count)
                        for round in 0..<rounds {
                            var service = services[round % 4]
                            sum &+= Int(cNames[round % 4].withUnsafeBufferPointer { is_wanted(&table, $0.baseAddress, companies[round % 4], &service, 1) })
                        }
                    }
                }
            }
        }
        return sum
    }

    @inline(never)
    func runMatch(rounds: Int) -> Int {
        var sum = 0
        for round in 0..<rounds { if case .none = set.match(seen[round % 4]) {} else { sum &+= 1 } }
        return sum
    }
}
