import DeviceProfiles
import Readings
import Store

extension Batch {
    /// From here on these profiles read. What waits under a profile whose text did not change knows nothing of it. What waits
    /// under one that did is offered to its new text, as after a restart, with all that is in custody of it; where the profile
    /// is gone, or a frame has given a reading already, it ends as it would when its time is up.
    ///
    /// Scalars of bridges that wait for others are finished by the text that they began with, see `Joins`.
    /// - Returns: how many frames were offered again.
    mutating func changeOver(
        to profiles: ProfileSet, _ transaction: inout IntakeTransaction, _ state: inout Intake.State
    ) throws -> Int {
        let outdated = Set(self.profiles.profiles.filter { profiles[$0.name]?.version != $0.version }.map(\.name))
        try close(&transaction, &state) { outdated.contains($0.record.profile ?? "") && profiles[$0.record.profile ?? ""] == nil }
        try state.streams.write(to: transaction)
        self.profiles = profiles
        // All of a minute is told by one text.
        let open = state.streams.minutes.values.filter { outdated.contains($0.record.profile ?? "") }
        try restoreStreams(only: Set(open.map(\.row)), &transaction, &state)
        state.bursts.forgetVain()
        let waiting = Set(try transaction.waitingFrames().map(\.id))
        var count = 0
        for key in state.assemblies.keys(of: outdated) {
            let held = state.assemblies.frames(of: key)
            var again = profiles[key.profile] == nil ? [] : waiting.intersection(held.map(\.row))
            let ends = state.assemblies.ends(of: key).filter { state.assemblies.rows(of: [$0.ticket], of: key).isDisjoint(with: again) }
            for end in ends { again.subtract(state.assemblies.rows(of: end.earlier, of: key)) }
            try self.end(ends, of: key, &transaction, &state)
            state.assemblies.renew(key, for: profiles[key.profile])
            guard let profile = profiles[key.profile] else { continue }
            for frame in held where again.contains(frame.row) {
                var record = frame.record
                record.profileVersion = profile.version
                try transaction.note(profileVersion: profile.version, of: frame.row)
                _ = try take(
                    frame.item, as: record, row: frame.row, by: profile, mayBeRedelivered: frame.mayBeRedelivered, &transaction, &state)
                count += 1
            }
        }
        return count
    }
}
