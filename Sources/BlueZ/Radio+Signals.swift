import DBus
import DeviceProfiles
import Readings
import Synchronization

// What bluetoothd tells of its own. All of this runs on the thread of the bus, in its order.
extension Radio {
    func take(_ signal: BusSignal) {
        if signal.interface == Words.bus {
            if signal.member == "NameOwnerChanged", signal.arguments.count == 3 {
                let owner = signal.arguments[2].text ?? ""
                ownerChanged(to: owner.isEmpty ? nil : owner)
            }
            return
        }
        // Anybody on the bus can send us a signal.
        guard state.withLock({ $0.owner == signal.sender }) else { return }
        switch (signal.interface, signal.member) {
        case (Words.objects, "InterfacesAdded") where signal.arguments.count == 2:
            if let path = signal.arguments[0].text { added(path, signal.arguments[1]) }
        case (Words.objects, "InterfacesRemoved") where signal.arguments.count == 2:
            if let path = signal.arguments[0].text { removed(path, signal.arguments[1].texts ?? []) }
        case (Words.properties, "PropertiesChanged") where signal.arguments.count == 3:
            guard let interface = signal.arguments[0].text, let changed = signal.arguments[1].members else { return }
            self.changed(signal.path, interface, changed, without: signal.arguments[2].texts ?? [])
        default: break
        }
    }

    /// Also the end of the bus: then nobody has the name.
    func ownerChanged(to owner: String?) {
        let orphans = state.withLock { state in
            guard state.owner != owner else { return [Mailbox]() }
            state.owner = owner
            state.greeted = nil
            state.tree = ObjectTree()
            state.listening = []
            state.heard = [:]
            state.setbacks = [:]
            state.characteristics = [:]
            defer { state.mailboxes = [:] }
            return Array(state.mailboxes.values)
        }
        orphans.forEach { $0.close() }
        bell.ring()
    }

    private func added(_ path: String, _ interfaces: DBusValue) {
        let heard = state.withLock { state in
            state.tree.add(path, interfaces)
            return state.hear(state.tree[path, Words.device] ?? [:], at: path, now: .now)
        }
        if let heard { onHeard(heard) }
        if interfaces.entries?[.string(Words.adapter)] != nil { bell.ring() }
    }

    private func removed(_ path: String, _ interfaces: [String]) {
        let isDevice = interfaces.contains(Words.device)
        let isAdapter = interfaces.contains(Words.adapter)
        let orphans = state.withLock { state in
            state.tree.remove(path, interfaces)
            var orphans: [Mailbox] = []
            if isDevice {
                state.heard[path] = nil
                state.setbacks[path] = nil
                if let mailbox = state.mailboxes[path] { orphans.append(mailbox) }
            }
            if isAdapter {
                state.listening.remove(path)
                state.air[path] = nil
                orphans += state.mailboxes.filter { $0.key.hasPrefix(path + "/") }.values
            }
            if interfaces.contains(Words.characteristic) { state.characteristics[path] = nil }
            return orphans
        }
        orphans.forEach { $0.close() }
        if isDevice || isAdapter { bell.ring() }
    }

    private func changed(_ path: String, _ interface: String, _ changed: ObjectTree.Properties, without invalidated: [String]) {
        switch interface {
        case Words.characteristic:
            guard let bytes = changed["Value"]?.byteArray, let device = ObjectTree.device(above: path) else { return }
            let (mailbox, uuid) = state.withLock { ($0.mailboxes[device], $0.uuid(of: path)) }
            if let uuid { mailbox?.put(bytes, from: uuid) }
        case Words.device:
            let (heard, gone) = state.withLock { state in
                state.tree.change(path, interface, to: changed, without: invalidated)
                let gone = changed["Connected"]?.flag == false ? state.mailboxes[path] : nil
                return (state.hear(changed, at: path, now: .now), gone)
            }
            if let heard { onHeard(heard) }
            gone?.close()
            if changed.keys.contains(where: { !Heard.signs.contains($0) }) { bell.ring() }
        case Words.adapter:
            state.withLock { state in
                state.tree.change(path, interface, to: changed, without: invalidated)
                if changed["Discovering"]?.flag == false || changed["Powered"]?.flag == false { state.listening.remove(path) }
            }
            bell.ring()
        default: break
        }
    }
}

extension Radio.State {
    /// An advertisement, if what changed is the sign of one.
    fileprivate mutating func hear(
        _ changed: ObjectTree.Properties, at path: String, now: ContinuousClock.Instant
    ) -> Heard? {
        guard changed.keys.contains(where: Heard.signs.contains), let known = tree[path, Words.device] else { return nil }
        let adapter = ObjectTree.adapter(above: path)
        let address = tree[adapter, Words.adapter]?["Address"]?.text.flatMap(DeviceID.init(address:))
        heard[path] = now
        air[adapter, default: AirWatch()].hear()
        return Heard(changed, of: known, by: address, at: now)
    }

    fileprivate mutating func uuid(of path: String) -> BluetoothUUID? {
        if let known = characteristics[path] { return known }
        let uuid = tree[path, Words.characteristic]?["UUID"]?.text.flatMap(BluetoothUUID.init)
        characteristics[path] = uuid
        return uuid
    }
}
