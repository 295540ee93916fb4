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
    private let enrolment = Mutex<Enrolment?>(nil)

    /// How often the counters of strangers are written: they are no reason to wake a disk.
    private static let tallying = Duration.seconds(60)

    package init(
        _ settings: BluetoothSettings, bus: String? = nil, intake: Intake, profiles: ProfileSet, store: Store, place: Place,
        clocks: Clocks, observer: @escaping GatewayObserver
    ) {
        let air = Air()
        self.air = air
        self.profiles = Mutex((profiles, 0))
        self.store = store
        self.clocks = clocks
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
        await tally()
    }

    /// Reads by these profiles from now on; a conversation that is under way ends as it began.
    package func adopt(_ set: ProfileSet) { profiles.withLock { $0 = (set, $0.generation + 1) } }

    private func listen() async {
        var strangers = Strangers()
        var bursts = Bursts()
        var generation = 0
        for await _ in air.news {
            let (profiles, newest) = self.profiles.withLock { $0 }
            if newest != generation { (strangers, bursts, generation) = (Strangers(), Bursts(), newest) }
            var frames: [RadioFrame] = []
            let devices = enrolment.withLock { $0?.devices ?? [] }
            let byID = Dictionary(devices.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
            for heard in air.takeAll() {
                let seen = heard.observation
                guard let device = byID[heard.device] else {
                    air.count(strangers.code(of: seen, by: profiles))
                    continue
                }
                let forced = device.profile.flatMap { profiles[$0] }
                let answer = Decoding.Answer(to: seen, by: profiles, forced: forced)
                guard case .profile(let profile) = answer else {
                    air.count(answer.refusal?.outcome ?? "no-profile")
                    continue
                }
                if profile.reads(seen) {
                    // What is only said again would wake the disk ten times a second. The intake judges the same way.
                    let isRepeat = seen.items.allSatisfy { bursts.repeats($0.content, of: device.id, at: clocks.now().monotonic) }
                    if isRepeat, !profile.countsFrames { air.count("repeat") } else { frames.append(RadioFrame(seen, custody: .bestEffort)) }
                }
                if profile.plan != nil { await connector.heard(device.id, profile, heard) }
            }
            // A broadcast that cannot be kept is lost: nobody can be asked for it again. The intake has told so.
            if !frames.isEmpty { _ = await intake.take(frames) }
        }
    }

    private func keepBooks() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: RadioService.tallying)
            await tally()
        }
    }

    /// Listens to the devices that are enrolled now.
    package func refresh() async {
        let version = enrolment.withLock { $0?.version }
        guard let changed = try? await store.enrolment(ifChangedSince: version) else { return }
        enrolment.withLock { $0 = changed }
        radio.befriend(Set(changed.devices.map(\.id)))
        await connector.keep(only: Set(changed.devices.map(\.id)))
    }

    /// Writes how many advertisements of strangers were heard.
    private func tally() async {
        let counts = air.takeCounts()
        guard !counts.isEmpty else { return }
        let now = clocks.now().wall
        let written: Void? = try? store.intake { transaction in
            for (code, count) in counts {
                transaction.received(source: BluetoothSettings.source, count: count)
                transaction.count(source: BluetoothSettings.source, code: code, count: count, at: now)
            }
        }
        if written == nil { air.count(again: counts) }
    }
}
