import ArgumentParser
import ExactJSON
import Foundation
import Gateway
import Glibc
import People
import Readings
import Store

struct PersonsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "persons", abstract: "Whose readings come in. Pseudonyms only: no name, no date of birth.",
        discussion: """
            To set a family up:
              vitalgate persons add anna
              vitalgate persons add ben
              vitalgate devices assign AA:BB:CC:DD:EE:FF --person anna        (her cuff)
              vitalgate devices assign AA:BB:CC:DD:EE:01 --shared anna,ben    (the scale; their weights decide)
              vitalgate readings inbox                                        (what nobody is known to have measured)
              vitalgate readings assign ID --person anna --by NAME
            """,
        subcommands: [Add.self, List.self, Show.self, Export.self, Change.self, Consent.self, Erase.self, Sweep.self, Remove.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a person.",
            discussion: "Whoever adds them answers for their consent; 'vitalgate persons consent' takes it back.")

        @Argument(help: "A pseudonym, such as bed-7 or p-3f9a: 1 to 32 of a-z, 0-9 and '-'.")
        var person: Pseudonym

        @Option(help: "The language to speak to them in: de, pt-BR.")
        var language: String?

        @Option(help: ArgumentHelp(
            "What another system calls them, e.g. urn:oid:1.2.3=12345; may be repeated. It stays in the database and goes out nowhere.",
            valueName: "system=value"))
        var identifier: [String] = []

        @Option(help: "How long their readings are kept, e.g. 2y, 18m, 90d; what is older is erased. Without it, for ever.")
        var keep: Keep?

        @Option(help: "Who adds them.")
        var by: String?

        @OptionGroup var store: StoreOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let identifiers = try identifier.map { text in
                let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
                guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
                    throw ValidationError("--identifier '\(text)': write SYSTEM=VALUE, e.g. urn:oid:1.2.3=12345")
                }
                return Person.Identifier(system: parts[0], value: parts[1])
            }
            if let language, language.wholeMatch(of: /[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*/) == nil {
                throw ValidationError("--language '\(language)': write a tag such as de or pt-BR")
            }
            let (now, who) = (Clocks.machine.now().wall, Operator.named(by))
            let added = Person(
                id: person.id, language: language, identifiers: identifiers, keep: keep?.time,
                consent: Person.Consent(isGiven: true, at: now, by: who), addedAt: now, addedBy: who)
            try await store.openToWrite().add(added)
            guard !output.json else { return Terminal.out(PersonsCommand.json(added)) }
            Terminal.out("added \(added.id): say next what they use, with 'vitalgate devices assign DEVICE --person \(added.id)'")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the persons, and how many readings stand under each.")

        @OptionGroup var store: StoreOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let store = try store.openToRead()
            let persons = try await store.persons()
            let sums = try await store.peopleSums()
            guard !output.json else {
                return persons.forEach { Terminal.out(PersonsCommand.json($0, readings: sums.assigned[$0.id.description] ?? 0)) }
            }
            Terminal.table(
                ["PERSON", "READINGS", "CONSENT", "LANGUAGE", "ADDED", "BY"],
                persons.map { person in
                    [
                        person.id.description, "\(sums.assigned[person.id.description] ?? 0)", person.consent.isGiven ? "yes" : "no",
                        person.language ?? "-", person.addedAt.rfc3339(), person.addedBy,
                    ]
                })
            Terminal.out("\(sums.inbox) in the inbox, \(sums.nobody) nobody's")
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "All that is noted of one person, and which devices are theirs.")

        @Argument(help: "The pseudonym.")
        var person: Pseudonym

        @OptionGroup var store: StoreOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let store = try store.openToRead()
            guard let known = try await store.persons(person.id).first else { throw PersonsCommand.unknown(person.id) }
            let count = try await store.peopleSums().assigned[person.id.description] ?? 0
            let effective = Assignment.effective(in: try await store.assignments()).filter { $0.assignment.persons.contains(person.id) }
            guard !output.json else {
                let devices = effective.map { Holding.json($0.assignment, until: $0.until) }
                return Terminal.out(PersonsCommand.json(known, readings: count, devices: devices))
            }
            Terminal.out("\(known.id)  \(count) reading(s)")
            let consent = "\(known.consent.isGiven ? "given" : "withdrawn"), noted \(known.consent.at.rfc3339()) by \(known.consent.by)"
            var facts = [["added", "\(known.addedAt.rfc3339()) by \(known.addedBy)"], ["consent", consent]]
            if let keep = known.keep { facts.append(["kept", "for \(keep)"]) }
            if let language = known.language { facts.append(["language", language]) }
            facts += known.identifiers.map { ["known as", "\($0.value) at \($0.system)"] }
            facts += effective.map { ["device", Holding.text($0.assignment, until: $0.until)] }
            for fact in facts { Terminal.out("  \(fact[0])\(String(repeating: " ", count: 10 - fact[0].count))\(fact[1])") }
        }
    }

    struct Change: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "set", abstract: "Say how long a person's readings are kept.",
            discussion: "What is older is erased by the gateway once a day, as 'persons erase --before' does.")

        @Argument(help: "The pseudonym.")
        var person: Pseudonym

        @Option(help: "2y, 18m, 6w, 90d; by the time of measurement. 'ever': for ever.")
        var keep: Keep

        @OptionGroup var store: StoreOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            guard try await store.openToWrite().note(keep: keep.time, of: person.id) else { throw PersonsCommand.unknown(person.id) }
            if output.json {
                var object = JSONObject([("person", .string(person.id.description))])
                object.add("keep", keep.time.map { .string($0.description) })
                Terminal.out(.object(object))
            } else {
                Terminal.out("what is stored of \(person.id) is kept \(keep.time.map { "for \($0)" } ?? "for ever")")
            }
        }
    }

    struct Consent: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Note that a person consents, or does not any more.",
            discussion: "Without it nothing new is filed under them, and goes to the inbox. What is filed stays.")

        @Argument(help: "The pseudonym.")
        var person: Pseudonym

        @Flag(inversion: .prefixedNo, help: "Whether they consent.")
        var given: Bool

        @Option(help: "Who says so. No name of a patient.")
        var by: String

        @OptionGroup var store: StoreOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let consent = Person.Consent(isGiven: given, at: Clocks.machine.now().wall, by: try Operator.answering(by))
            guard try await store.openToWrite().note(consent, of: person.id) else { throw PersonsCommand.unknown(person.id) }
            if output.json {
                Terminal.out(JSON.object(JSONObject([("person", .string(person.id.description)), ("consents", .bool(given))])))
            } else {
                Terminal.out("\(person.id) \(given ? "consents" : "does not consent: nothing new is filed under them")")
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take out a person of whom nothing is stored, e.g. a slip of the keyboard.")

        @Argument(help: "The pseudonym.")
        var person: Pseudonym

        @OptionGroup var store: StoreOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            guard try await store.openToWrite().remove(person.id) else { throw PersonsCommand.unknown(person.id) }
            if output.json {
                Terminal.out(JSON.object(JSONObject([("removed", .string(person.id.description))])))
            } else {
                Terminal.out("removed \(person.id)")
            }
        }
    }

    static func unknown(_ person: PersonID) -> CommandFailure {
        CommandFailure("there is no person '\(person)': 'vitalgate persons list' tells who there is")
    }

    static func json(_ person: Person, readings: Int? = nil, devices: [JSON]? = nil) -> JSON {
        var object = JSONObject([("person", .string(person.id.description))])
        object.add("language", person.language.map { .string($0) })
        if !person.identifiers.isEmpty {
            object.add("identifiers", .array(person.identifiers.map {
                .object(JSONObject([("system", .string($0.system)), ("value", .string($0.value))]))
            }))
        }
        object.add("keep", person.keep.map { .string($0.description) })
        object.add("consents", .bool(person.consent.isGiven))
        object.add("addedAt", .string(person.addedAt.rfc3339()))
        object.add("addedBy", .string(person.addedBy))
        object.add("readings", readings.map { .integer($0) })
        object.add("devices", devices.map { .array($0) })
        return .object(object)
    }
}

/// A person on the command line.
struct Pseudonym: ExpressibleByArgument {
    let id: PersonID

    init?(argument: String) {
        guard let id = PersonID(argument) else { return nil }
        self.id = id
    }
}

/// `2y`, or `ever`.
struct Keep: ExpressibleByArgument {
    let time: KeepingTime?

    init?(argument: String) {
        time = KeepingTime(argument)
        if time == nil, argument != "ever" { return nil }
    }
}

/// Who answers for what is written.
enum Operator {
    static func named(_ name: String?) -> String { name ?? String(cString: getenv("USER") ?? strdup("operator")) }

    static func answering(_ name: String) throws -> String {
        guard !name.allSatisfy(\.isWhitespace) else { throw ValidationError("--by: say who") }
        return name
    }
}
