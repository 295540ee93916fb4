import ServiceLifecycle

/// Ends the waiting of frames whose time is up and begins what is due once a day, also where nothing more comes in. Until then it sleeps, if need be for ever: a box
/// by a bed ticks no more than it has to.
struct Timekeeper: Service {
    let intake: Intake
    var custodian: Custodian?

    func run() async throws {
        let (turns, turn) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask {
                    for await _ in intake.appointments { turn.yield() }
                    turn.finish()
                }
                var alarm: ContinuousClock.Instant?
                for await _ in turns {
                    // A timer may go off a little early.
                    if let set = alarm, set <= .now + .milliseconds(20) { alarm = nil }
                    guard let rest = [intake.fileOverdue(), custodian?.fallDue()].compactMap(\.self).min() else { continue }
                    let due = ContinuousClock.now + rest
                    // The earlier alarm goes off first, and this is called again.
                    if let set = alarm, set <= due { continue }
                    alarm = due
                    // Nobody cancels it: with Swift 6.3.1, a sleep that was cancelled in a group aborted the process now and then.
                    Task {
                        try? await Task.sleep(until: due, clock: .continuous)
                        turn.yield()
                    }
                }
            }
        }
    }
}
