/// What is measured at one time lies together in every index, whoever measured it: then a reading costs beside ten million others
/// what it costs beside a thousand, since it is written where the latest were. Sorted by device or person first, each would
/// touch pages of its own.
extension Schema {
    static let version6 = """
        ALTER TABLE readings ADD COLUMN by_time TEXT GENERATED ALWAYS AS (\(byTime("identity"))) VIRTUAL;
        ALTER TABLE readings ADD COLUMN day INTEGER GENERATED ALWAYS AS (\(day(of: "measured_at"))) VIRTUAL;
        -- As in version 2. The index behind the constraint is written anew from what it says now.
        PRAGMA writable_schema = ON;
        UPDATE sqlite_schema SET sql = replace(sql, 'UNIQUE(identity, revision)', 'UNIQUE(by_time, revision)')
          WHERE type = 'table' AND name = 'readings';
        PRAGMA writable_schema = RESET;
        REINDEX readings;

        DROP INDEX readings_in_time;
        CREATE INDEX readings_in_time ON readings(day, device, kind) WHERE state = 'current';
        DROP INDEX readings_of_persons;
        CREATE INDEX readings_of_persons ON readings(day, person, kind) WHERE person IS NOT NULL AND state = 'current';
        -- Who stands on a shared scale is told by what each weighed last, whenever that was.
        CREATE INDEX readings_weighed ON readings(person, kind, measured_at)
          WHERE person IS NOT NULL AND state = 'current' AND kind IN ('body-weight', 'body-composition');
        """

    /// An identity with its time in front: `body-weight.20210411T161901.C8478CC09589`. Of a device, nothing stands before the
    /// first dot but its name.
    /// - Parameter identity: an expression of SQL.
    static func byTime(_ identity: String) -> String {
        "substr(\(identity), instr(\(identity), '.') + 1) || '.' || substr(\(identity), 1, instr(\(identity), '.') - 1)"
    }

    /// The days since 1970, in UTC, of an expression in milliseconds.
    static func day(of milliseconds: String) -> String { "\(milliseconds) / 86400000" }

    /// A table expression `days(day)`: each day on which there is something to find in `index`, a step in it for each.
    /// - Parameters:
    ///   - index: one that begins with the day.
    ///   - condition: what the rows of that index have in common.
    ///   - first, last: expressions in milliseconds; nil for all days.
    static func days(in index: String, where condition: String, from first: String? = nil, to last: String? = nil) -> String {
        let (from, to) = (first.map { "AND day >= \(day(of: $0))" } ?? "", last.map { "AND day <= \(day(of: $0))" } ?? "")
        return """
            days(day) AS (
              SELECT min(day) FROM readings INDEXED BY \(index) WHERE \(condition) \(from)
              UNION ALL
              SELECT (SELECT min(day) FROM readings INDEXED BY \(index) WHERE \(condition) AND day > days.day \(to))
              FROM days WHERE days.day IS NOT NULL)
            """
    }
}
