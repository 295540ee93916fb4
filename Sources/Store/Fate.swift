/// What a frame in custody became.
package enum Fate: String, Sendable, Hashable, CaseIterable {
    /// At least one new reading, or a new revision of one.
    case reading
    /// Everything it says is stored already: `duplicateOf` says where.
    case duplicate
    /// It contradicts what is stored under the same identity: both are kept.
    case conflict
    /// Well-formed and not a measurement of a person.
    case ignored
    /// A value that the reading cannot do without is absent.
    case incomplete
    /// Not what its layout says.
    case rejected
    /// Readings that nobody should believe: kept, shown, not passed on.
    case quarantined
    /// A minute of a continuous signal: it became the minute's summary.
    case summarised
    /// All that it says was of somebody who was erased, or something of it was: see `Erasing`. Its bytes are not kept.
    case erased
    /// What it became was lost to damage of the file: reading it again brings it back.
    case lost
    /// Not final yet. Never an end: `IntakeTransaction.settle(waiting:)` gives it another fate.
    case waiting
}
