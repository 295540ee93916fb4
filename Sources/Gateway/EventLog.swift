import Alarms
import BlueZ
import Captures
import DeviceProfiles
import Logging
import MQTT
import Readings
import Sinks
import Store

/// What the log says of an event. No value and no device stands in it at info level and above: readings are health data.
package enum EventLog {
    package static func observer(_ logger: Logger) -> GatewayObserver {
        { event in
            let (level, message) = line(event)
            logger.log(level: level, "\(message)")
        }
    }

    static func line(_ event: GatewayEvent) -> (Logger.Level, String) {
        switch event {
        case .started(let gateway): (.notice, "gateway \(gateway) takes readings in")
        case .source(let name, let event): line(event, of: name)
        case .reading(let filed): (.debug, "reading \(filed.identity)")
        case .quarantined(let filed, let code, _): (.debug, "quarantined \(filed.identity): \(code)")
        case .duplicate(_, let identity): (.debug, "duplicate of \(identity)")
        case .refused(let source, _, let code, let detail): (.debug, "refused from \(source): \(code): \(detail)")
        case .alarm(let event): (.debug, "alarm \(event.phase.rawValue) \(event.episode.id)")
        case .restamped(let frames, let readings):
            (.notice, "the clock is right now: \(frames) frames have their time of arrival, \(readings) readings are told again")
        case .delivered(let sink, let delivery): (.debug, "\(sink) has entry \(delivery.sequence)")
        case .deadLetter(let sink, let delivery, let reason): (.error, "\(sink) refuses entry \(delivery.sequence): \(reason)")
        case .sinkWaits(let sink, let reason): (.warning, "\(sink) waits: \(reason)")
        case .sinkRecovered(let sink): (.notice, "\(sink) takes entries again")
        case .commitFailed(let source, let reason):
            (.critical, "nothing can be kept (\(reason)); \(source) is not acknowledged and will send again")
        case .radio(let event): line(event)
        case .listener(let name, let event): (level(of: event), "\(name): \(event.sentence)")
        case .bond(_, let news): (news.isGood ? .notice : .warning, "bluetooth: \(news.sentence)")
        case .session(let report): line(report)
        case .clock(_, let offset):
            (.debug, "clock \(offset.stage.rawValue): \(offset.seconds.map { "\($0) s off" } ?? "not set")")
        case .reloaded(let change): (.notice, "read again: \(change.text)")
        case .reloadRefused(let problems):
            (.error, problems.joined(separator: "\n") + "\nnothing of it is taken, and what was there before goes on: mend this and reload again")
        case .keyUnusable(let reason): (.error, "\(reason). Until this is mended and read again, what its device encrypts is refused")
        case .erased(let readings): (.notice, "\(readings) readings are erased, as their persons are not kept longer")
        case .erasingFailed(let reason): (.error, "what is to be erased is not: \(reason)")
        case .thinned(let cause, let count): (.notice, "the bytes of \(count) frames went (\(cause.rawValue)); 'vitalgate ledger verify' tells which")
        case .overfull(let used, let most):
            (.critical, "the database has \(used / 1_000_000) of \(most / 1_000_000) MB and nothing in it may go: raise storage.most, or what comes "
                + "is soon left to its sources. What a sink has not got keeps its frames: 'vitalgate ledger verify' tells what is pending")
        case .housekeepingFailed(let reason): (.error, "keeping the database in order failed, and will be tried again: \(reason)")
        case .store(let event): line(event)
        case .cloneSeen(let sink, let detail):
            (.critical, "another gateway has our id on \(sink): \(detail). Give the copy a database of its own")
        }
    }

    private static func line(_ event: StoreEvent) -> (Logger.Level, String) {
        switch event {
        case .damaged(let reason): (.critical, "the database is damaged: \(reason). The gateway starts again to save what can be read")
        case .salvaged(let report):
            (.critical, "the database was damaged (\(report.reason)). It is kept as \(report.file), and a new one took its place. Lost: "
                + report.sentences.joined(separator: "; ") + (report.differences.isEmpty ? "" : ". The ledger does not balance"))
        case .checked(let took): (.info, "the database is sound; to read all of it took \(took.seconds) s")
        case .checkFailed(let reason): (.warning, "the database could not be checked: \(reason)")
        case .full(let reason): (.critical, reason)
        case .roomAgain: (.notice, "there is room on the disk again: readings are taken in")
        case .spareFailed(let reason): (.warning, "there is no second copy of what is enrolled: \(reason)")
        }
    }

    private static func line(_ event: RadioEvent) -> (Logger.Level, String) {
        switch event {
        case .listening(let adapter): (.notice, "bluetooth: adapter \(adapter) listens")
        case .lost(let adapter): (.warning, "bluetooth: adapter \(adapter) does not listen any more")
        case .blind(let failure): (.error, "bluetooth: the gateway is blind: \(failure.code.rawValue): \(failure.sentence)")
        case .mending(let what): (.warning, "bluetooth: \(what)")
        }
    }

    private static func level(of event: ListenerEvent) -> Logger.Level {
        switch event {
        case .door(_, nil), .joined, .state(_, .listening, _): .notice
        case .left(_, nil), .lost: .warning
        case .door, .left, .state: .error
        }
    }

    private static func line(_ report: SessionReport) -> (Logger.Level, String) {
        let times = "link after \(report.linkedAfter?.seconds ?? "-") s, first data after \(report.firstDataAfter?.seconds ?? "-") s"
        guard let failure = report.failure else { return (.debug, "session by \(report.profile): \(report.frames) values, \(times)") }
        // Which device, and what it said, is nobody's business here.
        if failure.remedy == .person { return (.warning, "bluetooth: a device cannot be read: \(failure.code): \(failure.advice)") }
        return (.debug, "session by \(report.profile) broken off: \(failure.code): \(failure.detail); \(report.frames) values, \(times)")
    }

    private static func line(_ event: MQTTEvent, of source: String) -> (Logger.Level, String) {
        switch event {
        case .connected(let present): (.notice, "\(source): connected\(present ? ", session resumed" : "")")
        case .subscribed(let filter, 0): (.warning, "\(source): \(filter) is granted at QoS 0 only: what is lost on the way stays lost")
        case .subscribed(let filter, _): (.info, "\(source): listens to \(filter)")
        case .subscriptionRefused(let filter, let reason): (.error, "\(source): the broker refuses \(filter): \(reason)")
        case .disconnected(let reason, let pause), .connectFailed(let reason, let pause as Duration?):
            (.warning, "\(source): \(reason)" + (pause.map { "; next try in \($0.seconds) s" } ?? ""))
        case .takenOver: (.critical, "\(source): another client took our place under our client id: was this box copied?")
        case .fellBack: (.warning, "\(source): the broker speaks MQTT 3.1.1 only")
        }
    }
}

extension Duration {
    fileprivate var seconds: String {
        let tenths = Int((self / .milliseconds(100)).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
