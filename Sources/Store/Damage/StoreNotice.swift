import Readings

/// What a store has to say by itself.
package enum StoreNotice: Sendable {
    case damaged(String)
    case full(String)
    case roomAgain
    /// It is time to check it.
    case checkDue
}

extension Store {
    /// Notes that all of the file was read and is sound.
    nonisolated package func noteCheck(at: Instant) throws {
        try intake { transaction in try transaction.database.note("checked-at", "\(at.milliseconds)") }
    }

    /// Notes that the gateway ended in good order.
    package func noteEnd() throws(StoreFailure) {
        try database.change { () throws(StoreFailure) in try database.note("ended", "1") }
    }

    /// Begins a run. Returns when all of the file was checked last, unless the last run was cut off.
    package func begin() throws(StoreFailure) -> Instant? {
        try database.change { () throws(StoreFailure) in
            let hasEnded = try database.noted("ended") != nil
            try database.run(script: "DELETE FROM meta WHERE key = 'ended'")
            let checked = try database.noted("checked-at").flatMap { Int64($0) }.map(Instant.init(milliseconds:))
            return hasEnded ? checked : nil
        }
    }
}
