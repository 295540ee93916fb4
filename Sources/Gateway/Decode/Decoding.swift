import DeviceProfiles
import Readings

/// What became of one observation: who answered for it, and what each of its items became.
package struct Decoding: Sendable {
    package enum Answer: Sendable {
        case profile(Profile)
        case noProfile
        case ambiguous([Profile])

        package init(to seen: Observation, by profiles: ProfileSet, forced: Profile? = nil) {
            switch forced.map({ ProfileSet.Match.profile($0) }) ?? profiles.match(seen) {
            case .profile(let profile): self = .profile(profile)
            case .none: self = .noProfile
            case .ambiguous(let profiles): self = .ambiguous(profiles)
            }
        }

        /// Why there is no profile to answer; nil where there is one.
        package var refusal: Summary? {
            switch self {
            case .profile: return nil
            case .noProfile: return Summary(outcome: "no-profile", code: "no-profile", detail: "no profile claims this device")
            case .ambiguous(let profiles):
                let names = profiles.map(\.name).joined(separator: " and ")
                return Summary(outcome: "ambiguous", code: "ambiguous", detail: "claimed by \(names); give one of them, or mend their match")
            }
        }
    }

    package struct Item: Sendable {
        package var item: Observation.Item
        package var outcome: DecodeOutcome
    }

    package var answer: Answer
    package var items: [Item]

    /// Offers an observation to the one profile that claims it, or to `forced`.
    /// - Parameter key: the device's bind key.
    package init(_ seen: Observation, by profiles: ProfileSet, forced: Profile? = nil, key: [UInt8]? = nil) {
        switch Answer(to: seen, by: profiles, forced: forced) {
        case .profile(let profile): self.init(seen, by: profile, beside: profiles, key: key)
        case let answer: self.init(answer: answer, items: [])
        }
    }

    /// All that was heard, in its order, as if nothing came before it or after.
    /// - Parameter profiles: those among which one may be common to all devices, and read what `profile` does not know.
    package init(_ seen: Observation, by profile: Profile, beside profiles: ProfileSet? = nil, key: [UInt8]? = nil) {
        answer = .profile(profile)
        items = []
        var assembly = Assembly(of: profile)
        var places: [Assembly.Ticket: Int] = [:]
        var now: Int64?
        for item in seen.items {
            // Relays' clocks may step back; what is overdue stays so.
            if let heard = item.receivedAt?.milliseconds { now = max(now ?? heard, heard) }
            if let reader = profiles?.reader(of: item.content, for: profile), reader !== profile {
                items.append(Item(item: item, outcome: reader.decode(item.content)))
                continue
            }
            let step = assembly.take(item.content, of: seen.address, key: key, at: item.receivedAt == nil ? nil : now)
            settle(step.settled, places)
            for ticket in step.outcomes.compactMap(\.ticket) { places[ticket] = items.count }
            items.append(Item(item: item, outcome: DecodeOutcome(step.outcomes.map(\.outcome))))
        }
        settle(assembly.finish(), places)
    }

    private init(answer: Answer, items: [Item]) {
        self.answer = answer
        self.items = items
    }

    /// Writes the ends of frames that waited where they stand.
    private mutating func settle(_ ends: [Assembly.Settled], _ places: [Assembly.Ticket: Int]) {
        for end in ends {
            guard let place = places[end.ticket] else { continue }
            let known = items[place].outcome
            items[place].outcome = known.readings.isEmpty ? end.outcome : DecodeOutcome([known, end.outcome])
        }
    }

    package var readings: [(reading: Reading, receivedAt: Instant?)] {
        items.flatMap { item -> [(reading: Reading, receivedAt: Instant?)] in
            guard case .readings(let readings) = item.outcome else { return [] }
            return readings.map { ($0, item.item.receivedAt) }
        }
    }

    /// The one word for all of it: `readings` if there is one, else the worst that happened.
    package var summary: Summary {
        if let refusal = answer.refusal { return refusal }
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

    package struct Summary: Sendable {
        package var outcome: String
        package var code: String?
        package var detail: String?
    }
}
