import DBus
import DeviceProfiles
import Synchronization

/// A stand-in for bluetoothd on a private bus: its objects, its signals, and devices that do what a test says.
package final class FakeBlueZ: Sendable {
    package typealias Properties = [String: DBusValue]

    package struct Asked: Sendable, Hashable {
        package var path: String
        package var member: String
        package var arguments: [DBusValue]
    }

    private struct State {
        var objects: [String: [String: Properties]] = [:]
        var asked: [Asked] = []
        var asker: String?
        /// What a call of a method answers in place of the usual.
        var answers: [String: @Sendable (IncomingCall) -> Void] = [:]
        /// What is written to a characteristic.
        var onWrite: @Sendable (FakeBlueZ, String, [UInt8]) -> Void = { _, _, _ in }
        var onNotify: @Sendable (FakeBlueZ, String) -> Void = { _, _ in }
    }

    private let state = Mutex(State())
    private let connection: BusConnection
    package static let adapter = "/org/bluez/hci0"

    /// - Parameter adapter: the address of the one adapter; nil for none.
    package init(on bus: PrivateBus, adapter: String? = "F0:00:00:00:00:01") async throws {
        connection = BusConnection(BusConnection.Settings(address: bus.address), onSignal: { _ in }, onEnd: { _ in })
        serve("/")
        serve("/org/bluez")
        connection.start()
        if let adapter { plug(adapter) }
        _ = try await connection.call(MethodCall(
            to: "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName", [.string("org.bluez"), .uint32(4)]))
    }

    /// bluetoothd dies: its name is free, its objects are gone.
    package func die() { connection.close() }

    package var asked: [Asked] { state.withLock { $0.asked } }
    /// The program that called last, by its own name on the bus.
    package var asker: String? { state.withLock { $0.asker } }
    package func count(of member: String) -> Int { asked.count { $0.member == member } }

    /// From now on this method answers so; nil for the usual.
    package func answer(_ member: String, _ answer: (@Sendable (IncomingCall) -> Void)?) { state.withLock { $0.answers[member] = answer } }
    package func onWrite(_ then: @escaping @Sendable (FakeBlueZ, String, [UInt8]) -> Void) { state.withLock { $0.onWrite = then } }
    package func onNotify(_ then: @escaping @Sendable (FakeBlueZ, String) -> Void) { state.withLock { $0.onNotify = then } }

    // MARK: The world

    package func plug(_ address: String, at path: String = FakeBlueZ.adapter) {
        add(path, ["org.bluez.Adapter1": ["Address": .string(address), "Powered": .bool(false), "Discovering": .bool(false)]])
    }

    package func unplug(_ path: String = FakeBlueZ.adapter) {
        let below = state.withLock { state in
            let below = state.objects.filter { $0.key == path || $0.key.hasPrefix(path + "/") }
            for key in below.keys { state.objects[key] = nil }
            return below
        }
        for (path, interfaces) in below { tellRemoved(path, Array(interfaces.keys)) }
    }

    /// A device is heard for the first time, or again.
    @discardableResult
    package func advertise(_ address: String, _ properties: Properties = [:], on adapter: String = FakeBlueZ.adapter) -> String {
        let path = adapter + "/dev_" + address.split(separator: ":").joined(separator: "_")
        var heard = properties
        heard["RSSI"] = .int16(-50)
        if state.withLock({ $0.objects[path] }) != nil {
            change(path, "org.bluez.Device1", heard)
        } else {
            heard.merge([
                "Address": .string(address), "AddressType": .string("random"), "Paired": .bool(false), "Connected": .bool(false),
                "ServicesResolved": .bool(false),
            ]) { first, _ in first }
            add(path, ["org.bluez.Device1": heard])
        }
        return path
    }

    @discardableResult
    package func addCharacteristic(_ uuid: String, flags: [String], to device: String) -> String {
        let path = device + "/service0001/char" + uuid.prefix(8)
        add(path, ["org.bluez.GattCharacteristic1": ["UUID": .string(uuid), "Flags": .strings(flags)]])
        return path
    }

    package func notify(_ characteristic: String, _ bytes: [UInt8]) {
        change(characteristic, "org.bluez.GattCharacteristic1", ["Value": .bytes(bytes)])
    }

    package func hangUp(_ device: String) {
        change(device, "org.bluez.Device1", ["Connected": .bool(false), "ServicesResolved": .bool(false)])
    }

    package func change(_ path: String, _ interface: String, _ changed: Properties) {
        state.withLock { $0.objects[path]?[interface]?.merge(changed) { $1 } }
        connection.emit(
            path, "org.freedesktop.DBus.Properties", "PropertiesChanged", [.string(interface), .options(changed), .strings([])])
    }

    private func add(_ path: String, _ interfaces: [String: Properties]) {
        let isNew = state.withLock { state in
            defer { state.objects[path] = interfaces }
            return state.objects[path] == nil
        }
        if isNew { serve(path) }
        connection.emit("/", "org.freedesktop.DBus.ObjectManager", "InterfacesAdded", [.path(path), FakeBlueZ.value(interfaces)])
    }

    private func tellRemoved(_ path: String, _ interfaces: [String]) {
        connection.emit("/", "org.freedesktop.DBus.ObjectManager", "InterfacesRemoved", [.path(path), .strings(interfaces)])
    }

    private static func value(_ interfaces: [String: Properties]) -> DBusValue {
        var entries: [DBusValue: DBusValue] = [:]
        for (name, properties) in interfaces { entries[.string(name)] = .options(properties) }
        return .dictionary(entries, of: "sa{sv}")
    }

    // MARK: Calls

    private func serve(_ path: String) {
        connection.export(path) { [weak self] call in
            guard let self else { return call.refuse("org.freedesktop.DBus.Error.UnknownObject", "") }
            take(call)
        }
    }

    private func take(_ call: IncomingCall) {
        let answer = state.withLock { state in
            state.asked.append(Asked(path: call.path, member: call.member, arguments: call.arguments))
            state.asker = call.sender
            return state.answers[call.member]
        }
        if let answer { return answer(call) }
        switch call.member {
        case "GetManagedObjects":
            var objects: [DBusValue: DBusValue] = [:]
            for (path, interfaces) in state.withLock({ $0.objects }) { objects[.path(path)] = FakeBlueZ.value(interfaces) }
            call.reply([.dictionary(objects, of: "oa{sa{sv}}")])
        case "GetAll":
            let interface = call.arguments.first?.text ?? ""
            call.reply([.options(state.withLock { $0.objects[call.path]?[interface] } ?? [:])])
        case "Set":
            call.reply()
            if call.arguments.count == 3, let interface = call.arguments[0].text, let name = call.arguments[1].text {
                change(call.path, interface, [name: call.arguments[2].bare])
            }
        case "StartDiscovery":
            call.reply()
            change(call.path, "org.bluez.Adapter1", ["Discovering": .bool(true)])
        case "StopDiscovery":
            call.reply()
            change(call.path, "org.bluez.Adapter1", ["Discovering": .bool(false)])
        case "Connect":
            change(call.path, "org.bluez.Device1", ["Connected": .bool(true)])
            call.reply()
            change(call.path, "org.bluez.Device1", ["ServicesResolved": .bool(true)])
        case "Disconnect":
            hangUp(call.path)
            call.reply()
        case "Pair":
            change(call.path, "org.bluez.Device1", ["Paired": .bool(true)])
            call.reply()
        case "RemoveDevice":
            call.reply()
            if let path = call.arguments.first?.text {
                state.withLock { $0.objects[path] = nil }
                tellRemoved(path, ["org.bluez.Device1"])
            }
        case "StartNotify":
            call.reply()
            let then = state.withLock { $0.onNotify }
            then(self, call.path)
        case "WriteValue":
            call.reply()
            let then = state.withLock { $0.onWrite }
            then(self, call.path, call.arguments.first?.byteArray ?? [])
        case "SetDiscoveryFilter", "RegisterAgent", "RequestDefaultAgent": call.reply()
        default: call.refuse("org.freedesktop.DBus.Error.UnknownMethod", call.member)
        }
    }

    /// Asks our agent, as bluetoothd does while it pairs.
    package func askAgent(of program: String, _ member: String, _ arguments: [DBusValue]) async -> Result<[DBusValue], BusError> {
        do throws(BusError) {
            return .success(try await connection.call(MethodCall(
                to: program, "/org/vitalgate/agent", "org.bluez.Agent1", member, arguments)))
        } catch {
            return .failure(error)
        }
    }
}
