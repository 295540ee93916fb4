import CSQLite
import Glibc
import Readings
import Testing

@testable import Store

/// A file system of 1 MB, for real.
final class SmallDisk {
    let path: String

    init?() {
        var template = Array("/tmp/vitalgate-disk-XXXXXX".utf8CString)
        path = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
        guard mount("vitalgate", path, "tmpfs", 0, "size=1m") == 0 else {
            rmdir(path)
            return nil
        }
    }

    deinit {
        umount2(path, Int32(MNT_DETACH))
        rmdir(path)
    }

    static let isPossible = SmallDisk() != nil
}

struct FullDiskTests {
    let folder = TemporaryFolder()

    /// Takes readings until the store refuses one. Returns the failure, how many it kept, and whether it was the COMMIT that failed.
    private func fill(_ store: Store, with name: String = "R") throws -> (StoreFailure, Int, isCommit: Bool) {
        for kept in 0..<10_000 {
            var isCommit = false
            do {
                try store.intake { transaction in
                    transaction.received(source: "home")
                    let row = try transaction.append(frame(body: String(repeating: "x", count: 3000)))
                    try transaction.append(record(weight("79.8"), "\(name)\(kept)"), of: row, at: noon)
                    isCommit = true
                }
            } catch let failure as StoreFailure {
                return (failure, kept, isCommit)
            }
        }
        throw StoreFailure.refusal("never full")
    }

    @Test func `a database at its page limit says so, keeps what it took, and takes more once there is room`() async throws {
        let store = try folder.store()
        try await store.limitPages(to: 60)
        let (failure, kept, _) = try fill(store)
        #expect(failure.isFull && failure.code == SQLITE_FULL)
        #expect(failure.message.contains("the disk is full: free some space where \(folder.database) stands"))
        #expect(kept > 10)
        #expect(try await store.readings(limit: 10_000).count == kept)
        #expect(throws: StoreFailure.self) { try store.take("LATER", source: String(repeating: "s", count: 5000)) }
        try await store.limitPages(to: 100_000)
        try store.take("LATER")
        #expect(try await store.readings(limit: 10_000).count == kept + 1)
        #expect(try await store.ledger().differences == [])
    }

    @Test(.enabled(if: SmallDisk.isPossible, "SKIPPED: a real full disk needs the right to mount a tmpfs"))
    func `a disk without space fails the commit and nothing else`() async throws {
        let disk = try #require(SmallDisk())
        let path = disk.path + "/vitalgate.db"
        let ballast = disk.path + "/ballast"
        write(100_000, to: ballast)
        do {
            let store = try Store(path: path)
            let (failure, kept, isCommit) = try fill(store)
            #expect(isCommit)
            #expect(failure.isFull, "\(failure)")
            #expect(kept > 10)
            #expect(try fill(store, with: "S").0.isFull)
            #expect(try await store.readings(limit: 10_000).count == kept)
            unlink(ballast)
            try store.take("LATER")
            #expect(try await store.readings(limit: 10_000).count == kept + 1)
            #expect(try await store.ledger().differences == [])
        }
        // The next start finds the same.
        let again = try Store(path: path)
        #expect(try await again.readings(limit: 1)[0].identity.description == "LATER")
        #expect(try await again.ledger().differences == [])
    }

    private func write(_ count: Int, to path: String) {
        let file = fopen(path, "w")
        for _ in 0..<count { fputc(0x55, file) }
        fclose(file)
    }

    @Test func `a store that another process holds is busy, not lost`() throws {
        let store = try folder.store()
        let other = try Database(path: folder.database, .readWrite)
        try other.run(script: "BEGIN IMMEDIATE")
        let impatient = try Store(
            path: folder.database,
            settings: Setting.all.map { $0.pragma == "busy_timeout" ? Setting("busy_timeout", "20", otherwise: "") : $0 },
            migrations: Migrations.all)
        #expect { try impatient.take("A") } throws: { ($0 as? StoreFailure)?.isBusy == true }
        try other.run(script: "ROLLBACK")
        try impatient.take("A")
        try store.take("B")
        #expect(try folder.value("SELECT group_concat(identity) FROM readings") == "A,B")
    }
}

extension Store {
    func limitPages(to count: Int) throws { try database.run(script: "PRAGMA max_page_count = \(count)") }
}
