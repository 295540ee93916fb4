import Readings

/// What can be done within one `Store.intake`. All of it is on disk when `intake` returns, and none of it when it throws.
///
/// After a method has thrown, the whole transaction is void, whatever the body does with the error.
package struct IntakeTransaction: ~Copyable {
    let database: Database
    private var tallies: [Tally.Key: Tally.Growth] = [:]
    private var received: [String: Int] = [:]

    init(in database: Database) { self.database = database }

    // MARK: What never comes into custody

    /// Counts `count` items that came in by `source`; each becomes a frame or is counted with a code.
    package mutating func received(source: String, count: Int = 1) {
        received[source, default: 0] += count
    }

    /// Counts an item that does not come into custody, or `count` that are alike.
    package mutating func count(source: String, code: String, detail: String? = nil, count: Int = 1, at: Instant) {
        tallies[Tally.Key(source: source, code: code), default: Tally.Growth(at: at)].add(count, detail, at: at)
    }

    /// Writes the counters, once a transaction.
    mutating func writeCounters() throws(StoreFailure) {
        for (source, count) in received {
            let statement = try database.statement("""
                INSERT INTO sources(name, received) VALUES (?, ?)
                ON CONFLICT(name) DO UPDATE SET received = received + excluded.received
                """)
            statement.bind(source)
            statement.bind(count)
            try statement.run()
        }
        for (key, growth) in tallies {
            let statement = try database.statement("""
                INSERT INTO tallies(source, code, count, last_at, last_detail) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT(source, code) DO UPDATE SET
                  count = count + excluded.count, last_at = excluded.last_at, last_detail = excluded.last_detail
                """)
            statement.bind(key.source)
            statement.bind(key.code)
            statement.bind(growth.count)
            statement.bind(growth.lastAt)
            statement.bind(growth.lastDetail)
            try statement.run()
        }
        received = [:]
        tallies = [:]
    }

    // MARK: Devices

    /// All enrolled devices, if any of them changed since `version`; nil otherwise.
    package func enrolledDevices(ifChangedSince version: Int64?) throws(StoreFailure) -> Enrolment? {
        try database.enrolment(ifChangedSince: version)
    }

    // MARK: Connections

    /// A number for a connection that begins now, higher than all before it, also of earlier runs.
    package func openConnection(of source: String) throws(StoreFailure) -> Int64 {
        let statement = try database.statement("""
            INSERT INTO sources(name, connections) VALUES (?, 1)
            ON CONFLICT(name) DO UPDATE SET connections = connections + 1 RETURNING connections
            """)
        statement.bind(source)
        return try statement.first { $0.integer() } ?? 0
    }
}

extension Tally {
    fileprivate struct Key: Hashable {
        var source: String
        var code: String
    }

    fileprivate struct Growth {
        var count = 0
        var lastAt: Instant
        var lastDetail: String?

        init(at: Instant) { lastAt = at }

        mutating func add(_ more: Int, _ detail: String?, at: Instant) {
            count += more
            lastAt = at
            lastDetail = detail
        }
    }
}
