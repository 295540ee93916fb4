/// What tells whether another program, such as `vitalgate devices enroll`, changed the store. Equal pulses: nobody did.
package struct Pulse: Sendable, Hashable {
    /// Rises with what other connections commit, https://sqlite.org/pragma.html#pragma_data_version
    var others: Int64
    /// Rises with every change of the enrolled devices, also one of our own.
    package var enrolment: Int64
}

extension Store {
    /// Two reads that touch no disk.
    package func pulse() throws(StoreFailure) -> Pulse {
        let others = try database.statement("PRAGMA data_version").first { $0.integer() } ?? 0
        return Pulse(others: others, enrolment: try database.enrolmentVersion())
    }
}
