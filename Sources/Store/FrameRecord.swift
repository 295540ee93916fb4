import Readings

/// What was received from an enrolled device, and what it became.
package struct FrameRecord: Sendable, Hashable {
    /// Where it came from, by its name in the configuration.
    package var source: String
    /// How `body` is to be read, e.g. the relay's name.
    package var format: String
    package var topic: String?
    package var device: DeviceID
    package var profile: String?
    package var profileVersion: String?
    package var arrived: Arrival
    /// When it arrived, told once a clock was right that was not then.
    package var restamped: Instant?
    package var custody: Custody
    /// An MQTT retained message: it may be old, whenever it arrived.
    package var isRetained: Bool
    /// The number of the connection that it came over, see `IntakeTransaction.openConnection(of:)`.
    package var connection: Int64?
    /// The MQTT packet identifier in that connection.
    package var packetID: UInt16?
    /// Its place among all that its message says, see `Batch`; nil of frames stored by version 1.
    package var place: Int?
    /// What was received, byte for byte, to decode it again later.
    package var body: [UInt8]
    package var fate: Fate
    /// The closed code for the fate; nil for readings.
    package var code: String?
    package var detail: String?
    /// The row of the reading that says the same. Set exactly when `fate` is `.duplicate`.
    package var duplicateOf: Int64?
    /// How many of what was received stand in its body: 1 but for a minute of a stream.
    package var items = 1
    /// When the minute began, of a minute of a stream.
    package var minute: Instant?

    package init(
        source: String, format: String, topic: String? = nil, device: DeviceID, profile: String? = nil,
        profileVersion: String? = nil, arrived: Arrival, restamped: Instant? = nil, custody: Custody, isRetained: Bool = false,
        connection: Int64? = nil, packetID: UInt16? = nil, place: Int? = nil, body: [UInt8],
        fate: Fate, code: String? = nil, detail: String? = nil, duplicateOf: Int64? = nil
    ) {
        self.source = source
        self.format = format
        self.topic = topic
        self.device = device
        self.profile = profile
        self.profileVersion = profileVersion
        self.arrived = arrived
        self.restamped = restamped
        self.custody = custody
        self.isRetained = isRetained
        self.connection = connection
        self.packetID = packetID
        self.place = place
        self.body = body
        self.fate = fate
        self.code = code
        self.detail = detail
        self.duplicateOf = duplicateOf
    }
}

extension FrameRecord {
    /// When it arrived, as far as is known by now, and whether that can be trusted.
    package var arrivedAt: Instant { restamped ?? arrived.wall }
    package var isDated: Bool { arrived.isSynchronised || restamped != nil }
}

/// A frame as the store has it.
package struct StoredFrame: Sendable, Hashable, Identifiable {
    package let id: Int64
    package private(set) var record: FrameRecord
    /// Its body went to make room.
    package let thinned: Thinned?

    package struct Thinned: Sendable, Hashable {
        package let at: Instant
        package let cause: Thinning.Cause
        /// How long the body was.
        package let bytes: Int
    }
}

extension StoredFrame {
    func with(_ body: [UInt8], _ items: Int) -> StoredFrame {
        var frame = self
        (frame.record.body, frame.record.items) = (body, items)
        return frame
    }

    static let columns = """
        id, source, format, topic, device, profile, profile_version, arrived, monotonic, boot, synced, restamped, custody, \
        retained, connection, packet_id, place, body, fate, code, detail, duplicate_of, items, minute, \
        thinned, thinned_for, thinned_bytes
        """

    /// From a row of `columns`.
    init(_ row: Statement) throws(StoreFailure) {
        id = row.integer()
        record = FrameRecord(
            source: row.text(), format: row.text(), topic: row.optionalText(), device: try row.device(),
            profile: row.optionalText(), profileVersion: row.optionalText(), arrived: row.arrival(),
            restamped: row.optionalInteger().map(Instant.init(milliseconds:)), custody: try row.word(), isRetained: row.flag(),
            connection: row.optionalInteger(), packetID: row.optionalInteger().flatMap { UInt16(exactly: $0) },
            place: row.optionalInteger().map { Int($0) }, body: row.bytes(), fate: try row.word(),
            code: row.optionalText(), detail: row.optionalText(), duplicateOf: row.optionalInteger())
        record.items = row.int()
        record.minute = row.optionalInteger().map(Instant.init(milliseconds:))
        let (at, cause, bytes) = (row.optionalInteger(), row.optionalText().flatMap(Thinning.Cause.init), row.optionalInteger())
        thinned = if let at, let cause, let bytes { Thinned(at: Instant(milliseconds: at), cause: cause, bytes: Int(bytes)) } else { nil }
    }
}
