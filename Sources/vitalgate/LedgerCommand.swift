import ArgumentParser
import ExactJSON
import Readings
import Store

struct LedgerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger", abstract: "Prove what became of everything that came in.", subcommands: [Verify.self, Show.self])

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add everything up; exit status 1 and the first difference if it does not balance.")

        @OptionGroup var store: StoreOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let ledger = try await store.openToRead().ledger()
            if output.json { Terminal.out(json(ledger)) } else { show(ledger) }
            if !ledger.isBalanced { throw ExitCode(1) }
        }

        private func show(_ ledger: LedgerReport) {
            Terminal.table(
                ["SOURCE", "RECEIVED", "IN CUSTODY", "COUNTED"],
                ledger.sources.map { [$0.source, "\($0.received)", "\($0.frames)", "\($0.tallied)"] })
            Terminal.out("")
            Terminal.table(["FATE OF FRAMES", "FRAMES"], sorted(ledger.framesByFate))
            Terminal.out("")
            Terminal.table(["CUSTODY", "FRAMES"], sorted(ledger.framesByCustody))
            Terminal.out("")
            if !ledger.thinned.isEmpty {
                Terminal.table(
                    ["BODIES THAT WENT", "SOURCE", "BECAUSE OF", "FRAMES", "BYTES", "ARRIVED FROM", "TO"],
                    ledger.thinned.map { sum in
                        [sum.fate.rawValue, sum.source, sum.cause.rawValue, "\(sum.count)", "\(sum.bytes)", sum.oldest.rfc3339(), sum.newest.rfc3339()]
                    })
                Terminal.out("")
            }
            Terminal.table(["COUNTED, NEVER IN CUSTODY", "ITEMS"], ledger.tallies.map { [$0.code, "\($0.count)"] })
            Terminal.out("")
            Terminal.table(["REFUSED IN CUSTODY", "FRAMES"], ledger.refusals.map { ["\($0.fate.rawValue): \($0.code)", "\($0.count)"] })
            Terminal.out("")
            Terminal.table(["READINGS", "ROWS"], sorted(ledger.readingsByState) + [["conflicts", "\(ledger.conflictingReadings)"]])
            Terminal.out("")
            Terminal.table(
                ["WHOSE", "READINGS"],
                ledger.people.assigned.sorted { $0.key < $1.key }.map { [$0.key, "\($0.value)"] }
                    + [["in the inbox", "\(ledger.people.inbox)"], ["nobody's", "\(ledger.people.nobody)"]])
            Terminal.out("")
            Terminal.table(
                ["SINK", "LANE", "ENTRIES", "DELIVERED", "PENDING", "HELD", "FILTERED", "DEAD"],
                ledger.sinks.map { sums in
                    [sums.sink, sums.lane.rawValue]
                        + [sums.entries, sums.delivered, sums.pending, sums.held, sums.filtered, sums.dead].map { "\($0)" }
                })
            Terminal.out("")
            Terminal.out(ledger.isBalanced ? "The ledger balances." : "The ledger does not balance:")
            ledger.differences.forEach { Terminal.out("  \($0)") }
        }

        private func sorted<Word: RawRepresentable<String> & CaseIterable & Hashable>(_ counts: [Word: Int]) -> [[String]] {
            Word.allCases.map { [$0.rawValue, "\(counts[$0] ?? 0)"] }
        }

        private func json(_ ledger: LedgerReport) -> JSON {
            func counts<Word: RawRepresentable<String> & CaseIterable & Hashable>(_ counts: [Word: Int]) -> JSON {
                .object(JSONObject(Word.allCases.map { ($0.rawValue, .integer(counts[$0] ?? 0)) }))
            }
            var object = JSONObject([("balanced", .bool(ledger.isBalanced))])
            object.add("sources", .array(ledger.sources.map { sums in
                .object(JSONObject([
                    ("source", .string(sums.source)), ("received", .integer(sums.received)),
                    ("frames", .integer(sums.frames)), ("counted", .integer(sums.tallied)),
                ]))
            }))
            object.add("frames", .integer(ledger.frames))
            object.add("fates", counts(ledger.framesByFate))
            object.add("custody", counts(ledger.framesByCustody))
            object.add("thinned", .array(ledger.thinned.map { sum in
                .object(JSONObject([
                    ("fate", .string(sum.fate.rawValue)), ("source", .string(sum.source)), ("cause", .string(sum.cause.rawValue)),
                    ("frames", .integer(sum.count)), ("bytes", .integer(sum.bytes)), ("from", .string(sum.oldest.rfc3339())),
                    ("to", .string(sum.newest.rfc3339())),
                ]))
            }))
            object.add("counted", .object(JSONObject(ledger.tallies.map { ($0.code, .integer($0.count)) })))
            object.add("refused", .object(JSONObject(ledger.refusals.map { ($0.code, .integer($0.count)) })))
            object.add("readings", counts(ledger.readingsByState))
            object.add("conflicts", .integer(ledger.conflictingReadings))
            object.add("people", .object(JSONObject([
                ("assigned", .object(JSONObject(ledger.people.assigned.sorted { $0.key < $1.key }.map { ($0.key, .integer($0.value)) }))),
                ("inbox", .integer(ledger.people.inbox)), ("nobody", .integer(ledger.people.nobody)),
            ])))
            object.add("alarmEvents", .integer(ledger.alarmEvents))
            object.add("journal", .integer(ledger.journal))
            object.add("sinks", .array(ledger.sinks.map { sums in
                .object(JSONObject([
                    ("sink", .string(sums.sink)), ("lane", .string(sums.lane.rawValue)), ("entries", .integer(sums.entries)),
                    ("delivered", .integer(sums.delivered)), ("pending", .integer(sums.pending)), ("held", .integer(sums.held)),
                    ("filtered", .integer(sums.filtered)), ("dead", .integer(sums.dead)),
                ]))
            }))
            object.add("differences", .array(ledger.differences.map { .string($0) }))
            return .object(object)
        }
    }
}
