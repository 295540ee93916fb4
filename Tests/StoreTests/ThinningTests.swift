import Readings
import Testing

@testable import Store

/// What goes, what never goes, and that the sums stay true.
struct ThinningTests {
    let folder = TemporaryFolder()
    private let later = Instant(rfc3339: "2024-10-01T00:00:00Z")!

    /// A reading, its duplicate, a frame that is no measurement, a refused one, a quarantined one and a waiting one, all old.
    private func oldHouse() async throws -> Store {
        let store = try folder.store()
        for sink in ["file", "mqtt"] { try await store.register(sink: sink, at: noon) }
        let reading = try store.take("A")
        try store.intake { transaction in
            transaction.received(source: "home", count: 5)
            try transaction.append(frame(.duplicate, body: "said again", duplicateOf: reading))
            try transaction.append(frame(.ignored, body: "battery"))
            try transaction.append(frame(.rejected, body: "broken"))
            let doubtful = try transaction.append(frame(.quarantined, body: "1970"))
            try transaction.append(record(weight("81"), "Q", quarantined: true), of: doubtful, at: noon)
            try transaction.append(frame(.waiting, body: "half"))
        }
        try store.take("B")
        return store
    }

    private func thin(
        _ store: Store, _ stage: Thinning.Stage, _ cause: Thinning.Cause = .age, before: Instant? = nil, rows: Int = 100
    ) async throws -> Int {
        var (after, count) = (Int64(0), 0)
        while true {
            let step = try await store.thin(Thinning.Order(stage, for: cause, before: before, at: later), after: after, rows: rows)
            count += step.count
            guard let last = step.last else { return count }
            after = last
        }
    }

    @Test func `what is old goes, and the ledger still adds up`() async throws {
        let store = try await oldHouse()
        #expect(try await thin(store, .idleFrames, before: later) == 2)
        #expect(try await thin(store, .bodies, before: later) == 3)
        #expect(try folder.value("SELECT group_concat(fate || ':' || CAST(body AS TEXT), ' ') FROM frames ORDER BY id")
            == "reading: rejected: quarantined:1970 waiting:half reading:")
        let report = try await store.ledger()
        #expect(report.differences == [])
        #expect(report.sources.map { [$0.received, $0.frames, $0.thinned, $0.tallied] } == [[7, 5, 2, 0]])
        #expect(report.thinned.map { "\($0.cause) \($0.what) \($0.fate?.rawValue ?? "") \($0.count) \($0.bytes)" } == [
            "age body reading 2 10", "age body rejected 1 6", "age frame duplicate 1 10", "age frame ignored 1 7",
        ])
        #expect(report.thinned.allSatisfy { $0.oldest == noon && $0.newest == noon })
        // Readings say what they said, and a second night finds nothing.
        #expect(try await store.readings(limit: 9).map(\.identity.description) == ["B", "Q", "A"])
        #expect(try await thin(store, .bodies, before: later) == 0)
        #expect(try await store.trail(ofFrame: 1)?.frame.thinned == later)
    }

    @Test func `what is young stays`() async throws {
        let store = try await oldHouse()
        #expect(try await thin(store, .idleFrames, before: noon) == 0)
        #expect(try await thin(store, .bodies, before: noon) == 0)
    }

    @Test func `a frame that arrived by a wrong clock is not old`() async throws {
        let store = try folder.store()
        try store.intake { transaction in
            transaction.received(source: "home")
            var early = frame(.ignored)
            early.arrived = Arrival(wall: Instant(milliseconds: 0), monotonic: 1, boot: "b", isSynchronised: false)
            try transaction.append(early)
        }
        #expect(try await thin(store, .idleFrames, before: later) == 0)
        #expect(try await thin(store, .idleFrames, .cap) == 1)
    }

    @Test func `steps of any size come to the same`() async throws {
        for rows in [1, 2, 3, 7] {
            let other = ThinningTests()
            let store = try await other.oldHouse()
            #expect(try await other.thin(store, .idleFrames, before: later, rows: rows) == 2)
            #expect(try await other.thin(store, .bodies, before: later, rows: rows) == 3)
            #expect(try await store.ledger().differences == [])
        }
    }

    @Test func `an entry that a sink still owes stays, and the rest goes with its number`() async throws {
        let store = try await oldHouse()
        for n in 0..<8 { try store.take("R\(n)") }
        try await store.settle(sink: "file", lane: .bulk, through: 10)
        #expect(try await thin(store, .entries, .cap) == 0)
        let refused = SinkException(seq: 2, state: .dead, reason: "no", attempts: 1, at: noon)
        try await store.settle(sink: "mqtt", lane: .bulk, through: 6, exceptions: [refused])
        #expect(try await thin(store, .entries, .cap) == 5)
        #expect(try folder.value("SELECT group_concat(seq) FROM journal") == "2,7,8,9,10")
        var report = try await store.ledger()
        #expect(report.differences == [])
        #expect(report.sinks.filter { $0.lane == .bulk }.map { [$0.entries, $0.delivered, $0.pending, $0.dead] }
            == [[10, 10, 0, 0], [10, 5, 4, 1]])
        // A sink that comes now gets what is left, and is not said to have had the rest.
        try await store.register(sink: "new", at: noon)
        report = try await store.ledger()
        #expect(report.differences == [])
        #expect(report.sinks.first { $0.sink == "new" && $0.lane == .bulk }.map { [$0.entries, $0.pending] } == [5, 5])
        // The newest number never goes: none is given out twice.
        try await store.settle(sink: "mqtt", lane: .bulk, through: 10)
        try await store.settle(sink: "new", lane: .bulk, through: 10)
        #expect(try await thin(store, .entries, .cap) == 3)
        #expect(try folder.value("SELECT group_concat(seq) FROM journal") == "2,10")
        try store.take("LATER")
        #expect(try await store.ledger().differences == [])
    }

    @Test func `without a sink nothing is settled`() async throws {
        let store = try folder.store()
        for n in 0..<3 { try store.take("R\(n)") }
        #expect(try await thin(store, .entries, .cap) == 0)
    }

    @Test(arguments: [
        ("DELETE FROM thinnings WHERE what = 'frame' AND fate = 'ignored'", "source home: 7 received, but 6 frames and 0 counted"),
        ("UPDATE thinnings SET count = 1 WHERE what = 'body' AND fate = 'reading'", "the bytes of 3 frames of home were thinned, but 2 stand in the record"),
        ("UPDATE frames SET body = x'00' WHERE id = 1", "frame 1 still has the bytes that were thinned"),
        ("UPDATE frames SET thinned = 5 WHERE fate = 'waiting'", "frame 6 waits, and its bytes were thinned"),
        ("UPDATE thinnings SET count = 5 WHERE what = 'entry'", "the journal holds 1 entries, the last of number 2, and 5 were thinned, but has given out 2 numbers"),
        ("UPDATE cursors SET thinned = 2 WHERE sink = 'file' AND lane = 'bulk'", "sink file had 2 entries of the lane bulk that were thinned, but only 1 were"),
        ("DELETE FROM journal", "reading 3 is current and stands 0 time(s) in the journal"),
        ("INSERT INTO readings SELECT 0, 'Z', revision, frame, device, kind, user, number, qualifier, device_time, record_time, measured_at, time_quality, \"values\", marks, conflict_of, state, code, detail, utc, ago, continuous, heard, clock_ahead, time_doubt, withheld, correction FROM readings WHERE id = 1",
            "of the readings up to 1 2 were passed on, but 0 entries stand in the journal and 1 were thinned"),
    ])
    func `a record that is not true is found`(sql: String, difference: String) async throws {
        let store = try await oldHouse()
        _ = try await thin(store, .idleFrames)
        _ = try await thin(store, .bodies)
        for sink in ["file", "mqtt"] { try await store.settle(sink: sink, lane: .bulk, through: 1) }
        #expect(try await thin(store, .entries, .cap) == 1)
        #expect(try await store.ledger().differences == [])
        try folder.tamper(sql)
        let differences = try await store.ledger().differences
        #expect(differences.contains(difference), "\(differences)")
    }

    @Test func `the last packets of a source stay, by which a redelivery is known`() async throws {
        let store = try folder.store()
        let reading = try store.take("A")
        try store.intake { transaction in
            transaction.received(source: "home", count: 1003)
            for packet in 0..<1003 {
                try transaction.append(frame(.duplicate, packet: UInt16(packet), connection: 1, duplicateOf: reading))
            }
        }
        #expect(try await thin(store, .idleFrames, .cap) == 3)
        let known = try store.intake { transaction throws(StoreFailure) in
            try transaction.redelivery(source: "home", packetID: 3, connection: 2, device: scale, body: Array("frame".utf8))
        }
        #expect(known != nil)
        #expect(try await store.ledger().differences == [])
    }

    @Test func `bodies that went give their pages back to the file system`() async throws {
        let store = try folder.store()
        for _ in 0..<10 {
            try store.intake { transaction in
                transaction.received(source: "home", count: 300)
                for _ in 0..<300 { try transaction.append(frame(.rejected, body: String(repeating: "x", count: 300))) }
            }
        }
        let before = try await store.room()
        #expect(try await thin(store, .bodies, .cap) == 3000)
        let between = try await store.room()
        #expect(between.used < before.used * 2 / 3, "\(between.used) of \(before.used)")
        while try await store.room().free > 0 { _ = try await store.giveBack(pages: 50) }
        #expect(try await store.room().file == between.used)
        #expect(try await store.ledger().differences == [])
    }

    @Test func `at its greatest size the file takes nothing more, and still thins`() async throws {
        let store = try folder.store()
        try await store.limit(bytes: 400_000)
        let full = try #require(throws: StoreFailure.self) {
            for n in 0..<10_000 {
                try store.intake { transaction in
                    transaction.received(source: "home")
                    let row = try transaction.append(frame(body: String(repeating: "x", count: 2000)))
                    try transaction.append(record(weight("79.8"), "R\(n)"), of: row, at: noon)
                }
            }
        }
        #expect(full.isFull)
        #expect(try await store.room().file <= 400_000)
        #expect(try await thin(store, .bodies, .cap) > 20)
        try store.take("LATER")
        #expect(try await store.ledger().differences == [])
    }
}

struct RetentionClockTests {
    private func at(_ text: String, after seconds: UInt64, boot: String = "a") -> Arrival {
        Arrival(wall: Instant(rfc3339: text)!, monotonic: seconds * 1_000_000_000, boot: boot)
    }

    @Test func `a clock that jumps ten years makes nothing ten years old`() {
        var clock = RetentionClock(after: nil, at("2026-01-01T00:00:00Z", after: 0))
        #expect(clock.wall == Instant(rfc3339: "2026-01-01T00:00:00Z"))
        clock = RetentionClock(after: clock, at("2036-01-02T00:00:00Z", after: 86_400))
        #expect(clock.wall == Instant(rfc3339: "2026-01-03T00:00:00Z"))
        // Another boot, ten years ahead still: a week at most.
        clock = RetentionClock(after: clock, at("2036-01-02T01:00:00Z", after: 10, boot: "b"))
        #expect(clock.wall == Instant(rfc3339: "2026-01-10T00:00:00Z"))
        // Right again: so is this one.
        clock = RetentionClock(after: clock, at("2026-01-03T00:00:00Z", after: 20, boot: "b"))
        #expect(clock.wall == Instant(rfc3339: "2026-01-03T00:00:00Z"))
    }

    @Test func `a clock that falls back makes things younger, and catches up`() {
        var clock = RetentionClock(after: nil, at("2026-06-01T00:00:00Z", after: 0))
        clock = RetentionClock(after: clock, at("2016-06-01T01:00:00Z", after: 3600))
        #expect(clock.wall == Instant(rfc3339: "2016-06-01T01:00:00Z"))
        #expect(RetentionClock(text: clock.text) == clock)
        #expect(RetentionClock(text: "x 1 b") == nil && RetentionClock(text: "1 2") == nil)
    }
}
