import Readings

/// Decides whose a reading is: the rules of its device first, then its slot, then its weight.
package struct Household: Sendable, Hashable {
    private let rules: [DeviceID: [OwnershipRule]]
    /// Under whose name no reading may stand. They are told apart from others all the same.
    package let withdrawn: Set<PersonID>

    package init(rules: [OwnershipRule] = [], withdrawn: Set<PersonID> = []) {
        self.rules = Dictionary(grouping: rules, by: \.device)
        self.withdrawn = withdrawn
    }

    /// Whether anybody has said anything of a device.
    package func knows(_ device: DeviceID) -> Bool { rules[device] != nil }

    /// How sure the weight must be of one person.
    package static let certainty = 0.99
    /// How often somebody else steps on the scale of a household.
    static let strangers = 0.02
    /// A stranger may weigh anything from 5 to 200 kg: so likely is each kilogram.
    static let stranger = 1.0 / 195

    /// - Parameters:
    ///   - measuredAt: nil where nobody can say when it was measured.
    ///   - arrived: when it was heard of.
    ///   - weights: what is known of a person's weight about a moment. Asked only for weights of shared scales.
    package func attribution<Failure: Error>(
        of reading: Reading, from device: DeviceID, measuredAt: MeasuredAt?, arrived: Instant,
        weights: (PersonID, Instant) throws(Failure) -> WeightHistory
    ) throws(Failure) -> Attribution {
        let owner: OwnershipRule.Owner
        let isOfSlot: Bool
        switch claim(on: reading, from: device, measuredAt: measuredAt, arrived: arrived) {
        case .failure(let doubt): return .unassigned(doubt.doubt)
        case .success(let claim): (owner, isOfSlot) = (claim.owner, claim.isOfSlot)
        }
        switch owner {
        case .nobody: return .nobody
        case .person(let person): return consented(.person(person, isOfSlot ? .slot : .device))
        case .oneOf(let persons):
            return consented(try byWeight(of: reading, measuredAt: measuredAt, among: persons, weights))
        }
    }

    private func consented(_ attribution: Attribution) -> Attribution {
        attribution.person.map(withdrawn.contains) == true ? .unassigned(.noConsent) : attribution
    }

    // MARK: Rules

    private struct Claim {
        var owner: OwnershipRule.Owner
        var isOfSlot: Bool
    }

    private struct Refusal: Error { var doubt: Attribution.Doubt }

    private func claim(
        on reading: Reading, from device: DeviceID, measuredAt: MeasuredAt?, arrived: Instant
    ) -> Result<Claim, Refusal> {
        guard let own = rules[device] else { return .failure(Refusal(doubt: .noRule)) }
        guard own.contains(where: \.isForSomeDays) else { return claim(by: own, on: reading) }
        guard let measuredAt, measuredAt.quality.namesTheDay else { return .failure(Refusal(doubt: .uncertainTime)) }
        let then = claim(by: own.filter { $0.holds(at: measuredAt.instant) }, on: reading)
        // A device that changed hands holds records of both, and its clock, which nobody has measured, may name the wrong one.
        if measuredAt.quality == .device || measuredAt.doubt != nil, case .success(let claim) = then {
            guard case .success(let now) = self.claim(by: own.filter({ $0.holds(at: arrived) }), on: reading), now.owner == claim.owner
            else { return .failure(Refusal(doubt: .uncertainTime)) }
        }
        return then
    }

    /// - Parameter holding: the rules of the device that hold at one moment.
    private func claim(by holding: [OwnershipRule], on reading: Reading) -> Result<Claim, Refusal> {
        let ofSlot = holding.filter { $0.slot != nil && $0.slot == reading.user }
        // Where slots have owners, what stands in another slot is somebody else's, whoever owns the device.
        let isOtherSlot = ofSlot.isEmpty && reading.user != nil && holding.contains { $0.slot != nil }
        let candidates = ofSlot.isEmpty ? holding.filter { $0.slot == nil } : ofSlot
        guard !isOtherSlot else { return .failure(Refusal(doubt: .unknownSlot)) }
        // A rule for some days beats the one for always.
        let chosen = candidates.contains(where: \.isForSomeDays) ? candidates.filter(\.isForSomeDays) : candidates
        guard let first = chosen.first else { return .failure(Refusal(doubt: .noRule)) }
        guard chosen.allSatisfy({ $0.owner == first.owner }) else { return .failure(Refusal(doubt: .contradiction)) }
        return .success(Claim(owner: first.owner, isOfSlot: !ofSlot.isEmpty))
    }

    // MARK: Weights

    private func byWeight<Failure: Error>(
        of reading: Reading, measuredAt: MeasuredAt?, among persons: Set<PersonID>,
        _ weights: (PersonID, Instant) throws(Failure) -> WeightHistory
    ) throws(Failure) -> Attribution {
        guard let weight = reading.weight else { return .unassigned(.noWeight) }
        guard let measuredAt, measuredAt.quality.namesTheDay else { return .unassigned(.uncertainTime) }
        let share = (1 - Household.strangers) / Double(max(1, persons.count))
        var likelihoods: [PersonID: Double] = [:]
        var all = Household.strangers * Household.stranger
        for person in persons.sorted() {
            let known = try weights(person, measuredAt.instant).likelihood(of: weight, at: measuredAt.instant)
            // Of whom nothing is known may weigh anything, as a stranger does; but nothing is given to them for that.
            let likelihood = share * (known ?? Household.stranger)
            if known != nil { likelihoods[person] = likelihood }
            all += likelihood
        }
        guard let (best, likelihood) = likelihoods.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }) else {
            return .unassigned(.noHistory)
        }
        let confidence = likelihood / all
        guard confidence >= Household.certainty else {
            let known = likelihoods.values.reduce(0, +)
            return .unassigned(known / all >= Household.certainty ? .severalNear : .nobodyNear)
        }
        return .person(best, .weight(permille: Int(confidence * 1000)))
    }
}

extension TimeQuality {
    /// Whether the day of the measurement is certain enough to ask who it was on that day.
    var namesTheDay: Bool {
        switch self {
        case .device, .corrected, .arrival: true
        case .unset, .unsynced: false
        }
    }
}

extension Reading {
    /// The body weight in kilograms, where it is one.
    package var weight: Double? {
        guard kind == .bodyWeight || kind == .bodyComposition, let value = value("weight") else { return nil }
        return Double(value.canonical.value.text)
    }
}
