/// One observable thing about a body, with the codes under which the rest of the world knows it.
package struct Vital: Sendable, Hashable, Identifiable {
    /// The word in configuration, topics and tables, e.g. `blood-pressure.systolic`.
    package let id: String
    package let display: String
    /// LOINC code; nil where there is none.
    package let loinc: String?
    /// LOINC code of the same told in moles (mmol/L; mmol/mol of hba1c). Never to be sent with a value in the canonical unit.
    package let molarLOINC: String?
    /// ISO/IEEE 11073-10101 code, partition · 65536 + term; nil where there is none.
    package let mdc: Int?
    /// The canonical unit: `loinc` and `mdc` are said of values in it.
    package let unit: Unit
    /// Decimals that mean something in the canonical unit.
    package let precision: Int
    /// What is weighed or counted, where that decides how units convert.
    package let substance: Substance?
    /// What a living person can show, in the canonical unit. Beyond it a value is quarantined, not believed.
    package let plausible: ClosedRange<ExactDecimal>

    init(
        _ id: String, _ display: String, loinc: String? = nil, molar: String? = nil, mdc: Int? = nil, in unit: Unit,
        precision: Int, of substance: Substance? = nil, plausible: (String, String)
    ) {
        self.id = id
        self.display = display
        self.loinc = loinc
        self.molarLOINC = molar
        self.mdc = mdc
        self.unit = unit
        self.precision = precision
        self.substance = substance
        // The literals in the table are plain decimals; a typing error in them stops the first test that touches it.
        self.plausible = ExactDecimal(plausible.0)!...ExactDecimal(plausible.1)!
    }

    package static func == (left: Vital, right: Vital) -> Bool { left.id == right.id }
    package func hash(into hasher: inout Hasher) { hasher.combine(id) }
}
