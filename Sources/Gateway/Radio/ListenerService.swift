import Captures
import DeviceProfiles
import Readings
import ServiceLifecycle
import Store
import Synchronization

/// A further radio: a program beside us listens and hands every advertisement over a local socket, for machines without bluetoothd.
/// What it hears is judged like what our own radio hears, and is `best-effort` like that.
package final class ListenerService: Service {
    private struct State {
        var profiles: ProfileSet
        var sieve = Sieve()
    }

    private let settings: Configuration.Listener
    private let intake: Intake
    private let store: Store
    private let clocks: Clocks
    private let observer: GatewayObserver
    private let register: Register
    private let counters = Counters()
    private let state: Mutex<State>

    package init(
        _ settings: Configuration.Listener, intake: Intake, profiles: ProfileSet, store: Store, clocks: Clocks,
        observer: @escaping GatewayObserver
    ) {
        self.settings = settings
        self.intake = intake
        self.store = store
        self.clocks = clocks
        self.observer = observer
        register = Register(store)
        state = Mutex(State(profiles: profiles))
    }

    package func run() async throws {
        await refresh()
        let (name, observer) = (settings.name, observer)
        let socket = ListenerSocket(
            path: settings.socket, onWords: { [self] in take($1, from: $0) },
            onEnd: { if let adapter = $0.adapter { observer(.listener(name, .left(adapter, because: $0.end))) } },
            onDoor: { [path = settings.socket] in observer(.listener(name, .door(path, problem: $0))) })
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await socket.run() }
            group.addTask { [self] in
                await cancelWhenGracefulShutdown { [self] in
                    while !Task.isCancelled {
                        try? await Task.sleep(for: Counters.pace)
                        write()
                    }
                }
                socket.stop()
            }
        }
        write()
    }

    /// Listens to the devices that are enrolled now.
    package func refresh() async { await register.refresh() }

    /// Reads by these profiles from now on.
    package func adopt(_ profiles: ProfileSet) { state.withLock { $0 = State(profiles: profiles) } }

    private func write() { counters.write(to: store, as: settings.name, at: clocks.now().wall) }

    /// On the thread of the socket.
    private func take(_ words: [ListenerCall.Word], from call: ListenerCall) -> String {
        var frames: [RadioFrame] = []
        var taken = 0
        let devices = register.byID
        for word in words {
            switch word {
            case .refused(let bad):
                counters.count(bad.code.rawValue)
                observer(.refused(source: settings.name, device: nil, code: bad.code.rawValue, detail: bad.detail))
            case .said(.hello(let adapter)): observer(.listener(settings.name, .joined(adapter)))
            case .said(.state(let state, let detail)):
                if let adapter = call.adapter { observer(.listener(settings.name, .state(adapter, state, detail: detail))) }
            case .said(.lost(let count)):
                taken += count
                counters.count("lost-on-the-way", count)
                observer(.listener(settings.name, .lost(count)))
            case .said(.heard(let seen)):
                taken += 1
                let verdict = state.withLock { state in
                    state.sieve.judge(
                        seen, of: seen.address.flatMap { devices[$0] }, by: state.profiles, at: clocks.now().monotonic)
                }
                if let frame = verdict.frame { frames.append(frame) } else { counters.count(verdict.code ?? "nothing-to-decode") }
            }
        }
        // A broadcast that cannot be kept is lost: nobody can be asked for it again. The intake has told so.
        if !frames.isEmpty { _ = intake.take(frames, from: settings.name) }
        return taken == 0 ? "" : ListenerLine.taken(taken)
    }
}
