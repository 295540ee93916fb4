import Readings

/// Decides whose a reading is: the rules of its device first, then its slot, then its weight.
package struct Household: Sendable {
    package var rules: [OwnershipRule]
    package var histories: [PersonID: WeightHistory]

    package init(rules: [OwnershipRule], histories: [PersonID: WeightHistory] = [:]) {
        self.rules = rules
        self.histories = histories
    }

    /// How sure the weight must be of one person.
    package static let certainty = 0.99
    /// How often somebody else steps on the scale of a household.
    static let strangers = 0.02
    /// A stranger may weigh anything from 5 to 200 kg: so likely is each kilogram.
    static let stranger = 1.0 / 195

    /// - Parameter measuredAt: nil where nobody can say when it was measured.
    package func attribution(of reading: Reading, from device: DeviceID, measuredAt: MeasuredAt?) -> Attribution {
        let own = rules.filter { $0.device == device }
        guard !own.isEmpty else { return .unassigned(.noRule) }
        let ofSlot = own.filter { $0.slot != nil && $0.slot == reading.user }
        let ofDevice = own.filter { $0.slot == nil }
        // Where slots have owners, what stands in another slot is somebody else's, whoever owns the device.
        let isOtherSlot = reading.user != nil && own.contains { $0.slot != nil }
        let candidates = ofSlot.isEmpty ? (isOtherSlot ? [] : ofDevice) : ofSlot
        guard !candidates.isEmpty else { return .unassigned(isOtherSlot ? .unknownSlot : .noRule) }

        let holding: [OwnershipRule]
        if candidates.contains(where: \.isForSomeDays) {
            guard let measuredAt, measuredAt.quality.namesTheDay else { return .unassigned(.uncertainTime) }
            holding = candidates.filter { $0.holds(at: measuredAt.instant) }
        } else {
            holding = candidates
        }
        // A rule for some days beats the one for always.
        let chosen = holding.contains(where: \.isForSomeDays) ? holding.filter(\.isForSomeDays) : holding
        guard let first = chosen.first else { return .unassigned(.noRule) }
        guard chosen.allSatisfy({ $0.owner == first.owner }) else { return .unassigned(.contradiction) }
        switch first.owner {
        case .nobody: return .nobody
        case .person(let person): return .person(person, ofSlot.isEmpty ? .device : .slot)
        case .oneOf(let persons): return byWeight(of: reading, measuredAt: measuredAt, among: persons)
        }
    }

    private func byWeight(of reading: Reading, measuredAt: MeasuredAt?, among persons: Set<PersonID>) -> Attribution {
        guard let weight = reading.weight else { return .unassigned(.noWeight) }
        guard let measuredAt, measuredAt.quality.namesTheDay else { return .unassigned(.uncertainTime) }
        let share = (1 - Household.strangers) / Double(max(1, persons.count))
        var likelihoods: [PersonID: Double] = [:]
        var all = Household.strangers * Household.stranger
        var isAnyKnown = false
        for person in persons.sorted() {
            let known = histories[person]?.likelihood(of: weight, at: measuredAt.instant)
            isAnyKnown = isAnyKnown || known != nil
            // Of whom nothing is known may weigh anything, as a stranger does; but nothing is given to them for that.
            let likelihood = share * (known ?? Household.stranger)
            if known != nil { likelihoods[person] = likelihood }
            all += likelihood
        }
        guard isAnyKnown, let (best, likelihood) = likelihoods.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }) else {
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
