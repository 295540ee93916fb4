import Foundation
import Glibc
import People
import Readings
import Testing

@testable import Store

/// Where readings stand in the file: those of one time together.
struct LocalityTests {
    let folder = TemporaryFolder()

    /// Number `number` of those that `devices` cuffs measure in turns, a round of them each hour.
    private func reading(_ number: Int, of devices: Int) -> ReadingRecord {
        let at = Instant(milliseconds: noon.milliseconds + Int64(number / devices) * 3_600_000)
        let device = DeviceID(address: "00112233" + String(0x4000 + number % devices, radix: 16))!
        let reading = Reading(
            .bloodPressure, pressure("120").values, deviceTime: CivilTime(secondsSince1970: Int(at.milliseconds / 1000)))
        return ReadingRecord(
            device: device, reading: reading, identity: ReadingIdentity(of: reading, from: device, unclocked: .stamped(at)),
            measuredAt: MeasuredAt(at, .device), whose: .person(PersonID("p-\(number % devices)")!, .device))
    }

    private func append(_ store: Store, _ numbers: Range<Int>, of devices: Int) throws {
        try store.intake { transaction in
            transaction.received(source: "ward", count: numbers.count)
            for number in numbers {
                let record = reading(number, of: devices)
                let row = try transaction.append(frame(source: "ward", device: record.device))
                try transaction.append(record, of: row, at: noon)
            }
        }
    }

    @Test func `twenty readings of twenty devices touch few pages, however many stand beside them`() async throws {
        let devices = 500
        let store = try folder.store()
        for number in 0..<devices {
            try await store.add(Person(
                id: PersonID("p-\(number)")!, language: nil, identifiers: [], consent: Person.Consent(isGiven: true, at: noon, by: "ada"),
                addedAt: noon, addedBy: "ada"))
        }
        for round in 0..<20 { try append(store, round * devices..<(round + 1) * devices, of: devices) }
        try folder.tamper("PRAGMA wal_checkpoint(TRUNCATE)")
        try append(store, 20 * devices..<20 * devices + 20, of: devices)
        // Each page that a transaction changes stands once in the log behind it. 22 KB are the readings themselves; an index that
        // began with the device or the person would add a page for each of the twenty.
        let written = try #require(FileManager.default.attributesOfItem(atPath: folder.database + "-wal")[.size] as? Int)
        #expect(written / 4096 < 35)
    }

    @Test(arguments: [
        "C8478CC09589.body-weight.20210411T161901", "C8478CC09589.body-weight.20210411T161901.n12.u2", "C8478CC09589.glucose.n7",
        "C8478CC09589.heart-rate-wrist.m20260101T1200", "C8478CC09589.heart-rate.sb0a1b2c3d-99", "withings_a_pb__c.body-weight.r1718452740000",
        "C8478CC09589.body-weight.20210411T161901~2",
    ])
    func `a reading is known again under each form of identity`(_ identity: String) throws {
        let store = try folder.store()
        let row = try store.take(identity)
        try store.take("C8478CC09590" + identity.drop { $0 != "." })
        let standing = try store.intake { try $0.standing(of: weight("79.8").values, under: ReadingIdentity(identity)) }
        #expect(standing.recurrence == .duplicate && standing.earlier == row)
        #expect(throws: StoreFailure.self) { try store.take(identity) }
    }

    @Test func `a database of version 5 becomes one sorted by time, and its pages are sound`() async throws {
        let old = Array(Migrations.all.prefix(5))
        _ = try Store(path: folder.database, settings: Setting.all, migrations: old)
        try folder.tamper("""
            INSERT INTO sources(name, received) VALUES ('home', 3);
            INSERT INTO frames(id, source, format, device, arrived, monotonic, boot, custody, retained, body, fate)
              SELECT value, 'home', 'f', '\(cuff)', 0, 0, 'b', 'acknowledged', 0, x'00', 'reading' FROM json_each('[1,2,3]');
            INSERT INTO readings(id, identity, revision, frame, device, kind, measured_at, time_quality, "values", marks, state, withheld) VALUES
              (1, 'A4C138001122.blood-pressure.20240615T120000', 1, 1, '\(cuff)', 'blood-pressure', 1718452800000, 'device', '{"systolic":"120 mmHg"}', '[]', 'superseded', 0),
              (2, 'A4C138001122.blood-pressure.20240615T120000', 2, 2, '\(cuff)', 'blood-pressure', 1718452800000, 'device', '{"systolic":"120 mmHg"}', '[]', 'current', 0),
              (3, 'A4C138001122.blood-pressure.n4', 1, 3, '\(cuff)', 'blood-pressure', NULL, NULL, '{"systolic":"121 mmHg"}', '[]', 'quarantined', 1);
            UPDATE frames SET fate = 'quarantined', code = 'clock-unset' WHERE id = 3;
            INSERT INTO journal(lane, entry, ref, at) VALUES ('bulk', 'reading', 1, 0), ('bulk', 'reading', 2, 0);
            """)
        let store = try folder.store()
        #expect(try folder.value("PRAGMA integrity_check") == "ok")
        #expect(try folder.value("SELECT group_concat(by_time || ' ' || ifnull(day, '-')) FROM readings WHERE id > 1")
            == "blood-pressure.20240615T120000.A4C138001122 19889,blood-pressure.n4.A4C138001122 -")
        #expect(try await store.ledger().differences == [])
        #expect(try store.intake { try $0.lastRevision(of: ReadingIdentity("A4C138001122.blood-pressure.20240615T120000")) } == 2)
        #expect(try await store.course(of: cuff, .bloodPressure, from: Instant(milliseconds: 0), to: noon).count == 1)
    }

    @Test func `the course of a person leaves out no day, not the first nor one before 1970`() async throws {
        let store = try folder.store()
        let anna = PersonID("anna")!
        try await store.add(Person(
            id: anna, language: nil, identifiers: [], consent: Person.Consent(isGiven: true, at: noon, by: "ada"), addedAt: noon, addedBy: "ada"))
        let times = ["1969-12-31T23:59:59Z", "1970-01-01T00:00:00Z", "2024-06-15T11:59:59Z", "2024-06-15T12:00:00Z", "2026-02-28T23:59:59Z"]
            .map { Instant(rfc3339: $0)! }
        for (number, time) in times.enumerated() {
            for (device, whose) in [(scale, Attribution.person(anna, .device)), (cuff, .unassigned(.noRule))] {
                var record = record(weight("7\(number).5"), "\(device.compact).body-weight.r\(number)", device: device, at: time)
                record.whose = whose
                let kept = record
                try store.intake { transaction in
                    transaction.received(source: "home")
                    let row = try transaction.append(frame(device: device))
                    try transaction.append(kept, of: row, at: noon)
                }
            }
        }
        let all = try await store.course(of: anna, .bodyWeight, from: times[0], to: times[4])
        #expect(all.map(\.measuredAt) == times)
        #expect(try await store.course(of: anna, .bodyWeight, from: times[2], to: times[3]).map(\.measuredAt) == Array(times[2...3]))
        #expect(try await store.course(of: anna, .bodyWeight, from: times[3], to: times[3]).count == 1)
        #expect(try await store.course(of: anna, .bloodPressure, from: times[0], to: times[4]).isEmpty)
        #expect(try await store.course(of: PersonID("ben")!, .bodyWeight, from: times[0], to: times[4]).isEmpty)
        #expect(try await store.readings(ReadingFilter(person: anna), limit: 9).count == 5)
        #expect(try await store.readings(of: anna, after: 1, limit: 2).count == 2)
        #expect(try await store.peopleSums().assigned == ["anna": 5])
    }
}
