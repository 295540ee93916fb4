import Alarms
import DeviceProfiles
import MQTT
import People
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
    var profiles: ProfileSet
    let place: Place
    /// One clock reading for the batch; each frame counts on by a microsecond, so that no two share a monotonic time.
    private(set) var arrived: Arrival
    /// Where the next frame stands among all that its message says: 65536 for each item, and its part of that.
    private var position = 0
    /// Told to those who watch once the batch is on the disk.
    private(set) var events: [GatewayEvent] = []
    /// The frames of the message that is taken in, and whether it tells something of somebody who was erased: then none of them
    /// keeps it.
    private var message: (frames: [Int64], isErased: Bool) = ([], false)

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
        self.message = ([], false)
        for (index, item) in items.enumerated() {
            position = index << 16
            try take(item, message, relay, &transaction, &state)
        }
        if self.message.isErased { try transaction.blank(self.message.frames, at: arrived.wall) }
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

    /// No two frames share a monotonic time, and clockless readings of one frame are told apart by a nanosecond each.
    mutating func moveOn(behind outcome: DecodeOutcome) { arrived.monotonic += UInt64(max(1000, outcome.readings.count)) }

    mutating func tell(_ event: GatewayEvent) { events.append(event) }

    /// Counts an item that never comes into custody.
    mutating func count(
        _ code: String, _ detail: String, device: DeviceID? = nil, isTold: Bool = true, _ transaction: inout IntakeTransaction
    ) {
        transaction.received(source: source)
        transaction.count(source: source, code: code, detail: detail, at: arrived.wall)
        if isTold { events.append(.refused(source: source, device: device, code: code, detail: detail)) }
    }

    mutating func take(
        _ seen: Observation, in envelope: Envelope, _ transaction: inout IntakeTransaction, _ state: inout Intake.State
    ) throws {
        guard let device = seen.address else { return count("bad-address", "a frame without a device", &transaction) }
        let enrolled = state.devices[device]
        let forced = (enrolled?.profile ?? envelope.profile).flatMap { profiles[$0] }
        if let name = enrolled?.profile, forced == nil {
            let detail = "\(device) is enrolled with \(name), and there is no such profile"
            return count(BadInput.Code.unknownProfile.rawValue, detail, device: device, &transaction)
        }
        let answer = Decoding.Answer(to: seen, by: profiles, forced: forced)
        guard case .profile(let profile) = answer else {
            let refusal = answer.refusal
            return count(refusal?.outcome ?? "no-profile", "\(device): \(refusal?.detail ?? "")", device: device, &transaction)
        }
        guard enrolled != nil else {
            return count("not-enrolled", "\(device) as \(profile.name)", device: device, &transaction)
        }
        guard !seen.items.isEmpty else {
            return count("nothing-to-decode", "\(device): nothing that \(profile.name) reads", device: device, &transaction)
        }
        let kept = seen.items.count * envelope.size
        guard kept <= Batch.mostKept else {
            let detail = "\(device): \(seen.items.count) frames in a message of \(envelope.size) bytes; send fewer at once"
            return count(BadInput.Code.tooLarge.rawValue, detail, device: device, &transaction)
        }
        for item in seen.items {
            let reader = profiles.reader(of: item.content, for: profile)
            // A heart that beats as before is a sample as before, and no repeat.
            let isStream = !envelope.isRetained && reader.streamRole(of: item.content) == .only
            let isRepeat = !isStream && state.bursts.repeats(item.content, of: device, at: arrived.monotonic)
            let frame = record(envelope, of: device, reader)
            // What was encrypted and read once was sent once, whenever and by whomever it is brought again.
            let isReplay = reader.isSealed(item.content) && state.bursts.wasOpened(item.content, of: device)
            // A profile that counts frames hears repeats too.
            if isRepeat || isReplay, !reader.countsFrames {
                countRepeat(of: device, &transaction)
            } else if try take(item, as: frame, by: reader, isRepeat: isRepeat, &transaction, &state) {
                arrived.monotonic += 1000
            } else {
                countRepeat(of: device, &transaction)
            }
        }
    }

    /// A frame on its way to its fate.
    mutating func record(_ envelope: Envelope, of device: DeviceID, _ profile: Profile) -> FrameRecord {
        defer { position += 1 }
        return FrameRecord(
            source: source, format: envelope.format, topic: envelope.topic, device: device, profile: profile.name,
            profileVersion: profile.version, arrived: arrived, custody: envelope.custody, isRetained: envelope.isRetained,
            connection: connection.number, packetID: envelope.packetID, place: position, body: envelope.body, fate: .rejected)
    }

    private mutating func countRepeat(of device: DeviceID, _ transaction: inout IntakeTransaction) {
        count("repeat", "\(device): the same broadcast again", device: device, isTold: false, &transaction)
    }

    /// What a frame was filed as.
    struct Filed {
        var row: Int64
        var fate: Fate
        var code: String?
        var detail: String?
        /// The reading that it became first, or repeats.
        var reading: Int64?
    }

    /// Gives one frame of an enrolled device its fate.
    /// - Parameters:
    ///   - row: the frame's own, where it waited in custody.
    ///   - isHeld: whether more may come of it.
    ///   - since: the monotonic time of the first of several messages that it was joined from.
    ///   - mayBeRedelivered: whether its broker may have sent it before; nil: what is so of this connection.
    mutating func file(
        _ outcome: DecodeOutcome, _ frame: FrameRecord, row: Int64? = nil, isHeld: Bool = false, heard: Instant? = nil,
        since: UInt64? = nil, mayBeRedelivered: Bool? = nil, _ transaction: inout IntakeTransaction, _ state: inout Intake.State
    ) throws -> Filed {
        var frame = frame
        if let row, try transaction.dropErased(waiting: row) { return Filed(row: row, fate: .erased) }
        guard case .readings(let readings) = outcome else {
            frame.fate = isHeld ? .waiting : Fate(outcome)
            frame.code = outcome.code
            frame.detail = outcome.detail
            let row = try append(frame, row, &transaction)
            message.frames.append(row)
            if !isHeld {
                events.append(.refused(
                    source: frame.source, device: frame.device, code: frame.code ?? frame.fate.rawValue, detail: frame.detail ?? ""))
            }
            return Filed(row: row, fate: frame.fate, code: frame.code, detail: frame.detail)
        }
        var verdicts: [Filing] = []
        for (index, reading) in readings.enumerated() {
            verdicts.append(try Filing(
                reading, index: index, of: frame, heard: heard, since: since, mayBeRedelivered: mayBeRedelivered ?? connection.isResumed, in: place,
                state.devices.household, transaction))
        }
        frame.settle(by: verdicts)
        let id = try append(frame, row, &transaction)
        message.frames.append(id)
        if verdicts.contains(where: \.isErased) {
            message.isErased = true
            if row != nil { try transaction.blank([id], at: arrived.wall) }
        }
        var filed = Filed(row: id, fate: frame.fate, code: frame.code, detail: frame.detail)
        for verdict in verdicts {
            if verdict.isNobodys {
                events.append(.refused(source: frame.source, device: frame.device, code: Filing.notAPerson, detail: "\(verdict.identity)"))
                continue
            }
            if verdict.isErased {
                events.append(.refused(source: frame.source, device: frame.device, code: "erased", detail: "a record of somebody who was erased"))
                continue
            }
            guard let record = verdict.record else {
                filed.reading = filed.reading ?? verdict.duplicateOf
                events.append(.duplicate(frame.device, verdict.identity))
                continue
            }
            let reading = try transaction.append(record, of: id, at: arrived.wall)
            filed.reading = filed.reading ?? reading
            let told = FiledReading(record, profile: frame.profile ?? "", arrived: frame.arrived.wall, isRetained: frame.isRetained)
            if let quarantine = record.quarantine {
                events.append(.quarantined(told, code: quarantine.code, detail: quarantine.detail))
                continue
            }
            events.append(.reading(told))
            let alarms = state.watch.take(
                record.reading, record.identity, from: record.device, of: record.whose.person, measuredAt: told.measuredAt)
            for alarm in alarms {
                try transaction.append(alarm, at: arrived.wall)
                events.append(.alarm(alarm))
            }
        }
        return filed
    }

    /// Takes a frame into custody, or ends its waiting there.
    private func append(_ frame: FrameRecord, _ row: Int64?, _ transaction: inout IntakeTransaction) throws -> Int64 {
        guard let row else { return try transaction.append(frame) }
        if frame.fate != .waiting {
            try transaction.settle(waiting: row, as: frame.fate, code: frame.code, detail: frame.detail, duplicateOf: frame.duplicateOf)
        }
        return row
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
