/// What a continuous signal said in one minute. It belongs to a reading whose values are the means, in canonical units.
package struct MinuteSummary: Sendable, Hashable {
    /// Of one value, in its vital's canonical unit.
    package struct Range: Sendable, Hashable {
        package var name: String
        package var least: ExactDecimal
        package var most: ExactDecimal
        package var count: Int

        package init(_ name: String, least: ExactDecimal, most: ExactDecimal, count: Int) {
            self.name = name
            self.least = least
            self.most = most
            self.count = count
        }
    }

    /// All frames of that stream in that minute, whatever they said.
    package var frames: Int
    /// Samples of this kind that count.
    package var valid: Int
    /// What was left out, by the code of its reason: `not-a-measurement` (the finger is off), `missing-value`, `implausible-value`.
    package var dropped: [String: Int]
    /// Bit n is set where a valid sample stands for the minute's n-th second.
    package var seconds: UInt64
    /// In the order of the values.
    package var ranges: [Range]

    package init(frames: Int, valid: Int, dropped: [String: Int], seconds: UInt64, ranges: [Range]) {
        self.frames = frames
        self.valid = valid
        self.dropped = dropped
        self.seconds = seconds
        self.ranges = ranges
    }

    package var validSeconds: Int { seconds.nonzeroBitCount }

    /// The seconds for which there are valid samples, as runs of the minute's 60.
    package var spans: [ClosedRange<Int>] {
        var spans: [ClosedRange<Int>] = []
        var first: Int?
        for second in 0...60 {
            let isValid = second < 60 && seconds & (1 << UInt64(second)) != 0
            if isValid {
                first = first ?? second
            } else if let begun = first {
                spans.append(begun...(second - 1))
                first = nil
            }
        }
        return spans
    }

    /// The seconds between two valid ones for which nothing valid came.
    package var gaps: [ClosedRange<Int>] { zip(spans, spans.dropFirst()).map { ($0.upperBound + 1)...($1.lowerBound - 1) } }

    package func range(of name: String) -> Range? { ranges.first { $0.name == name } }
}
