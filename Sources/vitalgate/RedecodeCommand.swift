import ArgumentParser
import ExactJSON
import Foundation
import Gateway
import Glibc
import Readings
import Store

struct RedecodeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redecode", abstract: "Read stored frames again with a mended profile, and correct what comes out differently.",
        discussion: """
            Shows the differences and writes nothing; with --apply, or after your 'yes' at a terminal, it writes the corrections.
            What was told before is kept as superseded, and every sink gets the correction. No alarm is raised from what is old.
            A gateway may run meanwhile; start it anew with the mended profile first, or it goes on reading as before.
            """)

    @Option(help: "The profile whose frames are read again.")
    var profile: String

    @Option(help: ArgumentHelp("Only frames that arrived at or after, 2026-11-21T08:30:00Z or 2026-11-21.", valueName: "time"))
    var since: String?

    @Flag(help: "Write the corrections.")
    var apply = false

    @Option(help: "Who answers for them.")
    var by: String?

    @Option(help: "The time zone of the place, where no configuration tells it.")
    var zone: String?

    @OptionGroup var profiles: ProfileOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let settings = try store.configuration()
        let set = try ProfileFolders.load(
            shipped: profiles.folder, further: (settings?.profileFolders ?? []) + profiles.further)
        let place = try zone.map { name in
            guard let place = Place(identifier: name) else { throw ValidationError("no time zone '\(name)'") }
            return place
        } ?? settings?.place ?? Place(.current)
        let since = try self.since.map(RedecodeCommand.instant)
        let who = Operator.named(by)
        func redecoding() throws -> Redecoding {
            try Redecoding(by: who, profile: profile, among: set, since: since, in: place)
        }
        if !apply {
            let reader = try store.openToRead()
            var preview = try redecoding()
            let summary = try preview.preview(reader, show)
            end(summary, isWritten: false)
            guard summary.changes.isEmpty == false, !output.json, isatty(0) == 1, confirmed() else { return }
        }
        var writing = try redecoding()
        // Between two batches whoever waits to write gets his turn.
        let summary = try writing.apply(
            to: store.openToWrite(), now: { Clocks.machine.now().wall }, pause: { usleep(20_000) }, apply ? show : { _ in })
        end(summary, isWritten: true)
    }

    static func instant(_ text: String) throws -> Instant {
        guard let instant = Instant(rfc3339: text.count == 10 ? "\(text)T00:00:00Z" : text) else {
            throw ValidationError("'\(text)' is no time: write 2026-11-21T08:30:00Z or 2026-11-21")
        }
        return instant
    }

    private func confirmed() -> Bool {
        Terminal.out("Write these corrections? [y/N]")
        return ["y", "yes"].contains((readLine() ?? "").lowercased())
    }

    private func show(_ differences: [Difference]) {
        for difference in differences {
            if output.json {
                Terminal.out(json(difference))
            } else {
                let about = difference.identity?.description ?? difference.device.description
                let word = difference.change.rawValue + String(repeating: " ", count: max(1, 12 - difference.change.rawValue.count))
                Terminal.out("\(word)frame \(difference.frame)  \(about)")
                if let before = difference.before { Terminal.out("  - \(before)") }
                if let after = difference.after { Terminal.out("  + \(after)") }
            }
        }
    }

    private func json(_ difference: Difference) -> JSON {
        var object = JSONObject([
            ("change", .string(difference.change.rawValue)), ("frame", .integer(Int(difference.frame))),
            ("device", .string(difference.device.description)),
        ])
        object.add("id", difference.identity.map { .string($0.description) })
        object.add("before", difference.before.map { .string($0) })
        object.add("after", difference.after.map { .string($0) })
        return .object(object)
    }

    private func end(_ summary: RedecodeSummary, isWritten: Bool) {
        let changes = Difference.Change.allCases.compactMap { change in summary.changes[change].map { (change.rawValue, $0) } }
        let untouched = summary.untouched.sorted { $0.key < $1.key }
        guard !output.json else {
            return Terminal.out(JSON.object(JSONObject([
                ("frames", .integer(summary.frames)), ("unchanged", .integer(summary.unchanged)),
                ("changes", .object(JSONObject(changes.map { ($0.0, .integer($0.1)) }))),
                ("untouched", .object(JSONObject(untouched.map { ($0.key, .integer($0.value)) }))), ("written", .bool(isWritten)),
            ])))
        }
        Terminal.out("")
        Terminal.table(
            ["FRAMES OF \(profile)", "\(summary.frames)"],
            [["unchanged", "\(summary.unchanged)"]] + changes.map { [$0.0, "\($0.1)"] }
                + untouched.map { ["left as it is: \($0.key)", "\($0.value)"] })
        if isWritten {
            Terminal.out("Written in \(summary.corrections) transaction(s). No alarm was raised: what is old is no news.")
        } else if !summary.changes.isEmpty {
            Terminal.out("Nothing is written yet: --apply writes these corrections.")
        }
    }
}
