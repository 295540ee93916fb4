import Alarms
import Readings
import Testing

@testable import Store

struct IntakeTests {
    let folder = TemporaryFolder()

    @Test func `a reading comes back exactly as it went in`() async throws {
        let store = try folder.store()
        let row = try store.take("A", weight("79.80", impedance: "512"))
        let stored = try await store.readings(limit: 10)
        #expect(stored.map(\.id) == [row])
        #expect(stored[0].reading == weight("79.80", impedance: "512"))
        #expect(stored[0].reading.value("weight")?.reported.text == "79.80 kg")
        #expect(stored[0].record == record(weight("79.80", impedance: "512"), "A"))
        #expect(stored[0].state == .current)
        #expect(stored[0].origin.source == "home")
        #expect(stored[0].origin.topic == "vitals/in")
        #expect(stored[0].origin.profile == "xiaomi/mi-smart-scale")
        #expect(stored[0].origin.profileVersion == "3")
        #expect(stored[0].origin.arrived == frame().arrived)
        #expect(stored[0].origin.custody == .acknowledged)
        #expect(try folder.value(#"SELECT "values" FROM readings"#) == #"{"weight":"79.80 kg","impedance":"512 Ohm"}"#)
    }

    @Test(arguments: [
        ExactDecimal(12, exponent: 3), ExactDecimal(8_388_605, exponent: 127), ExactDecimal(-8_388_606, exponent: -128),
        ExactDecimal(.max), ExactDecimal(.min, exponent: -1), ExactDecimal(0, exponent: -2), ExactDecimal(-5, exponent: -1),
    ])
    func `every number keeps its digits`(number: ExactDecimal) async throws {
        let store = try folder.store()
        var reading = weight("1")
        reading.values[0].reported.value = number
        try store.take("A", reading)
        #expect(try await store.readings(limit: 1)[0].reading.values[0].reported.value == number)
    }

    @Test func `a frame comes back byte for byte, the empty and the long one too`() async throws {
        let store = try folder.store()
        let bodies = ["", "\0\u{1}", String(repeating: "long ", count: 20_000)]
        let frames = bodies.map { frame(.rejected, body: $0, packet: 65_535, connection: 3) }
        try store.intake { transaction in for frame in frames { try transaction.append(frame) } }
        #expect(try await store.refusals(after: 0, limit: 10).map(\.record) == frames)
        #expect(try await store.refusals(after: 1, limit: 1).map(\.id) == [2])
        #expect(try await store.recentFrames(limit: 2).map(\.id) == [3, 2])
    }

    struct Crash: Error {}

    @Test func `nothing of a body that throws is kept`() async throws {
        let store = try folder.store()
        #expect(throws: Crash.self) {
            try store.intake { transaction in
                transaction.received(source: "home", count: 2)
                transaction.count(source: "home", code: "not-enrolled", at: noon)
                let row = try transaction.append(frame())
                try transaction.append(record(weight("80"), "A"), of: row, at: noon)
                try transaction.append(event(.raised, episode()), at: noon)
                throw Crash()
            }
        }
        for table in ["sources", "tallies", "frames", "readings", "alarms", "alarm_events", "journal", "sqlite_sequence"] {
            #expect(try folder.value("SELECT count(*) FROM \(table)") == "0", "\(table)")
        }
        try store.take("A")
        #expect(try await store.entries(of: .bulk, after: 0, limit: 10).map(\.seq) == [1])
    }

    @Test func `a transaction in which one statement failed is void, whatever the body does with the error`() throws {
        let store = try folder.store()
        try store.take("A")
        #expect(throws: StoreFailure.self) {
            try store.intake { transaction in
                let row = try transaction.append(frame())
                // The same identity and revision again: refused by the table.
                _ = try? transaction.append(record(weight("80"), "A"), of: row, at: noon)
                _ = try? transaction.append(record(weight("81"), "B"), of: row, at: noon)
            }
        }
        #expect(try folder.value("SELECT group_concat(identity) FROM readings") == "A")
        try store.take("B")
        #expect(try folder.value("SELECT group_concat(identity) FROM readings") == "A,B")
    }

    @Test func `threads that wait and tasks that await share the store, and nothing is mixed up`() async throws {
        let store = try folder.store()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask { for n in 0..<50 { try store.take("W\(writer)-\(n)", source: "source-\(writer)") } }
                group.addTask { for _ in 0..<20 { _ = try await store.entries(of: .bulk, after: 0, limit: 500) } }
            }
            try await group.waitForAll()
        }
        let report = try await store.ledger()
        #expect(report.differences == [])
        #expect(report.journal == 200)
        #expect(report.sources.map(\.frames) == [50, 50, 50, 50])
    }

    @Test func `counters add up over transactions and keep the latest detail`() async throws {
        let store = try folder.store()
        for detail in ["AA", "BB"] {
            try store.intake { transaction in
                transaction.received(source: "home", count: 2)
                transaction.count(source: "home", code: "not-enrolled", detail: "first", at: noon)
                transaction.count(source: "home", code: "not-enrolled", detail: detail, at: Instant(milliseconds: 99))
            }
        }
        #expect(try await store.tallies() == [
            Tally(source: "home", code: "not-enrolled", count: 4, lastAt: Instant(milliseconds: 99), lastDetail: "BB")
        ])
        #expect(try await store.ledger().isBalanced)
    }

    @Test func `new, duplicate, completed and contradicting readings are told apart, and stay so`() async throws {
        let store = try folder.store()
        let identity = ReadingIdentity("A")
        func standing(_ reading: Reading) throws -> Standing {
            try store.intake { try $0.standing(of: reading.values, under: identity) }
        }
        #expect(try standing(weight("79.8")) == Standing(recurrence: .new, identity: identity, revision: 1, earlier: nil))
        try store.take("A", weight("79.8"))
        #expect(try standing(weight("79.80")) == Standing(recurrence: .duplicate, identity: identity, revision: 1, earlier: 1))

        let fuller = weight("79.8", impedance: "512")
        #expect(try standing(fuller)
            == Standing(recurrence: .completes(revision: 2), identity: identity, revision: 2, earlier: 1))
        try store.intake { transaction in
            transaction.received(source: "home")
            let row = try transaction.append(frame())
            try transaction.append(record(fuller, "A", revision: 2), of: row, at: noon)
        }
        #expect(try await store.readings(limit: 9).map(\.state) == [.current, .superseded])
        // The lesser one again is a duplicate of the fuller one.
        #expect(try standing(weight("79.8")).recurrence == .duplicate)
        #expect(try standing(weight("79.8")).earlier == 2)

        let other = weight("64.2")
        #expect(try standing(other) == Standing(recurrence: .conflict, identity: ReadingIdentity("A~2"), revision: 1, earlier: 2))
        try store.intake { transaction in
            transaction.received(source: "home")
            let row = try transaction.append(frame(.conflict))
            try transaction.append(record(other, "A~2", conflictOf: 2), of: row, at: noon)
        }
        // Both are kept and passed on, and neither is taken for new again.
        #expect(try standing(other) == Standing(recurrence: .duplicate, identity: ReadingIdentity("A~2"), revision: 1, earlier: 3))
        #expect(try standing(fuller).earlier == 2)
        #expect(try standing(weight("50")).identity.description == "A~3")
        #expect(try await store.entries(of: .bulk, after: 0, limit: 9).count == 3)
        #expect(try store.intake { try $0.stored(identity) }?.revision == 2)
        #expect(try await store.ledger().differences == [])
    }

    @Test func `a quarantined reading is kept and shown, and not passed on`() async throws {
        let store = try folder.store()
        try store.intake { transaction in
            transaction.received(source: "home")
            let row = try transaction.append(frame(.quarantined))
            try transaction.append(record(weight("79.8"), "A", quarantined: true), of: row, at: noon)
        }
        let kept = try await store.quarantined(limit: 9)
        #expect(kept.map(\.record) == [record(weight("79.8"), "A", quarantined: true)])
        #expect(kept[0].measuredAt == nil)
        #expect(try await store.entries(of: .bulk, after: 0, limit: 9).isEmpty)
        #expect(try await store.ledger().isBalanced)
        // A quarantined revision does not take the place of the good one.
        try store.take("B")
        try store.intake { transaction in
            transaction.received(source: "home")
            let row = try transaction.append(frame(.quarantined))
            try transaction.append(record(weight("79.8", impedance: "9"), "B", revision: 2, quarantined: true), of: row, at: noon)
        }
        #expect(try await store.readings(ReadingFilter(state: .current), limit: 9).map(\.revision) == [1])
        #expect(try await store.ledger().isBalanced)
    }

    @Test func `readings are filtered by device, kind, state and time`() async throws {
        let store = try folder.store()
        try store.take("A")
        try store.intake { transaction in
            transaction.received(source: "home")
            let row = try transaction.append(frame(device: cuff))
            try transaction.append(
                record(pressure("120"), "BP1", device: cuff, at: Instant(milliseconds: noon.milliseconds + 1)), of: row, at: noon)
        }
        func found(_ filter: ReadingFilter) async throws -> [String] {
            try await store.readings(filter, limit: 9).map(\.identity.description)
        }
        #expect(try await found(ReadingFilter()) == ["BP1", "A"])
        #expect(try await found(ReadingFilter(device: cuff)) == ["BP1"])
        #expect(try await found(ReadingFilter(kind: .bodyWeight)) == ["A"])
        #expect(try await found(ReadingFilter(state: .quarantined)) == [])
        #expect(try await found(ReadingFilter(since: Instant(milliseconds: noon.milliseconds + 1))) == ["BP1"])
        #expect(try await store.readings(limit: 1).count == 1)
    }

    @Test func `a waiting frame ends once`() async throws {
        let store = try folder.store()
        try store.intake { transaction in
            transaction.received(source: "home")
            let row = try transaction.append(frame(.waiting))
            #expect(try transaction.waitingFrames(of: cuff).isEmpty)
            #expect(try transaction.waitingFrames(of: scale).map(\.id) == [row])
            let settled = try transaction.settle(waiting: row, as: .ignored, code: "never-final", detail: "it moved on")
            #expect(settled)
            let again = try transaction.settle(waiting: row, as: .rejected)
            #expect(!again)
        }
        let ended = try await store.refusals(after: 0, limit: 9)
        #expect(ended.map(\.record.fate) == [.ignored])
        #expect(ended.map(\.record.code) == ["never-final"])
    }
}

struct RedeliveryTests {
    let folder = TemporaryFolder()

    private func redelivery(
        _ store: Store, source: String = "home", packet: UInt16 = 10, connection: Int64 = 2, body: String = "frame"
    ) throws -> Redelivery? {
        try store.intake { try $0.redelivery(source: source, packetID: packet, connection: connection, device: scale, body: Array(body.utf8)) }
    }

    @Test func `the same packet with the same bytes over a later connection was sent again`() throws {
        let store = try folder.store()
        let reading = try store.intake { transaction in
            let row = try transaction.append(frame(packet: 10, connection: 1))
            return try transaction.append(record(weight("36.6"), "BURST"), of: row, at: noon)
        }
        #expect(try redelivery(store)
            == Redelivery(frame: 1, arrived: frame().arrived, reading: reading, identity: ReadingIdentity("BURST")))
        #expect(try redelivery(store, connection: 1) == nil)
        #expect(try redelivery(store, packet: 11) == nil)
        #expect(try redelivery(store, body: "frame!") == nil)
        #expect(try redelivery(store, source: "clinic") == nil)
        // Sent a third time: it is the same reading still.
        try store.intake { transaction in
            _ = try transaction.append(frame(.duplicate, packet: 10, connection: 2, duplicateOf: reading))
        }
        #expect(try redelivery(store, connection: 3)?.reading == reading)
        #expect(try redelivery(store, connection: 3)?.frame == 2)
    }

    @Test func `what became no reading is decoded again`() throws {
        let store = try folder.store()
        try store.intake { transaction in _ = try transaction.append(frame(.rejected, packet: 10, connection: 1)) }
        #expect(try redelivery(store) == nil)
    }

    @Test func `beyond 1000 frames of that source it is another message`() throws {
        let store = try folder.store()
        try store.intake { transaction in
            let row = try transaction.append(frame(packet: 10, connection: 1))
            try transaction.append(record(weight("36.6"), "BURST"), of: row, at: noon)
            for _ in 0..<2000 { try transaction.append(frame(.rejected, source: "clinic", packet: 10, connection: 1)) }
            for packet in 0..<999 { try transaction.append(frame(.rejected, packet: UInt16(1000 + packet), connection: 1)) }
        }
        #expect(try redelivery(store) != nil)
        try store.intake { transaction in _ = try transaction.append(frame(.rejected, packet: 3000, connection: 1)) }
        #expect(try redelivery(store) == nil)
    }

    @Test func `connection numbers rise over restarts, source by source`() throws {
        func open(_ source: String) throws -> Int64 { try folder.store().intake { try $0.openConnection(of: source) } }
        #expect(try [open("home"), open("home"), open("clinic"), open("home")] == [1, 2, 1, 3])
    }
}
