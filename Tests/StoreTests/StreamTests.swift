import Alarms
import Readings
import Testing

@testable import Store

/// Minutes of streams: their pieces, their ends, and what the ledger says of them.
struct StreamTests {
    let folder = TemporaryFolder()

    private func minute() -> FrameRecord {
        var record = frame(.waiting, body: "")
        (record.code, record.items, record.minute) = (nil, 0, noon)
        return record
    }

    /// A summary of so many frames.
    private func summary(_ frames: Int) -> Reading {
        let kind = Kind.oxygenSaturation
        var reading = Reading(kind, [Reading.Value("spo2", Quantity(ExactDecimal("96.5")!, .percent), kind.vital("spo2")!)], isContinuous: true)
        reading.summary = MinuteSummary(
            frames: frames, valid: frames - 1, dropped: ["missing-value": 1], seconds: 0xFFF_FFFF_FFFF_FFFF,
            ranges: [MinuteSummary.Range("spo2", least: ExactDecimal("94.0")!, most: ExactDecimal("99")!, count: frames - 1)])
        return reading
    }

    private func open(_ store: Store, _ pieces: String...) throws -> Int64 {
        try store.intake { transaction in
            let row = try transaction.append(minute())
            for (place, piece) in pieces.enumerated() {
                transaction.received(source: "home", count: 2)
                try transaction.append(piece: Array(piece.utf8), items: 2, place: place, to: row)
            }
            return row
        }
    }

    @Test func `pieces are a minute's body, in their order, while it goes on and when it ended`() async throws {
        let store = try folder.store()
        let row = try open(store, "0 a\n1 b\n", "2 c\n3 d\n")
        #expect(try await store.ledger().differences == [])
        let bodies = try store.look { try $0.openMinutes().map { String(decoding: $0.frame.record.body, as: UTF8.self) + "\($0.pieces) \($0.frame.record.items)" } }
        #expect(bodies == ["0 a\n1 b\n2 c\n3 d\n2 4"])
        #expect(try store.look { try $0.waitingFrames().count } == 0, "minutes have their own way")
        let kept = record(summary(4), "M")
        try store.intake { transaction in
            try transaction.append(kept, of: row, at: noon)
            try transaction.close(minute: row, as: .summarised, detail: "4 frames of a stream")
        }
        let ledger = try await store.ledger()
        #expect(ledger.differences == [])
        #expect(ledger.framesByFate == [.summarised: 1])
        #expect(ledger.sources.map { [$0.received, $0.frames] } == [[4, 4]])
        #expect(try await store.trail(ofFrame: row)?.frame.record.body == Array("0 a\n1 b\n2 c\n3 d\n".utf8))
        #expect(try folder.value("SELECT count(*) FROM stream_pieces") == "0")
        #expect(try await store.readings(limit: 1).map(\.record) == [record(summary(4), "M")])
    }

    @Test func `a minute that is taken up again has all that it had`() async throws {
        let store = try folder.store()
        let row = try open(store, "0 a\n1 b\n")
        try store.intake { try $0.close(minute: row, as: .summarised, code: "no-sample") }
        try store.intake { transaction in
            let ended = try transaction.minutes(of: scale, upTo: noon, limit: 1)[0]
            try transaction.reopen(minute: ended)
            transaction.received(source: "home")
            try transaction.append(piece: Array("2 c\n".utf8), items: 1, place: 1, to: row)
        }
        #expect(try await store.ledger().differences == [])
        try store.intake { try $0.close(minute: row, as: .summarised, code: "no-sample") }
        #expect(try await store.ledger().differences == [])
        #expect(try await store.trail(ofFrame: row)?.frame.record.items == 3)
    }

    @Test(arguments: [
        ("UPDATE frames SET items = 3", "source home: 4 received, but 3 in frames and 0 counted"),
        ("UPDATE readings SET summary = json_set(summary, '$.frames', 5)", "frame 1 holds 4 received, but its summary 1 speaks of 5"),
        ("INSERT INTO stream_pieces VALUES (1, 9, 0, x'')", "frame 1 is summarised, and 1 piece(s) of a stream lie beside it"),
        ("UPDATE frames SET minute = NULL", "frame 1 has the fate summarised, but is no minute of a stream"),
    ])
    func `the ledger names what does not add up in a minute`(_ case: (String, String)) async throws {
        let store = try folder.store()
        let row = try open(store, "0 a\n1 b\n", "2 c\n3 d\n")
        let kept = record(summary(4), "M")
        try store.intake { transaction in
            try transaction.append(kept, of: row, at: noon)
            try transaction.close(minute: row, as: .summarised)
        }
        try folder.tamper(`case`.0)
        #expect(try await store.ledger().differences.first == `case`.1)
    }

    @Test func `an episode of a continuous vital comes back with its beginning, its extreme and its end`() async throws {
        let store = try folder.store()
        var episode = Episode(
            id: "M/oxygen-saturation.spo2@30", condition: Condition(device: scale, vital: "oxygen-saturation.spo2"), level: .critical, side: .low,
            raisedAt: noon, newest: noon)
        (episode.since, episode.extreme) = (Instant(milliseconds: noon.milliseconds - 10_000), ExactDecimal("79"))
        func event(_ phase: AlarmEvent.Phase, _ episode: Episode) -> AlarmEvent {
            AlarmEvent(
                phase, episode, reading: ReadingIdentity("M"), value: Quantity(ExactDecimal("80")!, .percent), limit: ExactDecimal("85"),
                measuredAt: MeasuredAt(noon, .arrival))
        }
        let raised = event(.raised, episode)
        try store.intake { try $0.append(raised, at: noon) }
        #expect(try await store.activeEpisodes() == [episode])
        episode.until = noon
        let cleared = event(.cleared, episode)
        try store.intake { try $0.append(cleared, at: noon) }
        #expect(try await store.alarms(activeOnly: false).map(\.episode) == [episode])
        #expect(try await store.ledger().differences == [])
    }

    @Test func `a database from before there were streams goes on as it is`() async throws {
        do {
            _ = try Store(path: folder.database, settings: Setting.all, migrations: [Schema.version1, Schema.version2, Schema.version3])
            try folder.tamper("""
                INSERT INTO sources(name, received) VALUES ('home', 1);
                INSERT INTO frames(id, source, format, device, arrived, monotonic, boot, custody, retained, body, fate)
                  VALUES (1, 'home', 'f', '\(scale)', 0, 0, 'b', 'acknowledged', 0, x'00', 'reading');
                INSERT INTO readings(id, identity, revision, frame, device, kind, measured_at, time_quality, "values", marks, state, continuous)
                  VALUES (1, 'U', 1, 1, '\(scale)', 'heart-rate', 1718452740000, 'arrival', '{"rate":"70 /min"}', '[]', 'current', 1);
                INSERT INTO journal(lane, entry, ref, at) VALUES ('bulk', 'reading', 1, 0);
                INSERT INTO alarms VALUES ('U/heart-rate.rate', '\(scale)', 'heart-rate.rate', 'critical', 'high', 0, 0, NULL);
                """)
        }
        let store = try folder.store()
        #expect(try folder.value("PRAGMA user_version") == "7")
        #expect(try await store.ledger().differences == [])
        let reading = try #require(try await store.readings(limit: 1).first)
        #expect(reading.reading.isContinuous && reading.reading.summary == nil)
        #expect(try await store.trail(ofFrame: 1)?.frame.record.items == 1)
        #expect(try await store.activeEpisodes().map(\.since) == [nil])
        // It is used as one that was made today.
        let row = try open(store, "0 a\n1 b\n")
        try store.intake { try $0.close(minute: row, as: .summarised, code: "no-sample") }
        #expect(try await store.ledger().differences == [])
    }

    @Test func `the course of a kind is what stands, in the order of time`() async throws {
        let store = try folder.store()
        try store.intake { transaction in
            transaction.received(source: "home", count: 1)
            let row = try transaction.append(frame())
            for (minute, identity) in [(5, "B"), (1, "A"), (90, "C")] {
                try transaction.append(
                    record(weight("7\(minute % 10).5"), identity, at: Instant(milliseconds: noon.milliseconds + Int64(minute) * 60_000)), of: row, at: noon)
            }
            try transaction.append(record(weight("60.1"), "Q", quarantined: true), of: row, at: noon)
        }
        let hour = Instant(milliseconds: noon.milliseconds + 3_600_000)
        let course = try await store.course(of: scale, .bodyWeight, from: noon, to: hour)
        #expect(course.map { $0.values.first?.reported.text } == ["71.5 kg", "75.5 kg"])
        #expect(try await store.course(of: cuff, .bodyWeight, from: noon, to: hour).isEmpty)
    }
}
