import Alarms
import Readings
import Testing

@testable import Store

struct TrailTests {
    let folder = TemporaryFolder()

    /// Frame 1 brings a reading and an alarm; frame 2 completes it; frame 3 says it again; frame 4 is rejected.
    private func store() async throws -> Store {
        let store = try folder.store()
        try store.take("BP1", pressure("181"))
        try store.intake { transaction in
            try transaction.append(event(.raised, episode()), at: noon)
            transaction.received(source: "home", count: 3)
            let completed = try transaction.append(frame())
            try transaction.append(record(pressure("181"), "BP1", revision: 2), of: completed, at: noon)
            try transaction.append(frame(.duplicate, duplicateOf: 2))
            try transaction.append(frame(.rejected))
        }
        for sink in ["ehr", "file"] { try await store.register(sink: sink, at: noon) }
        try await store.settle(
            sink: "ehr", lane: .bulk, through: 1,
            exceptions: [SinkException(seq: 1, state: .dead, reason: "no such patient", attempts: 3, at: noon)])
        try await store.settle(sink: "file", lane: .bulk, through: 3)
        return store
    }

    @Test func `a frame is followed to what every sink has of it`() async throws {
        let trail = try #require(try await store().trail(ofFrame: 1))
        #expect(trail.frame.record.fate == .reading)
        #expect(trail.readings.map(\.identity.description) == ["BP1"])
        #expect(trail.readings.map(\.state) == [.superseded])
        #expect(trail.entries.map(\.journal.seq) == [1, 2])
        #expect(trail.entries.map(\.journal.lane) == [.bulk, .alarm])
        let dead = Trail.Standing(sink: "ehr", state: .dead, reason: "no such patient")
        #expect(trail.entries[0].sinks == [dead, Trail.Standing(sink: "file", state: .delivered, reason: nil)])
        #expect(trail.entries[1].sinks.map(\.state) == [.pending, .pending])
    }

    @Test func `a frame without a reading has a trail, and a number without a frame has none`() async throws {
        let store = try await store()
        let rejected = try #require(try await store.trail(ofFrame: 4))
        #expect(rejected.frame.record.fate == .rejected)
        #expect(rejected.readings.isEmpty)
        #expect(rejected.entries.isEmpty)
        #expect(try await store.trail(ofFrame: 5) == nil)
    }

    @Test func `the frames of a reading are those that brought it and those that said it again`() async throws {
        let store = try await store()
        #expect(try await store.frames(of: ReadingIdentity("BP1")) == [1, 2, 3])
        #expect(try await store.frames(of: ReadingIdentity("BP2")) == [])
    }
}
