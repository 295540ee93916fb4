import Foundation
import GatewayTesting
import Readings
import StrictYAML
import Testing

@testable import Gateway
@testable import Store

struct HousekeeperTests {
    private func settings(_ text: String) throws -> StorageSettings { try StorageSettings(YAMLNode.load(text, file: "v.yaml")) }

    private func housekeeper(_ ward: Ward, _ settings: StorageSettings) throws -> Housekeeper {
        Housekeeper(
            store: ward.store, settings: settings, clocks: ward.clock.clocks, place: try #require(Place(identifier: "UTC")),
            bell: Bell(), observer: ward.events.observer)
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
        let housekeeper = try housekeeper(ward, StorageSettings())
        for _ in 0..<91 {
            try await housekeeper.thinByAge()
            #expect(!ward.events.all.contains { if case .thinned = $0 { true } else { false } })
            ward.clock.advance(.seconds(86_400))
        }
        try await housekeeper.thinByAge()
        let gone = ward.events.all.compactMap { if case .thinned(let cause, let gone) = $0 { (cause, gone) } else { nil } }
        #expect(gone.count == 1 && gone[0].0 == .age && gone[0].1 == [.idleFrames: 0, .bodies: 50])
        #expect(try await ward.store.ledger().differences == [])
    }

    @Test func `a wall clock that jumps ten years takes nothing`() async throws {
        let ward = try await Ward()
        try fill(ward.store, 5)
        let housekeeper = try housekeeper(ward, StorageSettings())
        try await housekeeper.thinByAge()
        ward.clock.synchronise(at: "2036-11-21T12:00:00Z")
        try await housekeeper.thinByAge()
        #expect(ward.events.all.isEmpty)
    }

    @Test func `near its greatest size the database thins itself, and says so`() async throws {
        let ward = try await Ward()
        var settings = StorageSettings()
        settings.most = 4_000_000
        let housekeeper = try housekeeper(ward, settings)
        try fill(ward.store, 800)
        try await housekeeper.thinBySize()
        #expect(ward.events.all.isEmpty)
        try fill(ward.store, 300)
        try await housekeeper.thinBySize()
        let room = try await ward.store.room()
        #expect(room.used < 3_300_000 && room.file < 3_600_000, "\(room)")
        #expect(ward.events.all.contains { if case .thinned(.cap, _) = $0 { true } else { false } })
        #expect(!ward.events.all.contains { if case .overfull = $0 { true } else { false } })
        // The oldest went, and no more than had to.
        let kept = try await ward.store.recentFrames(limit: 2000).filter { $0.thinned == nil }
        #expect(kept.count > 500 && kept.allSatisfy { $0.id > 1100 - kept.count })
    }

    @Test func `what nothing may be taken from says that it is overfull`() async throws {
        let ward = try await Ward()
        var settings = StorageSettings()
        settings.most = 300_000
        for _ in 0..<10 { try await ward.store.register(sink: String(repeating: "s", count: 30_000 + Int.random(in: 0..<999)), at: ward.clock.clocks.now().wall) }
        try await housekeeper(ward, settings).thinBySize()
        #expect(ward.events.all.contains { if case .overfull = $0 { true } else { false } })
    }

    @Test func `intake waits no longer than for a commit while thousands of frames are thinned`() async throws {
        let ward = try await Ward()
        for _ in 0..<40 { try fill(ward.store, 500, bytes: 300) }
        var settings = StorageSettings()
        settings.most = 1_000_000
        let housekeeper = try housekeeper(ward, settings)
        let thinning = Task { try await housekeeper.thinBySize() }
        var waits: [Duration] = []
        while waits.count < 60 {
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

    @Test func `the quiet time is the next twenty past three on the wall`() throws {
        let berlin = try #require(Place(identifier: "Europe/Berlin"))
        func rest(_ text: String) throws -> Int { QuietTime.seconds(after: try #require(Instant(rfc3339: text)), in: berlin) }
        #expect(try rest("2026-01-10T02:19:00Z") == 60)
        #expect(try rest("2026-01-10T02:20:00Z") == 86_400)
        #expect(try rest("2026-07-10T01:20:01Z") == 86_399)
    }
}
