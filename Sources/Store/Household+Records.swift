import People
import Readings

// Whose a record is: one rule for what comes in, what is completed, restamped, decoded again or released.
extension Household {
    /// - Parameters:
    ///   - record: with its time judged.
    ///   - arrived: when its frame arrived, as far as is known by now.
    ///   - earlier: what stood in its place. What a named person said of that stays, and so does what followed from the device, as
    ///     long as the time does.
    ///   - comparing: whether weights may decide. Where many readings are about to be told otherwise, those that one would be
    ///     compared with may be among them.
    package func whose(
        _ record: ReadingRecord, arrived: Instant, after earlier: ReadingRecord? = nil, comparing: Bool = true,
        in transaction: borrowing IntakeTransaction
    ) throws(StoreFailure) -> Attribution {
        if let earlier, stays(earlier, in: record) { return earlier.whose }
        let whose = try attribution(
            of: record.reading, from: record.device, measuredAt: record.measuredAt, arrived: arrived
        ) { person, instant throws(StoreFailure) in
            comparing ? try transaction.weights(of: person, about: instant) : WeightHistory()
        }
        return !comparing && whose == .unassigned(.noHistory) ? .unassigned(.uncompared) : whose
    }

    private func stays(_ earlier: ReadingRecord, in record: ReadingRecord) -> Bool {
        if earlier.whose.isByHand { return true }
        guard earlier.measuredAt?.instant == record.measuredAt?.instant else { return false }
        return switch earlier.whose {
        case .person(_, .weight): earlier.reading.weight == record.reading.weight
        case .person: true
        default: false
        }
    }
}
