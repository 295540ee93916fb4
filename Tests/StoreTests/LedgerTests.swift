import Alarms
import Readings
import Testing

@testable import Store

struct LedgerTests {
    let folder = TemporaryFolder()

    /// One frame of each fate, readings of each state, an alarm, and two sinks. Readings 1…4, frames 1…9, journal 1…4 (the alarm last).
    private func eventful() async throws -> Store {
        let store = try folder.store()
        try store.take("A", weight("79.8"))
        try store.intake { transaction in
            transaction.received(source: "home", count: 8)
            transaction.received(source: "clinic", count: 3)
            for _ in 0..<3 { transaction.count(source: "clinic", code: "not-enrolled", at: noon) }
            func take(_ fate: Fate, _ readings: ReadingRecord..., duplicateOf: Int64? = nil) throws {
                let row = try transaction.append(frame(fate, duplicateOf: duplicateOf))
                for reading in readings { try transaction.append(reading, of: row, at: noon) }
            }
            try take(.duplicate, duplicateOf: 1)
            try take(.reading, record(weight("79.8", impedance: "512"), "A", revision: 2))
            try take(.conflict, record(weight("64"), "A~2", conflictOf: 2))
            try take(.quarantined, record(weight("70"), "Q", quarantined: true))
            try take(.ignored)
            try take(.incomplete)
            try take(.rejected)
            try take(.waiting)
            try transaction.append(event(.raised, episode()), at: noon)
        }
        for sink in ["ehr", "file"] { try await store.register(sink: sink, at: noon) }
        try await store.settle(
            sink: "ehr", lane: .bulk, through: 2,
            exceptions: [SinkException(seq: 1, state: .held, reason: "no patient", attempts: 0, at: noon)])
        return store
    }

    @Test func `an eventful day adds up, and every number is told`() async throws {
        let report = try await eventful().ledger()
        #expect(report.differences == [])
        #expect(report.isBalanced)
        #expect(report.frames == 9)
        #expect(report.framesByFate == [
            .reading: 2, .duplicate: 1, .conflict: 1, .quarantined: 1, .ignored: 1, .incomplete: 1, .rejected: 1, .waiting: 1,
        ])
        #expect(report.framesByCustody == [.acknowledged: 9])
        #expect(report.refusals.map(\.fate) == [.conflict, .duplicate, .ignored, .incomplete, .quarantined, .rejected, .waiting])
        #expect(report.refusals.allSatisfy { $0.code == "some-code" && $0.count == 1 })
        #expect(report.readings == 4)
        #expect(report.readingsByState == [.current: 2, .superseded: 1, .quarantined: 1])
        #expect(report.conflictingReadings == 1)
        #expect(report.alarmEvents == 1)
        #expect(report.journal == 4)
        #expect(report.sources == [
            LedgerReport.SourceSums(source: "clinic", received: 3, frames: 0, erased: 0, tallied: 3, lost: 0),
            LedgerReport.SourceSums(source: "home", received: 9, frames: 9, erased: 0, tallied: 0, lost: 0),
        ])
        #expect(report.tallies == [LedgerReport.TallySum(code: "not-enrolled", count: 3)])
        #expect(report.sinks == [
            LedgerReport.SinkSums(sink: "ehr", lane: .alarm, entries: 1, delivered: 0, pending: 1, held: 0, filtered: 0, dead: 0),
            LedgerReport.SinkSums(sink: "ehr", lane: .bulk, entries: 3, delivered: 1, pending: 1, held: 1, filtered: 0, dead: 0),
            LedgerReport.SinkSums(sink: "file", lane: .alarm, entries: 1, delivered: 0, pending: 1, held: 0, filtered: 0, dead: 0),
            LedgerReport.SinkSums(sink: "file", lane: .bulk, entries: 3, delivered: 0, pending: 3, held: 0, filtered: 0, dead: 0),
        ])
    }

    @Test func `an empty store is balanced`() async throws {
        let report = try await folder.store().ledger()
        #expect(report.isBalanced)
        #expect(report.journal == 0)
    }

    struct Tampering: CustomTestStringConvertible {
        let sql: String
        let difference: String
        var testDescription: String { sql }

        init(_ sql: String, _ difference: String) {
            self.sql = sql
            self.difference = difference
        }
    }

    @Test(arguments: [
        Tampering("DELETE FROM journal WHERE seq = 2", "reading 2 is current and stands 0 time(s) in the journal"),
        Tampering("DELETE FROM journal WHERE seq = 2", "the journal holds 3 entries, the last of number 4, but has given out 4 numbers"),
        Tampering("DELETE FROM journal WHERE seq = 4", "alarm event 1 stands 0 time(s) in the journal"),
        Tampering("DELETE FROM journal WHERE seq = 4", "the journal holds 3 entries, the last of number 3, but has given out 4 numbers"),
        Tampering("DELETE FROM journal WHERE seq = 1", "sink ehr: entry 1 is held, but not in the journal"),
        Tampering("DELETE FROM journal", "the journal holds 0 entries, the last of number 0, but has given out 4 numbers"),
        Tampering("UPDATE journal SET seq = 9 WHERE seq = 2", "the journal holds 4 entries, the last of number 9, but has given out 4 numbers"),
        Tampering(
            "INSERT INTO journal(lane, entry, ref, at) VALUES ('bulk', 'reading', 1, 0)",
            "reading 1 is superseded and stands 2 time(s) in the journal"),
        Tampering(
            "INSERT INTO journal(lane, entry, ref, at) VALUES ('bulk', 'reading', 4, 0)",
            "reading 4 is quarantined and stands 1 time(s) in the journal"),
        Tampering("UPDATE journal SET lane = 'bulk' WHERE seq = 4", "journal entry 4 is a alarm in the lane bulk"),
        Tampering("UPDATE journal SET ref = 77 WHERE seq = 2", "journal entry 2 is of reading 77, which is not there"),
        Tampering("DELETE FROM readings WHERE id = 1", "frame 1 has the fate reading, but no reading"),
        Tampering("DELETE FROM readings WHERE id = 1", "frame 2 is a duplicate of reading 1, which is not there"),
        Tampering("DELETE FROM readings WHERE id = 1", "identity A: revision 2, but 1 revision(s) stored"),
        Tampering("DELETE FROM readings WHERE id = 1", "journal entry 1 is of reading 1, which is not there"),
        Tampering("DELETE FROM readings WHERE id = 2", "reading 3 contradicts reading 2, which is not there"),
        Tampering("DELETE FROM readings WHERE id = 2", "identity A: 0 current and 1 superseded revision(s)"),
        Tampering("UPDATE readings SET state = 'current' WHERE id = 1", "identity A: 2 current and 0 superseded revision(s)"),
        Tampering("UPDATE readings SET state = 'quarantined' WHERE id = 3", "reading 3 is quarantined and stands 1 time(s) in the journal"),
        Tampering("UPDATE readings SET conflict_of = NULL", "frame 4 has the fate conflict, but none of its readings contradicts another"),
        Tampering("DELETE FROM frames WHERE id = 3", "reading 2 is of frame 3, which is not there"),
        Tampering("DELETE FROM frames WHERE id = 8", "source home: 9 received, but 8 in frames and 0 counted"),
        Tampering("UPDATE frames SET fate = 'rejected' WHERE id = 1", "frame 1 has the fate rejected, but 1 reading(s)"),
        Tampering("UPDATE frames SET fate = 'reading' WHERE id = 5", "frame 5 has the fate reading, but all of its readings are quarantined"),
        Tampering("UPDATE frames SET fate = 'quarantined' WHERE id = 1", "frame 1 has the fate quarantined, but none of its readings is quarantined"),
        Tampering("UPDATE frames SET fate = 'reading' WHERE id = 7", "frame 7 has the fate reading, but no reading"),
        Tampering("UPDATE frames SET duplicate_of = NULL", "frame 2 is a duplicate of nothing"),
        Tampering("UPDATE frames SET fate = 'ignored' WHERE id = 2", "frame 2 is no duplicate, but names reading 1 as its original"),
        Tampering("UPDATE tallies SET count = 2", "source clinic: 3 received, but 0 in frames and 2 counted"),
        Tampering("DELETE FROM sources WHERE name = 'home'", "source home: 0 received, but 9 in frames and 0 counted"),
        Tampering("DELETE FROM alarm_events", "journal entry 4 is of alarm 1, which is not there"),
        Tampering("DELETE FROM cursors WHERE sink = 'file' AND lane = 'bulk'", "sink file has 1 cursor(s) for 2 lanes"),
        Tampering("UPDATE cursors SET seq = 5 WHERE sink = 'file'", "sink file: its cursor in the lane alarm stands at 5, beyond the journal"),
        Tampering("UPDATE cursors SET seq = 0 WHERE sink = 'ehr'", "sink ehr: entry 1 is held, but the cursor has not passed it"),
        Tampering("UPDATE exceptions SET seq = 3", "sink ehr: entry 3 is held, but the cursor has not passed it"),
    ])
    func `tampering is found and named`(tampering: Tampering) async throws {
        let store = try await eventful()
        try folder.tamper(tampering.sql)
        let report = try await store.ledger()
        #expect(!report.isBalanced)
        #expect(report.differences.contains(tampering.difference), "\(report.differences)")
    }

    @Test func `of many differences of one kind a few are told, and the rest counted`() async throws {
        let store = try folder.store()
        for n in 0..<10 { try store.take("R\(n)") }
        try folder.tamper("UPDATE frames SET fate = 'ignored'")
        #expect(try await store.ledger().differences == [
            "frame 1 has the fate ignored, but 1 reading(s)", "frame 2 has the fate ignored, but 1 reading(s)",
            "frame 3 has the fate ignored, but 1 reading(s)", "… and 7 more of these",
        ])
    }

    @Test func `a word that no version has written is not passed over`() async throws {
        let store = try await eventful()
        try folder.tamper("UPDATE frames SET fate = 'mislaid' WHERE id = 7")
        await #expect { _ = try await store.ledger() } throws: { error in
            (error as? StoreFailure)?.message.contains("'mislaid' where a Fate belongs") == true
        }
    }
}
