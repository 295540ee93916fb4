import ServiceLifecycle
import Store

/// Tells systemd when readings are taken in, and that they still are.
package struct Supervisor: Service {
    let sources: [SourceService]
    var radio: RadioService?
    let store: Store
    let bell: Bell
    let systemd: Systemd
    let isReady: @Sendable () -> Void

    /// A loop that has not turned for so long hangs. Longer than any commit, even on a card that is being erased.
    static let patience = Duration.seconds(45)

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled, !sources.allSatisfy(\.isListening) {
                systemd.waits(for: "Waiting for a broker")
                await alive(for: .milliseconds(50))
            }
            if !Task.isCancelled {
                systemd.ready()
                isReady()
            }
            while !Task.isCancelled { await alive(for: .seconds(2)) }
        }
        systemd.stopping()
    }

    /// One turn: the loops turn, the store answers, and whoever waits for the journal looks again.
    private func alive(for pause: Duration) async {
        let latest = ContinuousClock.now - Supervisor.patience
        let turn = sources.allSatisfy { $0.lastTurn > latest } && radio?.isTurning ?? true
        if turn, (try? await store.tallies()) != nil { systemd.isAlive() }
        bell.ring()
        try? await Task.sleep(for: pause)
    }
}
