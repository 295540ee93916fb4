import Alarms
import ArgumentParser
import ExactJSON
import Readings
import Sinks
import Store

extension LedgerCommand {
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Follow one frame, or all frames of one reading, to each receipt.",
            discussion: "vitalgate ledger show 17\nvitalgate ledger show 001122334455.blood-pressure.20261120T083000.u2")

        @Argument(help: "The number of a frame, or the id of a reading.")
        var what: String

        @OptionGroup var store: StoreOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let store = try store.openToRead()
            var numbers: [Int64] = []
            if let number = Int64(what) { numbers = [number] } else { numbers = try await store.frames(of: ReadingIdentity(what)) }
            var seen = false
            for number in numbers {
                guard let trail = try await store.trail(ofFrame: number) else { continue }
                if output.json { Terminal.out(json(trail)) } else { show(trail, after: seen) }
                seen = true
            }
            guard seen else {
                throw CommandFailure("there is no frame and no reading '\(what)': 'vitalgate readings --json' tells the ids")
            }
        }

        private func show(_ trail: Trail, after another: Bool) {
            if another { Terminal.out("") }
            let frame = trail.frame.record
            Terminal.out("frame \(trail.frame.id)  \(frame.fate.rawValue)\(frame.code.map { ": \($0)" } ?? "")")
            let clock = frame.arrived.isSynchronised ? "" : frame.isDated ? ", told once the clock was right" : ", by a clock that was not right"
            var facts = [
                ["arrived", frame.arrivedAt.rfc3339() + clock], ["from", frame.source + (frame.topic.map { ", \($0)" } ?? "")],
                ["custody", frame.custody.rawValue + (frame.isRetained ? ", retained" : "")], ["device", frame.device.description],
                ["read by", "\(frame.profile ?? "-") \(frame.profileVersion ?? "")"],
                ["bytes", trail.frame.thinned.map(said) ?? "\(frame.body.count)"],
            ]
            if let detail = frame.detail { facts.append(["because", detail]) }
            for fact in facts { Terminal.out("  \(fact[0])\(String(repeating: " ", count: 9 - fact[0].count))\(fact[1])") }
            for stored in trail.readings {
                let values = stored.reading.values.map { "\($0.name) \($0.reported.text)" }.joined(separator: ", ")
                Terminal.out("  reading  \(stored.identity) revision \(stored.revision), \(stored.state.rawValue): \(values)")
                Terminal.out("           \(stored.record.whose.said)\(stored.record.whose.because.map { ", \($0)" } ?? "")")
                if let correction = stored.correction {
                    Terminal.out("           \(correction.cause.rawValue) by \(correction.by) at \(correction.at.rfc3339()): \(correction.detail)")
                }
            }
            for entry in trail.entries {
                let sinks = entry.sinks.map { standing in
                    "\(standing.sink) \(standing.state.rawValue)" + (standing.reason.map { " (\($0))" } ?? "")
                }
                let what = switch entry.journal.payload {
                case .reading(let stored): "revision \(stored.revision)"
                case .alarm(let event): "alarm \(event.phase.rawValue)"
                }
                Terminal.out("  journal  \(entry.journal.seq), \(what): \(sinks.isEmpty ? "no sink" : sinks.joined(separator: ", "))")
            }
        }

        private func said(_ thinned: StoredFrame.Thinned) -> String {
            let why = switch thinned.cause {
            case .age: "they were older than storage.frames"
            case .cap: "the database had come near storage.most"
            }
            return "\(thinned.bytes), gone since \(thinned.at.rfc3339()): \(why)"
        }

        private func json(_ trail: Trail) -> JSON {
            let frame = trail.frame.record
            var object = JSONObject([
                ("frame", .integer(Int(trail.frame.id))), ("fate", .string(frame.fate.rawValue)), ("source", .string(frame.source)),
                ("format", .string(frame.format)), ("device", .string(frame.device.description)),
                ("receivedAt", .string(frame.arrivedAt.rfc3339())), ("custody", .string(frame.custody.rawValue)),
                ("bytes", .integer(frame.body.count)),
            ])
            for (key, value) in [
                ("topic", frame.topic), ("profile", frame.profile), ("profileVersion", frame.profileVersion), ("code", frame.code),
                ("detail", frame.detail),
            ] { object.add(key, value.map { .string($0) }) }
            object.add("thinned", trail.frame.thinned.map { thinned in
                .object(JSONObject([
                    ("at", .string(thinned.at.rfc3339())), ("cause", .string(thinned.cause.rawValue)), ("bytes", .integer(thinned.bytes)),
                ]))
            })
            if frame.isRetained { object.add("retained", .bool(true)) }
            let readings = trail.readings.map { stored -> JSON in
                var object = JSONObject([
                    ("id", .string(stored.identity.description)), ("revision", .integer(stored.revision)),
                    ("state", .string(stored.state.rawValue)), ("values", ReadingPayload.values(of: stored.reading)),
                ])
                object.add(stored.record.whose)
                object.add("correction", stored.correction.map { correction in
                    .object(JSONObject([
                        ("cause", .string(correction.cause.rawValue)), ("by", .string(correction.by)),
                        ("at", .string(correction.at.rfc3339())), ("detail", .string(correction.detail)),
                    ]))
                })
                return .object(object)
            }
            if !readings.isEmpty { object.add("readings", .array(readings)) }
            let entries = trail.entries.map { entry -> JSON in
                let sinks = entry.sinks.map { standing -> JSON in
                    var object = JSONObject([("sink", .string(standing.sink)), ("state", .string(standing.state.rawValue))])
                    object.add("reason", standing.reason.map { .string($0) })
                    return .object(object)
                }
                var object = JSONObject([("seq", .integer(Int(entry.journal.seq))), ("lane", .string(entry.journal.lane.rawValue))])
                if !sinks.isEmpty { object.add("sinks", .array(sinks)) }
                return .object(object)
            }
            if !entries.isEmpty { object.add("journal", .array(entries)) }
            return .object(object)
        }
    }
}
