import ArgumentParser
import ExactJSON
import Gateway
import Readings
import Store

extension ReadingsCommand {
    struct Release: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a quarantined reading go: it is passed on as any other.",
            discussion: "Who did it is kept, and stands in the ledger. No alarm is raised: you have looked at it.")

        @Argument(help: "Its id, as 'readings quarantined' tells it.")
        var id: String

        @Option(help: "Who answers for it. No name of a patient.")
        var by: String

        @Option(help: ArgumentHelp("When it was measured, where nobody else can tell: 2026-11-21T08:30:00Z.", valueName: "time"))
        var at: String?

        @OptionGroup var store: StoreOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            guard !by.allSatisfy(\.isWhitespace) else { throw ValidationError("--by: say who") }
            let now = Clocks.machine.now().wall
            let measured = try at.map(RedecodeCommand.instant)
            if let measured, measured > Instant(milliseconds: now.milliseconds + Int64(MeasuredAt.tolerance) * 1000) {
                throw ValidationError("--at: that is still to come")
            }
            guard let released = try store.openToWrite().release(ReadingIdentity(id), by: by, measured: measured, at: now) else {
                throw CommandFailure("nothing is quarantined under '\(id)': 'vitalgate readings quarantined' tells what is")
            }
            if output.json {
                Terminal.out(JSON.object(JSONObject([
                    ("released", .string(released.identity.description)), ("revision", .integer(released.revision)), ("by", .string(by)),
                ])))
            } else {
                Terminal.out("released \(released.identity) as revision \(released.revision)")
            }
        }
    }
}
