import Foundation
import People
import Readings
import Testing

@testable import Store

/// From the database of the release before, as its daemon left it: 7 frames of a cuff and a scale, 5 readings of which one is
/// quarantined and one superseded, 3 alarm events, one sink that has everything.
struct MigrationTests {
    let folder = TemporaryFolder()

    private func placeVersion1() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../Catalogue/version-1.db").standardizedFileURL
        try FileManager.default.copyItem(atPath: file.path, toPath: folder.database)
    }

    @Test func `a database of version 1 becomes one of this version, and nothing in it says anything else`() async throws {
        try placeVersion1()
        let before = try folder.value("SELECT group_concat(identity || measured_at || state || \"values\", '|') FROM readings WHERE state <> 'quarantined'")
        let store = try folder.store()
        #expect(try folder.value("PRAGMA user_version") == "7")
        let report = try await store.ledger()
        #expect(report.differences == [])
        #expect(report.framesByFate == [.reading: 4, .duplicate: 1, .incomplete: 1, .quarantined: 1])
        #expect(report.readingsByState == [.current: 3, .superseded: 1, .quarantined: 1])
        #expect(report.sinks.allSatisfy { $0.pending == 0 && $0.delivered == $0.entries })
        #expect(try folder.value("SELECT group_concat(identity || measured_at || state || \"values\", '|') FROM readings WHERE state <> 'quarantined'") == before)
        let readings = try await store.readings(limit: 9)
        #expect(readings.map { $0.record.quarantine != nil } == readings.map(\.isWithheld))
        #expect(readings.allSatisfy { $0.origin.arrived.isSynchronised && $0.correction == nil && $0.origin.restamped == nil })
        #expect(readings.first { $0.revision == 2 }?.supersedes == 1)
        // It is used as one that was made today.
        try store.take("A")
        #expect(try await store.ledger().isBalanced)
    }

    @Test func `a device's time in UTC stays one`() async throws {
        _ = try Store(path: folder.database, settings: Setting.all, migrations: [Schema.version1])
        try folder.tamper("""
            INSERT INTO sources(name, received) VALUES ('home', 1);
            INSERT INTO frames VALUES (1, 'home', 'f', 't', '\(scale)', 'p', '1', 0, 0, 'b', 'acknowledged', 0, NULL, NULL, x'00', 'reading', NULL, NULL, NULL);
            INSERT INTO readings(id, identity, revision, frame, device, kind, device_time, record_time, measured_at, time_quality, "values", marks, state)
            VALUES (1, 'U', 1, 1, '\(scale)', 'body-weight', '2024-06-15T11:59:00Z', '2024-06-15T11:59:00', 1718452740000, 'device', '{"weight":"79.8 kg"}', '[]', 'current');
            INSERT INTO journal(lane, entry, ref, at) VALUES ('bulk', 'reading', 1, 0);
            """)
        let store = try folder.store()
        let reading = try #require(try await store.readings(limit: 1).first).reading
        #expect(reading.isUTC && reading.deviceTimeText == "2024-06-15T11:59:00Z" && reading.recordTime == reading.deviceTime)
        #expect(try await store.ledger().differences == [])
    }

    @Test func `what stood before there were persons is in the inbox, and an alarm is of nobody known`() async throws {
        _ = try Store(path: folder.database, settings: Setting.all, migrations: [Schema.version1, Schema.version2, Schema.version3])
        try folder.tamper("""
            INSERT INTO sources(name, received) VALUES ('home', 1);
            INSERT INTO frames(id, source, format, device, arrived, monotonic, boot, custody, retained, body, fate)
            VALUES (1, 'home', 'f', '\(cuff)', 0, 0, 'b', 'acknowledged', 0, x'00', 'reading');
            INSERT INTO readings(id, identity, revision, frame, device, kind, measured_at, time_quality, "values", marks, state)
            VALUES (1, 'BP1', 1, 1, '\(cuff)', 'blood-pressure', 1718452740000, 'device', '{"systolic":"190 mmHg"}', '[]', 'current');
            INSERT INTO journal(lane, entry, ref, at) VALUES ('bulk', 'reading', 1, 0);
            INSERT INTO alarms VALUES ('BP1/blood-pressure.systolic', '\(cuff)', 'blood-pressure.systolic', 'warning', 'high', 1718452740000, 1718452740000, NULL);
            INSERT INTO alarm_events(episode, phase, level, side, newest_at, reading, value, "limit", measured_at, time_quality)
            VALUES ('BP1/blood-pressure.systolic', 'raised', 'warning', 'high', 1718452740000, 'BP1', '190 mmHg', '140', 1718452740000, 'device');
            INSERT INTO journal(lane, entry, ref, at) VALUES ('alarm', 'alarm', 1, 0);
            """)
        let store = try folder.store()
        #expect(try await store.readings(ReadingFilter(isInbox: true), limit: 9).map(\.record.whose) == [.unassigned(.noRule)])
        #expect(try await store.activeEpisodes().map(\.condition.person) == [nil])
        let report = try await store.ledger()
        #expect(report.differences == [])
        #expect(report.people == LedgerReport.PeopleSums(assigned: [:], inbox: 1, nobody: 0))
    }

    @Test func `a migration that is cut off leaves version 1 as it was`() throws {
        try placeVersion1()
        #expect(throws: StoreFailure.self) {
            _ = try Store(
                path: folder.database, settings: Setting.all, migrations: [Schema.version1, Schema.version2 + "INSERT INTO nowhere VALUES (1);"])
        }
        #expect(try folder.value("PRAGMA user_version") == "1")
        #expect(try folder.value("SELECT count(*) FROM pragma_table_info('readings') WHERE name = 'withheld'") == "0")
    }

    @Test func `all that is known of a reading comes back as it went in`() async throws {
        let store = try folder.store()
        var reading = weight("79.80", impedance: "512")
        (reading.isUTC, reading.secondsAgo, reading.isContinuous) = (true, 90, true)
        var record = record(reading, "A")
        record.measuredAt = MeasuredAt(noon, .corrected, .clockMoved)
        (record.heard, record.clockAhead) = (noon, -960_000)
        let kept = record
        try store.intake { transaction in
            transaction.received(source: "home")
            let row = try transaction.append(frame())
            try transaction.append(kept, of: row, at: noon)
        }
        #expect(try await store.readings(limit: 9).map(\.record) == [record])
    }
}
