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
        let (relay, items): (Profile, [RelayedItem])
        do throws(BadInput) {
            (relay, items) = try relayed(message)
        } catch {
            return count(error.code.rawValue, "\(message.topic.prefix(120)): \(error.detail)", &transaction)
        }
        guard !items.isEmpty else {
            return count("nothing-to-decode", "\(message.topic.prefix(120)): nothing in it that \(relay.name) reads", &transaction)
        }
        for item in items { try take(item, message, relay, &transaction, &state) }
    }

    private func relayed(_ message: ReceivedMessage) throws(BadInput) -> (Profile, [RelayedItem]) {
        if let bytes = message.payloadWasTooLarge { throw BadInput(.tooLarge, "\(bytes) bytes") }
        switch profiles.relay(for: message.topic) {
        case .profile(let relay): return (relay, try relay.relayed(topic: message.topic, payload: message.payload))
        case .none: throw BadInput(.unknownTopic, "no profile under mqtt/ is for this topic")
        case .ambiguous(let relays):
            throw BadInput(.ambiguousTopic, "claimed by \(relays.map(\.name).joined(separator: " and "))")
        }
    }

    /// Counts an item that never comes into custody.
    mutating func count(
        _ code: String, _ detail: String, device: DeviceID? = nil, isTold: Bool = true, _ transaction: inout IntakeTransaction
    ) {
        transaction.received(source: source)
        transaction.count(source: source, code: code, detail: detail, at: arrived.wall)
        if isTold { events.append(.refused(source: source, device: device, code: code, detail: detail)) }
    }

    mutating func take(
        _ seen: Observation, _ message: ReceivedMessage, _ relay: Profile,
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
            try file(item.outcome, heard: item.item.receivedAt, record(message, relay, of: device, profile), &transaction, &state)
        }
    }

    /// A frame on its way to its fate.
    func record(_ message: ReceivedMessage, _ relay: Profile, of device: DeviceID, _ profile: Profile) -> FrameRecord {
        FrameRecord(
            source: source, format: relay.name, topic: message.topic, device: device, profile: profile.name,
            profileVersion: profile.version, arrived: arrived,
            custody: message.qos > 0 ? .acknowledged : .bestEffort, isRetained: message.isRetained,
            connection: connection.number, packetID: message.qos > 0 ? message.packetID : nil,
            body: relay.storable(message.payload), fate: .rejected)
    }

    /// Gives one frame of an enrolled device its fate.
    mutating func file(
        _ outcome: DecodeOutcome, heard: Instant? = nil, since: UInt64? = nil, _ frame: FrameRecord,
        _ transaction: inout IntakeTransaction, _ state: inout Intake.State
    ) throws {
        var frame = frame
        transaction.received(source: source)
        defer { arrived.monotonic += 1000 }
        guard case .readings(let readings) = outcome else {
            frame.fate = Fate(outcome)
            frame.code = outcome.code
            frame.detail = outcome.detail
            _ = try transaction.append(frame)
            events.append(.refused(
                source: source, device: frame.device, code: frame.code ?? frame.fate.rawValue, detail: frame.detail ?? ""))
            return
        }
        var verdicts: [Filing] = []
        for (index, reading) in readings.enumerated() {
            verdicts.append(try Filing(
                reading, index: index, of: frame, heard: heard, since: since, mayBeRedelivered: connection.isResumed, in: place,
                transaction))
        }
        // Clockless ones are told apart by a nanosecond each: the next frame begins behind them.
        arrived.monotonic += UInt64(readings.count)
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
