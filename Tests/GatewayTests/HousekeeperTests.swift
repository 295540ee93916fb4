import DeviceProfiles
import Foundation
import GatewayTesting
import Readings
import StrictYAML
import Testing

@testable import Gateway
@testable import Store

struct HousekeeperTests {
    private func settings(_ text: String) throws -> StorageSettings { try StorageSettings(YAMLNode.load(text, file: "v.yaml")) }

    private func housekeeper(_ ward: Ward, _ settings: StorageSettings, bell: Bell = Bell()) -> Housekeeper {
        Housekeeper(
            store: ward.store, settings: settings, clocks: ward.clock.clocks, bell: bell, observer: ward.events.observer)
    }

    private func fill(_ store: Store, _ frames: Int, bytes: Int = 3000, at: String = noon) throws {
        let arrived = Arrival(wall: try #require(Instant(rfc3339: at)), monotonic: 1, boot: "b", isSynchronised: true)
        try store.intake { transaction in
            transaction.received(source: "ward", count: frames)
            for _ in 0..<frames {
                try transaction.append(FrameRecord(
                    source: "ward", format: "f", device: cuff, arrived: arrived, custody: .bestEffort,
                    body: [UInt8](repeating: 7, count: bytes), fate: .rejected, code: "c"))
            }
        }
    }

    @Test func `the storage section is read, and what is left out has a value`() throws {
        let read = try settings("{ frames: 26 weeks, most: 500 MB }")
        #expect(read.frameDays == 182 && read.most == 500_000_000)
        let some = try settings("{ frames: for-ever }")
        #expect(some.frameDays == nil && some.most == 4_000_000_000)
    }

    @Test(arguments: [
        ("{ frames: 90 }", "write a time such as '90 days'"), ("{ frames: 0 days }", "write a time such as"),
        ("{ frames: 99999999999999999999 days }", "write a time such as"), ("{ frames: 200 years }", "write a time such as"),
        ("{ most: 4 G }", "write a size such as"), ("{ most: 1 MB }", "at least 16 MB"), ("{ most: -4 GB }", "write a size such as"),
        ("{ most: 999999999 TB }", "write a size such as"), ("{ frame: 90 days }", "did you mean 'frames'?"),
    ])
    func `what makes no sense there is refused`(text: String, sentence: String) {
        #expect { try settings(text) } throws: { "\($0)".contains(sentence) }
    }

    @Test func `what is older than it is to be kept goes, once the time has come`() async throws {
        let ward = try await Ward()
        try fill(ward.store, 50)
        let housekeeper = housekeeper(ward, StorageSettings())
        for _ in 0..<7 {
            try await housekeeper.thinByAge()
            #expect(!ward.events.all.contains { if case .thinned = $0 { true } else { false } })
            ward.clock.advance(.seconds(13 * 86_400))
        }
        try await housekeeper.thinByAge()
        let gone = ward.events.all.compactMap { if case .thinned(let cause, let count) = $0 { (cause, count) } else { nil } }
        #expect(gone.count == 1 && gone[0] == (.age, 50))
        #expect(try await ward.store.ledger().differences == [])
    }

    @Test func `a wall clock that jumps ten years takes nothing`() async throws {
        let ward = try await Ward()
        try fill(ward.store, 5)
        let housekeeper = housekeeper(ward, StorageSettings())
        try await housekeeper.thinByAge()
        ward.clock.synchronise(at: "2036-11-21T12:00:00Z")
        try await housekeeper.thinByAge()
        #expect(ward.events.all.isEmpty)
    }

    @Test func `near its greatest size the database thins itself, and says so`() async throws {
        let ward = try await Ward()
        var settings = StorageSettings()
        settings.most = 4_000_000
        let housekeeper = housekeeper(ward, settings)
        try fill(ward.store, 800)
        #expect(try await housekeeper.thinBySize())
        #expect(ward.events.all.isEmpty)
        try fill(ward.store, 300)
        #expect(try await housekeeper.thinBySize())
        let room = try await ward.store.room()
        #expect(room.used < 3_300_000 && room.file < 3_600_000, "\(room)")
        #expect(ward.events.all.contains { if case .thinned(.cap, _) = $0 { true } else { false } })
        #expect(!ward.events.all.contains { if case .overfull = $0 { true } else { false } })
        // The oldest went, and no more than had to.
        let kept = try await ward.store.recentFrames(limit: 2000).filter { $0.thinned == nil }
        #expect(kept.count > 500 && kept.allSatisfy { $0.id > 1100 - kept.count })
    }

    @Test func `where nothing may go it is told that the database is overfull`() async throws {
        let ward = try await Ward()
        try await ward.store.register(sink: "platform", at: ward.clock.clocks.now().wall)
        var settings = StorageSettings()
        settings.most = 1_000_000
        // All of it is owed to a sink that takes nothing.
        ward.take(ward.cuffed(CuffFrame.normal))
        try ward.store.intake { transaction in
            let arrived = ward.clock.clocks.now()
            for n in 0..<300 {
                transaction.received(source: "ward")
                let frame = try transaction.append(FrameRecord(
                    source: "ward", format: "f", device: cuff, arrived: arrived, custody: .bestEffort,
                    body: [UInt8](repeating: 7, count: 3000), fate: .reading))
                var record = try #require(transaction.standing(ofFrame: 1).first).record
                (record.identity, record.conflictOf) = (ReadingIdentity("n\(n)"), nil)
                try transaction.append(record, of: frame, at: arrived.wall)
            }
        }
        let housekeeper = housekeeper(ward, settings)
        #expect(try await housekeeper.thinBySize() == false)
        #expect(ward.events.all.contains { if case .overfull = $0 { true } else { false } })
        #expect(!ward.events.all.contains { if case .thinned = $0 { true } else { false } })
        let entries = try await ward.store.entries(of: .bulk, after: 0, limit: 1000)
        try await ward.store.settle(sink: "platform", lane: .bulk, through: try #require(entries.last).seq)
        #expect(try await housekeeper.thinBySize())
        try await ward.expectBalance()
    }

    @Test func `a running housekeeper thins at its start what is old`() async throws {
        let ward = try await Ward()
        try fill(ward.store, 50, at: "2026-01-01T12:00:00Z")
        let service = housekeeper(ward, StorageSettings())
        let running = Task { try await service.run() }
        #expect(await eventually(within: .seconds(60)) { ward.events.all.contains { if case .thinned(.age, 50) = $0 { true } else { false } } })
        running.cancel()
        try await running.value
    }

    /// One step, by age, over so many frames behind a row.
    private func thin(_ ward: Ward, after: Int64 = 0, rows: Int) async throws -> Int {
        let later = try #require(Instant(rfc3339: "2027-11-21T12:00:00Z"))
        return try await ward.store.thin(.age(before: later, at: later), after: after, rows: rows).count
    }

    private func preview(_ ward: Ward, _ profile: String, by set: ProfileSet) throws -> (differences: [Difference], untouched: [String: Int]) {
        var differences: [Difference] = []
        var redecoding = try Redecoding(
            by: "ada", profile: profile, among: set, since: nil, in: try #require(Place(identifier: "Asia/Shanghai")))
        let summary = try redecoding.preview(ward.store) { differences += $0 }
        return (differences, summary.untouched)
    }

    @Test func `a frame whose bytes are gone is not decoded again, and counted`() async throws {
        let ward = try await Ward(set: scaleProfiles(each: "0.02"))
        for frame in ["2c1f010000", "0019020000", "2c1f030000"] {
            ward.take(ward.raw(#"{"address":"\#(scale)","name":"TESTSCALE","characteristic":"fff4","frames":["\#(frame)"]}"#, qos: 0))
        }
        #expect(try await ward.fates() == ["reading", "reading", "reading"])
        #expect(try await thin(ward, rows: 2) == 2)
        let (differences, untouched) = try preview(ward, "test/scale", by: scaleProfiles(each: "0.01"))
        #expect(differences.map(\.frame) == [3] && differences.map(\.change) == [.corrected])
        #expect(untouched == ["its bytes are gone": 2])
    }

    @Test func `what was joined with a frame whose bytes are gone says no less than before`() async throws {
        let ward = try await Ward()
        for (characteristic, frame) in [("2a18", "130600e40704070a2600000078b011"), ("2a34", "02060002")] {
            ward.take(ward.raw(
                #"{"address":"\#(cuff)","services":["1808"],"characteristic":"\#(characteristic)","frames":["\#(frame)"]}"#, qos: 0))
        }
        ward.clock.advance(.seconds(600))
        ward.fileOverdue()
        let (fates, states) = (try await ward.fates(), try await ward.readings().map(\.state))
        #expect(fates.count == 2 && states == [.current], "\(fates) \(states)")
        #expect(try preview(ward, "bluetooth-sig/glucose", by: ward.profiles).differences.isEmpty)
        #expect(try await thin(ward, rows: 1) == 1)
        let (differences, untouched) = try preview(ward, "bluetooth-sig/glucose", by: ward.profiles)
        #expect(differences.isEmpty)
        #expect(untouched == ["its bytes are gone": 1, "perhaps a part of one whose bytes are gone": 1])
    }

    @Test func `intake waits no longer than for a commit while thousands of frames are thinned`() async throws {
        let ward = try await Ward()
        for _ in 0..<10 { try fill(ward.store, 400, bytes: 300) }
        var settings = StorageSettings()
        settings.most = 1_000_000
        let housekeeper = housekeeper(ward, settings)
        let thinning = Task { try await housekeeper.thinBySize() }
        var waits: [Duration] = []
        while waits.count < 30 {
            let began = ContinuousClock.now
            try fill(ward.store, 1)
            waits.append(.now - began)
            try await Task.sleep(for: .milliseconds(5))
        }
        thinning.cancel()
        _ = try? await thinning.value
        waits.sort()
        // A machine that does other work besides may take its time now and then.
        #expect(waits[waits.count * 3 / 4] < .milliseconds(50), "\(waits.suffix(8))")
    }
}
