import DBus
import DeviceProfiles
import Readings
import Synchronization

// Links to devices, and bonds with them.
extension Radio {
    /// How a device is connected.
    package struct Connecting: Sendable {
        /// Until the link is up.
        package var within = Duration.seconds(20)
        /// From there until its services are known: many, at the slow pace of a sleepy device.
        package var resolvedWithin = Duration.seconds(20)
        /// How bluetoothd's questions are answered where the device asks for a bond of its own; nil to refuse it.
        package var passkey: BondTerms.Passkey?

        package init(passkey: BondTerms.Passkey? = nil) { self.passkey = passkey }
    }

    /// Connects a device that has been heard, and reads which characteristics it has.
    package func connect(to device: DeviceID, _ how: Connecting = Connecting()) async throws(RadioFailure) -> GATTLink {
        guard let path = path(of: device) else { throw failureToFind(device) }
        let mailbox = Mailbox(since: .now)
        let isFree = state.withLock { state in
            guard state.mailboxes[path] == nil else { return false }
            state.mailboxes[path] = mailbox
            return true
        }
        guard isFree else { throw RadioFailure(.busy, "a link to it is open already") }
        if let passkey = how.passkey { agent.expect(path, passkey) }
        do throws(RadioFailure) {
            try await open(path, how, mailbox)
            reached(path)
            return GATTLink(over: self, to: path, mailbox, state.withLock { $0.tree.characteristics(of: path) })
        } catch {
            failed(path, of: device, error)
            await hangUp(path, mailbox)
            throw error
        }
    }

    /// Ends a link, whatever state it is in.
    package func close(_ link: GATTLink) async {
        let mailbox = state.withLock { $0.mailboxes[link.path] }
        if let mailbox { await hangUp(link.path, mailbox) }
    }

    /// Makes bluetoothd forget the device, with its bond.
    package func forget(_ device: DeviceID) async throws(RadioFailure) {
        for path in state.withLock({ $0.tree.paths(of: device) }) {
            do throws(BusError) {
                _ = try await call(ObjectTree.adapter(above: path), Words.adapter, "RemoveDevice", [.path(path)])
            } catch {
                throw RadioFailure(error)
            }
        }
    }

    /// Pairs with a connected device. bluetoothd's questions go to `asking`, or are answered by the passkey.
    package func pair(
        _ link: GATTLink, _ passkey: BondTerms.Passkey, asking: @escaping @Sendable (PairingQuestion) async -> String?
    ) async throws(RadioFailure) {
        try await pair(link.path, passkey, asking: asking)
    }

    package func isPaired(_ device: DeviceID) -> Bool { path(of: device).map(isPaired) ?? false }

    func isPaired(_ path: String) -> Bool { state.withLock { $0.tree[path, Words.device]?["Paired"]?.flag ?? false } }

    func pair(
        _ path: String, _ passkey: BondTerms.Passkey, asking: (@Sendable (PairingQuestion) async -> String?)? = nil
    ) async throws(RadioFailure) {
        if case .shown = passkey, asking == nil {
            throw RadioFailure(.pairingFailed, "it needs the passkey that it shows: run 'vitalgate devices pair'")
        }
        agent.expect(path, passkey, asking: asking)
        do throws(BusError) {
            // A person has to find and type a number.
            _ = try await call(path, Words.device, "Pair", within: asking == nil ? .seconds(45) : .seconds(120))
        } catch {
            if error.name == "org.bluez.Error.AlreadyExists" { return }
            throw RadioFailure(error)
        }
    }

    private func open(_ path: String, _ how: Connecting, _ mailbox: Mailbox) async throws(RadioFailure) {
        let wasPaired = isPaired(path)
        let deadline = ContinuousClock.now + how.within
        let start = ContinuousClock.now
        while true {
            do throws(BusError) {
                _ = try await call(path, Words.device, "Connect", within: deadline - .now)
                break
            } catch {
                // By another program, or by us before we were ended: it is there all the same.
                if error.name == "org.bluez.Error.AlreadyConnected" { break }
                var failure = RadioFailure(error)
                if case .noAnswer = error { failure.code = .outOfReach }
                // The device said no at once, though it has a bond with us: the same words as for one that is far away, and as of
                // a bluetoothd that is about to end. Only the second time counts.
                let isRebuff = failure.code == .outOfReach && wasPaired && ContinuousClock.now - start < .seconds(2)
                let rebuffs = state.withLock { state in
                    state.rebuffs[path] = isRebuff ? state.rebuffs[path, default: 0] + 1 : nil
                    return state.rebuffs[path] ?? 0
                }
                if rebuffs > 1 { failure.code = .bondLost }
                guard failure.code == .busy, ContinuousClock.now < deadline - .milliseconds(500) else { throw failure }
                try? await Task.sleep(for: .milliseconds(300))
            }
        }
        let end = ContinuousClock.now + how.resolvedWithin
        while true {
            let generation = bell.generation
            var device = state.withLock { $0.tree[path, Words.device] }
            // Where the kernel is faster than itself ("Device … is already connected" in its log), bluetoothd 5.66 never tells that it
            // is connected: it has to be asked.
            if device != nil, let answer = try? await call(path, Words.properties, "GetAll", [.string(Words.device)]).first?.members {
                device = answer
            }
            guard let device, !mailbox.isDown else { throw RadioFailure(.hungUp) }
            if device["Connected"]?.flag == true, device["ServicesResolved"]?.flag == true {
                return state.withLock { $0.rebuffs[path] = nil }
            }
            if Task.isCancelled { throw RadioFailure(.cancelled) }
            guard ContinuousClock.now < end else {
                let (isUp, isKnown) = (device["Connected"]?.flag ?? false, device["ServicesResolved"]?.flag ?? false)
                throw RadioFailure(.servicesUnresolved, "connected: \(isUp), services resolved: \(isKnown)")
            }
            await bell.wait(since: generation, until: min(end, .now + .milliseconds(500)))
        }
    }

    /// bluetoothd takes 2 s for it, and the next link must not begin before.
    private func hangUp(_ path: String, _ mailbox: Mailbox) async {
        agent.forget(path)
        let isUp = state.withLock { $0.tree[path, Words.device] != nil } && !mailbox.isDown
        // Also where the device is only being connected: it ends the attempt.
        if isUp { _ = try? await call(path, Words.device, "Disconnect") }
        state.withLock { state in
            if state.mailboxes[path] === mailbox { state.mailboxes[path] = nil }
        }
        mailbox.close()
        bell.ring()
    }

    /// bluetoothd asked for what only a person knows. Whatever waits for the bond would wait for half a minute more.
    func refusedPairing(of path: String) async {
        guard let mailbox = state.withLock({ $0.mailboxes[path] }) else { return }
        mailbox.close(because: .notBonded(because: "it wants a passkey that nobody has typed: run 'vitalgate devices pair'"))
        _ = try? await call(path, Words.device, "Disconnect")
    }
}
