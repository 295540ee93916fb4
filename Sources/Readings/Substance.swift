/// What a concentration or a volume is of: it decides what a mole weighs.
///
/// Sources differ in the last digits of some factors; one is chosen here, used once, and the reported value is kept beside it.
package enum Substance: Sendable, Hashable {
    case glucose
    case ketone
    case cholesterol
    case triglyceride
    case urate
    case glycatedHemoglobin
    case water

    /// How a value of this substance in `unit` becomes one in `canonical`; nil where no factor is known.
    func conversion(from unit: Unit, to canonical: Unit) -> Unit.Conversion? {
        switch (self, unit, canonical) {
        // 180.182 g/mol, as most meters and followers use it; sources differ by 0.015 %.
        case (.glucose, .millimolePerLitre, .milligramPerDecilitre),
            (.glucose, .millimolePerLitrePerMinute, .milligramPerDecilitrePerMinute):
            .init(180_182, over: 10_000)
        // Beta-hydroxybutyrate: 96.05 µmol/L per mg/dL.
        case (.ketone, .milligramPerDecilitre, .millimolePerLitre): .init(9605, over: 100_000)
        case (.ketone, .micromolePerLitre, .millimolePerLitre): .init(1, over: 1000)
        // 386.7 g/mol; the fatty acids of triglycerides vary, 885.7 g/mol is the convention.
        case (.cholesterol, .millimolePerLitre, .milligramPerDecilitre): .init(3867, over: 100)
        case (.triglyceride, .millimolePerLitre, .milligramPerDecilitre): .init(8857, over: 100)
        // 0.016811 mg/dL per µmol/L (168.11 g/mol).
        case (.urate, .micromolePerLitre, .milligramPerDecilitre): .init(16_811, over: 1_000_000)
        case (.urate, .millimolePerLitre, .milligramPerDecilitre): .init(16_811, over: 1000)
        // NGSP % = 0.09148 · IFCC mmol/mol + 2.152 (the IFCC-NGSP master equation), numbers divided by 4.
        case (.glycatedHemoglobin, .millimolePerMole, .percent): .init(2287, over: 25_000, plus: 53_800)
        // A litre of body water is told as a kilogram.
        case (.water, .litre, .kilogram): .init(1)
        default: nil
        }
    }
}
