import CSQLite
import Readings

/// One prepared statement. Parameters are bound, and columns are read, in the order in which they stand in the SQL.
///
/// Text and bytes are copied once, into memory that the statement owns and uses again; that saves SQLite an allocation
/// for every parameter.
final class Statement {
    private unowned let database: Database
    private let handle: OpaquePointer
    private let copies = UnsafeMutableRawPointer.allocate(byteCount: Statement.capacity, alignment: 1)
    private var used = 0
    private var parameter: Int32 = 0
    private var column: Int32 = 0
    private var bindFailure: Int32?

    /// Longer texts than this share are copied by SQLite.
    private static let capacity = 4096

    init(_ handle: OpaquePointer, in database: Database) {
        self.handle = handle
        self.database = database
    }

    deinit {
        sqlite3_finalize(handle)
        copies.deallocate()
    }
}

// Binding
extension Statement {
    func bind(_ value: Int64?) {
        parameter += 1
        note(value.map { sqlite3_bind_int64(handle, parameter, $0) } ?? sqlite3_bind_null(handle, parameter))
    }

    func bind(_ value: Int?) { bind(value.map(Int64.init)) }
    func bind(_ flag: Bool) { bind(flag ? 1 : 0 as Int64) }
    func bind(_ instant: Instant?) { bind(instant?.milliseconds) }
    func bind(_ word: some RawRepresentable<String>) { bind(word.rawValue) }

    func bind(_ text: String?) {
        guard var text else { return bind(nil as Int64?) }
        parameter += 1
        let code = text.withUTF8 { utf8 in
            let (bytes, destructor) = kept(UnsafeRawBufferPointer(utf8))
            return sqlite3_bind_text(
                handle, parameter, bytes?.assumingMemoryBound(to: CChar.self), Int32(utf8.count), destructor)
        }
        note(code)
    }

    /// A list of rows, for `json_each(?)`.
    func bind(json rows: some Sequence<Int64>) { bind("[" + rows.map(String.init).joined(separator: ",") + "]") }

    func bind(_ bytes: [UInt8]) {
        parameter += 1
        let code = bytes.withUnsafeBytes { raw in
            let (bytes, destructor) = kept(raw)
            return sqlite3_bind_blob(handle, parameter, bytes, Int32(raw.count), destructor)
        }
        note(code)
    }

    /// Our own copy, which stays until `reset`; or, if it is long, the original for SQLite to copy.
    private func kept(_ bytes: UnsafeRawBufferPointer) -> (UnsafeRawPointer?, sqlite3_destructor_type?) {
        guard used + bytes.count <= Statement.capacity else {
            return (bytes.baseAddress, unsafeBitCast(-1, to: sqlite3_destructor_type.self))  // SQLITE_TRANSIENT
        }
        let copy = copies + used
        if let start = bytes.baseAddress { copy.copyMemory(from: start, byteCount: bytes.count) }
        used += bytes.count
        return (UnsafeRawPointer(copy), nil)  // SQLITE_STATIC
    }

    /// The columns of a row of another connection, from the one on that it would read next, as they are.
    func bind(restOf row: Statement) {
        while row.column < sqlite3_column_count(row.handle) {
            parameter += 1
            note(sqlite3_bind_value(handle, parameter, sqlite3_column_value(row.handle, row.column)))
            row.column += 1
        }
    }

    /// Whether all text in the rest of the row is text; `mayHoldNUL` are the names of columns with what others said.
    func isLegible(butFor mayHoldNUL: Set<String>) -> Bool {
        for column in column..<max(column, sqlite3_column_count(handle)) where sqlite3_column_type(handle, column) == SQLITE_TEXT {
            guard let start = sqlite3_column_text(handle, column) else { return false }
            let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
            guard String(validating: bytes, as: UTF8.self) != nil else { return false }
            if bytes.contains(0), !mayHoldNUL.contains(String(cString: sqlite3_column_name(handle, column))) { return false }
        }
        return true
    }

    private func note(_ code: Int32) {
        if code != SQLITE_OK, bindFailure == nil { bindFailure = code }
    }
}

// Running
extension Statement {
    /// Runs to the end, for statements that answer with no rows, or with rows that nobody wants.
    func run() throws(StoreFailure) {
        defer { reset() }
        while try step() {}
    }

    /// The first row, if there is one.
    func first<Result>(_ read: (Statement) throws(StoreFailure) -> Result) throws(StoreFailure) -> Result? {
        defer { reset() }
        return try step() ? try read(self) : nil
    }

    func rows<Result>(_ read: (Statement) throws(StoreFailure) -> Result) throws(StoreFailure) -> [Result] {
        defer { reset() }
        var results: [Result] = []
        while try step() { results.append(try read(self)) }
        return results
    }

    /// One row after the other, none of them kept.
    func each(_ read: (Statement) throws(StoreFailure) -> Void) throws(StoreFailure) {
        defer { reset() }
        while try step() { try read(self) }
    }

    private func step() throws(StoreFailure) -> Bool {
        if let failure = database.failure { throw failure }
        assert(parameter == sqlite3_bind_parameter_count(handle), "each parameter is bound once")
        if let bindFailure { throw database.failed(bindFailure) }
        switch sqlite3_step(handle) {
        case SQLITE_ROW:
            column = 0
            return true
        case SQLITE_DONE: return false
        case let code: throw database.failed(code)
        }
    }

    private func reset() {
        sqlite3_reset(handle)
        (used, parameter, column, bindFailure) = (0, 0, 0, nil)
    }
}

// Reading the row
extension Statement {
    func integer() -> Int64 {
        defer { column += 1 }
        return sqlite3_column_int64(handle, column)
    }

    func optionalInteger() -> Int64? { isNull ? skip() : integer() }
    func int() -> Int { Int(integer()) }
    func flag() -> Bool { integer() != 0 }
    func instant() -> Instant { Instant(milliseconds: integer()) }

    func text() -> String {
        defer { column += 1 }
        guard let start = sqlite3_column_text(handle, column) else { return "" }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    func optionalText() -> String? { isNull ? skip() : text() }

    func bytes() -> [UInt8] {
        defer { column += 1 }
        guard let start = sqlite3_column_blob(handle, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }

    /// A word of a closed list. A word outside it was not written by us.
    func word<Word: RawRepresentable<String>>(_ type: Word.Type = Word.self) throws(StoreFailure) -> Word {
        try parsed("\(type)") { Word(rawValue: $0) }
    }

    /// Text that must be readable as a `Value`, `what` for short.
    func parsed<Value>(_ what: String, _ read: (String) -> Value?) throws(StoreFailure) -> Value {
        let text = text()
        guard let value = read(text) else { throw .unreadable("'\(text)' where a \(what) belongs") }
        return value
    }

    func optionallyParsed<Value>(_ what: String, _ read: (String) -> Value?) throws(StoreFailure) -> Value? {
        isNull ? skip() : try parsed(what, read)
    }

    private var isNull: Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    private func skip<Value>() -> Value? {
        column += 1
        return nil
    }
}
