import People
import Readings

/// All that is stored of a person going, or of a person what is older than it is to be kept. It goes in steps, each of them a
/// whole: where it is cut off it is taken up again.
package struct Erasing: Sendable, Hashable {
    /// In the record of erasings.
    let row: Int64
    package let person: PersonID
    /// What was measured earlier; nil: all, and then the person.
    package let before: Instant?
}

/// How much goes, or went.
package struct ErasedSums: Sendable, Hashable {
    package var readings: Int
    /// Each reading counts with all that was ever told of it.
    package var revisions: Int
    package var frames: Int
    package var alarms: Int

    package init(readings: Int = 0, revisions: Int = 0, frames: Int = 0, alarms: Int = 0) {
        self.readings = readings
        self.revisions = revisions
        self.frames = frames
        self.alarms = alarms
    }

    package var isEmpty: Bool { self == ErasedSums() }

    package static func += (sum: inout ErasedSums, more: ErasedSums) {
        sum.readings += more.readings
        sum.revisions += more.revisions
        sum.frames += more.frames
        sum.alarms += more.alarms
    }
}

/// What a sink is told to forget.
package struct Erasure: Sendable, Hashable {
    package enum Subject: Sendable, Hashable {
        case reading(ReadingIdentity, Kind, revision: Int)
        /// The id of the episode, and the vital.
        case alarm(String, vital: String)
    }

    package let device: DeviceID
    package let subject: Subject
}

extension Erasure {
    /// Of `erasures`.
    static let columns = "what, subject, device, about, revision"

    /// From a row of `columns`.
    init(_ row: Statement) throws(StoreFailure) {
        let (what, name) = (row.text(), row.text())
        device = try row.device()
        if what == "alarm" {
            subject = .alarm(name, vital: row.text())
        } else {
            subject = .reading(ReadingIdentity(name), try row.word(), revision: row.int())
        }
    }
}

extension Store {
    /// How much of a person would go.
    package func erasable(of person: PersonID, before: Instant? = nil) throws(StoreFailure) -> ErasedSums {
        try database.snapshot { () throws(StoreFailure) in try database.erasable(of: person, before: before) }
    }

    /// Begins: from here on nothing is filed under the person. One that was begun and cut off is gone on with.
    package func beginErasing(
        _ person: PersonID, before: Instant? = nil, by who: String, at: Instant
    ) throws(StoreFailure) -> Erasing {
        try database.change { () throws(StoreFailure) in
            let found = try database.statement("SELECT erasing FROM persons WHERE id = ? AND NOT nameless")
            found.bind(person.description)
            guard let begun = try found.first({ $0.optionalInteger() }) else {
                throw .refusal("there is no person '\(person)': 'vitalgate persons list' tells who there is")
            }
            if let begun { return Erasing(row: begun, person: person, before: nil) }
            let statement = try database.statement("INSERT INTO erasings(cause, at, \"by\") VALUES (?, ?, ?)")
            statement.bind(before == nil ? "person" : "age")
            statement.bind(at)
            statement.bind(who)
            try statement.run()
            let erasing = Erasing(row: database.lastRow, person: person, before: before)
            if before == nil { try database.withdraw(person, for: erasing, by: who, at: at) }
            return erasing
        }
    }

    /// What was begun and cut off.
    package func unfinishedErasings() throws(StoreFailure) -> [Erasing] {
        try database.statement("SELECT erasing, id FROM persons WHERE erasing IS NOT NULL ORDER BY id").rows { row throws(StoreFailure) in
            Erasing(row: row.integer(), person: try row.parsed("person", PersonID.init), before: nil)
        }
    }

    /// One step: so many readings, with their frames and alarms. Every sink is told.
    /// - Returns: how much went; nothing where no reading is left.
    package func erase(_ erasing: Erasing, readings limit: Int, at: Instant) throws(StoreFailure) -> ErasedSums {
        try database.change { () throws(StoreFailure) in try database.erase(erasing, readings: limit, at: at) }
    }

    /// One step of what became no reading, and came from a device that was the person's alone then: looks at so many frames.
    /// - Returns: behind which frame the next step begins; nil at the end.
    package func eraseRefused(_ erasing: Erasing, after: Int64, rows: Int) throws(StoreFailure) -> Int64? {
        try database.change { () throws(StoreFailure) in try database.eraseRefused(erasing, after: after, rows: rows) }
    }

    /// The end, when no reading is left: the alarms, and then the person. In what was said of devices somebody without a name
    /// stands in their place.
    /// - Returns: how much went in all, whoever had a part in it.
    package func endErasing(_ erasing: Erasing, at: Instant) throws(StoreFailure) -> ErasedSums {
        let sums = try database.change { () throws(StoreFailure) in
            try database.eraseAlarms(erasing, at: at)
            if erasing.before == nil { try database.forget(erasing.person) }
            let statement = try database.statement("UPDATE erasings SET ended_at = ? WHERE id = ?")
            statement.bind(at)
            statement.bind(erasing.row)
            try statement.run()
            try database.raiseEnrolmentVersion()
            return try database.erasedSums(of: erasing)
        }
        try database.forgetErasures()
        try database.giveBack()
        try Spare(besideStore: database.path).renew(of: database.path)
        return sums
    }

    /// How many messages about what was erased some sink has still to get.
    package func untoldErasures() throws(StoreFailure) -> Int {
        try database.statement("SELECT count(*) FROM erasures").first { $0.int() } ?? 0
    }

    /// Files beside the database that were set aside when it was damaged or restored, and hold what was erased since.
    package func filesSetAside() -> [String] { Files.setAside(besideStore: database.path) }

    /// Writes the whole file anew. SQLite clears what is deleted, but a page that was once parted may hold remnants that it knows
    /// nothing of. Everybody else waits meanwhile, and as much again must be free on the disk.
    package func rewrite() throws(StoreFailure) {
        try database.statement("VACUUM").run()
        try database.giveBack()
    }
}
