/// How long to wait before the next try: doubling, with jitter so that many gateways do not come back at once.
package struct Backoff: Sendable {
    private let first: Duration
    private let most: Duration
    private var next: Duration

    package init(first: Duration = .milliseconds(500), most: Duration = .seconds(60)) {
        self.first = first
        self.most = most
        next = first
    }

    package mutating func delay() -> Duration {
        defer { next = min(next * 2, most) }
        return next * Double.random(in: 0.75...1.25)
    }

    package mutating func reset() { next = first }
}
