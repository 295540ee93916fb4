import DBus
import DeviceProfiles
import Readings
import Synchronization

/// The adapters of this machine, by bluetoothd: what devices advertise, and links to them.
///
/// What it knows follows the bus on the bus's own thread, in the order of the bus. What it wants (adapters on, listening)
/// is compared with what is, again and again: see `run`.
package final class Radio: Sendable {
    package struct Settings: Sendable {
        /// The adapters to use, by address; nil for all there are.
        package var adapters: Set<DeviceID>?
        /// Of the message bus; nil for the system bus.
        package var bus: String?
        /// How often everything is looked at, whether or not something happened.
        package var round = Duration.seconds(15)
        /// How long bluetoothd may take to answer.
        package var patience = Duration.seconds(10)
        /// Whether the gateway pairs, and so answers bluetoothd's questions.
        package var pairs = true
        /// As many unknown devices are remembered by bluetoothd.
        package var mostStrangers = 200

        package init(adapters: Set<DeviceID>? = nil, bus: String? = nil) {
            self.adapters = adapters
            self.bus = bus
        }
    }

    struct State: Sendable {
        var connection: BusConnection?
        var tree = ObjectTree()
        /// bluetoothd's own name on the bus: a restarted one has another.
        var owner: String?
        /// The one that knows our agent and whose objects are in the tree.
        var greeted: String?
        /// Adapters, by path, that listen because we asked.
        var listening: Set<String> = []
        /// Of devices that are connected, or being connected.
        var mailboxes: [String: Mailbox] = [:]
        /// Paths of characteristics, learned when a device's services were resolved.
        var characteristics: [String: BluetoothUUID] = [:]
        /// When each device was heard last.
        var heard: [String: ContinuousClock.Instant] = [:]
        var air: [String: AirWatch] = [:]
        /// How often in a row a bonded device said no at once.
        var rebuffs: [String: Int] = [:]
        /// How often in a row the way to a device failed, by its path.
        var setbacks: [String: Int] = [:]
        /// Devices whose bond lies with one adapter, and that adapter.
        var pins: [DeviceID: DeviceID] = [:]
        /// Devices that are nobody's strangers.
        var friends: Set<DeviceID> = []
        var standing = Standing.unknown
        var latestTurn = ContinuousClock.now
    }

    package enum Standing: Sendable, Hashable {
        case unknown
        /// These adapters listen.
        case listening([DeviceID])
        case blind(RadioFailure)
    }

    let settings: Settings
    let agent = PairingAgent()
    let state = Mutex(State())
    /// Rings at every change of a device's or an adapter's standing.
    let bell = Doorbell()
    let onHeard: @Sendable (Heard) -> Void
    let onEvent: @Sendable (RadioEvent) -> Void

    /// - Parameters:
    ///   - onHeard: told of every advertisement, on the thread of the bus: it must not wait for anything.
    ///   - onEvent: told when the radio comes, goes or changes.
    package init(
        _ settings: Settings, onHeard: @escaping @Sendable (Heard) -> Void, onEvent: @escaping @Sendable (RadioEvent) -> Void = { _ in }
    ) {
        self.settings = settings
        self.onHeard = onHeard
        self.onEvent = onEvent
        agent.onRefusal { [weak self] path in Task { [weak self] in await self?.refusedPairing(of: path) } }
    }

    /// When the radio last looked after itself: each round, and each try to reach the bus.
    package var latestTurn: ContinuousClock.Instant { state.withLock { $0.latestTurn } }

    package var standing: Standing { state.withLock { $0.standing } }

    /// Devices that bluetoothd must not be made to forget.
    package func befriend(_ devices: Set<DeviceID>) { state.withLock { $0.friends = devices } }

    /// Devices whose bond lies with one adapter: over another one they are connected only if that has a bond too.
    package func pin(_ pins: [DeviceID: DeviceID]) { state.withLock { $0.pins = pins } }

    func call(
        _ path: String, _ interface: String, _ member: String, _ arguments: [DBusValue] = [], within: Duration? = nil
    ) async throws(BusError) -> [DBusValue] {
        guard let connection = state.withLock({ $0.connection }) else { throw .disconnected("there is no bus") }
        return try await connection.call(MethodCall(
            to: Words.daemon, path, interface, member, arguments, within: within ?? settings.patience))
    }

    func set(_ property: String, _ value: DBusValue, of path: String, _ interface: String) async throws(BusError) {
        _ = try await call(path, Words.properties, "Set", [.string(interface), .string(property), .variant(value)])
    }
}

/// What happens to the radio.
package enum RadioEvent: Sendable, Hashable {
    /// An adapter listens.
    case listening(DeviceID)
    /// An adapter is gone, or does not listen any more.
    case lost(DeviceID)
    /// No adapter hears anything: the gateway is blind.
    case blind(RadioFailure)
    /// What was tried to mend it.
    case mending(String)
}
