import ArgumentParser
import ExactJSON
import Gateway
import People
import Readings
import Store

extension DevicesCommand {
    struct Assign: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say whose readings a device gives from some day on.",
            discussion: """
                All of it, each time: what was said of the device before ends on that day.
                  --person anna                 all of it is hers
                  --slot 1=anna --slot 2=ben    the user buttons of the device; other slots go to the inbox
                  --shared anna,ben             a scale of several: their weights decide, and what is not sure goes to the inbox
                  --nobody                      no person's: a scale for the dog
                  --inbox                       nobody says: back to the inbox
                What waits in the inbox is not touched: 'vitalgate readings attribute' shows what it would be by now.
                """)

        @Argument(help: "The device, as it was enrolled.")
        var address: Address

        @Option(help: "Whose it is.")
        var person: Pseudonym?

        @Option(help: ArgumentHelp("Whose a user slot is; may be repeated.", valueName: "n=person"))
        var slot: [Slot] = []

        @Option(help: ArgumentHelp("Who shares it; their weights decide.", valueName: "person,person…"))
        var shared: Sharers?

        @Flag(help: "What it shows is no person's.")
        var nobody = false

        @Flag(help: "Nobody says whose it is.")
        var inbox = false

        @Option(help: ArgumentHelp(
            "From when on, by the time of measurement: 2026-11-21T08:30:00Z, 2026-11-21, or 'always'. Without it: from now on.",
            valueName: "time"))
        var since: String?

        @Option(help: "Who says so.")
        var by: String?

        @OptionGroup var store: StoreOptions
        @OptionGroup var output: OutputOptions

        func validate() throws {
            let ways = [person != nil, shared != nil, nobody, inbox].count { $0 }
            guard ways == 1 || (ways == 0 && !slot.isEmpty) else {
                throw ValidationError("say whose it is in one way: --person P, --slot N=P …, --shared P,Q, --nobody or --inbox")
            }
            guard slot.isEmpty || !(nobody || inbox) else {
                throw ValidationError("--slot goes with --person or --shared for the rest of the device, or alone")
            }
            let numbers = slot.map(\.number)
            if let twice = numbers.first(where: { number in numbers.count { $0 == number } > 1 }) {
                throw ValidationError("--slot \(twice) is given twice: a slot is one person's")
            }
        }

        func run() async throws {
            let now = Clocks.machine.now().wall
            var shares = slot.map { Assignment.Share(slot: $0.number, .person($0.person)) }
            if let person { shares.append(Assignment.Share(.person(person.id))) }
            if let shared { shares.append(Assignment.Share(.oneOf(shared.persons))) }
            if nobody { shares.append(Assignment.Share(.nobody)) }
            let begin = since == "always" ? nil : try since.map(RedecodeCommand.instant) ?? now
            let assignment = Assignment(address.device, since: begin, shares, at: now, by: Operator.named(by))
            let store = try store.openToWrite()
            try await store.assign(assignment)
            guard !output.json else { return Terminal.out(Holding.json(assignment, until: nil)) }
            Terminal.out(Holding.text(assignment, until: nil))
            let waiting = try await store.readings(ReadingFilter(device: address.device, isInbox: true), limit: 1)
            if !waiting.isEmpty {
                Terminal.out("Readings of it wait in the inbox: 'vitalgate readings attribute --device \(address.device)' shows whose they are by now.")
            }
        }
    }
}

/// `2=ben`
struct Slot: ExpressibleByArgument {
    let number: Int
    let person: PersonID

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1)
        guard parts.count == 2, let number = Int(parts[0]), (0...255).contains(number), let person = PersonID(String(parts[1])) else { return nil }
        self.number = number
        self.person = person
    }
}

/// `anna,ben`
struct Sharers: ExpressibleByArgument {
    let persons: Set<PersonID>

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map { PersonID(String($0)) }
        let persons = Set(parts.compactMap { $0 })
        guard persons.count == parts.count else { return nil }
        self.persons = persons
    }
}

/// What was said of a device, for people and for programs.
enum Holding {
    static func text(_ assignment: Assignment, until: Instant?) -> String {
        let since = assignment.since.map { "since \($0.rfc3339())" } ?? "always"
        return "\(assignment.device) is \(owners(assignment)), \(since)" + (until.map { " until \($0.rfc3339())" } ?? "")
    }

    static func owners(_ assignment: Assignment) -> String {
        let parts = assignment.shares.sorted { ($0.slot ?? .max) < ($1.slot ?? .max) }.map { share in
            let owner = switch share.owner {
            case .nobody: "nobody's"
            case .person(let person): "\(person)'s"
            case .oneOf(let persons): "shared by \(persons.sorted().map(\.description).joined(separator: ", "))"
            }
            return (share.slot.map { "slot \($0) " } ?? "") + owner
        }
        return parts.isEmpty ? "not assigned" : parts.joined(separator: ", ")
    }

    static func json(_ assignment: Assignment, until: Instant?) -> JSON {
        var object = JSONObject([("device", .string(assignment.device.description))])
        object.add("since", assignment.since.map { .string($0.rfc3339()) })
        object.add("until", until.map { .string($0.rfc3339()) })
        var slots = JSONObject()
        for share in assignment.shares.sorted(by: { ($0.slot ?? .max) < ($1.slot ?? .max) }) {
            switch (share.owner, share.slot) {
            case (.nobody, _): object.add("nobody", .bool(true))
            case (.person(let person), let slot?): slots.add(String(slot), .string(person.description))
            case (.person(let person), nil): object.add("person", .string(person.description))
            case (.oneOf(let persons), _): object.add("shared", .array(persons.sorted().map { .string($0.description) }))
            }
        }
        if !slots.members.isEmpty { object.add("slots", .object(slots)) }
        object.add("by", .string(assignment.by))
        return .object(object)
    }
}
