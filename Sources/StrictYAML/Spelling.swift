/// Guesses which word was meant.
package enum Spelling {
    /// The word nearest to this one, if it is near enough to be a slip of the finger: one letter wrong, missing,
    /// extra or swapped with its neighbour, or two of those in a word of six letters or more. Case does not count;
    /// of equally near words the first is taken.
    package static func nearest(_ word: String, among known: [String]) -> String? {
        let limit = word.count < 6 ? 1 : 2
        let near = known.map { (word: $0, distance: distance(word.lowercased(), $0.lowercased())) }
            .filter { $0.distance <= limit }
        return near.min { $0.distance < $1.distance }?.word
    }

    /// Edit distance with swaps of neighbours (optimal string alignment).
    private static func distance(_ one: String, _ other: String) -> Int {
        let (one, other) = (Array(one), Array(other))
        var before: [Int] = []
        var above = Array(0...other.count)
        for row in one.indices {
            var current = [row + 1]
            for column in other.indices {
                let same = one[row] == other[column]
                var least = min(above[column + 1] + 1, current[column] + 1, above[column] + (same ? 0 : 1))
                if row > 0, column > 0, one[row] == other[column - 1], one[row - 1] == other[column] {
                    least = min(least, before[column - 1] + 1)
                }
                current.append(least)
            }
            (before, above) = (above, current)
        }
        return above[other.count]
    }
}
