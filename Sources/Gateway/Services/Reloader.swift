import DeviceProfiles
import ServiceLifecycle
import StrictYAML
import UnixSignals

/// Reads the profiles again when it is told to by SIGHUP: all of them, and takes them whole or not at all.
///
/// What a source listens to stands in the configuration and does not change with the profiles: which topics of a broker are
/// ours to hear is for who runs it to say, and a profile that comes in by a folder must not widen it.
package struct Reloader: Service {
    let intake: Intake
    var radio: RadioService?
    var listeners: [ListenerService] = []
    /// Reads and compiles them; on the caller's time, not on that of the sources.
    let profiles: @Sendable () throws -> ProfileSet
    let systemd: Systemd
    let observer: GatewayObserver
    /// Trapped before anything runs: until then SIGHUP ends a process.
    let hangups: UnixSignalsSequence

    package func run() async throws {
        for await _ in hangups.cancelOnGracefulShutdown() { reload() }
    }

    /// Every problem is told by an event, and nothing of what was there before has changed then.
    func reload() {
        systemd.reloading()
        do throws(Intake.Refusal) {
            let set = try read()
            let change = try intake.adopt(set)
            radio?.adopt(set)
            listeners.forEach { $0.adopt(set) }
            systemd.reloaded(problem: nil)
            observer(.reloaded(change))
        } catch {
            systemd.reloaded(problem: error.problems.first)
            observer(.reloadRefused(error.problems))
        }
    }

    private func read() throws(Intake.Refusal) -> ProfileSet {
        do {
            return try profiles()
        } catch let problems as ProfileSet.Problems {
            throw Intake.Refusal(problems.problems.map(\.description))
        } catch {
            throw Intake.Refusal(["\(error)"])
        }
    }
}
