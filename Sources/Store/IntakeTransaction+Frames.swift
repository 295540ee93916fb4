import Readings

extension IntakeTransaction {
    /// Takes a frame into custody. Returns its row.
    @discardableResult
    package func append(_ frame: FrameRecord) throws(StoreFailure) -> Int64 {
        let statement = try database.statement("""
            INSERT INTO frames(
              source, format, topic, device, profile, profile_version, arrived, monotonic, boot, synced, custody, retained,
              connection, packet_id, place, body, fate, code, detail, duplicate_of, items, minute)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        statement.bind(frame.source)
        statement.bind(frame.format)
        statement.bind(frame.topic)
        statement.bind(frame.device.description)
        statement.bind(frame.profile)
        statement.bind(frame.profileVersion)
        statement.bind(frame.arrived)
        statement.bind(frame.custody)
        statement.bind(frame.isRetained)
        statement.bind(frame.connection)
        statement.bind(frame.packetID.map { Int($0) })
        statement.bind(frame.place)
        statement.bind(frame.body)
        statement.bind(frame.fate)
        statement.bind(frame.code)
        statement.bind(frame.detail)
        statement.bind(frame.duplicateOf)
        statement.bind(frame.items)
        statement.bind(frame.minute)
        try statement.run()
        return database.lastRow
    }

    /// Gives a waiting frame the fate that it ends in. False where the frame was not waiting, and nothing was changed.
    @discardableResult
    package func settle(
        waiting frame: Int64, as fate: Fate, code: String? = nil, detail: String? = nil, duplicateOf: Int64? = nil
    ) throws(StoreFailure) -> Bool {
        let statement = try database.statement("""
            UPDATE frames SET fate = ?, code = ?, detail = ?, duplicate_of = ? WHERE id = ? AND fate = 'waiting'
            """)
        statement.bind(fate)
        statement.bind(code)
        statement.bind(detail)
        statement.bind(duplicateOf)
        statement.bind(frame)
        try statement.run()
        return database.changes == 1
    }

    /// Notes the text that a frame is read by, where it is another than when the frame came.
    package func note(profileVersion: String, of frame: Int64) throws(StoreFailure) {
        let statement = try database.statement("UPDATE frames SET profile_version = ? WHERE id = ?")
        statement.bind(profileVersion)
        statement.bind(frame)
        try statement.run()
    }

    /// The frames of `device` that still wait, oldest first.
    package func waitingFrames(of device: DeviceID) throws(StoreFailure) -> [StoredFrame] {
        let statement = try database.statement(
            composed: "SELECT \(StoredFrame.columns) FROM frames WHERE device = ? AND fate = 'waiting' AND minute IS NULL ORDER BY id")
        statement.bind(device.description)
        return try statement.rows(StoredFrame.init)
    }

    /// The frames of all devices that still wait, oldest first; for minutes of streams see `openMinutes`.
    package func waitingFrames() throws(StoreFailure) -> [StoredFrame] {
        let statement = try database.statement(
            composed: "SELECT \(StoredFrame.columns) FROM frames WHERE fate = 'waiting' AND minute IS NULL ORDER BY id")
        return try statement.rows(StoredFrame.init)
    }

    /// Whether the broker sent again what was committed over an earlier connection: the same packet and the same bytes
    /// among the last 1000 frames of that source, and the same device of those that the message is about. nil too where that frame became no reading: then decoding it again
    /// does no harm.
    ///
    /// A broker that forgot our session counts its packets from 1 again, and a device without a clock may send the same
    /// bytes every day. So ask only on a connection whose CONNACK said `session present`; there packet numbers go on
    /// where they were and come round after 65535.
    package func redelivery(
        source: String, packetID: UInt16, connection: Int64, device: DeviceID, body: [UInt8]
    ) throws(StoreFailure) -> Redelivery? {
        let statement = try database.statement("""
            SELECT f.id, f.arrived, f.monotonic, f.boot, f.synced, r.id, r.identity
            FROM (
              SELECT id, device, arrived, monotonic, boot, synced, connection, packet_id, body, duplicate_of FROM frames
              WHERE source = ? AND packet_id IS NOT NULL ORDER BY id DESC LIMIT 1000
            ) f JOIN readings r ON r.id = coalesce(f.duplicate_of, (SELECT min(id) FROM readings WHERE frame = f.id))
            WHERE f.packet_id = ? AND f.connection < ? AND f.device = ? AND f.body = ?
            ORDER BY f.id DESC LIMIT 1
            """)
        statement.bind(source)
        statement.bind(Int(packetID))
        statement.bind(connection)
        statement.bind(device.description)
        statement.bind(body)
        return try statement.first { row throws(StoreFailure) in
            Redelivery(
                frame: row.integer(), arrived: row.arrival(), reading: row.integer(),
                identity: ReadingIdentity(row.text()))
        }
    }
}
