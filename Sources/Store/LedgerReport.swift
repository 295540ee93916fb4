import Readings

/// Whether everything that came in is accounted for: all sums, and every difference in words.
package struct LedgerReport: Sendable, Hashable {
    package struct SourceSums: Sendable, Hashable {
        package let source: String
        /// Items that came in.
        package let received: Int
        /// Of these, taken into custody; a frame that is a minute of a stream counts as all that is in it.
        package let frames: Int
        /// Of these, counted only.
        package let tallied: Int
    }

    package struct TallySum: Sendable, Hashable {
        package let code: String
        package let count: Int
    }

    /// Frames in custody that gave no reading to pass on, by what they became and why.
    package struct RefusalSum: Sendable, Hashable {
        package let fate: Fate
        package let code: String
        package let count: Int
    }

    /// Frames whose bodies went to make room, by source, what they became, and why they went. They count as frames all the same.
    package struct ThinnedSum: Sendable, Hashable {
        package let cause: Thinning.Cause
        package let source: String
        package let fate: Fate
        package let count: Int
        package let bytes: Int
        /// When the oldest and the newest of them had arrived.
        package let oldest: Instant
        package let newest: Instant
    }

    /// How one sink stands in one lane: the five add up to `entries`.
    package struct SinkSums: Sendable, Hashable {
        package let sink: String
        package let lane: Lane
        /// Entries of the lane in the journal.
        package let entries: Int
        package let delivered: Int
        /// Behind the cursor, or to be tried again.
        package let pending: Int
        package let held: Int
        package let filtered: Int
        package let dead: Int
    }

    /// How many readings stand under whom. With those in the inbox they are all that are current.
    package struct PeopleSums: Sendable, Hashable {
        /// By pseudonym.
        package let assigned: [String: Int]
        package let inbox: Int
        /// Withdrawn, for a named person said that no person measured it.
        package let nobody: Int
    }

    package let frames: Int
    package let framesByFate: [Fate: Int]
    package let framesByCustody: [Custody: Int]
    package let thinned: [ThinnedSum]
    package let refusals: [RefusalSum]
    package let readings: Int
    package let readingsByState: [StoredReading.State: Int]
    /// Readings that contradict another; they count under their state too.
    package let conflictingReadings: Int
    package let people: PeopleSums
    package let alarmEvents: Int
    /// Entries in the journal.
    package let journal: Int
    package let sources: [SourceSums]
    package let tallies: [TallySum]
    package let sinks: [SinkSums]
    /// What does not add up, a sentence each, in the order of the way a frame goes. Empty where all is well.
    package let differences: [String]

    package var isBalanced: Bool { differences.isEmpty }
}
