import DeviceProfiles
import Readings

/// What a controller that listens tells, event by event, as what devices said.
package struct Overhearing: Sendable {
    /// Advertisements and events that were broken.
    package private(set) var broken = 0
    private var assembly = AdvertAssembly()

    package init() {}

    /// - Parameter event: an HCI event, from its code on.
    /// - Returns: an observation for each advertisement that ends in it; of one item, or of none where it only said "I am here".
    package mutating func take(_ event: ArraySlice<UInt8>) -> [Observation] {
        guard let event = HCIEvent(event) else {
            broken += 1
            return []
        }
        guard case .adverts(let reports) = event else { return [] }
        var heard: [Observation] = []
        for report in reports {
            switch assembly.take(report) {
            case .goesOn: break
            case .broken: broken += 1
            case .whole(let parsed):
                let items = parsed.advert == Advertisement() ? [] : [Observation.Item(.advertisement(parsed.advert))]
                heard.append(Observation(name: parsed.name, address: report.device, services: parsed.services, items: items))
            }
        }
        return heard
    }
}
