import People
import Readings

/// Readings as lines of RFC 4180, one for each value.
package enum ReadingTable {
    package static let header = row([
        "person", "id", "revision", "device", "kind", "measuredAt", "timeQuality", "name", "value", "unit", "canonical", "ucum", "loinc",
    ])

    /// The lines of one reading, in the order of its values.
    package static func rows(of filed: FiledReading) -> [String] {
        filed.reading.values.map { value in
            row([
                filed.person?.description ?? "", filed.identity.description, String(filed.revision), filed.device.description,
                filed.reading.kind.rawValue, filed.measuredAt.instant.rfc3339(), filed.measuredAt.quality.rawValue, value.name,
                value.reported.value.text, value.reported.unit.rawValue, value.canonical.value.text, value.canonical.unit.ucum ?? "",
                value.vital.loinc ?? "",
            ])
        }
    }

    private static func row(_ cells: [String]) -> String { cells.map(quoted).joined(separator: ",") }

    /// A cell that begins as a formula does would be one to a spreadsheet: it stands behind an apostrophe, unless it is a number.
    private static func quoted(_ cell: String) -> String {
        let isFormula = cell.first.map("=+-@\t\r".contains) ?? false
        let text = isFormula && ExactDecimal(cell) == nil ? "'" + cell : cell
        guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
