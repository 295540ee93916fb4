import ServiceLifecycle
import Store

/// Tells systemd when readings are taken in, and that they still are.
package struct Supervisor: Service {
    let sources: [SourceService]
    var radio: RadioService?
    var listeners: [ListenerService] = []
    let store: Store
    let bell: Bell
    let systemd: Systemd
    let isReady: @Sendable () -> Void

    /// A loop that has not turned for so long hangs. Longer than any commit, even on a card that is being erased.
    static let patience = Duration.seconds(45)

    /// How often the loops are looked at, and so how soon a device is listened to that somebody enrolled.
    static let round = Duration.seconds(5)

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var pulse: Pulse?
            var pause = Duration.milliseconds(50)
            while !Task.isCancelled, !sources.allSatisfy(\.isListening) {
                systemd.waits(for: "Waiting for a broker")
                await look(&pulse)
                try? await Task.sleep(for: pause)
                // A broker may be gone for days.
                pause = min(pause * 1.25, Supervisor.round)
            }
            if !Task.isCancelled {
                systemd.ready()
                isReady()
            }
            while !Task.isCancelled {
                await look(&pulse)
                try? await Task.sleep(for: Supervisor.round)
            }
        }
        systemd.stopping()
    }

    /// One round: the loops turn, the store answers; and where another program changed something in it, whoever waits for that
    /// looks again.
    private func look(_ pulse: inout Pulse?) async {
        let latest = ContinuousClock.now - Supervisor.patience
        let turn = sources.allSatisfy { $0.lastTurn > latest } && radio?.isTurning ?? true
        guard let now = try? await store.pulse() else { return }
        if turn { systemd.isAlive() }
        guard now != pulse else { return }
        pulse = now
        bell.ring()
        await radio?.refresh()
        for listener in listeners { await listener.refresh() }
    }
}
