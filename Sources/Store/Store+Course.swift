import People
import Readings

/// A reading as a chart needs it.
package struct CoursePoint: Sendable, Hashable {
    package let measuredAt: Instant
    package let quality: TimeQuality
    /// As the device said them; the means of a minute's summary.
    package let values: [Reading.Value]
}

extension Store {
    /// How the values of one kind went, of one device, oldest first: what stands, nothing that is quarantined or superseded.
    package func course(
        of device: DeviceID, _ kind: Kind, from first: Instant, to last: Instant
    ) throws(StoreFailure) -> [CoursePoint] {
        try course("device", device.description, in: "readings_in_time", where: "state = 'current'", kind, from: first, to: last)
    }

    /// The same of one person, whatever the device.
    package func course(
        of person: PersonID, _ kind: Kind, from first: Instant, to last: Instant
    ) throws(StoreFailure) -> [CoursePoint] {
        try course(
            "person", person.description, in: "readings_of_persons", where: "person IS NOT NULL AND state = 'current'", kind,
            from: first, to: last)
    }

    private func course(
        _ owner: String, _ name: String, in index: String, where condition: String, _ kind: Kind, from first: Instant, to last: Instant
    ) throws(StoreFailure) -> [CoursePoint] {
        let statement = try database.statement(kept: """
            WITH RECURSIVE \(Schema.days(in: index, where: condition, from: "?3", to: "?4"))
            SELECT measured_at, time_quality, qualifier, "values" FROM days CROSS JOIN readings INDEXED BY \(index) USING (day)
            WHERE \(owner) = ?1 AND kind = ?2 AND measured_at BETWEEN ?3 AND ?4 AND \(condition) ORDER BY measured_at, id
            """)
        statement.bind(name)
        statement.bind(kind)
        statement.bind(first)
        statement.bind(last)
        return try statement.rows { row throws(StoreFailure) in
            let (measuredAt, quality, qualifier) = (row.instant(), try row.word(TimeQuality.self), row.optionalText())
            let values = try row.parsed("list of values", Quantity.all(stored:))
            return CoursePoint(
                measuredAt: measuredAt, quality: quality,
                values: values.compactMap { name, quantity in
                    kind.vital(name, qualifier: qualifier).map { Reading.Value(name, quantity, $0) }
                })
        }
    }
}
