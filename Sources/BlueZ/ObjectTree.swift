import DBus
import DeviceProfiles
import Readings

/// bluetoothd's objects, as it tells them. Only the interfaces that somebody asks about are kept.
struct ObjectTree: Sendable {
    typealias Properties = [String: DBusValue]

    private static let kept: Set<String> = [Words.adapter, Words.device, Words.characteristic]

    private var objects: [String: [String: Properties]] = [:]

    subscript(path: String, interface: String) -> Properties? { objects[path]?[interface] }

    /// - Parameter managed: the answer of `GetManagedObjects`.
    mutating func replace(with managed: DBusValue) {
        objects = [:]
        for (path, interfaces) in managed.entries ?? [:] {
            if let path = path.text { add(path, interfaces) }
        }
    }

    mutating func add(_ path: String, _ interfaces: DBusValue) {
        for (interface, properties) in interfaces.entries ?? [:] {
            guard let interface = interface.text, ObjectTree.kept.contains(interface) else { continue }
            objects[path, default: [:]][interface] = properties.members ?? [:]
        }
    }

    mutating func remove(_ path: String, _ interfaces: [String]) {
        for interface in interfaces { objects[path]?[interface] = nil }
        if objects[path]?.isEmpty == true { objects[path] = nil }
    }

    /// Of an object that is not known nothing is kept.
    mutating func change(_ path: String, _ interface: String, to changed: Properties, without invalidated: [String] = []) {
        guard objects[path]?[interface] != nil else { return }
        objects[path]?[interface]?.merge(changed) { $1 }
        for name in invalidated { objects[path]?[interface]?[name] = nil }
    }
}

extension ObjectTree {
    /// Paths of the adapters, by the address that each was born with.
    var adapters: [DeviceID: String] {
        var adapters: [DeviceID: String] = [:]
        for (path, interfaces) in objects {
            guard let address = interfaces[Words.adapter]?["Address"]?.text, let id = DeviceID(address: address) else { continue }
            adapters[id] = path
        }
        return adapters
    }

    /// Every adapter's object for a device.
    func paths(of device: DeviceID) -> [String] {
        objects.compactMap { path, interfaces in
            interfaces[Words.device]?["Address"]?.text.flatMap(DeviceID.init(address:)) == device ? path : nil
        }.sorted()
    }

    var devices: some Sequence<(path: String, properties: Properties)> {
        objects.lazy.compactMap { path, interfaces in interfaces[Words.device].map { (path, $0) } }
    }

    /// The characteristics of a device, the first of each UUID in the order of their handles.
    func characteristics(of device: String) -> [BluetoothUUID: Characteristic] {
        var found: [BluetoothUUID: Characteristic] = [:]
        let below = device + "/"
        for path in objects.keys.filter({ $0.hasPrefix(below) }).sorted() {
            guard let properties = objects[path]?[Words.characteristic],
                let uuid = properties["UUID"]?.text.flatMap(BluetoothUUID.init), found[uuid] == nil
            else { continue }
            found[uuid] = Characteristic(path: path, flags: Set(properties["Flags"]?.texts ?? []))
        }
        return found
    }

    /// `/org/bluez/hci0/dev_…/service…/char…` belongs to `/org/bluez/hci0/dev_…`.
    static func device(above path: String) -> String? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: true)
        guard parts.count > 4 else { return nil }
        return "/" + parts.prefix(4).joined(separator: "/")
    }

    static func adapter(above path: String) -> String {
        "/" + path.split(separator: "/", omittingEmptySubsequences: true).prefix(3).joined(separator: "/")
    }
}

/// A characteristic of a connected device.
struct Characteristic: Sendable, Hashable {
    var path: String
    var flags: Set<String>
}
