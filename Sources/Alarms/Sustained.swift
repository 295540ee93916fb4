import Readings

/// Judges continuous vitals by time, not by samples: a limit counts once every valid sample for so long has reached it, and what
/// is within the limits again counts as such after as long. IEC 60601-1-8 calls that the alarm condition delay: a finger that
/// moves makes a low sample, and no alarm.
package struct Sustained: Sendable, Hashable {
    /// What has held for long enough.
    package struct Judgement: Sendable, Hashable {
        /// nil: within all limits.
        package var breach: Limits.Breach?
        /// Since when.
        package var since: Instant
        /// The furthest from the limits meanwhile.
        package var extreme: ExactDecimal
    }

    /// Milliseconds without a valid sample after which nobody can say what held.
    package static let gap: Int64 = 10_000

    private struct Run: Sendable, Hashable {
        var since: Instant
        var extreme: ExactDecimal
    }

    private struct Runs: Sendable, Hashable {
        var last: Instant
        var critical: [AlarmSide: Run] = [:]
        var warning: [AlarmSide: Run] = [:]
        var within: Run?
    }

    /// Milliseconds.
    private let delay: Int64
    private var runs: [Condition: Runs] = [:]

    /// - Parameter delay: milliseconds that a limit must be reached.
    package init(delay: Int64) { self.delay = delay }

    /// Takes a valid sample in, in the vital's canonical unit.
    /// - Returns: the most urgent that has held for long enough; nil where nothing has.
    package mutating func take(_ value: ExactDecimal, of condition: Condition, _ limits: Limits, at instant: Instant) -> Judgement? {
        var runs = runs[condition] ?? Runs(last: instant)
        let apart = instant.milliseconds - runs.last.milliseconds
        // From before what was taken in already: it says nothing about how it stands now.
        if apart < 0, -apart < Sustained.gap { return nil }
        if apart < 0 || apart > Sustained.gap { runs = Runs(last: instant) }
        runs.last = instant
        defer { self.runs[condition] = runs }
        runs.critical = go(on: runs.critical, limits.reached(by: value, .critical), value, instant)
        runs.warning = go(on: runs.warning, limits.reached(by: value, .warning), value, instant)
        runs.within = limits.breach(by: value) == nil ? runs.within ?? Run(since: instant, extreme: value) : nil
        for (level, held) in [(AlarmLevel.critical, runs.critical), (.warning, runs.warning)] {
            for (side, run) in held where has(run, heldUntil: instant) {
                guard let limit = limits.limit(level, side) else { continue }
                return Judgement(breach: Limits.Breach(level: level, side: side, limit: limit), since: run.since, extreme: run.extreme)
            }
        }
        return runs.within.flatMap { has($0, heldUntil: instant) ? Judgement(breach: nil, since: $0.since, extreme: value) : nil }
    }

    private func has(_ run: Run, heldUntil instant: Instant) -> Bool { instant.milliseconds - run.since.milliseconds >= delay }

    /// A value lies on one side of its limits at a time.
    private func go(on held: [AlarmSide: Run], _ side: AlarmSide?, _ value: ExactDecimal, _ instant: Instant) -> [AlarmSide: Run] {
        guard let side else { return [:] }
        guard var run = held[side] else { return [side: Run(since: instant, extreme: value)] }
        run.extreme = side == .low ? min(run.extreme, value) : max(run.extreme, value)
        return [side: run]
    }
}

extension Limits {
    package func limit(_ level: AlarmLevel, _ side: AlarmSide) -> ExactDecimal? {
        switch (level, side) {
        case (.critical, .low): lowCritical
        case (.critical, .high): highCritical
        case (.warning, .low): lowWarning
        case (.warning, .high): highWarning
        }
    }

    /// The side on which `value` has reached the limit of a level, or that of a more urgent one.
    package func reached(by value: ExactDecimal, _ level: AlarmLevel) -> AlarmSide? {
        guard let breach = breach(by: value), breach.level >= level else { return nil }
        return limit(level, breach.side) == nil ? nil : breach.side
    }
}
