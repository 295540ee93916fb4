import Foundation
import GatewayTesting
import Glibc
import Testing

/// A key comes by a file, and nothing that is printed has it in it.
@Suite struct DeviceKeyTests {
    private let folder = TemporaryFolder()
    private static let key = "231d39c1d7cc1ab1aee224cd096db932"
    private static let device = "54:48:E6:8F:80:A5"

    private func devices(_ arguments: String...) throws -> Program.Run {
        try Program.run(["devices"] + arguments + ["--store", folder.path + "/v.db"])
    }

    private func file(_ text: String, mode: mode_t) throws -> String {
        let file = try folder.write(text, to: "key")
        chmod(file, mode)
        return file
    }

    @Test("A device is enrolled with a key file, and lists say only that it has one") func enrolled() throws {
        let file = try file(DeviceKeyTests.key + "\n", mode: 0o600)
        let enrolled = try devices("enroll", DeviceKeyTests.device, "--by", "a test", "--key-file", file)
        #expect(enrolled.status == 0, "\(enrolled)")
        #expect(enrolled.lines == ["enrolled 54:48:E6:8F:80:A5 as 54:48:E6:8F:80:A5, key: yes"])
        #expect(enrolled.errors.contains("the systemd service does not see \(file)"))
        #expect(try devices("enroll", "00:11:22:33:44:55", "--by", "a test").status == 0)
        let (table, json) = try (devices("list"), devices("list", "--json"))
        #expect(table.lines.map { $0.contains("  yes  ") } == [false, false, true], "\(table)")
        #expect(try json.answers.map { $0.at("key") } == [nil, "true"])
        for run in [enrolled, table, json] {
            let all = run.lines.joined() + run.errors
            #expect(!all.contains(DeviceKeyTests.key))
        }
        #expect(!json.lines.joined().contains(file))
    }

    @Test("A key file that is none is refused at once, and the device is not enrolled") func refused() throws {
        let broad = try file(DeviceKeyTests.key, mode: 0o644)
        let first = try devices("enroll", DeviceKeyTests.device, "--key-file", broad)
        #expect(first.status == 1 && first.errors.contains("'chmod 640 \(broad)'"), "\(first)")
        let short = try file("231d39c1d7cc1ab1", mode: 0o600)
        let second = try devices("enroll", DeviceKeyTests.device, "--key-file", short)
        #expect(second.status == 1 && second.errors.contains("write it as 32 hex digits"), "\(second)")
        let third = try devices("enroll", DeviceKeyTests.device, "--key-file", short, "--key-credential", "scale")
        #expect(third.status == 1 && third.errors.contains("not both"), "\(third)")
        let fourth = try devices("enroll", DeviceKeyTests.device, "--key-credential", "keys/scale")
        #expect(fourth.status == 1 && fourth.errors.contains("for a file write --key-file"), "\(fourth)")
        // The key itself is no word of the command line.
        #expect(try devices("enroll", DeviceKeyTests.device, "--key", DeviceKeyTests.key).status == 2)
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/v.db"))
    }
}
