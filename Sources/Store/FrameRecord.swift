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
    package var custody: Custody
    /// An MQTT retained message: it may be old, whenever it arrived.
    package var isRetained: Bool
    /// The number of the connection that it came over, see `IntakeTransaction.openConnection(of:)`.
    package var connection: Int64?
    /// The MQTT packet identifier in that connection.
    package var packetID: UInt16?
    /// What was received, byte for byte, to decode it again later.
    package var body: [UInt8]
    package var fate: Fate
    /// The closed code for the fate; nil for readings.
    package var code: String?
    package var detail: String?
    /// The row of the reading that says the same. Set exactly when `fate` is `.duplicate`.
    package var duplicateOf: Int64?

    package init(
        source: String, format: String, topic: String? = nil, device: DeviceID, profile: String? = nil,
        profileVersion: String? = nil, arrived: Arrival, custody: Custody, isRetained: Bool = false,
        connection: Int64? = nil, packetID: UInt16? = nil, body: [UInt8],
        fate: Fate, code: String? = nil, detail: String? = nil, duplicateOf: Int64? = nil
    ) {
        self.source = source
        self.format = format
        self.topic = topic
        self.device = device
        self.profile = profile
        self.profileVersion = profileVersion
        self.arrived = arrived
        self.custody = custody
        self.isRetained = isRetained
        self.connection = connection
        self.packetID = packetID
        self.body = body
        self.fate = fate
        self.code = code
        self.detail = detail
        self.duplicateOf = duplicateOf
    }
}

/// A frame as the store has it.
package struct StoredFrame: Sendable, Hashable, Identifiable {
    package let id: Int64
    package let record: FrameRecord
}

extension StoredFrame {
    static let columns = """
        id, source, format, topic, device, profile, profile_version, arrived, monotonic, boot, custody, retained, \
        connection, packet_id, body, fate, code, detail, duplicate_of
        """

    /// From a row of `columns`.
    init(_ row: Statement) throws(StoreFailure) {
        id = row.integer()
        record = FrameRecord(
            source: row.text(), format: row.text(), topic: row.optionalText(), device: try row.device(),
            profile: row.optionalText(), profileVersion: row.optionalText(), arrived: row.arrival(),
            custody: try row.word(), isRetained: row.flag(), connection: row.optionalInteger(),
            packetID: row.optionalInteger().flatMap { UInt16(exactly: $0) }, body: row.bytes(), fate: try row.word(),
            code: row.optionalText(), detail: row.optionalText(), duplicateOf: row.optionalInteger())
    }
}
