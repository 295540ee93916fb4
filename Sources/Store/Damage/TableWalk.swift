/// Reads a table of a damaged file, around all that cannot be read.
///
/// ```
/// rows     1 ─────▶ a ╳╳╳╳╳ b ◀───── top
///                     └ halved until each number in it was read or is lost
/// ```
/// A page that is no page any more fails every statement that comes by; one with wrong bytes in the right form may show rows that
/// are out of order or out of reach: those are not believed.
struct TableWalk {
    let source: Database
    let table: Table
    /// Takes a row, of which the columns have still to be read. False where it cannot be one of ours.
    let take: (_ id: Int64?, Statement) throws(StoreFailure) -> Bool

    /// As an index says, no row has this number or a greater one: of one that has and cannot be ours nothing is believed.
    var end: Int64 = .max

    private(set) var kept = 0
    /// Numbers between readable rows that could not be read. Where rows had been deleted they are more than were lost.
    private(set) var lost: [ClosedRange<Int64>] = []
    /// Where something could not be read at first, and what was read there after all.
    private var holes: [ClosedRange<Int64>] = []
    private var read: [ClosedRange<Int64>] = []
    /// From this number on nothing can be read, and nobody can tell how much there was.
    private(set) var openEnd: Int64?
    /// Rows without numbers are missing.
    private(set) var isTorn = false

    /// A table as `PRAGMA table_xinfo` has it.
    struct Table {
        let name: String
        /// The column that tells the number of a row.
        var number = "rowid"
        /// The others, in the order in which they are selected.
        let columns: [String]
        /// Without one, rows are numbered.
        let key: [String]
        var isNumbered: Bool { key.isEmpty }
        var list: String { columns.map { "\"\($0)\"" }.joined(separator: ", ") }
    }

    /// For a table of which nobody could tell what is missing: SQLite does not find it sound.
    mutating func distrust() {
        let said = try? source.statement(composed: "PRAGMA quick_check('\(table.name)')").rows { $0.text() }
        if said != ["ok"] { isTorn = true }
    }

    var isDamaged: Bool { !lost.isEmpty || openEnd != nil || isTorn }

    init(_ table: Table, of source: Database, take: @escaping (_ id: Int64?, Statement) throws(StoreFailure) -> Bool) {
        (self.table, self.source, self.take) = (table, source, take)
    }

    /// Only what writing says is an error; what reading says is the damage that we are here for.
    mutating func run() throws(StoreFailure) {
        if table.isNumbered { try walk(above: 0) } else { try walkByKey() }
        // A damaged page may say in good order that it has no such row: what counts is what was read.
        read.sort { $0.lowerBound < $1.lowerBound }
        var next: Int64 = 0
        for hole in holes.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            next = max(next, hole.lowerBound)
            for rows in read where rows.upperBound >= next && rows.lowerBound <= hole.upperBound {
                if rows.lowerBound > next { lost.append(next...rows.lowerBound - 1) }
                next = rows.upperBound + 1
            }
            if next <= hole.upperBound { lost.append(next...hole.upperBound) }
            next = max(next, hole.upperBound + 1)
        }
        read = []
    }

    // MARK: By number

    private mutating func walk(above low: Int64) throws(StoreFailure) {
        let (last, isWhole) = try pass(above: low, below: .max, upwards: true)
        if isWhole { return }
        let (first, isReached) = try pass(above: last, below: .max, upwards: false)
        if isReached {
            if first < .max, first > last + 1 { holes.append(last + 1...first - 1) }
            return
        }
        if first < .max { return try search(above: last, below: first) }
        // Nothing can be read at the top: is there anything above the hole?
        var step: Int64 = 1
        while step < 1 << 40 {
            if let found = probe(from: last + step) {
                try search(above: last, below: found)
                // It is there, and cannot be read.
                if found == last + 1 { holes.append(found...found) }
                return try walk(above: found == last + 1 ? found : found - 1)
            }
            step *= 2
        }
        openEnd = last + 1
    }

    private mutating func search(above low: Int64, below high: Int64) throws(StoreFailure) {
        if high - low > 1 { holes.append(low + 1...high - 1) }
        try halve(above: low, below: high)
    }

    private mutating func halve(above low: Int64, below high: Int64) throws(StoreFailure) {
        guard high - low > 1 else { return }
        let (last, isWhole) = try pass(above: low, below: high, upwards: true)
        if isWhole { return }
        let (first, isReached) = try pass(above: last, below: high, upwards: false)
        if isReached || first - last <= 1 { return }
        guard first - last > 2 else { return }
        let middle = last + (first - last) / 2
        try halve(above: last, below: middle + 1)
        try halve(above: middle, below: first)
    }

    /// Reads up from `low`, or down from `high`. Returns the last number that could be read, and whether the other end was reached.
    private mutating func pass(above low: Int64, below high: Int64, upwards: Bool) throws(StoreFailure) -> (Int64, Bool) {
        var last = upwards ? low : high
        var failure: StoreFailure?
        var (kept, read, holes) = (0, self.read, self.holes)
        defer { (self.kept, self.read, self.holes) = (self.kept + kept, read, holes) }
        do throws(StoreFailure) {
            let statement = try source.statement(kept: """
                SELECT \(([table.number] + table.columns.map { "\"\($0)\"" }).joined(separator: ", ")) FROM "\(table.name)" NOT INDEXED WHERE rowid > ? AND rowid < ?
                ORDER BY rowid \(upwards ? "ASC" : "DESC")
                """)
            statement.bind(low)
            statement.bind(high)
            try statement.each { row throws(StoreFailure) in
                let id = row.integer()
                let next = upwards ? last + 1 : last - 1
                guard id > low, id < high, id == next || ((upwards ? id > last : id < last) && isInReach(id)) else { throw .damage }
                let isTaken: Bool
                do throws(StoreFailure) { isTaken = try take(id, row) } catch {
                    failure = error
                    throw error
                }
                guard isTaken || id < end else { throw .damage }
                if !isTaken {
                    holes.append(id...id)
                } else if let near = read.last, upwards ? near.upperBound == id - 1 : near.lowerBound == id + 1 {
                    read[read.count - 1] = min(near.lowerBound, id)...max(near.upperBound, id)
                } else {
                    read.append(id...id)
                }
                if isTaken { kept += 1 }
                last = id
            }
        } catch {
            if let failure { throw failure }
            return (last, false)
        }
        return (last, true)
    }

    /// Whether a row is found by its number, as it must be.
    private func isInReach(_ id: Int64) -> Bool {
        guard let statement = try? source.statement(kept: "SELECT 1 FROM \"\(table.name)\" NOT INDEXED WHERE rowid = ?") else { return false }
        statement.bind(id)
        return (try? statement.first { _ in true }) == true
    }

    private func probe(from low: Int64) -> Int64? {
        guard let statement = try? source.statement(kept: """
            SELECT rowid FROM "\(table.name)" NOT INDEXED WHERE rowid >= ? ORDER BY rowid LIMIT 1
            """) else { return nil }
        statement.bind(low)
        guard let id = (try? statement.first { $0.integer() }) ?? nil, id >= low, id < end, isInReach(id) else { return nil }
        return id
    }

    // MARK: By key

    /// From both ends. What lies between two damaged pages is not reached: such tables are small.
    private mutating func walkByKey() throws(StoreFailure) {
        let key = table.key.map { "\"\($0)\"" }
        for direction in ["ASC", "DESC"] {
            var failure: StoreFailure?
            var kept = 0
            do throws(StoreFailure) {
                let statement = try source.statement(composed: """
                    SELECT \(table.list) FROM "\(table.name)" ORDER BY \(key.map { "\($0) \(direction)" }.joined(separator: ", "))
                    """)
                try statement.each { row throws(StoreFailure) in
                    do throws(StoreFailure) {
                        if try take(nil, row) { kept += 1 } else { isTorn = true }
                    } catch {
                        failure = error
                        throw error
                    }
                }
                self.kept += kept
                return
            } catch {
                self.kept += kept
                if let failure { throw failure }
                isTorn = true
            }
        }
    }
}

extension StoreFailure {
    /// A row that cannot be where it was found.
    static let damage = StoreFailure.unreadable("rows that are out of order")
}
