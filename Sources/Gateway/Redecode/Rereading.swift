import DeviceProfiles
import Readings
import Store

/// Offers stored frames to a profile again, in the order in which they came, and tells what each becomes.
struct Rereading {
    /// What one frame becomes; or why nobody can say.
    enum Result: Sendable {
        case outcome(DecodeOutcome, heard: Instant?)
        /// It is left as it is.
        case untouched(String)
    }

    private struct Held {
        var frame: StoredFrame
        var known: DecodeOutcome
        var heard: Instant?
    }

    private let profiles: ProfileSet
    private let profile: Profile
    private var assemblies: [DeviceID: Assembly] = [:]
    private var held: [DeviceID: [Assembly.Ticket: Held]] = [:]
    /// When the latest frame of a device arrived whose bytes are gone.
    private var lastThinned: [DeviceID: Instant] = [:]

    init(by profile: Profile, among profiles: ProfileSet) {
        self.profile = profile
        self.profiles = profiles
    }

    /// The frames whose end is known now: this one, and those that waited for it.
    mutating func take(_ frame: StoredFrame) -> [(StoredFrame, Result)] {
        if frame.thinned != nil {
            lastThinned[frame.record.device] = frame.record.arrivedAt
            return [(frame, .untouched(Rereading.thinned))]
        }
        if let minute = frame.record.minute { return [(frame, summaries(of: frame, minute))] }
        switch unit(of: frame) {
        case .failure(let reason): return [(frame, .untouched(reason.text))]
        case .success(.outcome(let outcome)): return [(frame, .outcome(outcome, heard: nil))]
        case .success(.item(let item)):
            guard profile.remembers else { return [(frame, .outcome(profile.decode(item.content), heard: item.receivedAt))] }
            if let gone = lastThinned[frame.record.device], frame.record.arrivedAt.milliseconds - gone.milliseconds < Rereading.partsWithin {
                return [(frame, .untouched(Rereading.besideThinned))]
            }
            return take(item, frame)
        }
    }

    static let thinned = "its bytes are gone"
    /// By itself it would say less than it did.
    static let besideThinned = "perhaps a part of one whose bytes are gone"
    /// Milliseconds; far longer than a device takes to tell what belongs together.
    private static let partsWithin: Int64 = 3_600_000

    /// What a minute of a stream says by the profile as it is now.
    private func summaries(of frame: StoredFrame, _ began: Instant) -> Result {
        var minute = OpenMinute(row: frame.id, record: frame.record, minute: began, pieces: 0, due: 0, last: 0)
        minute.replay(frame.record.body, by: profile, key: nil) { _, _ in }
        let sealed = [DecodeFailure.noKey, .wrongKey].map(\.code)
        guard minute.tally.dropped.keys.allSatisfy({ !sealed.contains($0) }) else { return .untouched("encrypted, and its key is not known here") }
        let summaries = minute.tally.readings.filter { $0.summary != nil }
        return .outcome(summaries.isEmpty ? .nothingToDecode : .readings(summaries), heard: minute.isHeard ? began : nil)
    }

    /// The ends of all that still waits.
    mutating func finish() -> [(StoredFrame, Result)] {
        var ends: [(StoredFrame, Result)] = []
        for (device, var assembly) in assemblies { ends += end(assembly.finish(), of: device) }
        assemblies = [:]
        return ends
    }

    private mutating func take(_ item: Observation.Item, _ frame: StoredFrame) -> [(StoredFrame, Result)] {
        let device = frame.record.device
        var assembly = assemblies[device] ?? Assembly(of: profile)
        let step = assembly.take(item.content, of: device, at: frame.record.arrivedAt.milliseconds)
        assemblies[device] = assembly
        var ends = end(step.settled, of: device)
        for (ticket, _) in step.joined {
            if let part = held[device]?.removeValue(forKey: ticket) { ends.append((part.frame, .untouched(Rereading.joined))) }
        }
        let outcome = DecodeOutcome(step.outcomes.map(\.outcome))
        let tickets = step.outcomes.compactMap(\.ticket)
        guard !tickets.isEmpty else { return ends + [(frame, .outcome(outcome, heard: item.receivedAt))] }
        for ticket in tickets { held[device, default: [:]][ticket] = Held(frame: frame, known: outcome, heard: item.receivedAt) }
        return ends
    }

    private mutating func end(_ settled: [Assembly.Settled], of device: DeviceID) -> [(StoredFrame, Result)] {
        var ends: [(StoredFrame, Result)] = []
        for end in settled {
            for ticket in end.earlier {
                if let part = held[device]?.removeValue(forKey: ticket) { ends.append((part.frame, .untouched(Rereading.joined))) }
            }
            guard var one = held[device]?.removeValue(forKey: end.ticket) else { continue }
            one.known = one.known.readings.isEmpty ? end.outcome : DecodeOutcome([one.known, end.outcome])
            let others = held[device]?.filter { $0.value.frame.id == one.frame.id }.keys.sorted() ?? []
            // One frame may wait for several things: it ends with the last of them.
            guard others.isEmpty else {
                for ticket in others { held[device]?[ticket]?.known = one.known }
                continue
            }
            ends.append((one.frame, .outcome(one.known, heard: one.heard)))
        }
        return ends
    }

    static let joined = "part of what another frame says"

    private enum Unit {
        case item(Observation.Item)
        /// A bridge decoded it.
        case outcome(DecodeOutcome)
    }

    private struct Reason: Error { var text: String }

    /// What of its message this frame is.
    private func unit(of frame: StoredFrame) -> Swift.Result<Unit, Reason> {
        let record = frame.record
        // This machine's own radio keeps each frame by itself.
        if record.format == RadioFrame.format {
            guard let item = RadioFrame.observation(in: record.body)?.items.first else {
                return .failure(Reason(text: "it is not as the radio stores frames"))
            }
            return .success(.item(item))
        }
        guard let format = profiles[record.format] else { return .failure(Reason(text: "there is no format \(record.format) any more")) }
        guard let said = try? format.relayed(topic: record.topic ?? "", payload: record.body) else {
            return .failure(Reason(text: "its message is none of \(record.format) any more"))
        }
        var units: [Int: Unit] = [:]
        for (index, item) in said.enumerated() {
            switch item {
            case .observation(let seen, let decoded) where seen.address == record.device:
                if profile === format {
                    for (part, outcome) in Batch.filed(decoded).enumerated() { units[index << 16 + part] = .outcome(outcome) }
                } else {
                    for (part, item) in seen.items.enumerated() { units[index << 16 + part] = .item(item) }
                }
            case .decoded(record.device, let outcomes) where profile === format:
                for (part, outcome) in Batch.filed(outcomes).enumerated() { units[index << 16 + part] = .outcome(outcome) }
            case .part(let part) where part.device == record.device:
                return .failure(Reason(text: "joined from several messages"))
            default: break
            }
        }
        guard let place = record.place else {
            guard units.count == 1, let only = units.first else {
                return .failure(Reason(text: "one of several in its message, stored before their places were kept"))
            }
            return .success(only.value)
        }
        return units[place].map { .success($0) } ?? .success(.outcome(.nothingToDecode))
    }
}
