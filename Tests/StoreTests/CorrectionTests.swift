import Readings
import Testing

@testable import Store

struct CorrectionTests {
    let folder = TemporaryFolder()

    private func correction(_ cause: Correction.Cause = .redecode) -> Correction {
        Correction(cause, at: noon, by: "ada", detail: "acme/scale 2")
    }

    /// A reading told wrongly, told rightly; one withdrawn; one quarantined and released.
    private func corrected() async throws -> Store {
        let store = try folder.store()
        try store.take("A", weight("798"))
        try store.take("B", weight("64"))
        try store.intake { transaction in
            transaction.received(source: "home")
            let row = try transaction.append(frame(.quarantined))
            try transaction.append(record(weight("70"), "Q", quarantined: true), of: row, at: noon)
        }
        let wrong = try #require(try await store.readings(limit: 9).first { $0.identity.description == "B" })
        try store.intake { transaction in
            let opened = try transaction.open(correction())
            try transaction.correct(with: record(weight("79.8"), "A"), of: 1, by: opened, at: noon)
            try transaction.retract(wrong, by: opened, at: noon)
            try transaction.refile(frame: 2, as: .ignored, code: "not-a-measurement", by: opened)
        }
        let released = try store.release(ReadingIdentity("Q"), by: "bob", measured: noon, at: noon)
        #expect(released?.revision == 2)
        return store
    }

    @Test func `what is corrected, withdrawn or released adds up, and is told with its reason`() async throws {
        let store = try await corrected()
        let report = try await store.ledger()
        #expect(report.differences == [])
        #expect(report.readingsByState == [.current: 2, .superseded: 3, .retracted: 1])
        #expect(report.framesByFate == [.reading: 2, .ignored: 1])
        let told = try await store.entries(of: .bulk, after: 0, limit: 9).map { entry -> String in
            guard case .reading(let stored) = entry.payload else { return "alarm" }
            let cause = stored.correction.map { "\($0.cause.rawValue) by \($0.by)" } ?? "-"
            return "\(stored.identity) \(stored.revision) for \(stored.supersedes ?? 0) \(stored.state.rawValue) \(cause)"
        }
        #expect(told == [
            "A 1 for 0 superseded -", "B 1 for 0 superseded -", "A 2 for 1 current redecode by ada",
            "B 2 for 1 retracted redecode by ada", "Q 2 for 0 current release by bob",
        ])
    }

    @Test func `a reading that was withdrawn and is heard again stands again`() async throws {
        let store = try await corrected()
        let standing = try store.look { try $0.standing(of: weight("64").values, under: ReadingIdentity("B")) }
        #expect(standing.recurrence == .completes(revision: 3))
        try store.intake { transaction in
            transaction.received(source: "home")
            let row = try transaction.append(frame())
            try transaction.append(record(weight("64"), "B", revision: 3), of: row, at: noon)
        }
        let report = try await store.ledger()
        #expect(report.differences == [])
        #expect(report.readingsByState[.retracted] == nil)
    }

    @Test func `what was passed on and is to be believed no more is withdrawn, and kept`() async throws {
        let store = try folder.store()
        try store.take("A", weight("79.8"))
        try store.intake { transaction in
            let opened = try transaction.open(correction())
            try transaction.correct(with: record(weight("798"), "A", quarantined: true), of: 1, by: opened, at: noon)
            try transaction.refile(frame: 1, as: .quarantined, code: "implausible-value", by: opened)
        }
        #expect(try await store.readings(limit: 9).map(\.state) == [.quarantined, .retracted, .superseded])
        #expect(try await store.ledger().differences == [])
        // And right after all.
        #expect(try store.release(ReadingIdentity("A"), by: "bob", measured: noon, at: noon)?.revision == 4)
        #expect(try await store.readings(limit: 9).map(\.state) == [.current, .superseded, .superseded, .superseded])
        #expect(try await store.ledger().differences == [])
    }

    @Test func `only what is quarantined can be released, and only with a time`() async throws {
        let store = try await corrected()
        #expect(try store.release(ReadingIdentity("Q"), by: "bob", measured: noon, at: noon) == nil)
        #expect(try store.release(ReadingIdentity("nothing"), by: "bob", measured: noon, at: noon) == nil)
        try store.intake { transaction in
            transaction.received(source: "home")
            let row = try transaction.append(frame(.quarantined))
            try transaction.append(record(weight("70"), "R", quarantined: true), of: row, at: noon)
        }
        #expect { _ = try store.release(ReadingIdentity("R"), by: "bob", measured: nil, at: noon) } throws: { error in
            "\(error)".contains("say when it was measured")
        }
        #expect(try await store.ledger().differences == [])
    }

    struct Tampering: CustomTestStringConvertible {
        let sql: String
        let difference: String
        var testDescription: String { sql }
    }

    @Test(arguments: [
        Tampering(sql: "UPDATE readings SET correction = NULL WHERE state = 'retracted'", difference: "reading 5 is withdrawn without a correction"),
        Tampering(sql: "DELETE FROM corrections WHERE id = 2", difference: "reading 6 is of correction 2, which is not there"),
        Tampering(sql: "INSERT INTO corrections VALUES (9, 'release', 0, 'eve', '')", difference: "correction 9 (release by eve) corrected nothing"),
        Tampering(sql: "PRAGMA ignore_check_constraints = ON; UPDATE readings SET withheld = 0 WHERE id = 3", difference: "reading 3 is superseded and stands 0 time(s) in the journal"),
        Tampering(sql: "UPDATE readings SET withheld = 1 WHERE id = 6", difference: "reading 6 is current, and withheld"),
        Tampering(sql: "UPDATE readings SET state = 'current' WHERE id = 5", difference: "frame 2 has the fate ignored, but 2 reading(s)"),
        Tampering(sql: "UPDATE frames SET refiled = NULL", difference: "frame 2 has the fate ignored, but 2 reading(s)"),
        Tampering(sql: "DELETE FROM journal WHERE ref = 5", difference: "reading 5 is retracted and stands 0 time(s) in the journal"),
        Tampering(sql: "UPDATE readings SET state = 'superseded' WHERE id = 5", difference: "identity B: 0 current and 2 superseded revision(s)"),
        Tampering(sql: "UPDATE frames SET restamped = 1 WHERE id = 1", difference: "frame 1 arrived by a clock that was right, and was restamped all the same"),
    ])
    func `tampering with corrections is found and named`(tampering: Tampering) async throws {
        let store = try await corrected()
        try folder.tamper(tampering.sql)
        let differences = try await store.ledger().differences
        #expect(differences.contains(tampering.difference), "\(differences)")
    }

    @Test func `what was measured of a clock is kept, and moves with ours`() async throws {
        let store = try folder.store()
        let wrong = Arrival(wall: Instant(rfc3339: "1970-01-01T00:02:00Z")!, monotonic: 120_000_000_000, boot: "b", isSynchronised: false)
        // Right to the second, and 54 years ahead of ours.
        let ahead = noon.milliseconds - wrong.wall.milliseconds
        try store.intake { transaction in
            try transaction.append(DeviceClock(device: cuff, said: "2024-06-15T12:00:00", ahead: ahead, wasSet: false, at: wrong))
        }
        #expect(try await store.clocks(of: cuff).map(\.measurement.ahead) == [ahead])
        #expect(try await store.clocks(of: scale).isEmpty)
        // An hour later our clock is right.
        let now = Arrival(wall: Instant(rfc3339: "2024-06-15T13:00:03Z")!, monotonic: 3_720_000_000_000, boot: "b")
        try store.intake { transaction in try transaction.restampClocks(by: now) }
        let clocks = try await store.clocks(of: cuff)
        #expect(clocks.map(\.measurement.ahead) == [-3000])
        #expect(clocks.map(\.measurement.at) == [Instant(rfc3339: "2024-06-15T12:00:03Z")!])
        #expect(clocks[0].at == wrong)
        // The next session finds it three seconds slow, and sets it.
        try store.intake { transaction in
            try transaction.append(DeviceClock(device: cuff, said: nil, ahead: -3000, wasSet: false, at: now))
            try transaction.clockWasSet(of: cuff)
        }
        #expect(try await store.clocks(of: cuff).map(\.wasSet) == [false, true])
    }
}
