import Alarms
import Foundation
import People
import Readings
import Testing

@testable import Store

/// Chance that can be had again.
struct Dice: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ state >> 33
    }
}

/// A database with something in every table, as a gateway of months has it, and what is done to it.
struct DamageTests {
    let folder = TemporaryFolder()
    let cuffs = (0..<4).map { DeviceID(address: "A4:C1:38:00:22:0\($0)")! }

    private func person(_ id: String) -> Person {
        Person(
            id: PersonID(id)!, language: nil, identifiers: [], consent: Person.Consent(isGiven: true, at: noon, by: "ada"), addedAt: noon,
            addedBy: "ada")
    }

    private func fill() async throws {
        let store = try folder.store()
        _ = try await store.gatewayID { "vg-00000001" }
        for device in cuffs {
            try await store.enroll(EnrolledDevice(id: device, name: "Cuff", profile: nil, enrolledAt: noon, enrolledBy: "ada"))
        }
        for name in ["bed-1", "bed-2"] {
            try await store.add(person(name))
            try await store.assign(Assignment(cuffs[name == "bed-1" ? 0 : 1], since: nil, [.init(.person(PersonID(name)!))], at: noon, by: "ada"))
        }
        try await store.register(sink: "archive", at: noon)
        var rows: [Int64] = []
        for number in 0..<400 {
            rows.append(try store.intake { transaction in
                let device = cuffs[number % 4]
                transaction.received(source: "home", count: number % 7 == 0 ? 2 : 1)
                if number % 7 == 0 { transaction.count(source: "home", code: "not-enrolled", at: noon) }
                let row = try transaction.append(frame(body: String(repeating: "b", count: 40 + number % 300), packet: UInt16(number), connection: 3, device: device))
                var reading = record(weight("79.8", impedance: "5\(number)"), "R\(number)", device: device, at: Instant(milliseconds: noon.milliseconds + Int64(number) * 60_000))
                if number % 4 == 0 { reading.whose = .person(PersonID("bed-1")!, .device) }
                return try transaction.append(reading, of: row, at: noon)
            })
            if number % 5 == 0 {
                let original = rows[number]
                try store.intake { transaction in
                    transaction.received(source: "home")
                    try transaction.append(frame(.duplicate, body: "again", duplicateOf: original, device: cuffs[number % 4]))
                }
            }
            if number % 50 == 0 {
                try store.intake { transaction in
                    try transaction.append(event(number % 100 == 0 ? .raised : .cleared, episode()), at: noon)
                    let correction = try transaction.open(Correction(.redecode, at: noon, by: "ada", detail: "p 2"))
                    var record = try transaction.standing(under: ReadingIdentity("R\(number)"))[0].record
                    record.reading = weight("80.\(number)")
                    try transaction.correct(with: record, of: transaction.standing(under: record.identity)[0].origin.frame, by: correction, at: noon)
                }
            }
        }
        try await erase("bed-3", after: 400, in: store)
        try await store.settle(sink: "archive", lane: .bulk, through: 300, exceptions: [
            SinkException(seq: 100, state: .dead, reason: "refused", attempts: 1, at: noon)
        ])
        #expect(try await store.ledger().differences == [])
    }

    /// Somebody who was there for twenty readings, and is erased. The sink has still to be told.
    private func erase(_ name: String, after number: Int, in store: Store) async throws {
        try await store.add(person(name))
        for number in number..<number + 20 {
            var reading = record(weight("60.1"), "R\(number)", device: cuffs[2], at: noon)
            reading.whose = .person(PersonID(name)!, .device)
            let kept = reading
            try store.intake { transaction in
                transaction.received(source: "home")
                let row = try transaction.append(frame(device: cuffs[2]))
                try transaction.append(kept, of: row, at: noon)
            }
        }
        let erasing = try await store.beginErasing(PersonID(name)!, by: "ada", at: noon)
        while try await !store.erase(erasing, readings: 7, at: noon).isEmpty {}
        _ = try await store.endErasing(erasing, at: noon)
    }

    private func bytes() throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: folder.database))) }

    private func damage(_ whole: [UInt8], pages count: Int, by dice: inout Dice) throws -> [UInt8] {
        var bytes = whole
        for _ in 0..<count {
            let start = Int.random(in: 0..<bytes.count / 4096, using: &dice) * 4096
            switch Int.random(in: 0..<4, using: &dice) {
            case 0: for place in start..<start + 4096 { bytes[place] = 0 }
            case 1: for place in start..<start + 4096 { bytes[place] = UInt8.random(in: 0...255, using: &dice) }
            case 2:  // Torn: from some sector on it is something else.
                let from = start + 512 * Int.random(in: 1..<8, using: &dice)
                let isZero = Bool.random(using: &dice)
                for place in from..<start + 4096 { bytes[place] = isZero ? 0 : UInt8.random(in: 0...255, using: &dice) }
            default:  // One sector.
                let from = start + 512 * Int.random(in: 0..<8, using: &dice)
                for place in from..<from + 512 { bytes[place] = UInt8.random(in: 0...255, using: &dice) }
            }
        }
        try Data(bytes).write(to: URL(fileURLWithPath: folder.database))
        return bytes
    }

    private func rows(_ sql: String, in path: String) throws -> [Int64: String] {
        let rows = try Database.with(path) { database throws(StoreFailure) in
            try database.statement(composed: sql).rows { ($0.integer(), $0.text()) }
        }
        return Dictionary(rows, uniquingKeysWith: { first, _ in first })
    }

    private static let readings = """
        SELECT id, identity || '|' || revision || '|' || device || '|' || measured_at || '|' || "values" || '|' || state || '|' || ifnull(person, '') FROM readings
        """

    @Test(arguments: [1, 2, 3, 5, 8])
    func `whatever is done to pages, what is left says what it said, what is gone is counted, and the ledger balances`(pages: Int) async throws {
        try await fill()
        try Spare(besideStore: folder.database).write(of: folder.database)
        let whole = try bytes()
        let original = folder.path + "/original"
        try Data(whole).write(to: URL(fileURLWithPath: original))
        defer { try? FileManager.default.removeItem(atPath: original) }
        let before = try rows(DamageTests.readings, in: original)
        let journal = try rows("SELECT seq, entry || ref FROM journal", in: original)
        var dice = Dice(state: UInt64(pages))
        var (lost, kept) = (0, 0)
        for turn in 0..<20 {
            for suffix in ["-wal", "-shm"] { unlink(folder.database + suffix) }
            _ = try damage(whole, pages: pages, by: &dice)
            let new = folder.path + "/new"
            defer { for suffix in ["", "-wal", "-shm"] { unlink(new + suffix) } }
            let report: SalvageReport
            do { report = try Rescue(of: folder.database).salvage(into: new, because: "it was damaged", at: noon) } catch {
                Issue.record("turn \(turn): \(error)")
                continue
            }
            #expect(report.differences == [], "turn \(turn): \(report.sentences)")
            let after = try rows(DamageTests.readings, in: new)
            #expect(after.allSatisfy { before[$0.key] == $0.value }, "turn \(turn): \(after.filter { before[$0.key] != $0.value })")
            let gone = before.count - after.count
            let counted = report.losses.filter { $0.what == "readings" }
            if counted.allSatisfy({ $0.count != nil }) {
                #expect(counted.compactMap(\.count).reduce(0, +) == gone, "turn \(turn): \(gone) gone, \(counted)")
            }
            let entries = try rows("SELECT seq, entry || ref FROM journal", in: new)
            // Whoever has not been told of what was erased is told yet, or it is counted that nobody can tell any more.
            let told = try rows("SELECT 1, count(*) FROM erasures", in: new)[1].flatMap { Int($0) } ?? 0
            #expect(told == 20 || report.losses.contains { $0.what == "erasures" }, "turn \(turn): \(told)")
            #expect(try rows("SELECT id, id FROM persons WHERE id = 'bed-3'", in: new).isEmpty)
            // A cursor skips nothing: what is not told yet stands behind it.
            let cursor = try rows("SELECT 1, seq FROM cursors WHERE lane = 'bulk'", in: new)[1]
            #expect(cursor == "300" || cursor == "0", "turn \(turn): \(cursor ?? "-")")
            let passed = Int64(cursor ?? "") ?? 0
            #expect(entries.allSatisfy { $0.key > passed || journal[$0.key] == $0.value })
            #expect(try rows("SELECT 1, group_concat(id || name, ' ') FROM devices", in: new) == rows("SELECT 1, group_concat(id || name, ' ') FROM devices", in: original))
            #expect(try rows("SELECT 1, value FROM meta WHERE key = 'gateway-id'", in: new) == [1: "vg-00000001"])
            (lost, kept) = (lost + gone, kept + after.count)
        }
        print("\(pages) pages of \(whole.count / 4096), 20 times: \(kept) readings kept, \(lost) lost")
    }

    @Test func `a log that is damaged in its middle is found out, one that a power cut ended is not blamed`() async throws {
        let store = try folder.store()
        for number in 0..<30 { try store.take("R\(number)") }
        let copy = folder.path + "/copy"
        defer { for suffix in ["", "-wal", "-shm", "-salvaging", "-salvaged", "-damaged", ".damaged-20240615T120000Z", ".damaged-20240615T120000Z-wal"] { unlink(copy + suffix) } }
        func place(_ log: [UInt8]) throws {
            try Data(bytes()).write(to: URL(fileURLWithPath: copy))
            try Data(log).write(to: URL(fileURLWithPath: copy + "-wal"))
            unlink(copy + "-shm")
        }
        let log = Array(try Data(contentsOf: URL(fileURLWithPath: folder.database + "-wal")))
        let frame = 24 + 4096
        try place(log)
        #expect(WriteAheadLog(of: copy)?.lostTransactions == 0)
        try place(Array(log.dropLast(2000)))
        #expect(WriteAheadLog(of: copy)?.lostTransactions == 0)
        var damaged = log
        damaged[32 + (log.count / frame / 2) * frame + 1000] ^= 1
        try place(damaged)
        let lost = try #require(WriteAheadLog(of: copy)?.lostTransactions)
        #expect(lost > 2 && lost < 31)
        let reason = try #require(try Rescue(of: copy).examine())
        let report = try Rescue(of: copy).run(because: reason, at: noon)
        #expect(report.losses.contains(Loss("transactions", count: lost)) && report.differences == [])
        let left = try await Store(path: copy).readings(limit: 100).count
        #expect(left + lost >= 30 && left < 30)
    }

    @Test func `a damaged database is set aside, and the next start finds a sound one`() async throws {
        try await fill()
        try Spare(besideStore: folder.database).write(of: folder.database)
        var bytes = try bytes()
        for place in 0..<4096 { bytes[place] = 0 }
        try Data(bytes).write(to: URL(fileURLWithPath: folder.database))
        let aside = folder.database + ".damaged-20240615T120000Z"
        defer { for suffix in ["", "-wal"] { unlink(aside + suffix) } }
        let rescue = Rescue(of: folder.database)
        let reason = try #require(try rescue.examine())
        let report = try rescue.run(because: reason, at: noon)
        #expect(report.losses == [] && report.differences == [] && report.file == "vitalgate.db.damaged-20240615T120000Z")
        #expect(try rescue.examine() == nil)
        #expect(Array(try Data(contentsOf: URL(fileURLWithPath: aside))) == bytes)
        #expect(try await folder.store().enrolledDevices().count == 4)
    }

    @Test func `somebody else's file is left alone`() throws {
        let letter = "Dear Ada, " + String(repeating: "much has happened. ", count: 500)
        try Data(letter.utf8).write(to: URL(fileURLWithPath: folder.database))
        #expect(throws: StoreFailure.self) { try Rescue(of: folder.database).examine() }
        #expect(try String(contentsOfFile: folder.database, encoding: .utf8) == letter)
    }
}
