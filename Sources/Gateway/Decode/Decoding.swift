import DeviceProfiles
import Readings

/// What became of one observation: who answered for it, and what each of its items became.
package struct Decoding: Sendable {
    package enum Answer: Sendable {
        case profile(Profile)
        case noProfile
        case ambiguous([Profile])
    }

    package struct Item: Sendable {
        package var item: Observation.Item
        package var outcome: DecodeOutcome
    }

    package var answer: Answer
    package var items: [Item]

    /// Offers an observation to the one profile that claims it, or to `forced`.
    package init(_ seen: Observation, by profiles: ProfileSet, forced: Profile? = nil) {
        let match = forced.map { ProfileSet.Match.profile($0) } ?? profiles.match(seen)
        switch match {
        case .profile(let profile):
            self.init(seen, by: profile)
            readBeside(profiles)
        case .none: self.init(answer: .noProfile, items: [])
        case .ambiguous(let profiles): self.init(answer: .ambiguous(profiles), items: [])
        }
    }

    /// What the device's own profile does not know is read by the one that is common to all devices, if that does.
    private mutating func readBeside(_ profiles: ProfileSet) {
        for index in items.indices where items[index].outcome == .nothingToDecode {
            guard let common = profiles.common(for: items[index].item.content) else { continue }
            items[index].outcome = common.decode(items[index].item.content)
        }
    }

    package init(_ seen: Observation, by profile: Profile) {
        let items = seen.items.map { Item(item: $0, outcome: profile.decode($0.content)) }
        self.init(answer: .profile(profile), items: items)
    }

    private init(answer: Answer, items: [Item]) {
        self.answer = answer
        self.items = items
    }

    package var readings: [(reading: Reading, receivedAt: Instant?)] {
        items.flatMap { item -> [(reading: Reading, receivedAt: Instant?)] in
            guard case .readings(let readings) = item.outcome else { return [] }
            return readings.map { ($0, item.item.receivedAt) }
        }
    }

    /// The one word for all of it: `readings` if there is one, else the worst that happened.
    package var summary: Summary {
        switch answer {
        case .noProfile:
            return Summary(outcome: "no-profile", code: "no-profile", detail: "no profile claims this device")
        case .ambiguous(let profiles):
            let names = profiles.map(\.name).joined(separator: " and ")
            return Summary(outcome: "ambiguous", code: "ambiguous", detail: "claimed by \(names); give one of them, or mend their match")
        case .profile:
            guard readings.isEmpty else { return Summary(outcome: "readings") }
            let worstFirst = ["rejected", "incomplete", "ignored", "waiting"]
            let outcomes = items.map(\.outcome)
            for word in worstFirst {
                if let outcome = outcomes.first(where: { $0.name == word }) {
                    return Summary(outcome: word, code: outcome.code, detail: outcome.detail)
                }
            }
            let nothing = DecodeOutcome.nothingToDecode
            return Summary(outcome: nothing.name, code: nothing.code, detail: "no frame and no advertised data in it")
        }
    }

    package struct Summary: Sendable {
        package var outcome: String
        package var code: String?
        package var detail: String?
    }
}
