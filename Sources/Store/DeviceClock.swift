import Readings

/// One look at a device's clock, taken before anything was set.
package struct DeviceClock: Sendable, Hashable {
    package var device: DeviceID
    /// What the device told, as text; nil where it told no time that a calendar has.
    package var said: String?
    /// How far it was ahead of the gateway's wall clock, in milliseconds.
    package var ahead: Int64
    /// Whether it was then set to the gateway's.
    package var wasSet: Bool
    package var at: Arrival
    /// `at.wall`, told once a clock was right that was not then.
    package var restamped: Instant?

    package init(device: DeviceID, said: String?, ahead: Int64, wasSet: Bool, at: Arrival, restamped: Instant? = nil) {
        self.device = device
        self.said = said
        self.ahead = ahead
        self.wasSet = wasSet
        self.at = at
        self.restamped = restamped
    }

    /// Against the true time, as far as is known by now: where our own clock moves, the difference to it moves the other way.
    package var measurement: ClockHistory.Measurement {
        let right = restamped ?? at.wall
        return ClockHistory.Measurement(
            at: right, ahead: ahead - (right.milliseconds - at.wall.milliseconds), wasSet: wasSet && (at.isSynchronised))
    }
}

extension IntakeTransaction {
    /// Keeps what was measured of a device's clock. Before its records of that session are filed, so that they are corrected.
    package func append(_ clock: DeviceClock) throws(StoreFailure) {
        let statement = try database.statement("""
            INSERT INTO device_clocks(device, said, ahead, was_set, at, monotonic, boot, synced) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """)
        statement.bind(clock.device.description)
        statement.bind(clock.said)
        statement.bind(clock.ahead)
        statement.bind(clock.wasSet)
        statement.bind(clock.at)
        try statement.run()
    }

    /// Says that the clock that was looked at last was then set, and read back right.
    package func clockWasSet(of device: DeviceID) throws(StoreFailure) {
        let statement = try database.statement("""
            UPDATE device_clocks SET was_set = 1 WHERE id = (SELECT max(id) FROM device_clocks WHERE device = ?)
            """)
        statement.bind(device.description)
        try statement.run()
    }

    /// What was measured of a device's clock, oldest first; the latest 64 times.
    package func clockHistory(of device: DeviceID) throws(StoreFailure) -> ClockHistory {
        ClockHistory(try database.clocks(of: device, limit: 64).map(\.measurement))
    }

    /// Says when clocks were looked at, now that our own is right.
    package func restampClocks(by now: Arrival) throws(StoreFailure) {
        let statement = try database.statement("""
            UPDATE device_clocks SET restamped = ?1 - (?2 / 1000000 - monotonic / 1000000)
            WHERE boot = ?3 AND synced = 0 AND restamped IS NULL
            """)
        statement.bind(now.wall)
        statement.bind(Int64(bitPattern: now.monotonic))
        statement.bind(now.boot)
        try statement.run()
    }
}

extension Store {
    /// What was measured of a device's clock, oldest first.
    package func clocks(of device: DeviceID, limit: Int = 1000) throws(StoreFailure) -> [DeviceClock] {
        try database.clocks(of: device, limit: limit)
    }
}

extension Database {
    fileprivate func clocks(of device: DeviceID, limit: Int) throws(StoreFailure) -> [DeviceClock] {
        let statement = try statement("""
            SELECT device, said, ahead, was_set, at, monotonic, boot, synced, restamped FROM device_clocks
            WHERE device = ? ORDER BY id DESC LIMIT ?
            """)
        statement.bind(device.description)
        statement.bind(limit)
        return try statement.rows { row throws(StoreFailure) in
            DeviceClock(
                device: try row.device(), said: row.optionalText(), ahead: row.integer(), wasSet: row.flag(), at: row.arrival(),
                restamped: row.optionalInteger().map(Instant.init(milliseconds:)))
        }.reversed()
    }
}
