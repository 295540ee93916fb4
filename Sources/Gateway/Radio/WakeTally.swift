/// How often a device woke up since the gateway started, and what came of it.
package struct WakeTally: Sendable, Hashable {
    /// Something was kept of it.
    package private(set) var caught = 0
    /// It was asked, and had nothing to tell.
    package private(set) var idle = 0
    /// It fell asleep before it was read.
    package private(set) var missed = 0
    /// From the first advertisement of a wake to its first value, in milliseconds.
    package private(set) var median: Int?
    package private(set) var worst: Int?

    /// The latest of them, in their order: the median is theirs.
    private var latencies: [Int] = []
    private static let mostKept = 255

    package var count: Int { caught + idle + missed }

    mutating func miss() { missed += 1 }
    mutating func rest() { idle += 1 }

    mutating func note(caughtAfter latency: Duration?) {
        caught += 1
        guard let latency else { return }
        let milliseconds = Int(clamping: Int64(latency / .milliseconds(1)))
        if latencies.count >= WakeTally.mostKept { latencies.removeFirst() }
        latencies.append(milliseconds)
        median = latencies.sorted()[latencies.count / 2]
        worst = max(worst ?? 0, milliseconds)
    }
}
