/// Judges the silence of the air against what an adapter is used to hear, so that a quiet home is no fault.
struct AirWatch: Sendable {
    enum Verdict: Sendable, Hashable {
        case fine
        /// Silent for so long that it must be the adapter: what to do next.
        case restart, powerCycle, giveUp
    }

    /// Rounds over which the rate is learned: some minutes.
    private static let memory = 20.0
    /// Fewer adverts in a round than this are no habit.
    private static let habit = 5.0

    private var count = 0
    /// Adverts in a round, smoothed; silent rounds do not count, or a dead adapter would teach us that silence is normal.
    private(set) var rate = 0.0
    private var silentRounds = 0

    mutating func hear() { count += 1 }

    /// Ends a round.
    /// - Parameter patience: after so many silent rounds of a lively air something is done.
    mutating func turn(silentFor patience: Int = 4) -> Verdict {
        defer { count = 0 }
        guard count == 0 else {
            rate = rate == 0 ? Double(count) : rate + (Double(count) - rate) / AirWatch.memory
            silentRounds = 0
            return .fine
        }
        guard rate >= AirWatch.habit else { return .fine }
        silentRounds += 1
        switch silentRounds {
        case patience: return .restart
        case patience * 2: return .powerCycle
        case patience * 3:
            // The devices of this place are gone: a new habit is learned.
            rate = 0
            silentRounds = 0
            return .giveUp
        default: return .fine
        }
    }
}
