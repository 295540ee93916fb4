import Foundation
import Readings
import Testing

@testable import Store

struct BackupTests {
    let folder = TemporaryFolder()
    let key = (0..<32).map { UInt8($0) }

    private func refusal(_ body: () throws -> Void) -> String {
        do { try body() } catch { return "\(error)" }
        return "not refused"
    }

    private func filled(_ count: Int = 200) throws -> Store {
        let store = try folder.store()
        for number in 0..<count { try store.take("R\(number)") }
        return store
    }

    private func file(_ name: String) -> String { folder.path + "/" + name }
    private func clean(_ names: String...) { for name in names { unlink(file(name)) } }

    @Test(arguments: [false, true]) func `a backup made while the store works is restored as it was`(isSealed: Bool) async throws {
        defer { clean("b", "restored", "restored-spare") }
        let store = try filled()
        let backup = Backup(of: folder.database, in: file("b"), key: isSealed ? key : nil)
        let receipt = try backup.make()
        #expect(receipt.readings == 200 && receipt.lastEntry == 200)
        var status = stat()
        #expect(stat(file("b"), &status) == 0 && status.st_mode & 0o777 == 0o600)
        try store.take("LATER")
        let (back, aside) = try Backup(of: file("restored"), in: file("b"), key: isSealed ? key : nil).restore(replacing: false, at: noon)
        #expect(back.readings == 200 && aside == nil)
        let restored = try Store(path: file("restored"))
        #expect(try await restored.ledger().differences == [])
        #expect(try await restored.readings(limit: 1)[0].identity.description == "R199")
        #expect(refusal { _ = try backup.make() }.contains("exists: a backup never takes the place of another"))
    }

    @Test func `numbers of connections are not given out again after a restore`() async throws {
        defer { clean("b", "restored", "restored-spare") }
        let store = try filled(3)
        let before = try store.intake { try $0.openConnection(of: "home") }
        _ = try Backup(of: folder.database, in: file("b"), key: nil).make()
        for _ in 0..<1000 { _ = try store.intake { try $0.openConnection(of: "home") } }
        _ = try Backup(of: file("restored"), in: file("b"), key: nil).restore(replacing: false, at: noon)
        #expect(try Store(path: file("restored")).intake { try $0.openConnection(of: "home") } > before + 1000)
    }

    @Test func `a database is replaced only when that is said, and is kept`() throws {
        defer { clean("b", "vitalgate.db.replaced-20240615T120000Z") }
        try withExtendedLifetime(filled(5)) { _ in _ = try Backup(of: folder.database, in: file("b"), key: nil).make() }
        let backup = Backup(of: folder.database, in: file("b"), key: nil)
        #expect(refusal { _ = try backup.restore(replacing: false, at: noon) }.contains("with --replace it is set aside first"))
        #expect(try backup.restore(replacing: true, at: noon).aside == folder.database + ".replaced-20240615T120000Z")
        #expect(access(file("vitalgate.db.replaced-20240615T120000Z"), F_OK) == 0)
    }

    @Test func `what was done to a sealed file is found, and the wrong key opens nothing`() throws {
        defer { clean("plain", "sealed", "changed") }
        let plain = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
        try Data(plain).write(to: URL(fileURLWithPath: file("plain")))
        try SealedFile.seal(file("plain"), into: file("sealed"), key: key)
        try SealedFile.open(file("sealed"), into: file("changed"), key: key)
        #expect(Array(try Data(contentsOf: URL(fileURLWithPath: file("changed")))) == plain)
        let sealed = Array(try Data(contentsOf: URL(fileURLWithPath: file("sealed"))))
        let (head, piece) = (33, 5 + 65_536 + 16)
        func outcome(_ bytes: [UInt8], key: [UInt8]? = nil) throws -> String {
            try Data(bytes).write(to: URL(fileURLWithPath: file("changed")))
            return refusal { try SealedFile.open(file("changed"), into: nil, key: key ?? self.key) }
        }
        #expect(try outcome(sealed) == "not refused")
        #expect(try outcome(sealed, key: [UInt8](repeating: 9, count: 32)).contains("or this is not its key"))
        // Cut off within a piece, and at the end of one.
        #expect(try outcome(Array(sealed.dropLast(1))).contains("cut off in piece 3"))
        #expect(try outcome(Array(sealed.prefix(head + 2 * piece))).contains("cut off behind piece 2"))
        // Two pieces in each other's place, one left out, one twice, one more at the end.
        let (first, second) = (Array(sealed[head..<head + piece]), Array(sealed[head + piece..<head + 2 * piece]))
        let (start, rest) = (Array(sealed.prefix(head)), Array(sealed[(head + 2 * piece)...]))
        #expect(try outcome(start + second + first + rest).contains("or this is not its key"))
        #expect(try outcome(start + first + rest).contains("piece 1"))
        #expect(try outcome(start + first + first + rest).contains("piece 1"))
        #expect(try outcome(sealed + [0]).contains("goes on behind its last piece"))
        // Any byte.
        for place in stride(from: 0, to: sealed.count, by: 9_973) {
            var changed = sealed
            changed[place] ^= 0x40
            #expect(try outcome(changed) != "not refused", "byte \(place)")
        }
        // That a piece is the last one, moved to an earlier one.
        var shortened = Array(sealed.prefix(head + piece))
        shortened[head] = 1
        #expect(try outcome(shortened) != "not refused")
    }

    @Test func `a database whose ledger does not balance makes no backup`() throws {
        defer { clean("b") }
        try withExtendedLifetime(filled(5)) { _ in
            try folder.tamper("UPDATE sources SET received = 99")
            #expect(refusal { _ = try Backup(of: folder.database, in: file("b"), key: nil).make() }.contains("the ledger in the copy does not balance"))
        }
        #expect(access(file("b"), F_OK) != 0)
    }
}
