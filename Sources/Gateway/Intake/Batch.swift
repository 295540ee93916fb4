import Alarms
import DeviceProfiles
import MQTT
import Readings
import Sinks
import Store

/// One batch on its way into one transaction.
struct Batch {
    /// Bytes. Each frame keeps its whole message, so a message of very many frames would fill a disk: it could never be
    /// committed, would be sent again for ever, and would block all that comes after it.
    static let mostKept = 256 << 20

    let source: String
    let connection: SourceConnection
    let profiles: ProfileSet
    let place: Place
    /// One clock reading for the batch; each frame counts on by a microsecond, so that no two share a monotonic time.
    private(set) var arrived: Arrival
    /// Told to those who watch once the batch is on the disk.
    private(set) var events: [GatewayEvent] = []

    init(source: String, connection: SourceConnection, profiles: ProfileSet, place: Place, arrived: Arrival) {
        self.source = source
        self.connection = connection
        self.profiles = profiles
        self.place = place
        self.arrived = arrived
    }

    /// Every item of a message ends as a frame in custody or in a tally: the ledger's first sum.
    mutating func take(_ message: ReceivedMessage, _ transaction: inout IntakeTransaction, _ state: inout Intake.State) throws {
        let (format, seen): (String, [Observation])
        do throws(BadInput) {
            (format, seen) = try observations(in: message)
        } catch {
            return count(error.code.rawValue, "\(message.topic.prefix(120)): \(error.detail)", &transaction)
        }
        guard !seen.isEmpty else {
            return count("nothing-to-decode", "\(message.topic.prefix(120)): nothing undecoded in it", &transaction)
        }
        for observation in seen { try take(observation, message, format, &transaction, &state) }
    }

    private func observations(in message: ReceivedMessage) throws(BadInput) -> (format: String, [Observation]) {
        if let bytes = message.payloadWasTooLarge { throw BadInput(.tooLarge, "\(bytes) bytes") }
        switch profiles.relay(for: message.topic) {
        case .profile(let relay): return (relay.name, try relay.observations(in: message.payload))
        case .none: throw BadInput(.unknownTopic, "no profile under mqtt/ is for this topic")
        case .ambiguous(let relays):
            throw BadInput(.ambiguousTopic, "claimed by \(relays.map(\.name).joined(separator: " and "))")
        }
    }

    /// Counts an item that never comes into custody.
    private mutating func count(
        _ code: String, _ detail: String, device: DeviceID? = nil, isTold: Bool = true, _ transaction: inout IntakeTransaction
    ) {
        transaction.received(source: source)
        transaction.count(source: source, code: code, detail: detail, at: arrived.wall)
        if isTold { events.append(.refused(source: source, device: device, code: code, detail: detail)) }
    }

    private mutating func take(
        _ seen: Observation, _ message: ReceivedMessage, _ format: String,
        _ transaction: inout IntakeTransaction, _ state: inout Intake.State
    ) throws {
        guard let device = seen.address else { return count("bad-address", "a frame without a device", &transaction) }
        let enrolled = state.devices[device]
        let forced = enrolled?.profile.flatMap { profiles[$0] }
        if let name = enrolled?.profile, forced == nil {
            let detail = "\(device) is enrolled with \(name), and there is no such profile"
            return count(BadInput.Code.unknownProfile.rawValue, detail, device: device, &transaction)
        }
        let decoding = Decoding(seen, by: profiles, forced: forced)
        guard case .profile(let profile) = decoding.answer else {
            let summary = decoding.summary
            return count(summary.outcome, "\(device): \(summary.detail ?? "")", device: device, &transaction)
        }
        guard enrolled != nil else {
            return count("not-enrolled", "\(device) as \(profile.name)", device: device, &transaction)
        }
        guard !decoding.items.isEmpty else {
            return count("nothing-to-decode", "\(device): nothing that \(profile.name) reads", device: device, &transaction)
        }
        let kept = decoding.items.count * message.payload.count
        guard kept <= Batch.mostKept else {
            let detail = "\(device): \(decoding.items.count) frames in a message of \(message.payload.count) bytes; send fewer at once"
            return count(BadInput.Code.tooLarge.rawValue, detail, device: device, &transaction)
        }
        for item in decoding.items {
            if state.bursts.repeats(item.item.content, of: device, at: arrived.monotonic) {
                count("repeat", "\(device): the same broadcast again", device: device, isTold: false, &transaction)
                continue
            }
            let frame = FrameRecord(
                source: source, format: format, topic: message.topic, device: device, profile: profile.name,
                profileVersion: profile.version, arrived: arrived,
                custody: message.qos > 0 ? .acknowledged : .bestEffort, isRetained: message.isRetained,
                connection: connection.number, packetID: message.qos > 0 ? message.packetID : nil, body: message.payload,
                fate: .rejected)
            arrived.monotonic += 1000
            transaction.received(source: source)
            try file(item, frame, &transaction, &state)
        }
    }

    /// Gives one frame of an enrolled device its fate.
    private mutating func file(
        _ item: Decoding.Item, _ frame: FrameRecord, _ transaction: inout IntakeTransaction, _ state: inout Intake.State
    ) throws {
        var frame = frame
        guard case .readings(let readings) = item.outcome else {
            frame.fate = Fate(item.outcome)
            frame.code = item.outcome.code
            frame.detail = item.outcome.detail
            _ = try transaction.append(frame)
            events.append(.refused(
                source: source, device: frame.device, code: frame.code ?? frame.fate.rawValue, detail: frame.detail ?? ""))
            return
        }
        var verdicts: [Filing] = []
        for (index, reading) in readings.enumerated() {
            verdicts.append(try Filing(
                reading, index: index, of: frame, heard: item.item.receivedAt, mayBeRedelivered: connection.isResumed, in: place,
                transaction))
        }
        frame.settle(by: verdicts)
        let id = try transaction.append(frame)
        for verdict in verdicts {
            guard let record = verdict.record else {
                events.append(.duplicate(frame.device, verdict.identity))
                continue
            }
            try transaction.append(record, of: id, at: arrived.wall)
            let filed = FiledReading(record, profile: frame.profile ?? "", arrived: frame.arrived.wall, isRetained: frame.isRetained)
            if let quarantine = record.quarantine {
                events.append(.quarantined(filed, code: quarantine.code, detail: quarantine.detail))
                continue
            }
            events.append(.reading(filed))
            let alarms = state.watch.take(record.reading, record.identity, from: record.device, measuredAt: filed.measuredAt)
            for alarm in alarms {
                try transaction.append(alarm, at: arrived.wall)
                events.append(.alarm(alarm))
            }
        }
    }
}

extension Fate {
    /// The fate of a frame that gave no reading. A frame that is not final is not a measurement: nothing waits for it.
    init(_ outcome: DecodeOutcome) {
        self = switch outcome {
        case .readings: .reading
        case .waiting, .ignored, .nothingToDecode: .ignored
        case .incomplete: .incomplete
        case .rejected: .rejected
        }
    }
}
