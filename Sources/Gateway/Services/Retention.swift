import People
import Readings
import ServiceLifecycle
import Store

/// Erases once a day what is older than persons are to be kept, and goes on with what was begun and cut off.
struct Retention: Service {
    let store: Store
    let clocks: Clocks
    let bell: Bell
    let observer: GatewayObserver

    func run() async throws {
        await cancelWhenGracefulShutdown {
            // Soon after the start too, for a box that is switched off at night.
            var rest = Duration.seconds(60)
            while !Task.isCancelled {
                guard (try? await Task.sleep(for: rest)) != nil else { return }
                await keep()
                rest = .seconds(86_400)
            }
        }
    }

    /// A day's work. By a clock that is not right nothing is old, and by one that jumped no more than a week more.
    func keep() async {
        let now = clocks.now()
        do {
            var sums = try await PersonErasing.finish(in: store, now: { now.wall }, pause: Retention.pause)
            let today = now.isSynchronised ? try await store.retentionTime(by: now) : nil
            for person in try await store.persons() {
                guard let today, let before = person.keep?.begin(at: today), try await !store.erasable(of: person.id, before: before).isEmpty else { continue }
                sums += try await PersonErasing.erase(
                    person.id, before: before, in: store, by: "vitalgate", now: { now.wall }, pause: Retention.pause)
            }
            guard !sums.isEmpty else { return }
            bell.ring()
            observer(.erased(readings: sums.readings))
        } catch is CancellationError {
        } catch {
            observer(.erasingFailed("\(error)"))
        }
    }

    /// Whoever stores readings has the store for three times as long.
    private static func pause(_ took: Duration) async throws { try await Task.sleep(for: took * 3) }
}
