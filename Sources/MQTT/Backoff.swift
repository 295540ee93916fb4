/// The waits between tries to connect: doubling, with jitter, so that a fleet does not come back all at once.
struct Backoff {
    private let first: Duration
    private let most: Duration
    private var next: Duration

    init(first: Duration, most: Duration) {
        self.first = first
        self.most = most
        next = first
    }

    /// - Parameter lived: how long the connection stood. Only one that outlived the longest wait counts as good: a broker that
    ///   takes us and drops us, a disk that is full, or a twin with our client id must not be met every half second.
    mutating func wait(after lived: Duration) -> Duration {
        if lived >= most { next = first }
        defer { next = min(next * 2, most) }
        return next * Double.random(in: 0.75...1.25)
    }
}
