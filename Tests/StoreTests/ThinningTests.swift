import Readings
import Testing

@testable import Store

/// What goes, what never goes, and that the sums stay true.
struct ThinningTests {
    let folder = TemporaryFolder()
    private let later = Instant(rfc3339: "2024-10-01T00:00:00Z")!
    private var old: Thinning.Order { .age(before: later, at: later) }

    /// A reading, its duplicate, a frame that is no measurement, a refused one, a quarantined one and a waiting one, all old;
    /// and another reading.
    private func oldHouse() async throws -> Store {
        let store = try folder.store()
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

    private func thin(_ store: Store, _ order: Thinning.Order, rows: Int = 100) async throws -> Int {
        var (after, count) = (Int64(0), 0)
        while true {
            let step = try await store.thin(order, after: after, rows: rows)
            count += step.count
            guard let last = step.last else { return count }
            after = last
        }
    }

    private func bodies() throws -> String {
        try folder.value("SELECT group_concat(said, ' ') FROM (SELECT fate || ':' || CAST(body AS TEXT) AS said FROM frames ORDER BY id)")
    }

    @Test func `what is old loses its bytes, and the ledger still adds up`() async throws {
        let store = try await oldHouse()
        let before = try await store.ledger()
        #expect(try await thin(store, old) == 5)
        #expect(try bodies() == "reading: duplicate: ignored: rejected: quarantined:1970 waiting:half reading:")
        let report = try await store.ledger()
        #expect(report.differences == [])
        #expect(report.thinned.map { "\($0.cause) \($0.source) \($0.fate) \($0.count) \($0.bytes)" } == [
            "age home duplicate 1 10", "age home ignored 1 7", "age home reading 2 10", "age home rejected 1 6",
        ])
        #expect(report.thinned.allSatisfy { $0.oldest == noon && $0.newest == noon })
        // All other sums are as they were.
        #expect(report.sources == before.sources && report.framesByFate == before.framesByFate && report.refusals == before.refusals)
        // Readings say what they said, and a second night finds nothing.
        #expect(try await store.readings(limit: 9).map(\.identity.description) == ["B", "Q", "A"])
        #expect(try await thin(store, old) == 0)
        #expect(try await store.trail(ofFrame: 1)?.frame.thinned == StoredFrame.Thinned(at: later, cause: .age, bytes: 5))
        #expect(try await store.trail(ofFrame: 6)?.frame.thinned == nil)
    }

    @Test func `a row that lost its bytes is as it was in all else`() async throws {
        let store = try await oldHouse()
        func rows() throws -> String {
            let columns = try folder.value("SELECT group_concat('quote(' || name || ')', '||'',''||') FROM pragma_table_info('frames') WHERE name <> 'body' AND name NOT LIKE 'thinned%'")
            return try folder.value("SELECT group_concat(r, '|') FROM (SELECT \(columns) AS r FROM frames ORDER BY id)")
        }
        let before = try rows()
        #expect(try await thin(store, old) == 5)
        #expect(try rows() == before)
    }

    @Test func `what is young stays`() async throws {
        let store = try await oldHouse()
        #expect(try await thin(store, .age(before: noon, at: later)) == 0)
    }

    @Test func `a frame that arrived by a wrong clock is not old`() async throws {
        let store = try folder.store()
        try store.intake { transaction in
            transaction.received(source: "home")
            var early = frame(.ignored)
            early.arrived = Arrival(wall: Instant(milliseconds: 0), monotonic: 1, boot: "b", isSynchronised: false)
            try transaction.append(early)
        }
        #expect(try await thin(store, old) == 0)
        #expect(try await thin(store, .cap(.idle, at: later)) == 1)
    }

    @Test func `near the greatest size each stage takes its own`() async throws {
        let store = try await oldHouse()
        #expect(try await thin(store, .cap(.idle, at: later)) == 2)
        #expect(try bodies() == "reading:frame duplicate: ignored: rejected:broken quarantined:1970 waiting:half reading:frame")
        #expect(try await thin(store, .cap(.told, at: later)) == 2)
        #expect(try await thin(store, .cap(.minutes, at: later)) == 0)
        #expect(try bodies() == "reading: duplicate: ignored: rejected:broken quarantined:1970 waiting:half reading:")
        #expect(try await thin(store, .cap(.refused, at: later)) == 1)
        #expect(try await store.ledger().thinned.allSatisfy { $0.cause == .cap })
        #expect(try await store.ledger().differences == [])
    }

    @Test(arguments: [1, 2, 3, 7]) func `steps of any size come to the same`(rows: Int) async throws {
        let store = try await oldHouse()
        #expect(try await thin(store, old, rows: rows) == 5)
        #expect(try await store.ledger().differences == [])
    }

    @Test func `what a sink has still to be given keeps its bytes`() async throws {
        let store = try folder.store()
        for sink in ["file", "mqtt"] { try await store.register(sink: sink, at: noon) }
        for n in 1...6 { try store.take("R\(n)") }
        func left() throws -> String { try folder.value("SELECT group_concat(id) FROM frames WHERE length(body) > 0") }
        #expect(try await thin(store, old) == 0)
        try await store.settle(sink: "file", lane: .bulk, through: 6)
        #expect(try await thin(store, old) == 0)
        func exception(_ seq: Int64, _ state: SinkException.State) -> SinkException {
            SinkException(seq: seq, state: state, reason: "so", attempts: 1, at: noon)
        }
        try await store.settle(sink: "mqtt", lane: .bulk, through: 5, exceptions: [
            exception(1, .waiting), exception(2, .held), exception(3, .dead), exception(4, .filtered),
        ])
        #expect(try await thin(store, old) == 3)
        #expect(try left() == "1,2,6")
        try await store.settle(sink: "mqtt", lane: .bulk, through: 6, delivered: [1, 2])
        #expect(try await thin(store, old) == 3)
        #expect(try await store.ledger().differences == [])
    }

    @Test func `a correction that a sink has still to be given keeps the bytes of its frame`() async throws {
        let store = try folder.store()
        try await store.register(sink: "file", at: noon)
        try store.take("A")
        try store.take("B")
        try await store.settle(sink: "file", lane: .bulk, through: 2)
        try store.intake { transaction in
            let correction = try transaction.open(Correction(.redecode, at: noon, by: "ada", detail: "p 2"))
            try transaction.correct(with: record(weight("70"), "A"), of: 1, by: correction, at: noon)
        }
        #expect(try await thin(store, old) == 1)
        #expect(try folder.value("SELECT group_concat(id) FROM frames WHERE length(body) > 0") == "1")
    }

    /// Minutes of one device, one after another, the last of them open.
    private func minutes(_ count: Int, in store: Store) throws {
        try store.intake { transaction in
            transaction.received(source: "home", count: 2 * count)
            for n in 0..<count {
                var minute = frame(.waiting, body: "")
                (minute.items, minute.minute) = (0, Instant(milliseconds: noon.milliseconds + Int64(n) * 60_000))
                let row = try transaction.append(minute)
                try transaction.append(piece: Array("samples".utf8), items: 2, place: 0, to: row)
                if n < count - 1 { try transaction.close(minute: row, as: .summarised, code: "no-sample") }
            }
        }
    }

    @Test func `of a device's minutes the latest keep their samples, and an open one all of it`() async throws {
        let store = try folder.store()
        try minutes(6, in: store)
        #expect(try await thin(store, .cap(.told, at: later)) == 0)
        #expect(try await thin(store, .cap(.minutes, at: later)) == 3)
        #expect(try bodies() == "summarised: summarised: summarised: summarised:samples summarised:samples waiting:")
        #expect(try folder.value("SELECT count(*) FROM stream_pieces") == "1")
        #expect(try await store.ledger().differences == [])
    }

    @Test(arguments: [
        ("UPDATE frames SET body = x'00' WHERE id = 1", "frame 1 still has the body that was thinned"),
        ("UPDATE frames SET thinned = 5, thinned_for = 'age', thinned_bytes = 1 WHERE fate = 'waiting'", "frame 6 waits, and its body was thinned"),
        ("UPDATE frames SET thinned_for = NULL WHERE id = 1", "frame 1 was thinned, and nobody knows when, why and of how much"),
        ("UPDATE frames SET thinned_bytes = NULL WHERE id = 1", "frame 1 was thinned, and nobody knows when, why and of how much"),
        ("UPDATE frames SET thinned = NULL WHERE id = 1", "frame 1 was thinned, and nobody knows when, why and of how much"),
        ("DELETE FROM frames WHERE id = 3", "source home: 7 received, but 6 in frames and 0 counted"),
    ])
    func `a record that is not true is found`(sql: String, difference: String) async throws {
        let store = try await oldHouse()
        #expect(try await thin(store, old) == 5)
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
        #expect(try await thin(store, .cap(.idle, at: later)) == 3)
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
        #expect(try await thin(store, old) == 3000)
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
        #expect(full.isFull && full.message.contains("storage.most"), "\(full)")
        #expect(try await store.room().file <= 400_000)
        #expect(try await thin(store, .cap(.told, at: later)) > 20)
        try store.take("LATER")
        #expect(try await store.ledger().differences == [])
    }

    @Test func `a database of version 5 thins as one that was made today`() async throws {
        _ = try Store(path: folder.database, settings: Setting.all, migrations: [
            Schema.version1, Schema.version2, Schema.version3, Schema.version4, Schema.version5,
        ])
        try folder.tamper("""
            INSERT INTO sources(name, received) VALUES ('home', 1);
            INSERT INTO frames(id, source, format, device, arrived, monotonic, boot, custody, retained, body, fate)
            VALUES (1, 'home', 'f', '\(cuff)', 0, 0, 'b', 'acknowledged', 0, x'0001', 'ignored');
            """)
        let store = try folder.store()
        #expect(try await store.recentFrames(limit: 1).first?.thinned == nil)
        #expect(try await thin(store, old) == 1)
        #expect(try await store.recentFrames(limit: 1).first?.thinned == StoredFrame.Thinned(at: later, cause: .age, bytes: 2))
        #expect(try await store.ledger().differences == [])
    }
}
