/// When a glucose was measured, as a person tells the meter: a mark of the reading, with the codes it has elsewhere.
package enum MealContext: String, Sendable, Hashable, CaseIterable {
    case beforeMeal = "before-meal"
    case afterMeal = "after-meal"
    case fasting
    case casual
    case bedtime

    /// ISO/IEEE 11073-10101, a value of metric 8417864. None for bedtime: public lists contradict each other (29300, 29261).
    package var mdc: Int? {
        switch self {
        case .beforeMeal: 8_417_868
        case .afterMeal: 8_417_872
        case .fasting: 8_417_876
        case .casual: 8_417_880
        case .bedtime: nil
        }
    }

    /// The LOINC code of a glucose in this context. 88365-2 is *before a meal*, though it is often used for fasting;
    /// the only one found for fasting, 14770-2, is of moles per litre.
    package var loinc: String? {
        switch self {
        case .beforeMeal: "88365-2"
        case .afterMeal: "87422-2"
        case .fasting, .casual, .bedtime: nil
        }
    }

    package var molarLOINC: String? { self == .fasting ? "14770-2" : nil }
}
