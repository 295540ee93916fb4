import Alarms
import DeviceProfiles
import Readings
import Sinks
import Store

/// Continuous signals: each frame is in custody with its commit, as a line of its minute's frame, and none becomes a reading by
/// itself. Of a minute one summary for each kind is passed on.
extension Batch {
    /// Whether an item belongs into a minute rather than into a frame of its own.
    func isStreamed(_ content: Observation.Content, _ step: Assembly.Step, _ outcome: DecodeOutcome, by profile: Profile) -> Bool {
        switch profile.streamRole(of: content) {
        case .none: return false
        case .only: return true
        case .some:
            let readings = outcome.readings
            return step.joined.isEmpty && step.outcomes.allSatisfy { $0.ticket == nil } && readings.contains(where: \.isContinuous)
                && readings.allSatisfy { $0.isContinuous || ($0.kind.goesAlong && $0.recordTime == nil && $0.number == nil) }
        }
    }

    mutating func stream(
        _ item: Observation.Item, as record: FrameRecord, _ outcomes: [DecodeOutcome], by profile: Profile,
        _ transaction: inout IntakeTransaction, _ state: inout Intake.State
    ) throws {
        let instant = item.receivedAt ?? arrived.wall
        let minute = Streams.minute(of: instant)
        let packet = record.packetID.map { StreamLine.Packet(id: $0, connection: connection.number) }
        if let packet, connection.isResumed, try wasTaken(item, packet, of: record, around: minute, transaction) {
            return count("redelivered", "\(record.device): a sample again", device: record.device, isTold: false, &transaction)
        }
        transaction.received(source: record.source)
        let slot = Streams.Slot(key: Streams.Key(record), minute: minute)
        var open = try state.streams.minutes[slot] ?? begin(slot, record, instant, by: profile, &transaction, &state)
        open.keep(StreamLine(item, offset: open.offset(at: arrived.monotonic), packet: packet), at: arrived.monotonic)
        for sample in open.take(outcomes, at: instant, heard: item.receivedAt, by: profile) {
            try judge(sample, of: open, heard: item.receivedAt, &transaction, &state)
            if state.streams.settling[slot.key, default: [:]][sample.kind, default: Settling()].take(sample, at: instant),
                profile.pace(of: sample.kind)?.hasSpot == true
            {
                try file(spot: sample, of: open, heard: item.receivedAt, &transaction)
            }
        }
        state.streams.minutes[slot] = open
    }

    /// Whether the broker sends again what is in the store: the same packet of an earlier connection, and the same bytes.
    private func wasTaken(
        _ item: Observation.Item, _ packet: StreamLine.Packet, of record: FrameRecord, around minute: Instant,
        _ transaction: borrowing IntakeTransaction
    ) throws -> Bool {
        // What is on its way at once is of the last moments, by whatever clock.
        try transaction.minutes(of: record.device, upTo: Instant(milliseconds: .max), limit: 3).contains { stored in
            stored.record.source == record.source && StreamLine.all(in: stored.record.body).contains { line in
                line.item == item && line.packet?.id == packet.id && (line.packet?.connection ?? .max) < packet.connection
            }
        }
    }

    // MARK: Begin and end

    private mutating func begin(
        _ slot: Streams.Slot, _ record: FrameRecord, _ instant: Instant, by profile: Profile, _ transaction: inout IntakeTransaction,
        _ state: inout Intake.State
    ) throws -> OpenMinute {
        let now = Int64(clamping: arrived.monotonic / 1_000_000)
        let due = now + slot.minute.milliseconds + 60_000 - instant.milliseconds + Streams.grace
        let known = try transaction.minutes(of: record.device, upTo: slot.minute, limit: 2).filter { Streams.Key($0.record) == slot.key }
        // Nothing is known of this signal: it may have gone on while the gateway was away.
        if state.streams.settling[slot.key] == nil {
            let goesOn = known.contains { slot.minute.milliseconds - ($0.record.minute?.milliseconds ?? 0) <= 60_000 }
            state.streams.settling[slot.key] = goesOn ? Dictionary(
                profile.kinds.map { ($0, Settling(isTold: true)) }, uniquingKeysWith: { first, _ in first }) : [:]
        }
        let ended = known.first { frame in
            // One whose samples went to make room cannot go on: what comes is filed against its summary, as of another source.
            frame.record.minute == slot.minute && frame.record.fate == .summarised && frame.thinned == nil && frame.record.arrived.isSynchronised == record.arrived.isSynchronised
                && (record.arrived.isSynchronised || frame.record.arrived.boot == record.arrived.boot)
        }
        if let ended {
            try transaction.reopen(minute: ended)
            var again = ended.record
            again.body = []
            if again.profileVersion != profile.version {
                again.profileVersion = profile.version
                try transaction.note(profileVersion: profile.version, of: ended.id)
            }
            var open = OpenMinute(row: ended.id, record: again, minute: slot.minute, pieces: 1, due: due, last: now)
            open.replay(ended.record.body, by: profile, key: state.keys[record.device]) { _, _ in }
            return open
        }
        var frame = record
        (frame.fate, frame.items, frame.minute, frame.body) = (.waiting, 0, slot.minute, [])
        // Each line has its own.
        (frame.packetID, frame.connection, frame.format) = (nil, nil, Streams.format)
        return OpenMinute(row: try transaction.append(frame), record: frame, minute: slot.minute, pieces: 0, due: due, last: now)
    }

    /// Goes on with the minutes that were open when the gateway stopped.
    /// - Parameter rows: those whose profile has another text by now, the gateway going on; nil: all.
    mutating func restoreStreams(only rows: Set<Int64>? = nil, _ transaction: inout IntakeTransaction, _ state: inout Intake.State) throws {
        let now = Int64(clamping: arrived.monotonic / 1_000_000)
        if rows?.isEmpty == true { return }
        for (stored, pieces) in try transaction.openMinutes() where rows?.contains(stored.id) ?? true {
            guard let minute = stored.record.minute, let profile = stored.record.profile.flatMap({ profiles[$0] }) else {
                try transaction.close(
                    minute: stored.id, as: .summarised, code: "no-profile", detail: "the gateway stopped, and there is no such profile any more")
                continue
            }
            var record = stored.record
            record.body = []
            if record.profileVersion != profile.version {
                record.profileVersion = profile.version
                try transaction.note(profileVersion: profile.version, of: stored.id)
            }
            let began = Int64(clamping: record.arrived.monotonic / 1_000_000)
            let due = record.arrived.boot == arrived.boot
                ? began + minute.milliseconds + 60_000 - record.arrived.wall.milliseconds + Streams.grace : now
            var open = OpenMinute(row: stored.id, record: record, minute: minute, pieces: pieces, due: due, last: now)
            let key = Streams.Key(record)
            var settling = state.streams.settling[key] ?? [:]
            var watch = state.watch
            open.replay(stored.record.body, by: profile, key: state.keys[record.device]) { sample, instant in
                _ = settling[sample.kind, default: Settling()].take(sample, at: instant)
                watch.hear(again: sample, from: record.device, at: instant)
            }
            // What goes on knows what it heard.
            if rows == nil { (state.watch, state.streams.settling[key]) = (watch, settling) }
            state.streams.minutes[Streams.Slot(key: key, minute: minute)] = open
        }
    }

    /// Ends minutes, and files their summaries.
    mutating func close(
        _ transaction: inout IntakeTransaction, _ state: inout Intake.State, where isOver: (OpenMinute) -> Bool
    ) throws {
        let over = state.streams.minutes.filter { isOver($0.value) }.sorted { $0.value.row < $1.value.row }
        for (slot, minute) in over {
            state.streams.minutes[slot] = nil
            try close(minute, &transaction, &state)
        }
    }

    private mutating func close(_ minute: OpenMinute, _ transaction: inout IntakeTransaction, _ state: inout Intake.State) throws {
        var minute = minute
        try minute.write(to: transaction)
        var original: Int64?
        for reading in minute.tally.readings {
            original = try file(reading, of: minute, &transaction, &state) ?? original
        }
        let isAlone = try transaction.readings(ofFrame: minute.row).isEmpty
        let fate: Fate = isAlone && original != nil ? .duplicate : .summarised
        let dropped = minute.tally.dropped.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        let detail = ["\(minute.tally.frames) frames of a stream"] + (dropped.isEmpty ? [] : ["left out: " + dropped.joined(separator: ", ")])
        try transaction.close(
            minute: minute.row, as: fate, code: isAlone && fate == .summarised ? "no-sample" : nil, detail: detail.joined(separator: "; "),
            duplicateOf: fate == .duplicate ? original : nil)
    }

    // MARK: What comes of it

    /// Looks for what has been out of its limits for long enough.
    private mutating func judge(
        _ sample: Reading, of minute: OpenMinute, heard: Instant?, _ transaction: inout IntakeTransaction, _ state: inout Intake.State
    ) throws {
        let instant = heard ?? arrived.wall
        // A relay whose clock is ahead: the summary will be quarantined.
        guard instant.milliseconds - arrived.wall.milliseconds <= Int64(MeasuredAt.tolerance) * 1000 else { return }
        let measuredAt = MeasuredAt(instant, arrived.isSynchronised ? .arrival : .unsynced)
        let identity = ReadingIdentity(of: sample, from: minute.record.device, in: minute.time)
        for alarm in state.watch.take(sample: sample, of: identity, from: minute.record.device, measuredAt: measuredAt) {
            try transaction.append(alarm, at: arrived.wall)
            tell(.alarm(alarm))
        }
    }

    private mutating func file(
        spot sample: Reading, of minute: OpenMinute, heard: Instant?, _ transaction: inout IntakeTransaction
    ) throws {
        var spot = sample
        spot.isContinuous = false
        spot.marks.append("settled")
        let identity = ReadingIdentity(of: spot, from: minute.record.device, in: minute.time, isSpot: true)
        guard try transaction.stored(identity) == nil else { return }
        let judgement = try Judgement(
            spot, of: minute.record.device, heard: heard, arrived: arrived.wall, isSynchronised: arrived.isSynchronised, isRetained: false,
            in: place, transaction)
        let record = ReadingRecord(
            device: minute.record.device, reading: spot, identity: identity, measuredAt: judgement.measuredAt,
            quarantine: judgement.quarantine, heard: heard, clockAhead: judgement.clockAhead)
        try append(record, of: minute, transaction)
    }

    /// Files a summary, or what goes along with it.
    /// - Returns: the reading of another source that tells of the same minute, where there is one.
    private mutating func file(
        _ reading: Reading, of minute: OpenMinute, _ transaction: inout IntakeTransaction, _ state: inout Intake.State
    ) throws -> Int64? {
        let frame = minute.record
        let own = ReadingIdentity(of: reading, from: frame.device, in: minute.time)
        var record = ReadingRecord(device: frame.device, reading: reading, identity: own, measuredAt: nil)
        if let earlier = try transaction.standing(under: own).last {
            if earlier.origin.frame == minute.row {
                guard earlier.reading != reading else { return nil }
                record.revision = try transaction.lastRevision(of: own) + 1
            } else if earlier.origin.source != frame.source || reading.summary == nil {
                // Two radios that hear one device: who told the minute first has told it.
                tell(.duplicate(frame.device, own))
                return earlier.id
            } else {
                let standing = try transaction.standing(of: reading.values, under: own)
                guard standing.recurrence == .conflict else { return earlier.id }
                (record.identity, record.revision, record.conflictOf) = (standing.identity, standing.revision, standing.earlier)
            }
        }
        let heard = reading.summary != nil && minute.isHeard ? minute.minute : nil
        let judgement = try Judgement(
            reading, of: frame.device, heard: heard, arrived: reading.summary == nil ? frame.arrivedAt : minute.arrivedAt,
            isSynchronised: frame.isDated, isRetained: false, in: place, transaction)
        (record.measuredAt, record.quarantine, record.heard) = (judgement.measuredAt, judgement.quarantine, heard)
        try append(record, of: minute, transaction)
        guard reading.summary == nil, record.quarantine == nil, let measuredAt = record.measuredAt else { return nil }
        for alarm in state.watch.take(reading, record.identity, from: frame.device, measuredAt: measuredAt) {
            try transaction.append(alarm, at: arrived.wall)
            tell(.alarm(alarm))
        }
        return nil
    }

    private mutating func append(
        _ record: ReadingRecord, of minute: OpenMinute, _ transaction: borrowing IntakeTransaction
    ) throws {
        try transaction.append(record, of: minute.row, at: arrived.wall)
        let told = FiledReading(record, profile: minute.record.profile ?? "", arrived: minute.record.arrivedAt, isRetained: false)
        if let quarantine = record.quarantine {
            tell(.quarantined(told, code: quarantine.code, detail: quarantine.detail))
        } else {
            tell(.reading(told))
        }
    }
}
