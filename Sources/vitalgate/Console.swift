import Alarms
import BlueZ
import DeviceProfiles
import ExactJSON
import Gateway
import Glibc
import MQTT
import Readings
import Sinks
import Store

/// What happens, line by line, for a person at a terminal or for a program (`--json`).
struct Console: Sendable {
    let json: Bool
    private let isColoured: Bool

    init(json: Bool) {
        self.json = json
        isColoured = isatty(1) == 1
    }

    func show(_ event: GatewayEvent) {
        guard let line = Line(event) else { return }
        if json { Terminal.out(line.json) } else { Terminal.out(isColoured ? line.coloured : line.text) }
    }

    fileprivate struct Line {
        var word: String
        var said: String

        init(_ word: String, _ said: String) {
            self.word = word
            self.said = said
        }

        var text: String { word + String(repeating: " ", count: max(1, 12 - word.count)) + said }
        var coloured: String {
            switch word {
            case "ALARM", "NOT KEPT", "NOT RELOADED", "NO KEY", "CLONE", "DEAD", "BLIND", "DAMAGED", "SALVAGED", "FULL": "\u{1B}[1;31m\(text)\u{1B}[0m"
            case "REFUSED", "QUARANTINE", "OFFLINE", "WAITING", "LOST", "MENDING": "\u{1B}[33m\(text)\u{1B}[0m"
            case "READING": "\u{1B}[32m\(text)\u{1B}[0m"
            default: text
            }
        }
        var json: JSON { .object(JSONObject([("event", .string(word.lowercased())), ("detail", .string(said))])) }

        init?(_ event: GatewayEvent) {
            switch event {
            case .started(let gateway):
                self.init("READY", "gateway \(gateway) takes readings in")
            case .reading(let filed):
                self.init("READING", Line.say(filed))
            case .quarantined(let filed, let code, let detail):
                self.init("QUARANTINE", "\(Line.say(filed)): \(code), \(detail)")
            case .duplicate(_, let identity):
                self.init("DUPLICATE", "\(identity) is stored already")
            case .refused(let source, _, let code, let detail):
                self.init("REFUSED", "from \(source): \(code), \(detail)")
            case .alarm(let event):
                self.init("ALARM", Line.say(event))
            case .restamped(let frames, let readings):
                self.init("CLOCK", "right now: \(frames) frames dated anew, \(readings) readings told again")
            case .delivered(let sink, let delivery):
                self.init("SENT", "to \(sink): \(Line.name(delivery))")
            case .deadLetter(let sink, let delivery, let reason):
                self.init("DEAD", "\(sink) refuses \(Line.name(delivery)): \(reason)")
            case .sinkWaits(let sink, let reason):
                self.init("WAITING", "\(sink): \(reason)")
            case .sinkRecovered(let sink):
                self.init("RECOVERED", sink)
            case .commitFailed(let source, let reason):
                self.init("NOT KEPT", "from \(source), not acknowledged: \(reason)")
            case .radio(.listening(let adapter)):
                self.init("LISTENING", "adapter \(adapter)")
            case .radio(.lost(let adapter)):
                self.init("LOST", "adapter \(adapter)")
            case .radio(.blind(let failure)):
                self.init("BLIND", "\(failure.code.rawValue): \(failure.sentence)")
            case .radio(.mending(let what)):
                self.init("MENDING", what)
            case .listener(let source, let event):
                self.init("LISTENER", "\(source): \(event.sentence)")
            case .bond(let device, let news):
                self.init("BOND", "\(device): \(news.sentence)")
            case .session(let report):
                self.init("SESSION", Line.say(report))
            case .clock(let device, let offset):
                self.init("CLOCK", "\(device): \(offset.stage.rawValue) \(offset.seconds.map { "\($0) s off" } ?? "not set")")
            case .reloaded(let change):
                self.init("RELOADED", change.text)
            case .store(let event):
                self.init(event)
            case .reloadRefused(let problems):
                self.init("NOT RELOADED", problems.joined(separator: "; "))
            case .keyUnusable(let reason):
                self.init("NO KEY", reason)
            case .erased(let readings):
                self.init("ERASED", "\(readings) reading(s)")
            case .erasingFailed(let reason):
                self.init("NOT ERASED", reason)
            case .thinned(let cause, let count):
                self.init("THINNED", "the bytes of \(count) frames: \(cause.rawValue)")
            case .overfull(let used, let most):
                self.init("OVERFULL", "\(used) of \(most) bytes, and nothing may go")
            case .housekeepingFailed(let reason):
                self.init("DISORDER", reason)
            case .cloneSeen(let sink, let detail):
                self.init("CLONE", "on \(sink): \(detail)")
            case .source(let source, let event):
                self.init(event, of: source)
            }
        }

        private init?(_ event: MQTTEvent, of source: String) {
            switch event {
            case .connected: self.init("CONNECTED", source)
            case .connectFailed(let reason, _), .disconnected(let reason, _): self.init("OFFLINE", "\(source): \(reason)")
            default: return nil
            }
        }

        private static func say(_ report: SessionReport) -> String {
            let linked = report.linkedAfter.map { ", link after \($0 / .milliseconds(1)) ms" } ?? ""
            let first = report.firstDataAfter.map { ", data after \($0 / .milliseconds(1)) ms" } ?? ""
            let failure = report.failure.map { "; broken off: \($0.code), \($0.detail)" } ?? ""
            return "\(report.device) by \(report.profile): \(report.frames) values\(linked)\(first)\(failure)"
        }

        private static func say(_ filed: FiledReading) -> String {
            let values = filed.reading.values.map { "\($0.name) \($0.reported.text)" }.joined(separator: ", ")
            let marks = filed.reading.marks.isEmpty ? "" : " [\(filed.reading.marks.joined(separator: ", "))]"
            let at = filed.reading.deviceTimeText.map { "at \($0) by its own clock" } ?? "now"
            return "\(values)\(marks), \(filed.device) \(at)"
        }

        private static func say(_ event: AlarmEvent) -> String {
            let value = "\(event.episode.condition.vital) \(event.value.text)"
            let limit = event.limit.map { ", the limit is \($0.text)" } ?? ""
            let level = event.phase == .cleared ? "" : "\(event.episode.level.rawValue), too \(event.episode.side.rawValue): "
            return "\(event.phase.rawValue): \(level)\(value)\(limit), \(event.episode.condition.device)"
        }

        private static func name(_ delivery: Delivery) -> String {
            switch delivery.content {
            case .reading(let filed): "reading \(filed.identity)\(filed.revision > 1 ? " revision \(filed.revision)" : "")"
            case .alarm(let event): "alarm \(event.phase.rawValue) \(event.episode.id)"
            case .erasure: "that something was erased"
            }
        }
    }
}

extension Console.Line {
    fileprivate init(_ event: StoreEvent) {
        switch event {
        case .damaged(let reason): self.init("DAMAGED", "\(reason); starting again to save what can be read")
        case .salvaged(let report): self.init("SALVAGED", "damaged file kept as \(report.file); lost: \(report.sentences.joined(separator: "; "))")
        case .checked: self.init("CHECKED", "the database is sound")
        case .checkFailed(let reason): self.init("NOT CHECKED", reason)
        case .full(let reason): self.init("FULL", reason)
        case .roomAgain: self.init("ROOM", "readings are taken in again")
        case .spareFailed(let reason): self.init("NO SPARE", reason)
        }
    }
}
