import DeviceProfiles
import Readings
import StrictYAML

extension DriverKind {
    /// The closed list: what a profile may name under `driver`.
    package static let all: [DriverKind] = [BTHome.kind, ColmiRing.kind, IcomonAdvert.kind, MiBeacon.kind, OmronMemory.kind]

    /// For drivers that have nothing to set.
    static func refuse(_ settings: YAMLMap?, of driver: String) throws(YAMLProblem) {
        if let settings { throw settings.problem("the driver '\(driver)' has no settings; leave 'settings' out") }
    }
}

extension DeviceID {
    /// The six bytes of the address, in the order in which it is written.
    var octets: [UInt8] { [UInt8](hex: compact) ?? [] }
}
