import Readings
import ServiceLifecycle
import Store

/// Keeps the database small: what is old goes at the start and once a day, what is kept of persons for some time only a minute
/// later, and what is worth least whenever the file comes near its greatest size. In small steps, between which everybody else has the store for three times as long.
package struct Housekeeper: Service {
    let store: Store
    let settings: StorageSettings
    let clocks: Clocks
    let bell: Bell
    let observer: GatewayObserver

    /// Parts of the greatest size: from where things go, and down to where.
    static let (high, low) = (0.9, 0.8)
    /// Free pages are given back when they are more than this part of the file, and than so many bytes: the rest is soon used again.
    static let (slack, leastSlack) = (0.02, Int64(400_000))

    /// When to look again: by the bell that rings for all that is stored, at the soonest.
    private struct Due {
        var age = ContinuousClock.now
        var size = ContinuousClock.now
        /// Soon after the start too, for a box that is switched off at night.
        var persons = ContinuousClock.now + .seconds(60)

        static let (day, retry, moment) = (Duration.seconds(86_400), Duration.seconds(600), Duration.seconds(10))
    }

    package func run() async throws {
        _ = await told { try await store.limit(bytes: settings.most) }
        await cancelWhenGracefulShutdown {
            var due = Due()
            remind(at: due.persons)
            for await _ in bell.listen() { await look(&due) }
        }
    }

    private func look(_ due: inout Due) async {
        if due.size <= .now {
            // Where nothing may go, looking again at once finds the same.
            let hasRoom = await told { try await thinBySize() }
            due.size = .now + (hasRoom == true ? Due.moment : Due.retry)
        }
        if due.age <= .now, clocks.now().isSynchronised {
            let isDone = await told { try await thinByAge() } != nil
            due.age = .now + (isDone ? Due.day : Due.retry)
            remind(at: due.age)
        }
        if due.persons <= .now {
            due.persons = .now + Due.day
            remind(at: due.persons)
            await Retention(store: store, clocks: clocks, bell: bell, observer: observer).keep()
        }
    }

    /// Old things are old also where nothing new comes in.
    private func remind(at time: ContinuousClock.Instant) {
        Task {
            try? await Task.sleep(until: time, clock: .continuous)
            bell.ring()
        }
    }

    private func told<Result>(_ work: () async throws -> Result) async -> Result? {
        do {
            return try await work()
        } catch is CancellationError {
        } catch {
            observer(.housekeepingFailed("\(error)"))
        }
        return nil
    }

    /// The bodies of frames that are older than they are to be kept go.
    func thinByAge() async throws {
        guard let days = settings.frameDays, let now = try await store.retentionTime(by: clocks.now()) else { return }
        let before = Instant(milliseconds: now.milliseconds - Int64(days) * 86_400_000)
        let count = try await thin(.age(before: before, at: clocks.now().wall)) { false }
        try await giveBack()
        if count > 0 { observer(.thinned(.age, frames: count)) }
    }

    /// Near the greatest size the least valuable goes, until there is room.
    /// - Returns: whether there is.
    func thinBySize() async throws -> Bool {
        guard try await isAbove(Housekeeper.high) else { return true }
        var count = 0
        for stage in Thinning.Stage.allCases where try await isAbove(Housekeeper.low) {
            count += try await thin(.cap(stage, at: clocks.now().wall)) { try await !isAbove(Housekeeper.low) }
        }
        try await giveBack()
        if count > 0 { observer(.thinned(.cap, frames: count)) }
        guard try await isAbove(Housekeeper.high) else { return true }
        observer(.overfull(used: try await store.room().used, most: settings.most))
        return false
    }

    private func isAbove(_ part: Double) async throws -> Bool {
        try await Double(store.room().used) > part * Double(settings.most)
    }

    /// Carries an order out step by step. Returns how many bodies went.
    private func thin(_ order: Thinning.Order, until isEnough: () async throws -> Bool) async throws -> Int {
        var (after, count, pace) = (Int64(0), 0, Pace(rows: 64))
        while true {
            let step = try await store.thin(order, after: after, rows: pace.rows)
            count += step.count
            guard let last = step.last else { return count }
            after = last
            if step.count > 0, try await isEnough() { return count }
            pace.learn(step.took)
            try await Housekeeper.pause(after: step.took)
        }
    }

    /// Gives empty pages back to the file system.
    private func giveBack() async throws {
        var (pace, before) = (Pace(rows: 32), Int64(0))
        while true {
            let room = try await store.room()
            guard room.free > max(Int64(Housekeeper.slack * Double(room.file)), Housekeeper.leastSlack), room.free != before else { return }
            before = room.free
            let took = try await store.giveBack(pages: pace.rows)
            pace.learn(took)
            try await Housekeeper.pause(after: took)
        }
    }

    /// Leaves the store to everybody else for three times as long as a step took. Nobody cancels the sleep itself, see `Timekeeper`.
    static func pause(after took: Duration) async throws {
        _ = await Task { try? await Task.sleep(for: took * 3, clock: .continuous) }.value
        try Task.checkCancellation()
    }
}

/// How much a step does, so that nobody waits for it much longer than for a commit. Frames that stay are passed over quickly;
/// the upper bound is for those that follow, which may all go.
struct Pace: Sendable {
    private(set) var rows: Int

    static let most = Duration.milliseconds(10)

    mutating func learn(_ took: Duration) {
        if took > Pace.most { rows = max(16, rows / 2) } else if took < Pace.most / 4 { rows = min(256, rows * 2) }
    }
}
