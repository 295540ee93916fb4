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
        let statement = try database.statement("""
            SELECT measured_at, time_quality, qualifier, "values" FROM readings
            WHERE device = ? AND kind = ? AND measured_at BETWEEN ? AND ? AND state = 'current' ORDER BY measured_at, id
            """)
        statement.bind(device.description)
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
