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
            discussion: """
                vitalgate persons export anna --format csv > anna.csv
                vitalgate persons export anna --format fhir > anna.json
                """)

        enum Format: String, ExpressibleByArgument, CaseIterable { case json, csv, fhir }

        @Argument(help: "The pseudonym.")
        var person: Pseudonym

        @Option(help: "json: a line for the person and one for each reading. csv: a line for each value. fhir: one Bundle of FHIR R4.")
        var format = Format.json

        @OptionGroup var store: StoreOptions
        @OptionGroup var output: OutputOptions

        func validate() throws {
            if output.json, format != .json { throw ValidationError("--json and --format \(format.rawValue) are two forms: choose one") }
        }

        func run() async throws {
            let store = try store.openToRead()
            guard let known = try await store.persons(person.id).first else { throw PersonsCommand.unknown(person.id) }
            if format == .fhir { return try await bundle(known, from: store) }
            switch format {
            case .json:
                let effective = Assignment.effective(in: try await store.assignments()).filter { $0.assignment.persons.contains(person.id) }
                Terminal.out(PersonsCommand.json(known, devices: effective.map { Holding.json($0.assignment, until: $0.until) }))
            default:
                Terminal.out(ReadingTable.header)
            }
            try await eachReading(in: store) { stored in
                switch format {
                case .json: Terminal.out(Selection.json(stored))
                default: ReadingTable.rows(of: FiledReading(stored)).forEach { Terminal.out($0) }
                }
            }
        }

        private func eachReading(in store: Store, _ body: (StoredReading) -> Void) async throws {
            var last: Int64 = 0
            while true {
                let page = try await store.readings(of: person.id, after: last, limit: 1000)
                page.forEach(body)
                guard let end = page.last?.id, page.count == 1000 else { return }
                last = end
            }
        }

        /// Entry by entry: years of a person are more than a box wants in its memory.
        private func bundle(_ known: Person, from store: Store) async throws {
            let place = try self.store.configuration()?.place
            let payload = FHIRPayload { instant in place?.secondsFromUTC(at: instant) ?? 0 }
            let patient = FHIRPayload.patient(
                known.id, identifiers: known.identifiers.map { ($0.system, $0.value) }, language: known.language)
            Terminal.out(#"{"resourceType":"Bundle","type":"collection","timestamp":"\#(Clocks.machine.now().wall.rfc3339())","entry":["#)
            Terminal.out(FHIRPayload.entry(patient, FHIRPayload.url(of: known.id)).text)
            var devices: Set<DeviceID> = []
            func tell(_ stored: StoredReading) {
                if devices.insert(stored.device).inserted {
                    Terminal.out("," + FHIRPayload.entry(FHIRPayload.device(stored.device), FHIRPayload.url(of: stored.device)).text)
                }
                for entry in payload.entries(of: FiledReading(stored)) { Terminal.out("," + entry.text) }
            }
            try await eachReading(in: store, tell)
            try await store.withdrawn(of: person.id).forEach(tell)
            Terminal.out("]}")
        }
    }
}
