import BlueZ
import Readings

/// Which adapter has the bond with each enrolled device. A bond belongs to one adapter and cannot be moved: once it was seen, it is
/// looked for at that one.
struct Bonds: Sendable {
    private(set) var all: [DeviceID: Bond] = [:]

    /// - Parameter kept: what earlier runs found. How it is now is not known yet.
    init(_ kept: [DeviceID: DeviceID] = [:]) { all = kept.mapValues { Bond(adapter: $0, state: .unknown) } }

    /// The adapters at which these devices are looked for.
    var pins: [DeviceID: DeviceID] { all.mapValues(\.adapter) }

    /// - Parameter isSettled: whether an adapter that is not there is away, and not only slow.
    /// - Returns: what the operator must know; each once.
    mutating func compare(with found: Radio.BondSurvey, enrolled: Set<DeviceID>, isSettled: Bool = true) -> [(device: DeviceID, news: BondNews)] {
        all = all.filter { enrolled.contains($0.key) }
        var news: [(DeviceID, BondNews)] = []
        for device in enrolled.subtracting(found.busy).sorted() {
            let holders = found.bonds[device] ?? []
            guard var bond = all[device] else {
                if let holder = holders.min() { all[device] = Bond(adapter: holder, state: .held) }
                continue
            }
            let before = bond.state
            if holders.contains(bond.adapter) {
                bond.state = .held
                if before == .lost || before == .away { news.append((device, .held(bond.adapter))) }
            } else if let holder = holders.min() {
                news.append((device, .moved(from: bond.adapter, to: holder)))
                bond = Bond(adapter: holder, state: .held)
            } else if !found.adapters.contains(bond.adapter) {
                guard isSettled else { continue }
                bond.state = .away
                if before != .away { news.append((device, .away(bond.adapter))) }
            } else {
                bond.state = .lost
                if before != .lost { news.append((device, .lost(bond.adapter))) }
            }
            all[device] = bond
        }
        return news
    }
}

/// Where a device's bond lies, and how it is with it.
package struct Bond: Sendable, Hashable {
    package enum State: String, Sendable, CaseIterable {
        /// Not looked at since the start.
        case unknown
        case held
        /// bluetoothd does not have it any more.
        case lost
        /// The adapter that has it is not there.
        case away
    }

    package var adapter: DeviceID
    package var state: State
}

/// What changed with a bond.
package enum BondNews: Sendable, Hashable {
    case lost(DeviceID)
    case away(DeviceID)
    case moved(from: DeviceID, to: DeviceID)
    case held(DeviceID)

    /// Whether the device can be spoken to again.
    package var isGood: Bool {
        switch self {
        case .held, .moved: true
        case .lost, .away: false
        }
    }

    /// For the operator; which device it is, `vitalgate devices list` says.
    package var sentence: String {
        switch self {
        case .lost(let adapter):
            "a device lost its bond with adapter \(adapter): bluetoothd does not have it any more. Pair it again (vitalgate devices pair)"
        case .away(let adapter):
            "the bond with a device lies with adapter \(adapter), which is not there: plug it in, or pair the device again with another one "
                + "(vitalgate devices pair)"
        case .moved(let old, let new): "the bond with a device lies with adapter \(new) now, and no more with \(old)"
        case .held(let adapter): "the bond with a device is there again, with adapter \(adapter)"
        }
    }
}
