import Alarms
import People
import Readings

extension AlarmEvent {
    /// Of `alarm_events e` and their `alarms a`.
    static let columns = """
        e.phase, e.episode, a.device, a.vital, a.person, e.level, e.side, a.raised_at, e.newest_at, a.since, e.until, e.extreme, \
        e.reading, e.value, e."limit", \
        e.measured_at, e.time_quality
        """

    /// From a row of `columns`.
    init(_ row: Statement) throws(StoreFailure) {
        let phase: Phase = try row.word()
        self.init(
            phase, try Episode(row), reading: ReadingIdentity(row.text()), value: try row.quantity(),
            limit: try row.optionallyParsed("limit", ExactDecimal.init(stored:)),
            measuredAt: MeasuredAt(row.instant(), try row.word()))
    }
}

extension Episode {
    /// From `id, device, vital, person, level, side, raised_at, newest_at, since, until, extreme`.
    init(_ row: Statement) throws(StoreFailure) {
        self.init(
            id: row.text(),
            condition: Condition(
                device: try row.device(), vital: row.text(), person: try row.optionallyParsed("person", PersonID.init)),
            level: try row.word(), side: try row.word(), raisedAt: row.instant(), newest: row.instant())
        since = row.optionalInteger().map(Instant.init(milliseconds:))
        until = row.optionalInteger().map(Instant.init(milliseconds:))
        extreme = try row.optionallyParsed("extreme", ExactDecimal.init(stored:))
    }
}
