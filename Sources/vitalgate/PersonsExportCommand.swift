import ArgumentParser
import ExactJSON
import Gateway
import People
import Readings
import Sinks
import Store

extension PersonsCommand {
    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "All that stands under a person, on standard output: for them to take along.",
            discussion: "vitalgate persons export anna --format csv > anna.csv")

        enum Format: String, ExpressibleByArgument, CaseIterable { case json, csv }

        @Argument(help: "The pseudonym.")
        var person: Pseudonym

        @Option(help: "json: a line for the person and one for each reading. csv: a line for each value.")
        var format = Format.json

        @OptionGroup var store: StoreOptions
        @OptionGroup var output: OutputOptions

        func validate() throws {
            if output.json, format == .csv { throw ValidationError("--json and --format csv are two forms: choose one") }
        }

        func run() async throws {
            let store = try store.openToRead()
            guard let known = try await store.persons(person.id).first else { throw PersonsCommand.unknown(person.id) }
            switch format {
            case .json:
                let effective = Assignment.effective(in: try await store.assignments()).filter { $0.assignment.persons.contains(person.id) }
                Terminal.out(PersonsCommand.json(known, devices: effective.map { Holding.json($0.assignment, until: $0.until) }))
            case .csv:
                Terminal.out(ReadingTable.header)
            }
            var last: Int64 = 0
            while true {
                let page = try await store.readings(of: person.id, after: last, limit: 1000)
                for stored in page {
                    switch format {
                    case .json: Terminal.out(Selection.json(stored))
                    case .csv: ReadingTable.rows(of: FiledReading(stored)).forEach { Terminal.out($0) }
                    }
                }
                guard let end = page.last?.id, page.count == 1000 else { return }
                last = end
            }
        }
    }
}
