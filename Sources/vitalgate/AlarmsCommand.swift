import Alarms
import ArgumentParser
import ExactJSON
import People
import Readings
import Store

struct AlarmsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alarms", abstract: "List alarms, newest first.",
        discussion: "Secondary notification only. Limits are in force when the configuration names who answers for them.")

    @Flag(help: "Those that are active now.")
    var active = false

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let alarms = try await store.openToRead().alarms(activeOnly: active)
        guard !output.json else { return alarms.forEach { Terminal.out(json($0)) } }
        Terminal.table(
            ["RAISED", "LEVEL", "VITAL", "DEVICE", "PERSON", "CLEARED"],
            alarms.map { alarm in
                [
                    alarm.episode.raisedAt.rfc3339(), "\(alarm.episode.level.rawValue), \(alarm.episode.side.rawValue)",
                    alarm.episode.condition.vital, alarm.episode.condition.device.description,
                    alarm.episode.condition.person?.description ?? "-", alarm.clearedAt?.rfc3339() ?? "active",
                ]
            })
    }

    private func json(_ alarm: AlarmRecord) -> JSON {
        var object = JSONObject([
            ("id", .string(alarm.episode.id)), ("state", .string(alarm.isActive ? "active" : "cleared")),
            ("level", .string(alarm.episode.level.rawValue)), ("side", .string(alarm.episode.side.rawValue)),
            ("device", .string(alarm.episode.condition.device.description)),
            ("vital", .string(alarm.episode.condition.vital)), ("raisedAt", .string(alarm.episode.raisedAt.rfc3339())),
        ])
        object.add("person", alarm.episode.condition.person.map { .string($0.description) })
        object.add("clearedAt", alarm.clearedAt.map { .string($0.rfc3339()) })
        return .object(object)
    }
}
