import ArgumentParser
import ExactJSON
import Gateway
import People
import Readings
import Sinks
import Store

struct ReadingsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "readings", abstract: "List stored readings, say whose they are, and let quarantined ones go.",
        subcommands: [List.self, Inbox.self, Assign.self, Attribute.self, Quarantined.self, Release.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List stored readings, newest first.")

        @Flag(help: "Those that are kept but not believed, with the reason.")
        var quarantined = false

        @Option(help: "What stands under one person.")
        var person: Pseudonym?

        @OptionGroup var which: Selection

        func run() async throws {
            try await which.list(ReadingFilter(state: quarantined ? .quarantined : nil, person: person?.id))
        }
    }

    struct Inbox: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the readings that nobody is known to have measured, newest first, with their ids and why.",
            discussion: """
                vitalgate readings assign ID --person P --by NAME    says whose one is
                vitalgate readings assign ID --nobody --by NAME      a dog, a bag on the scale
                vitalgate readings attribute                         looks through all by what is known now of devices and weights
                """)

        @OptionGroup var which: Selection

        func run() async throws { try await which.list(ReadingFilter(isInbox: true)) }
    }

    struct Quarantined: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the readings that are kept but not believed, with their ids and why.")

        @OptionGroup var which: Selection

        func run() async throws { try await which.list(ReadingFilter(state: .quarantined)) }
    }
}

/// Which readings to list.
struct Selection: ParsableArguments {
    @Option(help: "Of one device only.")
    var device: Address?

    @Option(help: "Of one kind only, e.g. blood-pressure.")
    var kind: Kind?

    @Option(help: "At most so many.")
    var limit = 100

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func list(_ filter: ReadingFilter) async throws {
        var filter = filter
        (filter.device, filter.kind) = (device?.device, kind)
        let store = try store.openToRead()
        if let person = filter.person, try await store.persons(person).isEmpty { throw PersonsCommand.unknown(person) }
        let readings = try await store.readings(filter, limit: limit)
        guard !output.json else { return readings.forEach { Terminal.out(Selection.json($0)) } }
        guard !filter.isInbox else {
            return Terminal.table(
                ["ID", "MEASURED", "VALUES", "BECAUSE"],
                readings.map { stored in
                    [
                        stored.identity.description, stored.measuredAt?.instant.rfc3339() ?? "unknown", values(stored),
                        stored.record.whose.because ?? "",
                    ]
                })
        }
        guard filter.state != .quarantined else {
            return Terminal.table(
                ["ID", "VALUES", "BECAUSE"],
                readings.map { stored in
                    let because = stored.record.quarantine.map { "\($0.code): \($0.detail)" } ?? ""
                    return [stored.identity.description, values(stored), because]
                })
        }
        Terminal.table(
            ["MEASURED", "CLOCK", "DEVICE", "PERSON", "VALUES", "STATE"],
            readings.map { stored in
                let state = stored.record.quarantine.map { "\(stored.state.rawValue): \($0.code)" } ?? stored.state.rawValue
                return [
                    stored.measuredAt?.instant.rfc3339() ?? "unknown",
                    (stored.measuredAt?.quality.rawValue ?? "-") + (stored.measuredAt?.doubt.map { ", \($0.rawValue)" } ?? ""),
                    stored.device.description,
                    stored.record.whose.person?.description ?? (stored.record.whose == .nobody ? "nobody" : "-"), values(stored), state,
                ]
            })
    }

    private func values(_ stored: StoredReading) -> String {
        stored.reading.values.map { "\($0.name) \($0.reported.text)" }.joined(separator: ", ")
    }

    static func json(_ stored: StoredReading) -> JSON {
        var object = JSONObject([
            ("id", .string(stored.identity.description)), ("revision", .integer(stored.revision)),
            ("state", .string(stored.state.rawValue)), ("device", .string(stored.device.description)),
            ("kind", .string(stored.reading.kind.rawValue)),
        ])
        object.add(stored.record.whose)
        object.add("measuredAt", stored.measuredAt.map { .string($0.instant.rfc3339()) })
        object.add("timeQuality", stored.measuredAt.map { .string($0.quality.rawValue) })
        object.add("timeDoubt", (stored.measuredAt?.doubt).map { .string($0.rawValue) })
        object.add("deviceTime", stored.reading.deviceTimeText.map { .string($0) })
        object.add("receivedAt", .string(stored.arrivedAt.rfc3339()))
        object.add("values", ReadingPayload.values(of: stored.reading))
        for (key, value) in ReadingPayload.circumstances(of: stored.reading) { object.add(key, value) }
        object.add("profile", stored.origin.profile.map { .string($0) })
        object.add("source", .string(stored.origin.source))
        object.add("custody", .string(stored.origin.custody.rawValue))
        if stored.origin.isRetained { object.add("retained", .bool(true)) }
        object.add("supersedes", stored.supersedes.map { .integer($0) })
        object.add("correction", stored.correction.map { .string($0.cause.rawValue) })
        object.add("correctedBy", stored.correction.map { .string($0.by) })
        object.add("code", stored.record.quarantine.map { .string($0.code) })
        object.add("detail", stored.record.quarantine.map { .string($0.detail) })
        return .object(object)
    }
}

extension Kind: ExpressibleByArgument {}
