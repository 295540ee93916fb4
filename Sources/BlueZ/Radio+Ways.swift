import DBus
import DeviceProfiles
import Readings
import Synchronization

// By which adapter a device is reached.
extension Radio {
    /// As often an adapter may fail to reach a device in a row before another one is tried that hears it too.
    private static let mostSetbacks = 3
    /// What was not heard for so long is not waited for.
    fileprivate static let freshness = Duration.seconds(10)

    /// What bluetoothd has of bonds.
    package struct BondSurvey: Sendable {
        /// Those that are there and that we use.
        package var adapters: Set<DeviceID>
        /// The adapters with a bond, by device.
        package var bonds: [DeviceID: Set<DeviceID>]
        /// In a session, in which a bond may come and go.
        package var busy: Set<DeviceID>

        package init(adapters: Set<DeviceID>, bonds: [DeviceID: Set<DeviceID>], busy: Set<DeviceID> = []) {
            self.adapters = adapters
            self.bonds = bonds
            self.busy = busy
        }
    }

    /// nil while nothing is heard: then nobody knows.
    package var bondSurvey: BondSurvey? {
        state.withLock { state in
            guard case .listening = state.standing else { return nil }
            let adapters = state.tree.adapters.filter { settings.adapters?.contains($0.key) ?? true }
            let addresses = Dictionary(adapters.map { ($0.value, $0.key) }, uniquingKeysWith: { first, _ in first })
            var survey = BondSurvey(adapters: Set(adapters.keys), bonds: [:])
            for (path, properties) in state.tree.devices {
                guard let device = properties["Address"]?.text.flatMap(DeviceID.init(address:)) else { continue }
                if state.mailboxes[path] != nil { survey.busy.insert(device) }
                // Paired and not bonded: for this connection alone. Older versions than 5.65 know only "Paired".
                guard (properties["Bonded"] ?? properties["Paired"])?.flag == true, let adapter = addresses[ObjectTree.adapter(above: path)]
                else { continue }
                survey.bonds[device, default: []].insert(adapter)
            }
            return survey
        }
    }

    /// The one that has the bond; without a bond the one that heard it last, unless it fails and another hears it too.
    func path(of device: DeviceID) -> String? {
        state.withLock { state in
            let paths = state.tree.paths(of: device).filter { state.listening.contains(ObjectTree.adapter(above: $0)) }
            let bonded = paths.filter { state.tree[$0, Words.device]?["Paired"]?.flag == true }
            let home = state.pins[device].flatMap { state.tree.adapters[$0] }
            if let bonded = bonded.first(where: { ObjectTree.adapter(above: $0) == home }) ?? bonded.first { return bonded }
            // Over another adapter it could only be paired anew, and many devices then forget the first one.
            if state.pins[device] != nil { return paths.first { ObjectTree.adapter(above: $0) == home } }
            let willing = state.fresh(paths).filter { state.setbacks[$0, default: 0] < Radio.mostSetbacks }
            let candidates = willing.isEmpty ? paths : willing
            return candidates.compactMap { path in state.heard[path].map { (path, $0) } }.max { $0.1 < $1.1 }?.0 ?? candidates.first
        }
    }

    /// Why there is no way to it.
    func failureToFind(_ device: DeviceID) -> RadioFailure {
        state.withLock { state in
            guard let pin = state.pins[device] else { return RadioFailure(.notSeen) }
            let listens = state.tree.adapters[pin].map(state.listening.contains) ?? false
            return RadioFailure(listens ? .notSeen : .bondAdapterAway)
        }
    }

    func reached(_ path: String) { state.withLock { $0.setbacks[path] = nil } }

    /// A device was not reached: if this adapter goes on failing where another hears it, that one is tried.
    func failed(_ path: String, of device: DeviceID, _ failure: RadioFailure) {
        switch failure.code {
        case .outOfReach, .busy, .hungUp, .servicesUnresolved, .daemonHangs, .unknown: break
        default: return
        }
        let (here, there) = state.withLock { state -> (String, String?) in
            state.setbacks[path, default: 0] += 1
            let isPinned = state.pins[device] != nil || state.tree[path, Words.device]?["Paired"]?.flag == true
            guard state.setbacks[path] == Radio.mostSetbacks, !isPinned else { return ("", nil) }
            let others = state.fresh(state.tree.paths(of: device)).filter { $0 != path && state.setbacks[$0, default: 0] < Radio.mostSetbacks }
            return (state.address(above: path), others.first.map(state.address))
        }
        if let there { onEvent(.mending("adapter \(here) does not reach a device that adapter \(there) hears too: it is connected by that one now")) }
    }
}

extension Radio.State {
    /// Those over which it was heard just now.
    fileprivate func fresh(_ paths: [String]) -> [String] {
        paths.filter { path in
            listening.contains(ObjectTree.adapter(above: path)) && heard[path].map { .now - $0 < Radio.freshness } ?? false
        }
    }

    fileprivate func address(above path: String) -> String { tree[ObjectTree.adapter(above: path), Words.adapter]?["Address"]?.text ?? "" }
}
