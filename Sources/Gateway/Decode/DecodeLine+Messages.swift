import DeviceProfiles
import ExactJSON
import Readings

/// What a message of a bridge says, put together from all of its elements.
struct MessageAnswer {
    struct Told {
        var device: DeviceID?
        var reading: Reading
        var receivedAt: Instant?
    }

    private(set) var profiles: [String] = []
    private(set) var outcomes: [DecodeOutcome] = []
    private(set) var readings: [Told] = []
    private var summaries: [Decoding.Summary] = []

    init(_ items: [RelayedItem], _ relay: Profile, by profiles: ProfileSet, forced: Profile?, key: [UInt8]?) {
        var joins: [DeviceID: MessageJoin] = [:]
        for item in items {
            switch item {
            case .refused(let bad):
                summaries.append(Decoding.Summary(outcome: "bad-input", code: bad.code.rawValue, detail: bad.detail))
            case .observation(let seen, let decoded):
                let decoding = Decoding(seen, by: profiles, forced: forced, key: key)
                if case .noProfile = decoding.answer, !decoded.isEmpty, let device = seen.address {
                    decoded.forEach { add($0, of: device, relay) }
                } else {
                    add(decoding, of: seen.address)
                }
            case .decoded(let device, let decoded): decoded.forEach { add($0, of: device, relay) }
            case .part(let part):
                for result in relay.join(part, into: &joins[part.device], at: 0, isRetained: false).results {
                    add(result.outcome, of: part.device, relay)
                }
            }
        }
    }

    private mutating func add(_ outcome: DecodeOutcome, of device: DeviceID, _ relay: Profile) {
        name(relay)
        outcomes.append(outcome)
        guard case .readings(let found) = outcome else {
            summaries.append(Decoding.Summary(outcome: outcome.name, code: outcome.code, detail: outcome.detail))
            return
        }
        readings += found.map { Told(device: device, reading: $0) }
    }

    private mutating func add(_ decoding: Decoding, of device: DeviceID?) {
        if case .profile(let profile) = decoding.answer { name(profile) }
        outcomes += decoding.items.map(\.outcome)
        readings += decoding.readings.map { Told(device: device, reading: $0.reading, receivedAt: $0.receivedAt) }
        if decoding.readings.isEmpty { summaries.append(decoding.summary) }
    }

    private mutating func name(_ profile: Profile) {
        if !profiles.contains(profile.name) { profiles.append(profile.name) }
    }

    /// `readings` if there is one, else the worst that happened.
    var summary: Decoding.Summary {
        guard readings.isEmpty else { return Decoding.Summary(outcome: "readings") }
        for word in ["no-profile", "ambiguous", "bad-input", "rejected", "incomplete", "ignored", "waiting"] {
            if let summary = summaries.first(where: { $0.outcome == word }) { return summary }
        }
        let nothing = DecodeOutcome.nothingToDecode
        return Decoding.Summary(outcome: nothing.name, code: nothing.code, detail: "nothing in it that this format reads")
    }
}
