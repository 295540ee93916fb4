import Readings

extension Assembly {
    /// When the first of what waits is overdue, in milliseconds on the clock that it was fed by; nil where nothing waits.
    package var deadline: Int64? {
        (waiting.compactMap(\.deadline) + held.values.compactMap(\.deadline) + [partsDeadline].compactMap(\.self)).min()
    }

    /// Whether nothing waits.
    package var isIdle: Bool { waiting.isEmpty && held.isEmpty && !hasParts }

    /// Whether the end of it is still to come.
    package func holds(_ ticket: Ticket) -> Bool {
        waiting.contains { $0.ticket == ticket || $0.earlier.contains(ticket) }
            || held.values.contains { $0.ticket == ticket || $0.earlier.contains(ticket) } || hasPart(ticket)
    }

    /// The ends of what has waited too long, oldest first.
    package mutating func overdue(at now: Int64) -> [Settled] {
        guard let deadline, deadline <= now else { return [] }
        var settled: [Settled] = []
        dropParts(before: now, &settled)
        let late = waiting.filter { $0.deadline.map { $0 <= now } ?? false }
        waiting.removeAll { $0.deadline.map { $0 <= now } ?? false }
        for entry in late { giveUp(entry, &settled) }
        for (reading, hold) in held.sorted(by: { $0.key < $1.key }) where hold.deadline.map({ $0 <= now }) ?? false {
            held[reading] = nil
            let outcome: DecodeOutcome = hold.isSilence ? .readings([hold.reading]) : .waiting(for: hold.text)
            settled.append(Settled(ticket: hold.ticket, earlier: hold.earlier, outcome: outcome))
        }
        return settled
    }

    /// The ends of all that waits, when nothing more will come.
    package mutating func finish() -> [Settled] {
        var settled: [Settled] = []
        for entry in waiting { giveUp(entry, &settled) }
        waiting = []
        for (reading, hold) in held.sorted(by: { $0.key < $1.key }) where hold.isSilence {
            held[reading] = nil
            settled.append(Settled(ticket: hold.ticket, earlier: hold.earlier, outcome: .readings([hold.reading])))
        }
        return settled
    }

    /// What never found its other half: a reading goes out alone and says so, unless it cannot do without.
    func giveUp(_ entry: Waiting, _ settled: inout [Settled]) {
        let frame = profile.frames[entry.frame]
        let outcome: DecodeOutcome
        if let home = entry.home {
            let joins = zip(frame.readings[home].compiled.joins, entry.joins)
            if let missing = joins.first(where: { $0.isRequired && $1.isOpen }) {
                outcome = .incomplete(missing: missing.0.name, isError: false)
            } else {
                outcome = reading(of: entry, isUnjoined: true)
            }
        } else {
            let role = frame.adds[0]
            outcome = .incomplete(missing: profile.frames[role.frame].frame.name, isError: false)
        }
        settled.append(Settled(ticket: entry.ticket, earlier: entry.earlier, outcome: outcome))
    }

    /// One for another text of its profile. What waits is not in it: that can be offered again. What is nowhere else goes over
    /// where the text still means the same by it: how often a value came in a row, and what was told once for all that follows.
    package func renewed(for profile: Profile) -> Assembly {
        var assembly = Assembly(of: profile)
        for (place, run) in runs where profile.isCount(at: place, equalTo: self.profile) {
            assembly.runs[place] = run
        }
        for (index, bytes) in latest where profile.frames.indices.contains(index) {
            let frame = profile.frames[index]
            if frame.isLatest, frame.frame.name == self.profile.frames[index].frame.name { assembly.latest[index] = bytes }
        }
        return assembly
    }
}

extension Profile {
    private struct Count: Hashable {
        var kind: Kind
        var name: String
        var frames: Int
    }

    /// Whether the reading at this place counts equal values, and `other` there counts the same.
    fileprivate func isCount(at place: Int, equalTo other: Profile) -> Bool {
        func count(_ profile: Profile) -> Count? {
            for home in profile.frames.flatMap(\.readings) where home.reading == place {
                if case .equal(_, let name, let frames) = home.compiled.settles {
                    return Count(kind: home.compiled.kind, name: name, frames: frames)
                }
            }
            return nil
        }
        return count(self) != nil && count(self) == count(other)
    }
}
