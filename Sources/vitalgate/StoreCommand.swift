import ArgumentParser
import ExactJSON
import Foundation
import Glibc
import Readings
import Store

struct StoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "Look after the database: check it, save what can be saved, back it up.",
        subcommands: [Check.self, SalvageCommand.self, BackupCommand.self, Restore.self])

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Look for damage in the file; exit status 1 where there is any.",
            discussion: "Works beside a running gateway, which does the same at its start and once a day.")

        @Flag(help: "Do not compare indexes with their tables: takes a fraction of the time.")
        var quick = false

        @OptionGroup var store: StoreOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let path = try store.existingPath()
            let problems = try StoreCheck(of: path).run(quick ? .quick : .full)
            if output.json {
                Terminal.out(.object(JSONObject([("sound", .bool(problems.isEmpty)), ("problems", .array(problems.map { .string($0) }))])))
            } else if problems.isEmpty {
                Terminal.out("\(path) is sound.")
            } else {
                Terminal.out("\(path) is damaged:")
                problems.forEach { Terminal.out("  \($0)") }
                Terminal.out("The gateway salvages what can be read when it starts; 'vitalgate store salvage --into FILE' shows what that is.")
            }
            if !problems.isEmpty { throw ExitCode(1) }
        }
    }

    struct SalvageCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "salvage", abstract: "Write a new database with all that can still be read of a damaged one.",
            discussion: """
                Nothing is changed in the damaged file. The gateway does the same by itself, and sets the damaged file aside.
                Exit status 1 where something is lost.
                """)

        @Argument(help: ArgumentHelp("The damaged database.", valueName: "file"), completion: .file())
        var damaged: String

        @Option(help: ArgumentHelp("The new database; must not exist.", valueName: "file"), completion: .file())
        var into: String

        @OptionGroup var output: OutputOptions

        func run() async throws {
            guard access(damaged, F_OK) == 0 else { throw CommandFailure("there is no file \(damaged)") }
            guard access(into, F_OK) != 0 else { throw CommandFailure("\(into) exists: name a file that does not") }
            let now = Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
            let report = try Rescue(of: damaged).salvage(into: into, because: "salvaged by hand", at: now)
            if output.json { Terminal.out(report.json) } else { show(report) }
            if !report.losses.isEmpty || !report.differences.isEmpty { throw ExitCode(1) }
        }

        private func show(_ report: SalvageReport) {
            Terminal.table(["TABLE", "ROWS KEPT"], report.kept.map { [$0.table, "\($0.count)"] })
            Terminal.out("\nLost:")
            report.sentences.forEach { Terminal.out("  \($0)") }
            if !report.differences.isEmpty {
                Terminal.out("\nThe new ledger does not balance:")
                report.differences.forEach { Terminal.out("  \($0)") }
            }
        }
    }
}

extension StoreOptions {
    func existingPath() throws -> String {
        let path = try storePath()
        guard access(path, F_OK) == 0 else { throw CommandFailure("there is no database \(path)") }
        return path
    }
}

extension Loss {
    var json: JSON {
        var object = JSONObject([("what", .string(what))])
        if let name { object.add("name", .string(name)) }
        if let rows {
            object.add("first", .number("\(rows.lowerBound)"))
            object.add("last", .number("\(rows.upperBound)"))
        }
        if let count { object.add("count", .integer(count)) }
        return .object(object)
    }
}

extension SalvageReport {
    var json: JSON {
        .object(JSONObject([
            ("reason", .string(reason)), ("kept", .object(JSONObject(kept.map { ($0.table, .integer($0.count)) }))),
            ("lost", .array(losses.map(\.json))), ("differences", .array(differences.map { .string($0) })),
        ]))
    }
}
