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
    private let observer: GatewayObserver
    private let bonds = Mutex(Bonds())
    /// What lies in the store.
    private let noted = Mutex<[DeviceID: DeviceNote]>([:])
    private let arrivals: AsyncStream<Void>
    private let began: Instant

    package init(
        _ settings: BluetoothSettings, bus: String? = nil, intake: Intake, profiles: ProfileSet, store: Store, place: Place,
        clocks: Clocks, observer: @escaping GatewayObserver
    ) {
        let air = Air()
        self.air = air
        self.profiles = Mutex((profiles, 0))
        self.store = store
        self.clocks = clocks
        self.observer = observer
        register = Register(store)
        let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.arrivals = arrivals
        began = clocks.now().wall
        self.intake = IntakeDesk(intake)
        radio = Radio(
            Radio.Settings(adapters: settings.adapters, bus: bus), onHeard: { air.put($0) },
            onEvent: { event in
                observer(.radio(event))
                if case .listening = event { arrived.yield() }
            })
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
                await recall()
                group.addTask { await self.radio.run() }
                group.addTask { for await _ in self.arrivals { await self.checkBonds(isSettled: false) } }
                group.addTask { await self.connector.run() }
                group.addTask { await self.listen() }
                group.addTask { await self.keepBooks() }
                await group.waitForAll()
            }
        }
        tally()
        await note()
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
            guard !Task.isCancelled else { return }
            tally()
            await checkBonds(isSettled: true)
            await note()
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

    // MARK: What is known of each device

    /// Where the bonds lay when an earlier run looked.
    private func recall() async {
        let notes = ((try? await store.radioNotes()) ?? [:]).compactMapValues(DeviceNote.init)
        noted.withLock { $0 = notes }
        let kept = Bonds(notes.compactMapValues(\.bond?.adapter))
        bonds.withLock { $0 = kept }
        radio.pin(kept.pins)
    }

    /// Looks whether each bond is where it was, and tells of those that are not.
    /// - Parameter isSettled: whether adapters that are plugged in have had the time to come up.
    private func checkBonds(isSettled: Bool) async {
        guard let found = radio.bondSurvey else { return }
        let (news, pins) = bonds.withLock { bonds in
            (bonds.compare(with: found, enrolled: Set(register.byID.keys), isSettled: isSettled), bonds.pins)
        }
        radio.pin(pins)
        for (device, news) in news {
            observer(.bond(device, news))
            if news.isGood { await connector.forgive(device) }
        }
    }

    /// Writes what changed, for `devices list`.
    private func note() async {
        let wakes = await connector.tallies()
        let bonds = bonds.withLock { $0.all }
        var notes: [DeviceID: DeviceNote] = [:]
        for device in register.byID.keys where bonds[device] != nil || wakes[device] != nil {
            notes[device] = DeviceNote(bond: bonds[device], wakes: wakes[device].map { DeviceNote.Wakes($0, since: began) })
        }
        let before = noted.withLock { $0 }
        let changed = Dictionary(
            Set(notes.keys).union(before.keys).filter { notes[$0] != before[$0] }.map { ($0, notes[$0]?.text) }, uniquingKeysWith: { $1 })
        guard !changed.isEmpty, (try? await store.note(changed)) != nil else { return }
        noted.withLock { $0 = notes }
    }
}
