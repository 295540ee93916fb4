import Readings

/// How stored records are asked for: Record Access Control Point, Glucose Service 1.0.1 section 3.4.
struct RecordAccess: Sendable {
    var control: BluetoothUUID
    /// Where the records come.
    var of: BluetoothUUID
    /// Only records behind the last one that was committed; else all.
    var asksForNew = false
    /// Where a record's number stands, u16 little-endian: a sequence number, or a time offset.
    var numberAt: Int?
    var filter: UInt8 = 1
    /// Several records in one value, each with its size in front.
    var isSized = false
    /// Count them first, and miss those that do not come.
    var counts = false
    /// Delete those that were recorded.
    var deletes = false
    /// The longest silence.
    var within: Duration

    enum Opcode {
        static let report: UInt8 = 1, delete: UInt8 = 2, count: UInt8 = 4, countIs: UInt8 = 5, response: UInt8 = 6
    }

    enum Operator {
        static let none: UInt8 = 0, all: UInt8 = 1, atLeast: UInt8 = 3, within: UInt8 = 4
    }

    /// What to ask for: operator and operand.
    /// - Parameter last: the number of the last committed record.
    func selection(after last: UInt16?) -> [UInt8] {
        guard asksForNew, let last, last < .max else { return [Operator.all] }
        return [Operator.atLeast, filter] + (last + 1).littleEndianBytes
    }

    /// The numbers of the records in one value.
    enum Found: Hashable {
        case numbers([UInt16?])
        case broken
    }

    func records(in value: [UInt8]) -> Found {
        var records: [ArraySlice<UInt8>] = []
        if isSized {
            var rest = value[...]
            while let size = rest.first {
                guard size > 0, rest.count >= Int(size) else { return .broken }
                records.append(rest.prefix(Int(size)))
                rest = rest.dropFirst(Int(size))
            }
        } else {
            records = [value[...]]
        }
        guard let numberAt else { return .numbers(records.map { _ in nil }) }
        var numbers: [UInt16?] = []
        for record in records {
            guard record.count >= numberAt + 2 else { return .broken }
            let at = record.startIndex + numberAt
            numbers.append(UInt16(record[at]) | UInt16(record[at + 1]) << 8)
        }
        return .numbers(numbers)
    }

    /// What a response says, section 3.4.2: `06 00 request value`, `05 00 count`.
    enum Response: Hashable {
        case count(Int)
        case done
        case noRecords
        case refused
        /// Of another request, or nothing that the control point says.
        case other

        init(_ value: [UInt8], to opcode: UInt8) {
            guard value.count >= 4, value[1] == Operator.none else { self = .other; return }
            switch (value[0], value[2]) {
            case (Opcode.countIs, _) where opcode == Opcode.count: self = .count(Int(value[2]) | Int(value[3]) << 8)
            case (Opcode.response, opcode): self = value[3] == 1 ? .done : value[3] == 6 ? .noRecords : .refused
            default: self = .other
            }
        }
    }
}

extension UInt16 {
    var littleEndianBytes: [UInt8] { [UInt8(truncatingIfNeeded: self), UInt8(truncatingIfNeeded: self >> 8)] }
}
