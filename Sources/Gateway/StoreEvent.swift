import Store

/// What befell the file of the database.
package enum StoreEvent: Sendable {
    /// It is damaged: the gateway starts again to save what it can.
    case damaged(String)
    /// A new database with all that could be read took the place of a damaged one.
    case salvaged(SalvageReport)
    /// All of it was read, and is sound.
    case checked(Duration)
    case checkFailed(String)
    case full(String)
    case roomAgain
    /// There is no second copy of what is small and dear.
    case spareFailed(String)
}
