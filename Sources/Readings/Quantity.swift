/// A decimal with its unit, exactly as precise as the device said it.
package struct Quantity: Sendable, Hashable {
    package var value: ExactDecimal
    package var unit: Unit

    package init(_ value: ExactDecimal, _ unit: Unit) {
        self.value = value
        self.unit = unit
    }

    /// The same quantity in the vital's canonical unit, rounded half to even at the vital's precision + 2 decimals.
    ///
    /// The one place where units are converted. A value that is already canonical keeps its digits.
    /// nil where the units do not measure the same thing: profiles are refused at load for that.
    package func canonical(for vital: Vital) -> Quantity? {
        guard unit != vital.unit else { return Quantity(value.rounded(toPlaces: vital.precision + 2), unit) }
        guard let conversion = Quantity.conversion(unit, for: vital) else { return nil }
        let value = value.rescaled(
            conversion.numerator, over: conversion.denominator,
            plus: conversion.offset, places: vital.precision + 2)
        return Quantity(value, vital.unit)
    }

    /// Whether this unit can be told in the vital's canonical unit.
    package static func canConvert(_ unit: Unit, for vital: Vital) -> Bool {
        conversion(unit, for: vital) != nil
    }

    /// A mole of glucose weighs other than a mole of urate: what units alone do not say, the vital's substance does.
    private static func conversion(_ unit: Unit, for vital: Vital) -> Unit.Conversion? {
        unit.conversion(to: vital.unit) ?? vital.substance?.conversion(from: unit, to: vital.unit)
    }

    package var text: String { "\(value.text) \(unit.rawValue)" }
}
