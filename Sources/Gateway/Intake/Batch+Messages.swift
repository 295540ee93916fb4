import DeviceProfiles
import MQTT
import Readings
import Store

// What a bridge decoded itself: it is filed under the profile of the bridge's format.
extension Batch {
    mutating func take(
        _ item: RelayedItem, _ message: ReceivedMessage, _ relay: Profile,
        _ transaction: inout IntakeTransaction, _ state: inout Intake.State
    ) throws {
        switch item {
        case .refused(let bad):
            count(bad.code.rawValue, "\(message.topic.prefix(120)): \(bad.detail)", &transaction)
        case .observation(let seen, let decoded):
            // Bytes that a profile reads beat what somebody else made of them, unless the operator wants it so.
            if let device = seen.address, wantsDecoded(device, seen, decoded, state) {
                try take(decoded, of: device, message, relay, &transaction, &state)
            } else {
                try take(seen, in: .message(message, relay), &transaction, &state)
            }
        case .decoded(let device, let outcomes):
            try take(outcomes, of: device, message, relay, &transaction, &state)
        case .part(let part):
            try take(part, message, relay, &transaction, &state)
        }
    }

    private func wantsDecoded(
        _ device: DeviceID, _ seen: Observation, _ decoded: [DecodeOutcome], _ state: Intake.State
    ) -> Bool {
        if let name = state.devices[device]?.profile { return profiles[name]?.isRelay ?? false }
        guard !decoded.isEmpty, case .none = profiles.match(seen) else { return false }
        return true
    }

    /// Whether the readings of this bridge are wanted of this device; counts it where not.
    private mutating func admits(
        _ device: DeviceID, _ relay: Profile, _ transaction: inout IntakeTransaction, _ state: Intake.State
    ) -> Bool {
        guard let enrolled = state.devices[device] else {
            count("not-enrolled", "\(device) as \(relay.name)", device: device, &transaction)
            return false
        }
        guard let name = enrolled.profile, name != relay.name else { return true }
        count("other-profile", "\(device) is enrolled with \(name), and this was decoded by \(relay.name)", device: device, &transaction)
        return false
    }

    private mutating func take(
        _ outcomes: [DecodeOutcome], of device: DeviceID, _ message: ReceivedMessage, _ relay: Profile,
        _ transaction: inout IntakeTransaction, _ state: inout Intake.State
    ) throws {
        guard admits(device, relay, &transaction, state) else { return }
        guard !outcomes.isEmpty else {
            return count("nothing-to-decode", "\(device): nothing that \(relay.name) reads", device: device, &transaction)
        }
        let filed = Batch.filed(outcomes)
        // One frame for all readings of a device, one for each reason that there is none: each keeps the whole message.
        guard filed.count * message.payload.count <= Batch.mostKept else {
            let detail = "\(device): \(filed.count) frames of a message of \(message.payload.count) bytes; send fewer at once"
            return count(BadInput.Code.tooLarge.rawValue, detail, device: device, &transaction)
        }
        for outcome in filed {
            let frame = record(.message(message, relay), of: device, relay)
            if relay.relaysBroadcasts, state.bursts.repeats(outcome, of: device, at: arrived.monotonic) {
                count("repeat", "\(device): the same broadcast again", device: device, isTold: false, &transaction)
                continue
            }
            _ = try fileNew(outcome, frame, &transaction, &state)
        }
    }

    /// What a bridge says of one device in one item: one frame for all readings, one for each reason that there is none.
    static func filed(_ outcomes: [DecodeOutcome]) -> [DecodeOutcome] {
        var readings: [Reading] = []
        var others: [DecodeOutcome] = []
        for outcome in outcomes {
            if case .readings(let found) = outcome { readings += found } else if !others.contains(outcome) { others.append(outcome) }
        }
        return (readings.isEmpty ? [] : [.readings(readings)]) + others
    }

    private mutating func fileNew(
        _ outcome: DecodeOutcome, _ frame: FrameRecord, isHeld: Bool = false, since: UInt64? = nil,
        _ transaction: inout IntakeTransaction, _ state: inout Intake.State
    ) throws -> Filed {
        transaction.received(source: source)
        defer { moveOn(behind: outcome) }
        return try file(outcome, frame, isHeld: isHeld, since: since, &transaction, &state)
    }

    private mutating func take(
        _ part: MessagePart, _ message: ReceivedMessage, _ relay: Profile,
        _ transaction: inout IntakeTransaction, _ state: inout Intake.State
    ) throws {
        guard admits(part.device, relay, &transaction, state) else { return }
        let key = Joins.Key(source: source, format: relay.name, device: part.device)
        var entry = state.joins[key]
        var (relay, part) = (relay, part)
        if entry.isOfAnother(relay) {
            if let begun = entry.begun(message, of: part.device, at: arrived.monotonic) {
                (relay, part) = begun
            } else {
                for held in entry.held { try end(held, &transaction, &state) }
                entry = Joins.Entry()
            }
        }
        entry.relay = relay
        let (isNew, results) = relay.join(part, into: &entry.join, at: arrived.monotonic, isRetained: message.isRetained)
        guard !results.isEmpty, let join = entry.join else {
            let detail = "\(message.topic.prefix(120)): nothing in it that \(relay.name) reads"
            return count("nothing-to-decode", detail, device: part.device, &transaction)
        }
        if isNew {
            let ended = entry.held
            entry.held = []
            for held in ended { try end(held, &transaction, &state) }
        }
        for result in results {
            // The identity of a clockless reading stands on the first of its parts: a later part adds to the same reading.
            let frame = record(.message(message, relay), of: part.device, relay)
            let filed = try fileNew(
                result.outcome, frame, isHeld: result.missing != nil, since: join.beganAt + UInt64(result.place), &transaction, &state)
            if let missing = result.missing {
                entry.held.append(Joins.Held(row: filed.row, frame: frame, place: result.place, missing: missing))
                continue
            }
            for held in entry.held where held.place == result.place {
                try transaction.settle(
                    waiting: held.row, as: filed.reading == nil ? filed.fate : .duplicate, code: filed.reading == nil ? filed.code : "joined",
                    detail: "part of what frame \(filed.row) says", duplicateOf: filed.reading)
            }
            entry.held.removeAll { $0.place == result.place }
        }
        state.joins[key] = entry
    }

    /// A value whose others did not come.
    mutating func end(_ held: Joins.Held, _ transaction: inout IntakeTransaction, _ state: inout Intake.State) throws {
        _ = try file(.incomplete(missing: held.missing, isError: false), held.frame, row: held.row, &transaction, &state)
    }
}
