/// Why nobody should believe what a reading says. Such a reading is quarantined: kept, shown, not passed on unless a person
/// releases it.
package enum Implausible: Hashable, Sendable {
    /// No living person shows this.
    case beyond(Reading.Value)
    /// No living person shows this, but with another unit it would be common.
    case unitMistaken(Reading.Value, likely: Unit)
    /// The heart fills below the pressure at which it beats: the values were taken for one another.
    case pressuresCrossed(systolic: Reading.Value, diastolic: Reading.Value)
    /// A mean lies between the two that it is the mean of.
    case meanOutside(Reading.Value, systolic: Reading.Value, diastolic: Reading.Value)

    package var code: String {
        switch self {
        case .beyond: "implausible-value"
        case .unitMistaken: "unit-mistaken"
        case .pressuresCrossed: "pressures-crossed"
        case .meanOutside: "mean-outside"
        }
    }

    package var detail: String {
        func said(_ value: Reading.Value) -> String { "\(value.name) \(value.reported.text)" }
        func range(_ value: Reading.Value) -> String {
            let plausible = value.vital.plausible
            return "a living person shows \(plausible.lowerBound.text) to \(plausible.upperBound.text) \(value.vital.unit.rawValue)"
        }
        return switch self {
        case .beyond(let value): "\(said(value)): \(range(value))"
        case .unitMistaken(let value, let likely):
            "\(said(value)): \(range(value)), and \(value.reported.value.text) \(likely.rawValue) would be common. Look at the unit"
        case .pressuresCrossed(let systolic, let diastolic): "\(said(diastolic)) is not below \(said(systolic))"
        case .meanOutside(let mean, let systolic, let diastolic):
            "\(said(mean)) is not between \(said(diastolic)) and \(said(systolic))"
        }
    }
}

extension Reading {
    /// The first thing about it that cannot be; nil where all can.
    package var implausible: Implausible? {
        if let value = values.first(where: { !$0.isPlausible }) {
            return value.commonUnit.map { .unitMistaken(value, likely: $0) } ?? .beyond(value)
        }
        guard let systolic = value("systolic"), let diastolic = value("diastolic") else { return nil }
        let (high, low) = (systolic.canonical.value, diastolic.canonical.value)
        guard low < high else { return .pressuresCrossed(systolic: systolic, diastolic: diastolic) }
        guard let mean = value("mean") else { return nil }
        let middle = mean.canonical.value
        return low <= middle && middle <= high ? nil : .meanOutside(mean, systolic: systolic, diastolic: diastolic)
    }
}

extension Reading.Value {
    /// The one other unit of this vital in which the same number is what a living person shows; nil where there is none, or
    /// more than one.
    fileprivate var commonUnit: Unit? {
        let units = Unit.allCases.filter { unit in
            guard unit != reported.unit, Quantity.canConvert(unit, for: vital) else { return false }
            return Reading.Value(name, Quantity(reported.value, unit), vital).isPlausible
        }
        return units.count == 1 ? units[0] : nil
    }
}
