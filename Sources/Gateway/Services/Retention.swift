import People
import Readings
import Store

/// Erases what is older than persons are to be kept, and goes on with what was begun and cut off. The `Housekeeper` has it done.
struct Retention {
    let store: Store
    let clocks: Clocks
    let bell: Bell
    let observer: GatewayObserver

    /// A day's work. By a clock that is not right nothing is old, and by one that jumped no more than a week more.
    func keep() async {
        let now = clocks.now()
        do {
            var sums = try await PersonErasing.finish(in: store, now: { now.wall }, pause: Housekeeper.pause(after:))
            let today = now.isSynchronised ? try await store.retentionTime(by: now) : nil
            for person in try await store.persons() {
                guard let today, let before = person.keep?.begin(at: today), try await !store.erasable(of: person.id, before: before).isEmpty else { continue }
                sums += try await PersonErasing.erase(
                    person.id, before: before, in: store, by: "vitalgate", now: { now.wall }, pause: Housekeeper.pause(after:))
            }
            guard !sums.isEmpty else { return }
            bell.ring()
            observer(.erased(readings: sums.readings))
        } catch is CancellationError {
        } catch {
            observer(.erasingFailed("\(error)"))
        }
    }
}
