import Readings
import ServiceLifecycle
import Store

/// Keeps the database small: what is old goes at night, and what is worth least goes whenever the file comes near its greatest
/// size. In small steps, between which everybody else has the store for three times as long.
package struct Housekeeper: Service {
    let store: Store
    let settings: StorageSettings
    let clocks: Clocks
    let place: Place
    let bell: Bell
    let observer: GatewayObserver

    /// Parts of the greatest size: from where things go, and down to where.
    static let (high, low) = (0.9, 0.8)
    /// Free pages are given back when they are more than this part of the file.
    static let slack = 0.02

    package func run() async throws {
        try? await store.limit(bytes: settings.most)
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { tasks in
                tasks.addTask { await keepAge() }
                tasks.addTask { await keepSize() }
                await tasks.waitForAll()
            }
        }
    }

    /// Once soon after the start, for a box that is switched off at night, and then every night.
    private func keepAge() async {
        try? await Task.sleep(for: .seconds(300))
        while !Task.isCancelled {
            await tell { try await thinByAge() }
            var rest = QuietTime.seconds(after: clocks.now().wall, in: place)
            // An hour at a time: the wall clock may be set meanwhile.
            while rest > 0, !Task.isCancelled {
                try? await Task.sleep(for: .seconds(min(rest, 3600)))
                rest = rest <= 3600 ? 0 : QuietTime.seconds(after: clocks.now().wall, in: place)
            }
        }
    }

    /// Looks when something was stored, and not more often than it can matter.
    private func keepSize() async {
        for await _ in bell.listen() where !Task.isCancelled {
            await tell { try await thinBySize() }
            try? await Task.sleep(for: .seconds(15))
        }
    }

    private func tell(_ work: () async throws -> Void) async {
        do {
            try await work()
        } catch is CancellationError {
        } catch {
            observer(.housekeepingFailed("\(error)"))
        }
    }

    /// What is older than it is to be kept goes.
    func thinByAge() async throws {
        guard let days = settings.frameDays, let now = try await store.retentionTime(by: clocks.now()) else { return }
        let before = Instant(milliseconds: now.milliseconds - Int64(days) * 86_400_000)
        var gone: [Thinning.Stage: Int] = [:]
        for stage in [Thinning.Stage.idleFrames, .bodies] {
            let order = Thinning.Order(stage, for: .age, before: before, at: clocks.now().wall)
            gone[stage] = try await thin(order) { false }
        }
        try await giveBack()
        if gone.values.contains(where: { $0 > 0 }) { observer(.thinned(.age, gone)) }
    }

    /// Near the greatest size the least valuable goes, until there is room.
    func thinBySize() async throws {
        guard try await isAbove(Housekeeper.high) else { return }
        var gone: [Thinning.Stage: Int] = [:]
        for stage in Thinning.Stage.allCases where try await isAbove(Housekeeper.low) {
            let order = Thinning.Order(stage, for: .cap, at: clocks.now().wall)
            gone[stage] = try await thin(order) { try await !isAbove(Housekeeper.low) }
        }
        try await giveBack()
        if gone.values.contains(where: { $0 > 0 }) { observer(.thinned(.cap, gone)) }
        if try await isAbove(Housekeeper.high) {
            observer(.overfull(used: try await store.room().used, most: settings.most))
        }
    }

    private func isAbove(_ part: Double) async throws -> Bool {
        try await Double(store.room().used) > part * Double(settings.most)
    }

    /// Carries a stage out step by step. Returns how much went.
    private func thin(_ order: Thinning.Order, until isEnough: () async throws -> Bool) async throws -> Int {
        var (after, count, pace) = (Int64(0), 0, Pace(rows: 64))
        while true {
            let step = try await store.thin(order, after: after, rows: pace.rows)
            count += step.count
            guard let last = step.last else { return count }
            after = last
            if try await isEnough() { return count }
            pace.learn(step.took)
            try await Task.sleep(for: step.took * 3)
        }
    }

    /// Gives empty pages back to the file system.
    private func giveBack() async throws {
        var (pace, before) = (Pace(rows: 32), Int64(0))
        while true {
            let room = try await store.room()
            guard Double(room.free) > Housekeeper.slack * Double(room.file), room.free > 400_000, room.free != before else { return }
            before = room.free
            let took = try await store.giveBack(pages: pace.rows)
            pace.learn(took)
            try await Task.sleep(for: took * 3)
        }
    }
}

/// How much a step does, so that nobody waits for it longer than for a commit.
struct Pace: Sendable {
    private(set) var rows: Int

    static let most = Duration.milliseconds(25)

    mutating func learn(_ took: Duration) {
        if took > Pace.most { rows = max(4, rows / 2) } else if took < Pace.most / 4 { rows = min(1024, rows * 2) }
    }
}

/// The time of day when the fewest measure anything.
enum QuietTime {
    static let (hour, minute) = (3, 20)

    /// Seconds until it is that time on the walls of a place, 1 to 86 400.
    static func seconds(after now: Instant, in place: Place) -> Int {
        let local = now.milliseconds / 1000 + Int64(place.secondsFromUTC(at: now))
        let ofDay = Int(((local % 86_400) + 86_400) % 86_400)
        let rest = hour * 3600 + minute * 60 - ofDay
        return rest > 0 ? rest : rest + 86_400
    }
}
