import Readings

/// Stored records: count, report, miss what does not come, and delete what was recorded.
extension Talk {
    mutating func fetch(_ access: RecordAccess) async throws(Stop) {
        let selection = access.selection(after: context.lastRecord)
        var counted: Int?
        if access.counts {
            let count = try await count(access, selection)
            if count == 0 { return }
            counted = count
        }
        var batch = Batch()
        try await request([RecordAccess.Opcode.report] + selection, access)
        try await collect(access, into: &batch)
        if let counted { try await awaitStragglers(access, counted, &batch) }
        guard access.deletes, context.mayDelete, batch.count > 0, !batch.isBroken else { return }
        try await delete(access, batch)
    }

    /// What came of the records.
    private struct Batch {
        var numbers: Set<UInt16> = []
        var unnumbered = 0
        /// Something came that is no record.
        var isBroken = false

        var count: Int { numbers.count + unnumbered }

        mutating func take(_ found: RecordAccess.Found) {
            guard case .numbers(let all) = found else { isBroken = true; return }
            for number in all {
                if let number { numbers.insert(number) } else { unnumbered += 1 }
            }
        }
    }

    private mutating func request(_ bytes: [UInt8], _ access: RecordAccess) async throws(Stop) {
        try await drain()
        try await write(ConversationPlan.Write(template: WriteTemplate(pieces: [.literal(bytes)]), to: access.control))
    }

    private mutating func count(_ access: RecordAccess, _ selection: [UInt8]) async throws(Stop) -> Int {
        try await request([RecordAccess.Opcode.count] + selection, access)
        let response = try await response(access, to: RecordAccess.Opcode.count, expecting: "the number of records")
        return if case .count(let count) = response { count } else { 0 }
    }

    /// The control point's answer; what else comes meanwhile is recorded.
    private mutating func response(
        _ access: RecordAccess, to opcode: UInt8, expecting words: String
    ) async throws(Stop) -> RecordAccess.Response {
        let deadline = await moment() + access.within
        while let arrived = try await wait(until: deadline) {
            _ = try await hear(arrived)
            guard arrived.characteristic == access.control else { continue }
            let response = RecordAccess.Response(arrived.bytes, to: opcode)
            switch response {
            case .other: continue
            case .refused: throw .failed(.refused(expected: words, came: arrived.bytes))
            default: return response
            }
        }
        throw .failed(.silence(expected: words, within: access.within))
    }

    private mutating func collect(_ access: RecordAccess, into batch: inout Batch) async throws(Stop) {
        let words = "the end of the records"
        while let arrived = try await wait(until: await moment() + access.within) {
            _ = try await hear(arrived)
            if arrived.characteristic == access.of { batch.take(access.records(in: arrived.bytes)) }
            guard arrived.characteristic == access.control else { continue }
            switch RecordAccess.Response(arrived.bytes, to: RecordAccess.Opcode.report) {
            case .done, .noRecords: return
            case .refused: throw .failed(.refused(expected: words, came: arrived.bytes))
            default: continue
            }
        }
        throw .failed(.silence(expected: words, within: access.within))
    }

    /// Notifications may come behind the indication that says they are all sent.
    private mutating func awaitStragglers(_ access: RecordAccess, _ counted: Int, _ batch: inout Batch) async throws(Stop) {
        while batch.count < counted, let arrived = try await wait(until: await moment() + access.within) {
            _ = try await hear(arrived)
            if arrived.characteristic == access.of { batch.take(access.records(in: arrived.bytes)) }
        }
        guard batch.count >= counted else { throw .failed(.recordsMissing(counted: counted, came: batch.count)) }
    }

    /// By their numbers, so that nothing measured meanwhile goes with them; where there are none, only if nothing was.
    private mutating func delete(_ access: RecordAccess, _ batch: Batch) async throws(Stop) {
        var selection = [RecordAccess.Operator.all]
        if let first = batch.numbers.min(), let last = batch.numbers.max() {
            selection = [RecordAccess.Operator.within, access.filter] + first.littleEndianBytes + last.littleEndianBytes
        } else {
            let count = try await count(access, selection)
            guard count == batch.count else { throw .failed(.recordsMissing(counted: count, came: batch.count)) }
        }
        try await request([RecordAccess.Opcode.delete] + selection, access)
        _ = try await response(access, to: RecordAccess.Opcode.delete, expecting: "that they are deleted")
    }
}
