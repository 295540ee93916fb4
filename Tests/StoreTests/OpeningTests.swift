import Glibc
import Readings
import Testing

@testable import Store

struct OpeningTests {
    let folder = TemporaryFolder()

    private func mode(_ path: String) -> mode_t {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
    }

    private func refusal(_ body: () throws -> Void) -> String {
        do { try body() } catch { return "\(error)" }
        return "not refused"
    }

    @Test func `only its owner can read the file, its log and its shared memory`() throws {
        let old = umask(0)
        defer { umask(old) }
        let store = try folder.store()
        try store.take("A")
        for suffix in ["", "-wal", "-shm"] { #expect(mode(folder.database + suffix) == 0o600, "\(suffix)") }
    }

    @Test func `a file that others could read is closed to them`() throws {
        _ = try folder.store()
        chmod(folder.database, 0o644)
        _ = try folder.store()
        #expect(mode(folder.database) == 0o600)
    }

    @Test func `the file says what it is`() throws {
        _ = try folder.store()
        #expect(try folder.value("PRAGMA journal_mode") == "wal")
        #expect(try folder.value("PRAGMA auto_vacuum") == "2")
        // "VitG"
        #expect(try folder.value("PRAGMA application_id") == "1449751623")
        #expect(try folder.value("PRAGMA user_version") == "7")
    }

    @Test(arguments: [
        ("synchronous", "NORMAL", "2", "1"), ("secure_delete", "OFF", "1", "0"), ("foreign_keys", "OFF", "1", "0"),
        ("journal_mode", "DELETE", "wal", "delete"), ("auto_vacuum", "NONE", "2", "0"), ("busy_timeout", "1", "5000", "1"),
    ])
    func `a setting that did not take is refused by name`(pragma: String, value: String, wanted: String, found: String) throws {
        let settings = Setting.all.map { known in
            known.pragma == pragma ? Setting(pragma, value, wanted, otherwise: known.otherwise) : known
        }
        let sentence = refusal { _ = try Store(path: folder.database, settings: settings, migrations: Migrations.all) }
        #expect(sentence.contains("\(pragma) reads back \(found) instead of \(wanted), so "), "\(sentence)")
    }

    @Test func `each setting has its own sentence`() {
        #expect(Set(Setting.all.map(\.otherwise)).count == Setting.all.count)
    }

    @Test func `a newer database is refused with a sentence`() throws {
        _ = try folder.store()
        try folder.tamper("PRAGMA user_version = 9")
        let sentence = refusal { _ = try folder.store() }
        #expect(sentence.contains("is of version 9, and this vitalgate knows 7"), "\(sentence)")
        #expect(sentence.contains("written by a newer vitalgate"))
    }

    @Test func `migrations run in order, each once, and what is stored stays`() throws {
        let first = "CREATE TABLE steps(n INTEGER); INSERT INTO steps VALUES (1);"
        let second = "INSERT INTO steps VALUES (2);"
        _ = try Store(path: folder.database, settings: Setting.all, migrations: [first])
        _ = try Store(path: folder.database, settings: Setting.all, migrations: [first, second])
        _ = try Store(path: folder.database, settings: Setting.all, migrations: [first, second])
        #expect(try folder.value("SELECT group_concat(n) FROM steps") == "1,2")
        #expect(try folder.value("PRAGMA user_version") == "2")
    }

    @Test func `a database from before there were keys keeps its devices`() async throws {
        do {
            _ = try Store(path: folder.database, settings: Setting.all, migrations: [Schema.version1])
            try folder.tamper("INSERT INTO devices VALUES ('00:11:22:33:44:55', 'Hall', NULL, 1, 'ada')")
        }
        let devices = try await folder.store().enrolledDevices()
        #expect(devices.map(\.name) == ["Hall"])
        #expect(devices.map(\.keyFile) == [nil])
    }

    @Test func `a migration that fails leaves the version before it`() throws {
        let broken = "CREATE TABLE half(n INTEGER); INSERT INTO nowhere VALUES (1);"
        #expect(refusal { _ = try Store(path: folder.database, settings: Setting.all, migrations: [broken]) }.contains("nowhere"))
        #expect(try folder.value("SELECT count(*) FROM sqlite_schema") == "0")
        #expect(try folder.value("PRAGMA user_version") == "0")
    }

    @Test func `a database of another program is refused and left alone`() throws {
        try folder.tamper("CREATE TABLE photos(id INTEGER)")
        #expect(refusal { _ = try folder.store() }.contains("is a database of another program"))
        #expect(try folder.value("SELECT group_concat(name) FROM sqlite_schema") == "photos")
        #expect(try folder.value("PRAGMA application_id") == "0")
    }

    @Test func `a file that is no database is refused`() throws {
        let file = fopen(folder.database, "w")
        for _ in 0..<100 { fputs("this is not a database", file) }
        fclose(file)
        #expect { _ = try folder.store() } throws: { ($0 as? StoreFailure)?.isCorrupt == true }
    }

    @Test func `a folder that is not there is named`() {
        let sentence = refusal { _ = try Store(path: "/tmp/no/such/folder/x.db") }
        #expect(sentence.contains("/tmp/no/such/folder/x.db cannot be opened: its folder must exist"), "\(sentence)")
    }

    @Test func `listings read while the daemon writes, and can change nothing`() async throws {
        let daemon = try folder.store()
        let listings = try Store(readingOnly: folder.database)
        try daemon.take("A")
        #expect(try await listings.readings(limit: 10).map(\.identity.description) == ["A"])
        // In the middle of a transaction the reader sees the state before it, and does not wait.
        try daemon.intake { transaction in
            let row = try transaction.append(frame())
            try transaction.append(record(weight("80"), "B"), of: row, at: noon)
            #expect(try folder.value("SELECT count(*) FROM readings") == "1")
        }
        #expect(try await listings.readings(limit: 10).count == 2)
        #expect(throws: StoreFailure.self) { try listings.take("C") }
        #expect(try await listings.readings(limit: 10).count == 2)
    }

    @Test func `reading needs a database that exists`() {
        #expect(throws: StoreFailure.self) { try Store(readingOnly: folder.database) }
        #expect(access(folder.database, F_OK) != 0)
    }

    @Test func `the gateway's id is made once and kept`() async throws {
        let id = try await folder.store().gatewayID { "gateway-1" }
        #expect(id == "gateway-1")
        #expect(try await folder.store().gatewayID { "gateway-2" } == "gateway-1")
    }

    @Test func `an enrolment by another process is noticed, and only then`() async throws {
        let (daemon, command) = (try folder.store(), try folder.store())
        let before = try daemon.intake { try $0.enrolledDevices(ifChangedSince: nil) }!
        #expect(before.devices.isEmpty)
        #expect(try daemon.intake { try $0.enrolledDevices(ifChangedSince: before.version) } == nil)
        let device = EnrolledDevice(id: scale, name: "Bathroom", profile: nil, enrolledAt: noon, enrolledBy: "ada")
        try await command.enroll(device)
        let after = try daemon.intake { try $0.enrolledDevices(ifChangedSince: before.version) }!
        #expect(after.devices == [device])
        var renamed = device
        renamed.name = "Hall"
        renamed.profile = "xiaomi/mi-smart-scale"
        renamed.keyFile = "/etc/vitalgate/keys/hall"
        try await command.enroll(renamed)
        #expect(try await daemon.enrolledDevices() == [renamed])
        #expect(try await command.forget(scale, at: noon, by: "ada"))
        #expect(try await command.forget(scale, at: noon, by: "ada") == false)
        let last = try daemon.intake { try $0.enrolledDevices(ifChangedSince: after.version) }!
        #expect(last.devices.isEmpty)
    }
}
