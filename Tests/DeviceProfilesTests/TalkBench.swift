import DeviceProfiles
import Readings
import Synchronization
import Testing

/// A made-up profile with frames on a port and a stream and a conversation, and a device that replays a script.
struct TalkBench {
    let plan: ConversationPlan

    static let characteristics: [(name: String, uuid: String)] = [
        ("port", "FFF1"), ("command", "FFF2"), ("control", "2A52"), ("clock", "2A2B"), ("user", "2A9F"), ("unread", "FFF5"), ("stream", "FFF6"),
    ]

    private static let framing = ", framing: { starts-with: \"55\", length: { at: 1, type: u8, plus: 2 } }"

    init(_ conversation: String) throws {
        let set = try ProfileSet([TalkBench.source(conversation)])
        plan = try #require(set["test/talk"]?.conversation)
    }

    static func source(_ conversation: String) -> ProfileSet.Source {
        ProfileSet.Source(path: "test/talk", file: "talk.yaml", text: yaml(conversation))
    }

    /// What stands under `conversation:` begins on line 3, without indentation.
    static func yaml(_ conversation: String) -> String {
        let indented = conversation.split(separator: "\n", omittingEmptySubsequences: false).map { "  \($0)" }.joined(separator: "\n")
        let names = characteristics.map { "  \($0.name): { service: \"FFF0\", uuid: \"\($0.uuid)\"\($0.name == "stream" ? framing : "") }" }.joined(separator: "\n")
        return """
            profile: test/talk
            conversation:
            \(indented)
            title: A device that talks
            source: these tests
            match: { services: ["FFF0"] }
            characteristics:
            \(names)
            frames:
              weight: { from: port, starts-with: "A1", checksum: sum8, length: 3, fields: [ { skip: 1 }, { name: value, type: u8 } ] }
              stop: { from: port, starts-with: "A2", fields: [ { name: code, type: u8 } ] }
              packet: { from: stream, starts-with: "55", checksum: sum8, tail: ignored, fields: [ { skip: 2 }, { name: kind, type: u8 } ] }
              heard: { from: { service-data: "FFF0" }, fields: [ { name: level, type: u8 } ] }
            readings:
              body-weight: { values: { weight: { field: value, unit: kg } } }
            vectors:
              - { name: a, source: computed, weight: "A1", fails: length 1 is not 3 }
              - { name: b, source: computed, weight: "A1 01 A2", reads: [ { kind: body-weight, weight: 1 kg, measured-at: arrival } ] }
            """
    }

    static func uuid(_ name: some StringProtocol) throws -> BluetoothUUID {
        try #require(BluetoothUUID(characteristics.first { $0.name == name }?.uuid ?? ""), "\(name)")
    }

    struct Outcome {
        /// In words, as a person would see it; nil for a good end.
        var failure: String?
        var reason: ConversationFailure.Reason?
        /// `port: a101a2`, `clock found 90 s`
        var events: [String]
        var rest: [TalkScript.Line]
        var elapsed: Duration
        var bonds: [BondTerms]
    }

    /// Replays lines as they are written in vectors.
    func run(
        _ lines: [String], in context: ConversationContext = ConversationContext(now: Instant(milliseconds: 0)),
        missing: [String] = [], wantsBond: Bool = false, failingAt broken: Int? = nil
    ) async throws -> Outcome {
        let script = TalkScript(
            try lines.map(TalkBench.line), missing: Set(try missing.map { try TalkBench.uuid($0) }), wantsBond: wantsBond)
        let link = ReplayedLink(script)
        let events = Told()
        var session = plan.session()
        var outcome = Outcome(events: [], rest: [], elapsed: .zero, bonds: [])
        do throws(ConversationFailure) {
            try await session.run(over: link, in: context) { event in
                if events.count == broken { throw DiskFull() }
                events.add(event)
            }
        } catch {
            (outcome.failure, outcome.reason) = (error.detail, error.reason)
        }
        outcome.events = events.all
        (outcome.rest, outcome.elapsed, outcome.bonds) = (await link.rest, await link.elapsed, await link.bonds)
        return outcome
    }

    struct DiskFull: Error {}

    private final class Told: Sendable {
        private let events = Mutex<[String]>([])
        var all: [String] { events.withLock { $0 } }
        var count: Int { all.count }
        func add(_ event: ConversationEvent) {
            let text = switch event {
            case .value(let arrived):
                (characteristics.first { BluetoothUUID($0.uuid) == arrived.characteristic }?.name ?? "?") + ": " + arrived.bytes.hex
            case .clock(let offset): "clock \(offset.stage) \(offset.seconds.map { "\($0) s" } ?? "unset")"
            }
            events.withLock { $0.append(text) }
        }
    }

    static func line(_ text: String) throws -> TalkScript.Line {
        if text == "disconnect" { return .disconnect }
        if text == "silence" { return .silence(nil) }
        let words = text.split(separator: " ", maxSplits: 1)
        if words[0] == "silence" { return .silence(.milliseconds(try #require(Int(words[1])))) }
        let parts = words[1].split(separator: ":", maxSplits: 1)
        let ends = parts[1].split(separator: "!")
        let (place, bytes) = (try uuid(parts[0]), try #require([UInt8](hex: ends[0]), "\(text)"))
        switch words[0] {
        case ">" where ends.count == 2: return .refuses(place, bytes, code: try #require([UInt8](hex: ends[1])?.first))
        case ">": return .writes(place, bytes)
        case "<": return .sends(place, bytes)
        default: return .reads(place, bytes)
        }
    }
}
