import People
import Readings

extension Store {
    /// Enrols a device, or changes what is said of one that is.
    package func enroll(_ device: EnrolledDevice) throws(StoreFailure) {
        try database.change { () throws(StoreFailure) in
            let statement = try database.statement("""
                INSERT INTO devices(id, name, profile, enrolled_at, enrolled_by, key_file) VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT(id) DO UPDATE SET name = excluded.name, profile = excluded.profile,
                  enrolled_at = excluded.enrolled_at, enrolled_by = excluded.enrolled_by, key_file = excluded.key_file
                """)
            statement.bind(device.id.description)
            statement.bind(device.name)
            statement.bind(device.profile)
            statement.bind(device.enrolledAt)
            statement.bind(device.enrolledBy)
            statement.bind(device.keyFile)
            try statement.run()
            try database.raiseEnrolmentVersion()
        }
    }

    /// Ends the enrolment; what is stored of the device stays. Whoever enrolls it again says again whose it is.
    /// False where it was not enrolled.
    @discardableResult
    package func forget(_ device: DeviceID, at: Instant, by who: String) throws(StoreFailure) -> Bool {
        try database.change { () throws(StoreFailure) in
            let statement = try database.statement("DELETE FROM devices WHERE id = ?")
            statement.bind(device.description)
            try statement.run()
            guard database.changes == 1 else { return false }
            try database.note(nil, of: device)
            if try database.household().knows(device) { try database.write(Assignment(device, since: at, [], at: at, by: who)) }
            try database.raiseEnrolmentVersion()
            return true
        }
    }

    /// All enrolled devices, if any of them changed since `version`; nil otherwise.
    package func enrolment(ifChangedSince version: Int64?) throws(StoreFailure) -> Enrolment? {
        try database.snapshot { () throws(StoreFailure) in try database.enrolment(ifChangedSince: version) }
    }

    /// All enrolled devices, by address.
    package func enrolledDevices() throws(StoreFailure) -> [EnrolledDevice] {
        try database.enrolledDevices()
    }
}

extension Database {
    /// In a transaction the two reads belong together.
    func enrolment(ifChangedSince version: Int64?) throws(StoreFailure) -> Enrolment? {
        let current = try enrolmentVersion()
        return current == version ? nil : Enrolment(version: current, devices: try enrolledDevices(), household: try household())
    }

    func enrolmentVersion() throws(StoreFailure) -> Int64 {
        try statement("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'enrolment-version'").first { $0.integer() } ?? 0
    }

    fileprivate func enrolledDevices() throws(StoreFailure) -> [EnrolledDevice] {
        try statement("SELECT id, name, profile, enrolled_at, enrolled_by, key_file FROM devices ORDER BY id")
            .rows { row throws(StoreFailure) in
                EnrolledDevice(
                    id: try row.device(), name: row.text(), profile: row.optionalText(), enrolledAt: row.instant(),
                    enrolledBy: row.text(), keyFile: row.optionalText())
            }
    }

    /// What a gateway remembers of devices, persons and alarms is not what stands here any more.
    func raiseEnrolmentVersion() throws(StoreFailure) {
        try statement("""
            INSERT INTO meta(key, value) VALUES ('enrolment-version', '1')
            ON CONFLICT(key) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)
            """).run()
    }
}
