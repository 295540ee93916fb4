import DeviceProfiles
import Readings
import Store

/// Frames that wait for others of their device: how they end, and what becomes of them when the gateway was stopped.
extension Batch {
    private var now: Int64 { Int64(arrived.monotonic / 1_000_000) }

    /// Takes in one item by one frame's record, and files what came of it, also of earlier ones.
    /// - Parameters:
    ///   - row: the frame's own, where it is in custody already.
    ///   - isRepeat: whether the same bytes were heard just before.
    ///   - mayBeRedelivered: whether its broker may have sent it before; nil: what is so of this connection.
    /// - Returns: false where it only repeats what was heard, and nothing came of it.
    mutating func take(
        _ item: Observation.Item, as record: FrameRecord, row: Int64? = nil, by profile: Profile, isRepeat: Bool = false,
        mayBeRedelivered: Bool? = nil, _ transaction: inout IntakeTransaction, _ state: inout Intake.State
    ) throws -> Bool {
        let key = Assemblies.Key(device: record.device, profile: profile.name)
        let step = state.assemblies.take(item.content, of: record.device, by: profile, key: state.keys[record.device], at: now)
        try end(step.settled, of: key, &transaction, &state)
        let outcome = DecodeOutcome(step.outcomes.map(\.outcome))
        let tickets = step.outcomes.compactMap(\.ticket)
        if row == nil, !record.isRetained, isStreamed(item.content, step, outcome, by: profile) {
            try stream(item, as: record, step.outcomes.map(\.outcome), by: profile, &transaction, &state)
            return true
        }
        let isVain = outcome.readings.isEmpty && tickets.isEmpty && step.joined.isEmpty
        if row == nil { state.bursts.note(item.content, of: record.device, isVain: isVain) }
        if !isVain, profile.isSealed(item.content) { state.bursts.noteOpened(item.content, of: record.device) }
        if isRepeat, isVain { return false }
        if row == nil { transaction.received(source: record.source) }
        let filed = try file(
            outcome, record, row: row, isHeld: !tickets.isEmpty, heard: item.receivedAt,
            mayBeRedelivered: mayBeRedelivered ?? connection.isResumed, &transaction, &state)
        state.assemblies.hold(
            Assemblies.HeldFrame(
                row: filed.row, record: record, item: item,
                mayBeRedelivered: mayBeRedelivered ?? (row != nil || connection.isResumed)),
            under: tickets, of: key)
        for joined in step.joined { try settle(joined.ticket, of: key, like: filed, &transaction, &state) }
        return true
    }

    /// Files what has waited too long.
    mutating func fileOverdue(_ transaction: inout IntakeTransaction, _ state: inout Intake.State) throws {
        for (key, ends) in state.assemblies.overdue(at: now) { try end(ends, of: key, &transaction, &state) }
        let now = now
        try close(&transaction, &state) { $0.deadline <= now }
        for held in state.joins.overdue(at: arrived.monotonic) { try end(held, &transaction, &state) }
    }

    mutating func end(
        _ ends: [Assembly.Settled], of key: Assemblies.Key, _ transaction: inout IntakeTransaction, _ state: inout Intake.State
    ) throws {
        // One frame may have waited for several things.
        var outcomes: [Assembly.Ticket: [DecodeOutcome]] = [:]
        for end in ends { outcomes[end.ticket, default: []].append(end.outcome) }
        for end in ends {
            guard let all = outcomes.removeValue(forKey: end.ticket), let (held, isPending) = state.assemblies.frame(end.ticket, of: key)
            else { continue }
            let outcome = DecodeOutcome(all)
            if isPending, outcome.readings.isEmpty { continue }
            let filed = try file(
                outcome, held.record, row: held.row, heard: held.item.receivedAt, mayBeRedelivered: held.mayBeRedelivered, &transaction, &state)
            for ticket in ends.filter({ $0.ticket == end.ticket }).flatMap(\.earlier) {
                try settle(ticket, of: key, like: filed, &transaction, &state)
            }
        }
    }

    /// An earlier frame that went into another: what it says is stored with that one, or shares its fate.
    private func settle(
        _ ticket: Assembly.Ticket, of key: Assemblies.Key, like filed: Filed, _ transaction: inout IntakeTransaction,
        _ state: inout Intake.State
    ) throws {
        guard let (held, isPending) = state.assemblies.frame(ticket, of: key), !isPending else { return }
        if let reading = filed.reading {
            try transaction.settle(
                waiting: held.row, as: .duplicate, code: "joined", detail: "part of what frame \(filed.row) says", duplicateOf: reading)
        } else {
            try transaction.settle(waiting: held.row, as: filed.fate, code: filed.code, detail: filed.detail)
        }
    }

    /// Offers frames that waited when the gateway stopped to their profiles again: what they waited for may still come, and if
    /// not, their time is up soon.
    mutating func restore(_ transaction: inout IntakeTransaction, _ state: inout Intake.State) throws {
        for stored in try transaction.waitingFrames() {
            var record = stored.record
            // What it waited for is no part of its end.
            (record.code, record.detail) = (nil, nil)
            guard let profile = record.profile.flatMap({ profiles[$0] }), let item = onlyItem(of: record) else {
                try transaction.settle(
                    waiting: stored.id, as: .incomplete, code: "interrupted",
                    detail: "the gateway stopped while it waited, and its message cannot be taken in again: \(stored.record.detail ?? "")")
                continue
            }
            _ = try take(item, as: record, row: stored.id, by: profile, &transaction, &state)
        }
    }

    /// The item of a message that holds no other of this device.
    private func onlyItem(of record: FrameRecord) -> Observation.Item? {
        if record.format == RadioFrame.format { return RadioFrame.observation(in: record.body)?.items.first }
        guard let said = try? profiles[record.format]?.relayed(topic: record.topic ?? "", payload: record.body) else { return nil }
        let items = said.flatMap { item -> [Observation.Item] in
            if case .observation(let seen, _) = item, seen.address == record.device { seen.items } else { [] }
        }
        return items.count == 1 ? items[0] : nil
    }
}
