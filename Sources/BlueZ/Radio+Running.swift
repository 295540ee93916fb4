import DBus
import DeviceProfiles
import Readings
import Synchronization

// How the radio is brought to hear, and kept so.
extension Radio {
    /// Runs until the task is cancelled: a connection to the bus after the other, and in each one round after the other.
    package func run() async {
        var pause = Duration.seconds(1)
        while !Task.isCancelled {
            let start = ContinuousClock.now
            state.withLock { $0.latestTurn = start }
            await runConnection()
            if Task.isCancelled { break }
            if ContinuousClock.now - start > .seconds(60) { pause = .seconds(1) }
            try? await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(30))
        }
    }

    private func runConnection() async {
        let (ends, ended) = AsyncStream.makeStream(of: String?.self)
        let connection = BusConnection(
            BusConnection.Settings(address: settings.bus, matches: Words.matches), onSignal: { [weak self] in self?.take($0) },
            onEnd: { reason in
                ended.yield(reason)
                ended.finish()
            })
        if settings.pairs {
            connection.export(Words.agentPath) { [weak self] call in
                guard let self, state.withLock({ $0.owner == call.sender }) else {
                    return call.refuse("org.freedesktop.DBus.Error.AccessDenied", "only bluetoothd asks here")
                }
                agent.answer(call)
            }
        }
        state.withLock { $0.connection = connection }
        connection.start()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.runRounds() }
            group.addTask {
                for await reason in ends {
                    if let reason { self.stand(.blind(RadioFailure(.busGone, reason))) }
                }
            }
            await group.next()
            group.cancelAll()
        }
        state.withLock { $0.connection = nil }
        ownerChanged(to: nil)
        connection.close()
    }

    /// A round at every change of an adapter or of bluetoothd, and one at every tick.
    private func runRounds() async {
        var isTick = true
        var next = ContinuousClock.now + settings.round
        while !Task.isCancelled {
            state.withLock { $0.latestTurn = .now }
            let generation = bell.generation
            let standing: Standing
            do throws(RadioFailure) {
                standing = .listening(try await round(isTick: isTick))
            } catch {
                standing = .blind(error)
            }
            if Task.isCancelled { return }
            stand(standing)
            if case .blind(let failure) = standing, failure.code == .busGone { return }
            // What went wrong is tried again soon; what happens meanwhile is looked at once.
            let rest = if case .blind = standing { min(settings.round, .seconds(5)) } else { settings.round }
            await bell.wait(since: generation, until: min(next, .now + rest))
            isTick = ContinuousClock.now >= next
            if isTick { next = .now + settings.round }
            // Many changes at once are one.
            if !isTick { try? await Task.sleep(for: .milliseconds(50)) }
        }
    }

    private func stand(_ standing: Standing) {
        let before = state.withLock { state in
            defer { state.standing = standing }
            return state.standing
        }
        guard before != standing else { return }
        var was: Set<DeviceID> = []
        if case .listening(let adapters) = before { was = Set(adapters) }
        switch standing {
        case .unknown: break
        case .blind(let failure):
            for adapter in was.sorted() { onEvent(.lost(adapter)) }
            onEvent(.blind(failure))
        case .listening(let adapters):
            for adapter in was.subtracting(adapters).sorted() { onEvent(.lost(adapter)) }
            for adapter in adapters where !was.contains(adapter) { onEvent(.listening(adapter)) }
        }
    }

    /// Brings every adapter to listen. Returns those that do; throws why none does.
    private func round(isTick: Bool) async throws(RadioFailure) -> [DeviceID] {
        try await greet()
        let adapters = state.withLock { $0.tree.adapters }
            .filter { settings.adapters?.contains($0.key) ?? true }.sorted { $0.key < $1.key }
        var listening: [DeviceID] = []
        var failure: RadioFailure?
        for (address, path) in adapters {
            do throws(BusError) {
                if isTick { try await look(after: path) }
                try await listen(path)
                listening.append(address)
            } catch {
                var found = RadioFailure(error)
                if found.code == .unknown { found.code = .discoveryRefused }
                failure = failure ?? found
            }
        }
        guard listening.isEmpty else { return listening }
        throw failure ?? RadioFailure(.noAdapter)
    }

    /// Makes us known to a bluetoothd that we have not met, and learns its objects.
    private func greet() async throws(RadioFailure) {
        do throws(BusError) {
            guard let connection = state.withLock({ $0.connection }) else { throw .disconnected("there is no bus") }
            if state.withLock({ $0.owner }) == nil {
                let answer = try await connection.call(MethodCall(
                    to: Words.bus, "/org/freedesktop/DBus", Words.bus, "GetNameOwner", [.string(Words.daemon)], within: settings.patience))
                ownerChanged(to: answer.first?.text)
            }
            guard let owner = state.withLock({ $0.owner }), state.withLock({ $0.greeted }) != owner else { return }
            // The answer is taken on the thread of the bus, so that no signal behind it is overtaken.
            let (answers, answered) = AsyncStream.makeStream(of: BusError?.self)
            let call = MethodCall(to: Words.daemon, "/", Words.objects, "GetManagedObjects", within: settings.patience)
            connection.call(call) { [self] result in
                switch result {
                case .success(let values):
                    if let managed = values.first { state.withLock { $0.tree.replace(with: managed) } }
                    answered.yield(nil)
                case .failure(let error): answered.yield(error)
                }
                answered.finish()
            }
            for await error in answers { if let error { throw error } }
            if settings.pairs { try await register() }
            await dropLeftovers()
            state.withLock { state in if state.owner == owner { state.greeted = owner } }
        } catch {
            throw RadioFailure(error)
        }
    }

    /// A gateway that was killed leaves its links to bluetoothd, and a device with a link says no more that it is there: without this
    /// an oximeter that never hangs up would never be heard again.
    private func dropLeftovers() async {
        let leftovers = state.withLock { state in
            state.tree.devices.filter { path, device in
                device["Connected"]?.flag == true && state.mailboxes[path] == nil
                    && device["Address"]?.text.flatMap(DeviceID.init(address:)).map(state.friends.contains) ?? false
            }.map(\.path).sorted()
        }
        guard !leftovers.isEmpty else { return }
        onEvent(.mending("links that an earlier run left behind are ended: \(leftovers.count)"))
        for path in leftovers { _ = try? await call(path, Words.device, "Disconnect") }
    }

    private func register() async throws(BusError) {
        do throws(BusError) {
            _ = try await call(Words.root, Words.agents, "RegisterAgent", [.path(Words.agentPath), .string("KeyboardDisplay")])
        } catch {
            if error.name != "org.bluez.Error.AlreadyExists" { throw error }
        }
        // So that devices which want a bond in the midst of a conversation are answered by us too.
        _ = try await call(Words.root, Words.agents, "RequestDefaultAgent", [.path(Words.agentPath)])
    }

    /// Switched on and listening; nothing is asked where it is so.
    private func listen(_ path: String) async throws(BusError) {
        let (isOn, isListening) = state.withLock { state in
            (state.tree[path, Words.adapter]?["Powered"]?.flag ?? false, state.listening.contains(path))
        }
        if !isOn { try await set("Powered", .bool(true), of: path, Words.adapter) }
        guard !isOn || !isListening else { return }
        // Duplicates are wanted: a scale repeats itself with another weight, and a device that wakes up says what it said before.
        _ = try await call(path, Words.adapter, "SetDiscoveryFilter", [
            .options(["Transport": .string("le"), "DuplicateData": .bool(true)])
        ])
        do throws(BusError) {
            _ = try await call(path, Words.adapter, "StartDiscovery")
        } catch {
            if error.name != "org.bluez.Error.InProgress" { throw error }
        }
        state.withLock { _ = $0.listening.insert(path) }
    }

    /// Asks bluetoothd how the adapter is, which also shows that both still answer.
    private func look(after path: String) async throws(BusError) {
        let answer = try await call(path, Words.properties, "GetAll", [.string(Words.adapter)])
        let verdict = state.withLock { state in
            state.tree.change(path, Words.adapter, to: answer.first?.members ?? [:])
            if state.tree[path, Words.adapter]?["Discovering"]?.flag == false { state.listening.remove(path) }
            return state.air[path, default: AirWatch()].turn()
        }
        switch verdict {
        case .fine: break
        case .restart:
            onEvent(.mending("nothing is heard any more: listening is started anew"))
            _ = try? await call(path, Words.adapter, "StopDiscovery")
            state.withLock { _ = $0.listening.remove(path) }
        case .powerCycle:
            onEvent(.mending("nothing is heard any more: the adapter is switched off and on"))
            try? await set("Powered", .bool(false), of: path, Words.adapter)
            state.withLock { _ = $0.listening.remove(path) }
        case .giveUp:
            onEvent(.blind(RadioFailure(.airSilent)))
        }
        await dismissStrangers(of: path)
    }

    /// Unknown devices, most of all those that make up a new address every quarter of an hour, would fill bluetoothd.
    private func dismissStrangers(of adapter: String) async {
        let strangers = state.withLock { state in
            var strangers: [(path: String, heard: ContinuousClock.Instant)] = []
            for (path, device) in state.tree.devices where path.hasPrefix(adapter + "/") {
                guard device["Paired"]?.flag != true, device["Connected"]?.flag != true, state.mailboxes[path] == nil,
                    let address = device["Address"]?.text.flatMap(DeviceID.init(address:)), !state.friends.contains(address)
                else { continue }
                strangers.append((path, state.heard[path] ?? .now))
            }
            return strangers
        }
        guard strangers.count > settings.mostStrangers else { return }
        let oldest = strangers.sorted { $0.heard < $1.heard }.dropLast(settings.mostStrangers)
        for stranger in oldest { _ = try? await call(adapter, Words.adapter, "RemoveDevice", [.path(stranger.path)]) }
    }
}
