import Alarms
import CSQLite
import Glibc
import Readings
import Testing

@testable import Store

/// A folder with a database of its own, gone with the value.
final class TemporaryFolder {
    let path: String
    var database: String { path + "/vitalgate.db" }

    init() {
        var template = Array("/tmp/vitalgate-store-XXXXXX".utf8CString)
        path = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
    }

    deinit {
        for suffix in ["", "-wal", "-shm", "-journal", "-spare", "-spare.new", "-damaged", "-salvaging", "-salvaged"] { unlink(database + suffix) }
        rmdir(path)
    }

    func store() throws -> Store { try Store(path: database) }

    /// What someone with the file and SQLite can do to it, foreign keys or not.
    func tamper(_ sql: String) throws {
        let connection = try Database(path: database, .readWrite)
        try connection.run(script: "PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = OFF; \(sql)")
    }

    func value(_ sql: String) throws -> String {
        let connection = try Database(path: database, .readOnly)
        return try withExtendedLifetime(connection) { try connection.statement(composed: sql).first { $0.text() } ?? "" }
    }
}

let scale = DeviceID(address: "C8:47:8C:C0:95:89")!
let cuff = DeviceID(address: "A4:C1:38:00:11:22")!
let noon = Instant(rfc3339: "2024-06-15T12:00:00Z")!

func weight(_ text: String, impedance: String? = nil) -> Reading {
    let kind = Kind.bodyWeight
    var values = [Reading.Value("weight", Quantity(ExactDecimal(text)!, .kilogram), kind.vital("weight")!)]
    if let impedance {
        values.append(Reading.Value("impedance", Quantity(ExactDecimal(impedance)!, .ohm), kind.vital("impedance")!))
    }
    return Reading(
        kind, values, deviceTime: CivilTime(iso: "2024-06-15T13:59:00")!, number: 7, user: 2, marks: ["weight \"unstable\""])
}

func pressure(_ systolic: String) -> Reading {
    let kind = Kind.bloodPressure
    return Reading(
        kind, [Reading.Value("systolic", Quantity(ExactDecimal(systolic)!, .mmHg), kind.vital("systolic")!)],
        deviceTime: CivilTime(iso: "2024-06-15T13:30:00")!)
}

func frame(
    _ fate: Fate = .reading, source: String = "home", body: String = "frame", packet: UInt16? = nil, connection: Int64? = nil,
    duplicateOf: Int64? = nil, device: DeviceID = scale
) -> FrameRecord {
    FrameRecord(
        source: source, format: "raw-frames", topic: "vitals/in", device: device, profile: "xiaomi/mi-smart-scale",
        profileVersion: "3", arrived: Arrival(wall: noon, monotonic: 12_345_678_901, boot: "c2f0b1d4-0000-4000-8000-1234567890ab"),
        custody: .acknowledged, connection: connection, packetID: packet, body: Array(body.utf8), fate: fate,
        code: fate == .reading ? nil : "some-code", duplicateOf: duplicateOf)
}

func record(
    _ reading: Reading, _ identity: String, revision: Int = 1, quarantined: Bool = false, conflictOf: Int64? = nil,
    device: DeviceID = scale, at: Instant = noon
) -> ReadingRecord {
    ReadingRecord(
        device: device, reading: reading, identity: ReadingIdentity(identity), revision: revision,
        measuredAt: quarantined ? nil : MeasuredAt(at, .device),
        quarantine: quarantined ? ReadingRecord.Quarantine(code: "clock-unset", detail: "set the clock") : nil,
        conflictOf: conflictOf)
}

extension Store {
    /// One received frame that became one reading. Returns the reading's row.
    @discardableResult
    nonisolated func take(_ identity: String, _ reading: Reading = weight("79.8"), source: String = "home") throws -> Int64 {
        try intake { transaction in
            transaction.received(source: source)
            let row = try transaction.append(frame(source: source))
            return try transaction.append(record(reading, identity), of: row, at: noon)
        }
    }
}

func episode(level: AlarmLevel = .warning, newest: Instant = noon) -> Episode {
    Episode(
        id: "BP1/blood-pressure.systolic", condition: Condition(device: cuff, vital: "blood-pressure.systolic"), level: level,
        side: .high, raisedAt: noon, newest: newest)
}

func event(_ phase: AlarmEvent.Phase, _ episode: Episode, reading: String = "BP1", at: Instant = noon) -> AlarmEvent {
    AlarmEvent(
        phase, episode, reading: ReadingIdentity(reading), value: Quantity(ExactDecimal("181")!, .mmHg),
        limit: phase == .cleared ? nil : ExactDecimal("135"), measuredAt: MeasuredAt(at, .device))
}
