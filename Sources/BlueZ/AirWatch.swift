/// Judges the silence of the air against what an adapter is used to hear, so that a quiet home is no fault.
struct AirWatch: Sendable {
    enum Verdict: Sendable, Hashable {
        case fine
        /// Silent for so much longer than ever that it must be the adapter: what to do next.
        case restart, powerCycle, giveUp
    }

    /// Rounds in which something was heard before silence is judged at all: an hour of a lively air.
    static let apprenticeship = 240
    /// No silence is judged that is shorter than this, in rounds.
    static let patience = 4

    private var heard = 0
    private var lively = 0
    private var silent = 0
    /// The longest silence that ended by itself, in rounds; it fades, so that one night does not make us deaf for a year.
    private var longest = 0.0

    mutating func hear() { heard += 1 }

    /// Ends a round.
    mutating func turn() -> Verdict {
        defer { heard = 0 }
        guard heard == 0 else {
            lively = min(lively + 1, AirWatch.apprenticeship)
            longest = max(longest * 0.9999, Double(silent))
            silent = 0
            return .fine
        }
        silent += 1
        guard lively == AirWatch.apprenticeship else { return .fine }
        let limit = max(AirWatch.patience, Int(longest) * 3)
        switch silent {
        case limit: return .restart
        case limit * 2: return .powerCycle
        case limit * 3:
            // The devices of this place are gone: it has to be learned anew.
            (lively, longest) = (0, 0)
            return .giveUp
        default: return .fine
        }
    }
}
