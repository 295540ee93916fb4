import ArgumentParser
import ExactJSON
import Gateway
import Glibc
import People
import Readings
import Store

extension ReadingsCommand {
    struct Assign: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say whose readings are, also of those that stand under somebody else.",
            discussion: """
                All of them, or none. Who did it is kept, every sink gets the next revision, and no rule changes it any more.
                --nobody takes them back: a dog, a bag on the scale. --inbox says that nobody knows.
                """)

        @Argument(help: "Their ids, as 'readings inbox' tells them.")
        var ids: [String]

        @Option(help: "Whose they are.")
        var person: Pseudonym?

        @Flag(help: "No person's: every sink is told that there is no such reading.")
        var nobody = false

        @Flag(help: "Nobody knows whose they are.")
        var inbox = false

        @Option(help: "Who answers for it. No name of a patient.")
        var by: String

        @OptionGroup var store: StoreOptions
        @OptionGroup var output: OutputOptions

        func validate() throws {
            guard [person != nil, nobody, inbox].count(where: { $0 }) == 1 else {
                throw ValidationError("say whose they are in one way: --person P, --nobody or --inbox")
            }
        }

        func run() async throws {
            let who = try Operator.answering(by)
            let whose: Attribution = person.map { .person($0.id, .byHand) } ?? (nobody ? .nobody : .unassigned(.byHand))
            let results = try store.openToWrite().assign(
                ids.map { ReadingIdentity($0) }, to: whose, by: who, at: Clocks.machine.now().wall)
            for (identity, revision) in results {
                if output.json {
                    var object = JSONObject([("id", .string(identity.description))])
                    object.add("person", whose.person.map { .string($0.description) })
                    if whose == .nobody { object.add("nobody", .bool(true)) }
                    object.add("revision", revision.map { .integer($0) })
                    object.add("changed", .bool(revision != nil))
                    object.add("by", .string(who))
                    Terminal.out(.object(object))
                } else {
                    Terminal.out("\(identity) \(revision.map { "is \(whose.said) now, revision \($0)" } ?? "was \(whose.said) already")")
                }
            }
        }
    }

    struct Attribute: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Look through the inbox again by what is known now of devices and weights.",
            discussion: """
                Shows whose they are and writes nothing; with --apply it writes the corrections, and every sink gets them.
                What 'readings assign --inbox' put there stays there.
                """)

        @Option(help: "Of one device only.")
        var device: Address?

        @Flag(help: "Write the corrections.")
        var apply = false

        @Option(help: "Who answers for them; needed with --apply.")
        var by: String?

        @OptionGroup var store: StoreOptions
        @OptionGroup var output: OutputOptions

        func validate() throws {
            if apply, by == nil { throw ValidationError("--apply: say who answers for it, with --by NAME") }
        }

        func run() async throws {
            let sorting = InboxSorting(of: device?.device)
            let open = try apply ? store.openToWrite() : store.openToRead()
            let found = try sorting.preview(open)
            for finding in found.findings { show(finding) }
            var written: Int?
            if apply, let by {
                written = try sorting.apply(
                    found.findings, to: open, by: try Operator.answering(by), now: { Clocks.machine.now().wall }, pause: { usleep(20_000) })
            }
            end(found, written)
        }

        private func show(_ finding: InboxSorting.Finding) {
            guard output.json else {
                let values = finding.reading.values.map { "\($0.name) \($0.reported.text)" }.joined(separator: ", ")
                return Terminal.out("\(finding.identity)  \(values)  \(finding.whose.said)\(finding.whose.because.map { " (\($0))" } ?? "")")
            }
            var object = JSONObject([("id", .string(finding.identity.description)), ("device", .string(finding.device.description))])
            object.add(finding.whose)
            Terminal.out(.object(object))
        }

        private func end(_ found: InboxSorting.Result, _ written: Int?) {
            let waiting = found.waiting.sorted { $0.key.rawValue < $1.key.rawValue }
            guard !output.json else {
                var object = JSONObject([("found", .integer(found.findings.count))])
                object.add("waiting", .object(JSONObject(waiting.map { ($0.key.rawValue, .integer($0.value)) })))
                object.add("written", .integer(written ?? 0))
                return Terminal.out(.object(object))
            }
            if !found.findings.isEmpty { Terminal.out("") }
            Terminal.table(["GO ON WAITING", "READINGS"], waiting.map { [$0.key.rawValue, "\($0.value)"] })
            if let written {
                Terminal.out("\(written) written.")
            } else if !found.findings.isEmpty {
                Terminal.out("\(found.findings.count) found, nothing is written yet: --apply --by NAME writes it.")
            }
        }
    }
}

extension Attribution {
    /// The ground, or the doubt, in a word.
    var because: String? {
        switch self {
        case .person(_, .weight(let permille)): "weight, \(permille) in 1000"
        case .person(_, let ground): ground.word
        case .nobody: nil
        case .unassigned(let doubt): doubt.rawValue
        }
    }
}

extension JSONObject {
    /// `person`, `ground` and `permille`; `nobody`; or `doubt`.
    mutating func add(_ whose: Attribution) {
        switch whose {
        case .person(let person, let ground):
            add("person", .string(person.description))
            add("ground", .string(ground.word))
            if case .weight(let permille) = ground { add("permille", .integer(permille)) }
        case .nobody: add("nobody", .bool(true))
        case .unassigned(let doubt): add("doubt", .string(doubt.rawValue))
        }
    }
}
