import Readings
import StrictYAML

/// How this machine's own Bluetooth is used. The section alone switches it on; every key may be left out.
package struct BluetoothSettings: Sendable, Hashable {
    /// What the ledger calls it.
    static let source = "bluetooth"

    /// By address, since hci0 may be another one tomorrow; nil for all there are.
    package var adapters: Set<DeviceID>?
    /// Devices that are connected at once.
    package var links = 4
    /// Whether records are deleted on a device once they are on our disk.
    package var deletesRecords = false

    /// What to say to scales that keep weights by person, in the order in which they take turns.
    package var consents: [DeviceID: [Consent]] = [:]

    /// A person's place on a device, and the code by which the person lets others read it. User Data Service 1.0, section 3.7.
    package struct Consent: Sendable, Hashable {
        package var user: UInt8
        /// 0 to 9999.
        package var code: UInt16

        package init(user: UInt8, code: UInt16) {
            self.user = user
            self.code = code
        }
    }

    package init() {}

    init(_ node: YAMLNode) throws(YAMLProblem) {
        let map = try node.map()
        try map.only(["adapters", "links", "delete-records", "consents"])
        for node in try map.optional("consents")?.list() ?? [] {
            let map = try node.map()
            try map.only(["device", "user", "code"])
            let place = try map.required("device")
            guard let device = DeviceID(address: try place.text()) else {
                throw place.problem("no address of a device: write one such as \"AA:BB:CC:DD:EE:FF\"")
            }
            let consent = Consent(
                user: UInt8(try BluetoothSettings.number(map, "user", 0...254)),
                code: UInt16(try BluetoothSettings.number(map, "code", 0...9999)))
            guard consents[device, default: []].allSatisfy({ $0.user != consent.user }) else {
                throw node.problem("user \(consent.user) of \(device) stands here twice")
            }
            consents[device, default: []].append(consent)
        }
        if let node = map.optional("adapters") { adapters = try BluetoothSettings.adapters(node) }
        if let node = map.optional("links") {
            links = try node.int()
            guard (1...16).contains(links) else { throw node.problem("1 to 16: few adapters hold more links than that") }
        }
        if let node = map.optional("delete-records") { deletesRecords = try node.bool() }
    }

    private static func number(_ map: YAMLMap, _ key: String, _ range: ClosedRange<Int>) throws(YAMLProblem) -> Int {
        let node = try map.required(key)
        let number = try node.int()
        guard range.contains(number) else { throw node.problem("\(range.lowerBound) to \(range.upperBound)") }
        return number
    }

    private static func adapters(_ node: YAMLNode) throws(YAMLProblem) -> Set<DeviceID>? {
        if node.kind == .scalar {
            guard try node.text() == "all" else { throw node.problem("write 'all', or a list of addresses: bluetoothctl list tells them") }
            return nil
        }
        var adapters: Set<DeviceID> = []
        for node in try node.list() {
            guard let adapter = DeviceID(address: try node.text()) else {
                throw node.problem("no address of an adapter: write one such as \"AA:BB:CC:DD:EE:FF\", never hci0")
            }
            guard adapters.insert(adapter).inserted else { throw node.problem("\(adapter) stands here twice") }
        }
        guard !adapters.isEmpty else { throw node.problem("no adapter hears nothing: write 'all', or leave it out") }
        return adapters
    }
}
