import ArgumentParser
import ExactJSON
import Gateway
import Glibc
import People
import Readings
import Store

extension PersonsCommand {
    struct Erase: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Erase a person, and all that is stored of them.",
            discussion: """
                Shows how much it is, and asks. Then their readings go with the frames that they came from, their alarms, their
                identifiers and their name; every sink is told to forget them. That a record was erased stays known, by a keyed
                hash: read again from the memory of a device, it is not stored again. 'persons export' gives it to them before.

                The gateway may run meanwhile. At the end the database file is written anew; as much again must be free on the disk.
                """)

        @Argument(help: "The pseudonym.")
        var person: Pseudonym

        @Option(help: ArgumentHelp("Only what was measured before, e.g. 2026-01-01T00:00:00Z; the person stays.", valueName: "instant"))
        var before: String?

        @Flag(help: "Do not ask.")
        var yes = false

        @Option(help: "Who answers for it; needed with --yes. No name of a patient.")
        var by: String?

        @OptionGroup var store: StoreOptions
        @OptionGroup var output: OutputOptions

        func validate() throws {
            if yes, by == nil { throw ValidationError("--yes: say who answers for it, with --by NAME") }
        }

        func run() async throws {
            let before = try self.before.map(RedecodeCommand.instant)
            let look = try store.openToRead()
            guard try await !look.persons(person.id).isEmpty else { throw PersonsCommand.unknown(person.id) }
            let found = try await look.erasable(of: person.id, before: before)
            guard try yes || asks(found) else { return tell(found, isErased: false) }
            let who = try by.map(Operator.answering) ?? Operator.named(nil)
            let open = try store.openToWrite()
            let gone = try await PersonErasing.erase(
                person.id, before: before, in: open, by: who, now: { Clocks.machine.now().wall },
                pause: { took in try await Task.sleep(for: min(took, .milliseconds(50))) })
            tell(gone, isErased: true, untold: try await open.untoldErasures(), aside: await open.filesSetAside())
            guard before == nil else { return }
            try await Sweep.rewrite(open)
        }

        /// Whether somebody at a terminal wants it.
        private func asks(_ found: ErasedSums) throws -> Bool {
            guard !output.json, isatty(0) == 1 else { return false }
            Terminal.out("This would erase \(said(found)). It cannot be taken back.")
            Terminal.out("Write the pseudonym to erase it:")
            guard readLine(strippingNewline: true) == person.id.description else { return false }
            return true
        }

        private func said(_ sums: ErasedSums) -> String {
            "of \(person.id): \(sums.readings) reading(s) in \(sums.revisions) revision(s), \(sums.frames) frame(s), \(sums.alarms) alarm(s)"
        }

        private func tell(_ sums: ErasedSums, isErased: Bool, untold: Int = 0, aside: [String] = []) {
            guard output.json else {
                Terminal.out(isErased ? "erased \(said(sums))" : "nothing is erased: \(said(sums)). --yes --by NAME erases it.")
                if untold > 0 { Terminal.out("\(untold) message(s) to sinks are on their way; until they have them, the ids of what was erased are kept.") }
                for file in aside { Terminal.out("\(file) was set aside earlier and may hold it still: delete it, and backups made before today.") }
                return
            }
            var object = JSONObject([("person", .string(person.id.description)), ("erased", .bool(isErased))])
            for (name, count) in [("readings", sums.readings), ("revisions", sums.revisions), ("frames", sums.frames), ("alarms", sums.alarms)] {
                object.add(name, .integer(count))
            }
            if isErased {
                object.add("untold", .integer(untold))
                object.add("setAside", .array(aside.map(JSON.string)))
            }
            Terminal.out(.object(object))
        }
    }

    struct Sweep: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write the database file anew, so that nothing is left between its lines.",
            discussion: """
                'persons erase' does it by itself. SQLite clears what is deleted, but a page that was once parted may hold remnants;
                after readings went because of their age, or to be sure, this leaves none.
                """)

        @OptionGroup var store: StoreOptions

        func run() async throws { try await Sweep.rewrite(store.openToWrite()) }

        static func rewrite(_ store: Store) async throws {
            do {
                try await store.rewrite()
            } catch {
                throw CommandFailure("what was erased is gone, but the file could not be written anew: \(error). Try again with 'vitalgate persons sweep'")
            }
        }
    }
}
