import ArgumentParser
import ExactJSON
import Gateway
import Readings
import Sinks
import Store

struct ReadingsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "readings", abstract: "List stored readings, and let quarantined ones go.",
        subcommands: [List.self, Quarantined.self, Release.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List stored readings, newest first.")

        @Flag(help: "Those that are kept but not believed, with the reason.")
        var quarantined = false

        @OptionGroup var which: Selection

        func run() async throws { try await which.list(quarantined ? .quarantined : nil) }
    }

    struct Quarantined: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the readings that are kept but not believed, with their ids and why.")

        @OptionGroup var which: Selection

        func run() async throws { try await which.list(.quarantined) }
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

    func list(_ state: StoredReading.State?) async throws {
        let readings = try await store.openToRead().readings(ReadingFilter(device: device?.device, kind: kind, state: state), limit: limit)
        guard !output.json else { return readings.forEach { Terminal.out(json($0)) } }
        guard state != .quarantined else {
            return Terminal.table(
                ["ID", "VALUES", "BECAUSE"],
                readings.map { stored in
                    let because = stored.record.quarantine.map { "\($0.code): \($0.detail)" } ?? ""
                    return [stored.identity.description, values(stored), because]
                })
        }
        Terminal.table(
            ["MEASURED", "CLOCK", "DEVICE", "VALUES", "STATE"],
            readings.map { stored in
                let state = stored.record.quarantine.map { "\(stored.state.rawValue): \($0.code)" } ?? stored.state.rawValue
                return [
                    stored.measuredAt?.instant.rfc3339() ?? "unknown",
                    (stored.measuredAt?.quality.rawValue ?? "-") + (stored.measuredAt?.doubt.map { ", \($0.rawValue)" } ?? ""),
                    stored.device.description, values(stored), state,
                ]
            })
    }

    private func values(_ stored: StoredReading) -> String {
        stored.reading.values.map { "\($0.name) \($0.reported.text)" }.joined(separator: ", ")
    }

    private func json(_ stored: StoredReading) -> JSON {
        var object = JSONObject([
            ("id", .string(stored.identity.description)), ("revision", .integer(stored.revision)),
            ("state", .string(stored.state.rawValue)), ("device", .string(stored.device.description)),
            ("kind", .string(stored.reading.kind.rawValue)),
        ])
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
