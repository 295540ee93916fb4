/// The history of the schema: script `n` leads from version `n` to version `n + 1`. Scripts that were released never change.
enum Migrations {
    static let all = [
        Schema.version1, Schema.version2, Schema.version3, Schema.version4, Schema.version5, Schema.version6, Schema.version7,
    ]

    /// Brings the database to the latest version, each step in a transaction of its own.
    static func run(_ scripts: [String] = all, on database: Database) throws(StoreFailure) {
        for (step, script) in scripts.enumerated() where try version(of: database) == step {
            try database.change { () throws(StoreFailure) in
                // Another process may have been faster.
                guard try version(of: database) == step else { return }
                try database.run(script: script)
                try database.run(script: "PRAGMA user_version = \(step + 1)")
            }
        }
        try check(scripts, on: database)
    }

    /// Refuses a database of another version.
    static func check(_ scripts: [String] = all, on database: Database) throws(StoreFailure) {
        let found = try version(of: database)
        guard found <= scripts.count else {
            throw .refusal(
                "\(database.path) is of version \(found), and this vitalgate knows \(scripts.count): "
                    + "it was written by a newer vitalgate. Install that one, or restore the backup made before the upgrade")
        }
        guard found == scripts.count else {
            throw .refusal(
                "\(database.path) is of version \(found), and this vitalgate needs \(scripts.count): "
                    + "start the daemon once to upgrade it")
        }
    }

    static func version(of database: Database) throws(StoreFailure) -> Int {
        try database.statement("PRAGMA user_version").first { $0.int() } ?? 0
    }
}
