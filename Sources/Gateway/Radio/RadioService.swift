import BlueZ
import DeviceProfiles
import Readings
import ServiceLifecycle
import Store
import Synchronization

/// This machine's own radio: broadcasts of enrolled devices go into the intake, devices that want to be asked are connected.
///
/// Default deny: of a device that nobody enrolled nothing is kept but a count.
package final class RadioService: Service {
    private let radio: Radio
    private let air: Air
    private let connector: Connector
    private let intake: IntakeDesk
    private let profiles: Mutex<(set: ProfileSet, generation: Int)>
    private let store: Store
    private let clocks: Clocks
    private let register: Register

    package init(
        _ settings: BluetoothSettings, bus: String? = nil, intake: Intake, profiles: ProfileSet, store: Store, place: Place,
        clocks: Clocks, observer: @escaping GatewayObserver
    ) {
        let air = Air()
        self.air = air
        self.profiles = Mutex((profiles, 0))
        self.store = store
        self.clocks = clocks
        register = Register(store)
        self.intake = IntakeDesk(intake)
        radio = Radio(
            Radio.Settings(adapters: settings.adapters, bus: bus), onHeard: { air.put($0) },
            onEvent: { observer(.radio($0)) })
        connector = Connector(
            SessionRoom(
                radio: radio, intake: self.intake, place: place, clocks: clocks, deletesRecords: settings.deletesRecords,
                consents: Consents(settings.consents), observer: observer),
            links: settings.links)
    }

    /// Longer than a round in which bluetoothd answers nothing; a radio that hangs is ended by systemd, and begun anew.
    private static let patience = Duration.seconds(180)

    package var isTurning: Bool { ContinuousClock.now - radio.latestTurn < RadioService.patience }

    package func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            await withTaskGroup(of: Void.self) { group in
                await refresh()
                group.addTask { await self.radio.run() }
                group.addTask { await self.connector.run() }
                group.addTask { await self.listen() }
                group.addTask { await self.keepBooks() }
                await group.waitForAll()
            }
        }
        tally()
    }

    /// Reads by these profiles from now on; a conversation that is under way ends as it began.
    package func adopt(_ set: ProfileSet) { profiles.withLock { $0 = (set, $0.generation + 1) } }

    private func listen() async {
        var sieve = Sieve()
        var generation = 0
        for await _ in air.news {
            let (profiles, newest) = self.profiles.withLock { $0 }
            if newest != generation { (sieve, generation) = (Sieve(), newest) }
            var frames: [RadioFrame] = []
            let devices = register.byID
            for heard in air.takeAll() {
                let verdict = sieve.judge(heard.observation, of: devices[heard.device], by: profiles, at: clocks.now().monotonic)
                if let code = verdict.code { air.counters.count(code) }
                if let frame = verdict.frame { frames.append(frame) }
                if let profile = verdict.profile, profile.plan != nil { await connector.heard(heard.device, profile, heard) }
            }
            // A broadcast that cannot be kept is lost: nobody can be asked for it again. The intake has told so.
            if !frames.isEmpty { _ = await intake.take(frames) }
        }
    }

    private func keepBooks() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: Counters.pace)
            tally()
        }
    }

    /// Listens to the devices that are enrolled now.
    package func refresh() async {
        guard let devices = await register.refresh() else { return }
        radio.befriend(devices)
        await connector.keep(only: devices)
    }

    /// Writes how many advertisements of strangers were heard.
    private func tally() { air.counters.write(to: store, as: BluetoothSettings.source, at: clocks.now().wall) }
}
