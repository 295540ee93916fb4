import ArgumentParser
import ExactJSON
import Gateway
import Readings
import Sinks
import Store

struct ReadingsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "readings", abstract: "List stored readings, newest first.")

    @Option(help: "Of one device only.")
    var device: Address?

    @Option(help: "Of one kind only, e.g. blood-pressure.")
    var kind: Kind?

    @Flag(help: "Those that are kept but not believed, with the reason.")
    var quarantined = false

    @Option(help: "At most so many.")
    var limit = 100

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let filter = ReadingFilter(device: device?.device, kind: kind, state: quarantined ? .quarantined : nil)
        let readings = try await store.openToRead().readings(filter, limit: limit)
        guard !output.json else { return readings.forEach { Terminal.out(json($0)) } }
        Terminal.table(
            ["MEASURED", "CLOCK", "DEVICE", "VALUES", "STATE"],
            readings.map { stored in
                let values = stored.reading.values.map { "\($0.name) \($0.reported.text)" }.joined(separator: ", ")
                let state = stored.record.quarantine.map { "quarantined: \($0.code)" } ?? stored.state.rawValue
                return [
                    stored.measuredAt?.instant.rfc3339() ?? "unknown", stored.measuredAt?.quality.rawValue ?? "-",
                    stored.device.description, values, state,
                ]
            })
    }

    private func json(_ stored: StoredReading) -> JSON {
        var object = JSONObject([
            ("id", .string(stored.identity.description)), ("revision", .integer(stored.revision)),
            ("state", .string(stored.state.rawValue)), ("device", .string(stored.device.description)),
            ("kind", .string(stored.reading.kind.rawValue)),
        ])
        object.add("measuredAt", stored.measuredAt.map { .string($0.instant.rfc3339()) })
        object.add("timeQuality", stored.measuredAt.map { .string($0.quality.rawValue) })
        object.add("deviceTime", stored.reading.deviceTimeText.map { .string($0) })
        object.add("receivedAt", .string(stored.origin.arrived.wall.rfc3339()))
        object.add("values", ReadingPayload.values(of: stored.reading))
        for (key, value) in ReadingPayload.circumstances(of: stored.reading) { object.add(key, value) }
        object.add("profile", stored.origin.profile.map { .string($0) })
        object.add("source", .string(stored.origin.source))
        object.add("custody", .string(stored.origin.custody.rawValue))
        if stored.origin.isRetained { object.add("retained", .bool(true)) }
        object.add("code", stored.record.quarantine.map { .string($0.code) })
        object.add("detail", stored.record.quarantine.map { .string($0.detail) })
        return .object(object)
    }
}

extension Kind: ExpressibleByArgument {}
