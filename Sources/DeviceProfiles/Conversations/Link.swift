import Readings

/// What a conversation may ask of a connected device: the only door out of the core.
///
/// Time passes only inside a link, mostly inside `next`. A conversation never sleeps and never reads a clock of its own, so a
/// script of bytes and silences replays it exactly.
package protocol Link: Sendable {
    /// How long the link has been up. `ConversationContext.now` plus this is the wall time of the moment.
    var elapsed: Duration { get async }

    /// Pairs with the device where that is still to be done, and does nothing where the bond stands.
    func bond(_ terms: BondTerms) async throws(LinkFailure)

    /// Asks for notifications or indications of a characteristic; twice is as good as once.
    func subscribe(to characteristic: BluetoothUUID) async throws(LinkFailure)

    func read(_ characteristic: BluetoothUUID) async throws(LinkFailure) -> Arrived

    /// Writes one value, and waits for the device's confirmation where the characteristic has one.
    func write(_ bytes: [UInt8], to characteristic: BluetoothUUID) async throws(LinkFailure)

    /// The next value that the device sent of its own, from one of these characteristics, or nil when there was none for that
    /// long. What comes from others is kept for a later call; nothing is lost, and the order of each is kept. With no
    /// characteristics it is a pause. What arrived before the device hung up is told before `LinkFailure.disconnected`.
    func next(from characteristics: Set<BluetoothUUID>, within limit: Duration) async throws(LinkFailure) -> Arrived?
}

/// A value that a device sent, as it came.
package struct Arrived: Sendable, Hashable {
    package var characteristic: BluetoothUUID
    package var bytes: [UInt8]
    /// How long the link had been up when it came.
    package var after: Duration

    package init(_ characteristic: BluetoothUUID, _ bytes: [UInt8], after: Duration) {
        self.characteristic = characteristic
        self.bytes = bytes
        self.after = after
    }
}

/// How to pair with a device.
package struct BondTerms: Sendable, Hashable {
    package enum Passkey: Sendable, Hashable {
        /// Nothing to type: "just works".
        case none
        /// The device shows it, or has it printed on: a person types it once.
        case shown
        /// The same on every device of the sort, six digits.
        case fixed(UInt32)
    }

    package var passkey = Passkey.none
    /// The device forgets its bonds: drop ours and pair anew.
    package var anew = false

    package init(passkey: Passkey = .none, anew: Bool = false) {
        self.passkey = passkey
        self.anew = anew
    }
}

/// Why a link could not do what was asked.
package enum LinkFailure: Error, Sendable, Hashable {
    /// The device hung up, or went out of reach.
    case disconnected
    /// The device has no such characteristic.
    case missing(BluetoothUUID)
    /// The device wants a bond, or an encrypted link, for this characteristic.
    case needsBond(BluetoothUUID)
    /// The device answered with an error of the Attribute Protocol, Core Specification vol. 3 part F 3.4.1.1.
    case refused(BluetoothUUID, code: UInt8)
    case notBonded(because: String)
    /// A replayed script goes on differently.
    case departs(from: String)
    /// Anything that the link's own machinery says.
    case failed(String)

    package var code: String {
        switch self {
        case .disconnected: "disconnected"
        case .missing: "missing-characteristic"
        case .needsBond: "needs-bond"
        case .refused: "refused-by-device"
        case .notBonded: "not-bonded"
        case .departs: "departs-from-script"
        case .failed: "link-failed"
        }
    }

    package var detail: String {
        switch self {
        case .disconnected: "the device hung up"
        case .missing(let uuid): "the device has no characteristic \(uuid)"
        case .needsBond(let uuid): "the device wants a bond for \(uuid)"
        case .refused(let uuid, let code): "the device refused \(uuid) with error \([code].hex)"
        case .notBonded(let reason): "no bond: \(reason)"
        case .departs(let line): line
        case .failed(let reason): reason
        }
    }
}
