import Readings

/// What goes to make room, in small steps: the bodies of frames. The row of a frame stays, with what became of it, when and why
/// its body went and how long it was, so that every sum over frames is as it was.
///
/// Never: a reading, or anything else than a body; the body of a frame that waits or is quarantined, or one of whose readings is,
/// or that a sink has still to be given; the latest packets of a source and the latest minutes of a device, by which a redelivery
/// is known.
package enum Thinning {
    /// In this order, where there is too little room: what is worth least goes first.
    package enum Stage: String, Sendable, Hashable, CaseIterable {
        /// Frames that said nothing new: duplicates, and what was no measurement.
        case idle
        /// Frames whose readings every sink has.
        case told
        /// Minutes of streams: of these the samples are more than the readings say.
        case minutes
        /// What could not be read: a mended profile may read it yet.
        case refused

        /// A condition on a row of `frames`.
        fileprivate var condition: String {
            switch self {
            case .idle: "minute IS NULL AND fate IN ('duplicate', 'ignored')"
            case .told: "minute IS NULL AND fate IN ('reading', 'conflict')"
            case .minutes: "minute IS NOT NULL AND fate <> 'waiting'"
            case .refused: "minute IS NULL AND fate IN ('incomplete', 'rejected')"
            }
        }
    }

    package enum Cause: String, Sendable, Hashable {
        /// Older than the configuration wants it kept.
        case age
        /// The database had come near its greatest size.
        case cap
    }

    /// What may go.
    package struct Order: Sendable {
        package let cause: Cause
        package let at: Instant
        fileprivate let condition: String
        fileprivate let before: Instant?

        /// All that arrived before, by a clock that was right.
        package static func age(before: Instant, at: Instant) -> Order {
            let any = Stage.allCases.map { "(\($0.condition))" }.joined(separator: " OR ")
            return Order(cause: .age, at: at, condition: "(\(any))", before: before)
        }

        /// All of one stage, whenever it arrived.
        package static func cap(_ stage: Stage, at: Instant) -> Order {
            Order(cause: .cap, at: at, condition: stage.condition, before: nil)
        }
    }

    /// What one step did.
    package struct Step: Sendable, Hashable {
        /// The row behind which the next step begins; nil at the end.
        package let last: Int64?
        package let count: Int
        /// How long everybody else had to wait.
        package let took: Duration
    }

    /// Of each source, by `IntakeTransaction.redelivery`; of each device, by its minutes.
    static let (packetsKept, minutesKept) = (1000, 3)
}

extension Store {
    /// One step, in one transaction: looks at `rows` frames behind row `after`.
    package func thin(_ order: Thinning.Order, after: Int64, rows: Int) throws(StoreFailure) -> Thinning.Step {
        let began = ContinuousClock.now
        try database.run(script: """
            PRAGMA temp_store = MEMORY;
            CREATE TEMP TABLE IF NOT EXISTS leaving AS SELECT * FROM frames WHERE 0;
            """)
        // At its greatest size the file must be allowed to grow a little, so that it can shrink.
        try database.limit(pages: Database.anyPages)
        defer { try? database.limit(pages: mostPages) }
        let (last, count) = try database.change { () throws(StoreFailure) in
            guard let last = try database.lastFrame(of: rows, after: after, before: order.before) else { return (nil as Int64?, 0) }
            return (last, try database.thin(order, after: after, through: last))
        }
        return Thinning.Step(last: last, count: count, took: .now - began)
    }
}

extension Database {
    /// The last of the next `rows` frames; nil behind the last of all, and where all that follow are younger.
    fileprivate func lastFrame(of rows: Int, after: Int64, before: Instant?) throws(StoreFailure) -> Int64? {
        let range = try statement("""
            SELECT max(id), min(arrival) FROM (
              SELECT id, coalesce(restamped, arrived) AS arrival FROM frames WHERE id > ? ORDER BY id LIMIT ?)
            """)
        range.bind(after)
        range.bind(rows)
        let found = try range.first { row in (row.optionalInteger(), row.optionalInteger()) } ?? (nil, nil)
        guard let last = found.0, let oldest = found.1 else { return nil }
        // Rows stand in the order in which they arrived; a day is for clocks that moved.
        if let before, oldest > before.milliseconds + 86_400_000 { return nil }
        return last
    }

    fileprivate func thin(_ order: Thinning.Order, after: Int64, through last: Int64) throws(StoreFailure) -> Int {
        let columns = try statement("SELECT name FROM pragma_table_info('frames') ORDER BY cid").rows { $0.text() }
        let thinner = columns.map { name in
            switch name {
            case "body": "x''"
            case "thinned": "?4"
            case "thinned_for": "?5"
            case "thinned_bytes": "length(body)"
            default: name
            }
        }.joined(separator: ", ")
        let choose = try statement(kept: """
            INSERT INTO temp.leaving
            WITH spared(source, id) AS MATERIALIZED (
              SELECT name, ifnull((SELECT id FROM frames f WHERE f.source = name AND f.packet_id IS NOT NULL
                ORDER BY id DESC LIMIT 1 OFFSET \(Thinning.packetsKept - 1)), 0) FROM sources)
            SELECT \(thinner) FROM frames
            WHERE id > ?1 AND id <= ?2 AND \(order.condition) AND thinned IS NULL AND length(body) > 0
              AND (?3 IS NULL OR ((synced OR restamped IS NOT NULL) AND coalesce(restamped, arrived) < ?3))
              AND (packet_id IS NULL OR id < (SELECT spared.id FROM spared WHERE spared.source = frames.source))
              AND (minute IS NULL OR EXISTS (SELECT 1 FROM frames n WHERE n.device = frames.device AND n.minute > frames.minute
                LIMIT 1 OFFSET \(Thinning.minutesKept - 1)))
              AND NOT EXISTS (SELECT 1 FROM readings r WHERE r.frame = frames.id AND (r.state = 'quarantined' OR r.id >= ?6
                OR r.id IN (SELECT ref FROM exceptions x JOIN journal j ON j.seq = x.seq
                  WHERE x.state IN ('waiting', 'held') AND j.lane = 'bulk')))
            """)
        choose.bind(after)
        choose.bind(last)
        choose.bind(order.before)
        choose.bind(order.at)
        choose.bind(order.cause)
        choose.bind(try firstOwedReading())
        try choose.run()
        let count = changes
        guard count > 0 else { return 0 }
        // Not an update: rows that shrink where they are leave their pages half empty, and give nothing back. What names a frame
        // is not asked whether it is there until the commit; by then it is again.
        try statement("PRAGMA defer_foreign_keys = ON").run()
        try statement("DELETE FROM frames WHERE id IN (SELECT id FROM temp.leaving)").run()
        let names = columns.joined(separator: ", ")
        try statement(kept: "INSERT INTO frames(\(names)) SELECT \(names) FROM temp.leaving ORDER BY id").run()
        try statement("DELETE FROM temp.leaving").run()
        return count
    }

    /// The first reading that some sink has not come to. Readings stand in the journal in the order of their rows.
    private func firstOwedReading() throws(StoreFailure) -> Int64 {
        try statement("""
            SELECT r.id FROM journal j JOIN readings r ON r.id = j.ref
            WHERE j.lane = 'bulk' AND j.seq > (SELECT min(seq) FROM cursors WHERE lane = 'bulk') ORDER BY j.seq LIMIT 1
            """).first { $0.integer() } ?? .max
    }
}
