import ArgumentParser
import DeviceProfiles
import ExactJSON
import Foundation
import Glibc
import Readings
import Store

extension StoreCommand {
    struct BackupCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "backup", abstract: "Copy the database, also while the gateway runs.",
            discussion: """
                The copy gets its name only once it was found to be sound, with a ledger that balances. With --key-file it is encrypted:
                keep the key elsewhere, for without it nobody can restore the backup.
                """)

        @Argument(help: ArgumentHelp("The backup; must not exist.", valueName: "file"), completion: .file())
        var file: String

        @OptionGroup var store: StoreOptions
        @OptionGroup var key: BackupKeyOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let receipt = try Backup(of: store.existingPath(), in: file, key: key.bytes()).make()
            if output.json { return Terminal.out(.object(JSONObject(receipt.members + [("encrypted", .bool(key.keyFile != nil))]))) }
            Terminal.out("\(file): \(receipt.text). It is sound, and its ledger balances.")
        }
    }

    struct Restore: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a backup the database; the gateway must not run.",
            discussion: """
                What came in since the backup is not in it: sources that kept it send it again, the rest is lost, and sinks still have it.
                What the backup had not delivered yet is delivered once more, under the same ids.
                """)

        @Argument(help: ArgumentHelp("The backup.", valueName: "file"), completion: .file())
        var file: String

        @Flag(help: "Where there is a database, set it aside under a name with the date.")
        var replace = false

        @OptionGroup var store: StoreOptions
        @OptionGroup var key: BackupKeyOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let now = Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
            let path = try store.storePath()
            let (receipt, aside) = try Backup(of: path, in: file, key: key.bytes()).restore(replacing: replace, at: now)
            if output.json {
                var object = JSONObject(receipt.members)
                if let aside { object.add("setAside", .string(aside)) }
                return Terminal.out(.object(object))
            }
            Terminal.out("\(path): \(receipt.text).")
            if let aside { Terminal.out("The database that was there is now \(aside).") }
        }
    }
}

/// The key of an encrypted backup.
struct BackupKeyOptions: ParsableArguments {
    @Option(help: ArgumentHelp("32 bytes, or 64 hex digits, alone in a file that only you can read.", valueName: "file"), completion: .file())
    var keyFile: String?

    func bytes() throws -> [UInt8]? {
        guard let keyFile else { return nil }
        var status = stat()
        guard stat(keyFile, &status) == 0, let data = FileManager.default.contents(atPath: keyFile) else {
            throw CommandFailure("the key file \(keyFile) cannot be read")
        }
        guard status.st_mode & 0o077 == 0 else { throw CommandFailure("the key file \(keyFile) can be read by others: 'chmod 600 \(keyFile)'") }
        if data.count == 32 { return Array(data) }
        let digits = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard digits.utf8.count == 64, let key = [UInt8](hex: digits) else {
            throw CommandFailure("the key file \(keyFile) holds no key: make one with 'openssl rand -hex 32 >\(keyFile)'")
        }
        return key
    }
}

extension Backup.Receipt {
    fileprivate var text: String { "\(readings) readings and \(frames) frames, to number \(lastEntry) of the journal, in \(bytes) bytes" }
    fileprivate var members: [(String, JSON)] {
        [("bytes", .number("\(bytes)")), ("readings", .integer(readings)), ("frames", .integer(frames)), ("lastEntry", .number("\(lastEntry)"))]
    }
}
