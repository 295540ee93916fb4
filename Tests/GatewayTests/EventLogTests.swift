import Alarms
import BlueZ
import Captures
import DeviceProfiles
import Logging
import MQTT
import Readings
import Sinks
import Store
import Testing

@testable import Gateway

/// The log is read by people who may not read charts.
struct EventLogTests {
    private static let identity = ReadingIdentity("001122334455.blood-pressure.20240615T171727")
    private static let moment = Instant(rfc3339: "2024-06-15T09:17:27Z")!

    private static let reading: FiledReading = {
        let kind = Kind.bloodPressure
        let value = Reading.Value("systolic", Quantity(ExactDecimal("197.5")!, .mmHg), kind.vital("systolic")!)
        return FiledReading(
            identity: identity, revision: 1, device: cuff, reading: Reading(kind, [value], user: 2),
            measuredAt: MeasuredAt(moment, .device), arrivedAt: moment, profile: "bluetooth-sig/blood-pressure", isRetained: false)
    }()

    private static let alarm: AlarmEvent = {
        let condition = Condition(device: cuff, vital: "blood-pressure.systolic")
        let episode = Episode(
            id: "\(identity)/blood-pressure.systolic", condition: condition, level: .critical, side: .high, raisedAt: moment,
            newest: moment)
        return AlarmEvent(
            .raised, episode, reading: identity, value: Quantity(ExactDecimal("197.5")!, .mmHg), limit: ExactDecimal("181"),
            measuredAt: MeasuredAt(moment, .device))
    }()

    /// One of each. A new case of `GatewayEvent` stops this file from compiling until it stands here too.
    private static func name(_ event: GatewayEvent) -> String {
        switch event {
        case .started: "started"
        case .source: "source"
        case .reading: "reading"
        case .quarantined: "quarantined"
        case .duplicate: "duplicate"
        case .refused: "refused"
        case .alarm: "alarm"
        case .restamped: "restamped"
        case .delivered: "delivered"
        case .deadLetter: "deadLetter"
        case .sinkWaits: "sinkWaits"
        case .sinkRecovered: "sinkRecovered"
        case .commitFailed: "commitFailed"
        case .radio: "radio"
        case .listener: "listener"
        case .bond: "bond"
        case .session: "session"
        case .clock: "clock"
        case .reloaded: "reloaded"
        case .reloadRefused: "reloadRefused"
        case .keyUnusable: "keyUnusable"
        case .erased: "erased"
        case .erasingFailed: "erasingFailed"
        case .thinned: "thinned"
        case .overfull: "overfull"
        case .housekeepingFailed: "housekeepingFailed"
        case .cloneSeen: "cloneSeen"
        case .store: "store"
        }
    }

    static let events: [GatewayEvent] = [
        .started(gateway: "vg-0123abcd"), .reading(reading),
        .quarantined(reading, code: "implausible-value", detail: "systolic 197.5 mmHg"), .duplicate(cuff, identity),
        .refused(source: "ward", device: cuff, code: "not-enrolled", detail: "\(cuff) as bluetooth-sig/blood-pressure"),
        .alarm(alarm), .restamped(frames: 12, readings: 9), .delivered(sink: "platform", Delivery(sequence: 7, .reading(reading))),
        .deadLetter(sink: "platform", Delivery(sequence: 7, .reading(reading)), reason: "the broker refuses it: not a topic"),
        .deadLetter(sink: "platform", Delivery(sequence: 8, .alarm(alarm)), reason: "9 bytes, and the broker takes 8"),
        .sinkWaits("platform", reason: "the broker is not connected"), .sinkRecovered("platform"),
        .commitFailed(source: "ward", reason: "the disk is full"), .cloneSeen(sink: "platform", detail: "instance vg-1 is online"),
        .thinned(.age, frames: 3), .overfull(used: 4_000_000_000, most: 4_000_000_000), .housekeepingFailed("the disk is full"),
        .reloaded(Changeover(count: 170, new: ["acme/ring"], changed: ["acme/scale"], offeredAgain: 2, keys: 3, changedKeys: 1)),
        .reloaded(Changeover(count: 170)), .erased(readings: 12), .erasingFailed("the disk is full"),
        .reloadRefused(["acme/scale.yaml:7:5: unknown key 'unitt'; did you mean 'unit'?"]),
        .keyUnusable("the key file /etc/vitalgate/keys/scale cannot be read: Permission denied"),
        .store(.damaged("page 7 is none")), .store(.checked(.seconds(3))), .store(.checkFailed("it is locked")), .store(.full("the disk is full")),
        .store(.roomAgain), .store(.spareFailed("no space")),
        .store(.salvaged(SalvageReport(
            reason: "page 7 is none", file: "vitalgate.db.damaged-20261128T031500Z", kept: [],
            losses: [Loss("readings", rows: 7...9, count: 3), Loss("revisions", name: "\(identity)", count: 1), Loss("untold", name: "\(identity)", count: 1)],
            fromSpare: [], differences: []))),
        .source("ward", .connected(sessionPresent: true)), .source("ward", .connected(sessionPresent: false)),
        .source("ward", .subscribed(filter: "vitalgate/raw/#", grantedQoS: 0)),
        .source("ward", .subscribed(filter: "vitalgate/raw/#", grantedQoS: 1)),
        .source("ward", .subscriptionRefused(filter: "vitalgate/raw/#", reason: "not authorised")),
        .source("ward", .disconnected(reason: "the broker went away", retryIn: .milliseconds(1540))),
        .source("ward", .disconnected(reason: "the broker went away", retryIn: nil)),
        .source("ward", .connectFailed(reason: "connection refused", retryIn: .seconds(60))), .source("ward", .takenOver),
        .source("ward", .fellBack), .radio(.listening(adapter)), .radio(.lost(adapter)),
        .radio(.blind(RadioFailure(.noDaemon, "org.freedesktop.DBus.Error.NameHasNoOwner"))), .radio(.mending("switched off and on")),
        .bond(cuff, .lost(adapter)), .bond(cuff, .away(adapter)), .bond(cuff, .moved(from: adapter, to: adapter)), .bond(cuff, .held(adapter)),
        .listener("porch", .door("/run/vitalgate/adverts", problem: nil)), .listener("porch", .door("/run/vitalgate/adverts", problem: "no such folder")),
        .listener("porch", .joined(adapter)), .listener("porch", .left(adapter, because: nil)), .listener("porch", .lost(12)),
        .listener("porch", .state(adapter, .listening, detail: "")), .listener("porch", .state(adapter, .scanRefused, detail: "0xc")),
        .clock(cuff, ClockOffset(stage: .found, said: nil, seconds: -197)), .session(session(nil)),
        .session(session(.init(code: "refused", detail: "\(cuff) said 197.5", advice: "it is tried again", remedy: .later))),
        .session(session(.init(code: "bond-lost", detail: "\(cuff) said 197.5", advice: "pair it again", remedy: .person))),
    ]

    private static let adapter = DeviceID(address: "F0:00:00:00:00:01")!

    private static func session(_ failure: SessionReport.Failure?) -> SessionReport {
        SessionReport(device: cuff, profile: "bluetooth-sig/blood-pressure", frames: 1, failure: failure)
    }

    @Test func `every event stands in the list`() {
        #expect(Set(EventLogTests.events.map(EventLogTests.name)).count == 28)
    }

    @Test(arguments: events.indices)
    func `no device, no identity and no value is logged at info and above`(index: Int) {
        let (level, line) = EventLog.line(EventLogTests.events[index])
        guard level >= .info else { return }
        for secret in ["00:11:22:33:44:55", "001122334455", "20240615", "2024-06-15", "197.5", "blood-pressure"] {
            #expect(!line.contains(secret), "\(level): \(line)")
        }
    }

    @Test(arguments: [
        ("reading", "debug"), ("quarantined", "debug"), ("duplicate", "debug"), ("refused", "debug"), ("alarm", "debug"),
        ("delivered", "debug"), ("started", "notice"), ("restamped", "notice"), ("sinkRecovered", "notice"), ("sinkWaits", "warning"),
        ("deadLetter", "error"), ("commitFailed", "critical"), ("cloneSeen", "critical"), ("thinned", "notice"), ("overfull", "critical"), ("housekeepingFailed", "error"), ("clock", "debug"),
        ("reloaded", "notice"), ("reloadRefused", "error"), ("keyUnusable", "error"),
    ])
    func `what somebody must look at is loud, and what comes with every reading is not`(event: String, level: String) {
        let levels = Set(EventLogTests.events.filter { EventLogTests.name($0) == event }.map { EventLog.line($0).0.rawValue })
        #expect(levels == [level])
    }

    @Test func `lines say what happened and what to do`() {
        let lines = EventLogTests.events.map { EventLog.line($0).1 }
        for line in [
            "gateway vg-0123abcd takes readings in", "platform refuses entry 7: the broker refuses it: not a topic",
            "nothing can be kept (the disk is full); ward is not acknowledged and will send again",
            "another gateway has our id on platform: instance vg-1 is online. Give the copy a database of its own",
            "ward: connected, session resumed", "ward: vitalgate/raw/# is granted at QoS 0 only: what is lost on the way stays lost",
            "ward: the broker went away; next try in 1.5 s", "ward: the broker went away",
            "ward: connection refused; next try in 60.0 s", "bluetooth: a device cannot be read: bond-lost: pair it again",
            "bluetooth: the gateway is blind: no-bluetoothd: bluetoothd does not run: start it (systemctl enable --now bluetooth) "
                + "[org.freedesktop.DBus.Error.NameHasNoOwner]",
            "bluetooth: a device lost its bond with adapter F0:00:00:00:00:01: bluetoothd does not have it any more. "
                + "Pair it again (vitalgate devices pair)",
            "porch: the listener of adapter F0:00:00:00:00:01 is blind: scan-refused: its adapter does not listen: "
                + "is bluetoothd, or another program, at work on it? [0xc]",
            "porch: 12 advertisements that the listener heard did not come: whose they were is not known",
            "read again: 170 profiles; new: acme/ring; changed: acme/scale; 3 keys, 1 changed; 2 frames that waited were offered again",
            "read again: 170 profiles; none of them changed",
            "acme/scale.yaml:7:5: unknown key 'unitt'; did you mean 'unit'?\n"
                + "nothing of it is taken, and what was there before goes on: mend this and reload again",
            "the key file /etc/vitalgate/keys/scale cannot be read: Permission denied. "
                + "Until this is mended and read again, what its device encrypts is refused",
        ] {
            #expect(lines.contains(line))
        }
    }
}
