/// Something that damage of the file has cost.
package struct Loss: Sendable, Hashable {
    /// A table; `items` that a source had brought; `revisions` of a reading.
    package var what: String
    /// The source, or the identity.
    package var name: String?
    /// The numbers of rows between which nothing could be read, both included.
    package var rows: ClosedRange<Int64>?
    /// nil where nobody can tell.
    package var count: Int?

    package init(_ what: String, name: String? = nil, rows: ClosedRange<Int64>? = nil, count: Int?) {
        self.what = what
        self.name = name
        self.rows = rows
        self.count = count
    }

    /// From `what, name, first, last, count`.
    init(_ row: Statement) {
        what = row.text()
        name = row.optionalText()
        let (first, last) = (row.optionalInteger(), row.optionalInteger())
        rows = first.flatMap { first in last.flatMap { first <= $0 ? first...$0 : nil } }
        count = row.optionalInteger().map { Int($0) }
    }

    /// In words, and none of them of a person or a device.
    package var text: String {
        let number = count.map(String.init) ?? "an unknown number"
        let place = rows.map { $0.count == 1 ? " (number \($0.lowerBound))" : " (numbers \($0.lowerBound) to \($0.upperBound))" } ?? ""
        switch what {
        case "items": return "\(number) received from \(name ?? "a source")"
        case "transactions": return "at least \(number) of the last transactions, and what came with them"
        case "untold": return "the place of a reading or an alarm among what sinks were told"
        case "revisions": return "\(number) earlier or later form(s) of a reading"
        default: return "\(number) of \(what)\(place)"
        }
    }
}

/// What became of a damaged file.
package struct SalvageReport: Sendable, Hashable {
    /// Why it was given up.
    package var reason: String
    /// Where the damaged file is now.
    package var file: String
    /// Rows that were kept, by table, in the order of the schema.
    package var kept: [Kept]
    package var losses: [Loss]
    /// Tables of which rows came from the spare copy.
    package var fromSpare: [String]
    /// What does not add up in the new file. Empty, if we are any good.
    package var differences: [String]

    package struct Kept: Sendable, Hashable {
        package var table: String
        package var count: Int
    }

    package init(
        reason: String, file: String, kept: [Kept], losses: [Loss], fromSpare: [String], differences: [String]
    ) {
        (self.reason, self.file, self.kept) = (reason, file, kept)
        (self.losses, self.fromSpare, self.differences) = (losses, fromSpare, differences)
    }

    /// One sentence for each thing that is gone; of a table one for all.
    package var sentences: [String] { losses.isEmpty ? ["nothing is lost"] : SalvageReport.sentences(of: losses) }

    package static func sentences(of losses: [Loss]) -> [String] {
        var tables: [String] = []
        for loss in losses where !tables.contains(loss.what) { tables.append(loss.what) }
        return tables.flatMap { table -> [String] in
            let own = losses.filter { $0.what == table }
            guard own.count > 3 else { return own.map(\.text) }
            let counts = own.map(\.count)
            let sum = counts.contains(nil) ? nil : counts.compactMap(\.self).reduce(0, +)
            let (first, last) = (own.compactMap { $0.rows?.lowerBound }.min(), own.compactMap { $0.rows?.upperBound }.max())
            let rows = first.flatMap { first in last.map { first...$0 } }
            if table == "untold" { return ["the places of \(own.count) among what sinks were told"] }
            if table == "revisions" { return ["\(sum ?? 0) earlier or later forms of \(own.count) readings"] }
            return [Loss(table, rows: nil, count: sum).text + (rows.map { ", here and there from number \($0.lowerBound) to \($0.upperBound)" } ?? "")]
        }
    }
}
