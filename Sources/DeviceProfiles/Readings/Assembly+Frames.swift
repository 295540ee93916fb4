import Readings

extension Assembly {
    /// A frame that waits for another.
    struct Waiting: Sendable {
        var ticket: Ticket
        var earlier: [Ticket] = []
        /// Index among those of the profile.
        var frame: Int
        var bytes: [UInt8]
        /// Its place among the readings of its frame; nil where it waits to be joined to another frame.
        var home: Int?
        /// For each join: whether it is waited for, what must be equal, and what came.
        var joins: [Joint] = []
        var deadline: Int64?
    }

    struct Joint: Sendable {
        var isWanted: Bool
        var key: [Int64?]
        var bytes: [UInt8]?
        var isOpen: Bool { isWanted && bytes == nil }
    }

    /// A reading that counts if nothing follows it.
    struct Held: Sendable {
        var ticket: Ticket
        var earlier: [Ticket] = []
        var reading: Reading
        /// What it waits for.
        var text: String
        var isSilence: Bool
        var deadline: Int64?
    }

    /// Equal values in a row.
    struct Run: Sendable {
        var value: Int64
        var exponent: Int8
        var count: Int
        var lastAt: Int64?
    }

    /// The same value after this silence is a new measurement, in milliseconds.
    static let silence: Int64 = 30_000
    /// How long a reading is held for the frame that ends it, in milliseconds.
    static let hold: Int64 = 600_000

    /// Takes in a frame whose readings hang on other frames, or theirs on it.
    mutating func take(_ bytes: [UInt8], as index: Int, _ now: Int64?, _ step: inout Step) {
        let frame = profile.frames[index]
        var fields = Fields()
        var found = Found()
        do throws(DecodeFailure) { try frame.decode(bytes, into: &fields, &found) } catch {
            step.outcomes.append(Outcome(outcome: .rejected(error)))
            return
        }
        let place = step.outcomes.count
        var own: Ticket?
        var used: Set<Ticket> = []
        let isUsed = complete(with: bytes, index, &fields, place, &own, &found, &step)
        if frame.isLatest { latest[index] = bytes }
        for reading in frame.stops {
            guard let hold = held.removeValue(forKey: reading) else { continue }
            found.readings.append(hold.reading)
            for ticket in hold.earlier + [hold.ticket] { step.joined.append((ticket, place)) }
        }
        for (home, reading) in frame.readings.enumerated() where !reading.compiled.isRepeated {
            let compiled = reading.compiled
            let verdict = compiled.look(&fields)
            guard case .reading = verdict else {
                runs[reading.reading] = nil
                found.add(compiled.outcome(verdict))
                continue
            }
            if case .equal(let number, let name, let frames) = compiled.settles,
                let unsettled = count(number, name, frames, &fields, reading.reading, now)
            {
                found.add(unsettled)
                continue
            }
            if compiled.joins.isEmpty {
                var one = Found()
                one.add(compiled, &fields)
                if let text = compiled.settles?.following, case .readings(let readings) = one.outcome {
                    hold(readings[0], text, compiled.settles, reading.reading, now, &own, &found, &step)
                } else {
                    found.add(one.outcome)
                }
                continue
            }
            // The second half of a pair of equals ended the first, and begins nothing.
            if isUsed, compiled.joins.contains(where: { $0.frame == index }) { continue }
            join(compiled, home, bytes, index, &fields, now, place, &own, &used, &found, &step)
        }
        for ticket in used {
            guard let entry = waiting.firstIndex(where: { $0.ticket == ticket && $0.home == nil }) else { continue }
            waiting.remove(at: entry)
        }
        let adds = frame.adds.filter { $0.frame != index && !profile.frames[$0.frame].readings[$0.home].compiled.joins[$0.join].isLatest }
        if !isUsed, !adds.isEmpty {
            let ticket = own ?? self.ticket()
            own = ticket
            let within = adds.map { profile.frames[$0.frame].readings[$0.home].compiled.joins[$0.join].within }.max()
            waiting.append(Waiting(ticket: ticket, frame: index, bytes: bytes, deadline: Assembly.deadline(now, within)))
            let awaited = profile.frames[adds[0].frame].frame.name
            found.add(.waiting(for: awaited))
        }
        step.outcomes.append(Outcome(outcome: found.outcome, ticket: own))
    }

    static func deadline(_ now: Int64?, _ within: Int64?) -> Int64? {
        guard let now, let within else { return nil }
        return now.addingReportingOverflow(within).partialValue
    }

    /// Gives the frame to the oldest one of each reading that waits for it. Whether any did.
    private mutating func complete(
        with bytes: [UInt8], _ index: Int, _ fields: inout Fields, _ place: Int, _ own: inout Ticket?, _ found: inout Found,
        _ step: inout Step
    ) -> Bool {
        var isUsed = false
        for role in profile.frames[index].adds {
            let join = profile.frames[role.frame].readings[role.home].compiled.joins[role.join]
            let key = join.joinedKey(&fields)
            guard let entry = waiting.firstIndex(where: {
                $0.frame == role.frame && $0.home == role.home && $0.joins[role.join].isOpen && $0.joins[role.join].key == key
            }) else { continue }
            isUsed = true
            waiting[entry].joins[role.join].bytes = bytes
            if let missing = waiting[entry].joins.firstIndex(where: \.isOpen) {
                let ticket = own ?? self.ticket()
                own = ticket
                waiting[entry].earlier.append(ticket)
                found.add(.waiting(for: profile.frames[role.frame].readings[role.home].compiled.joins[missing].name))
                continue
            }
            let home = waiting.remove(at: entry)
            found.add(reading(of: home, isUnjoined: false))
            for ticket in home.earlier + [home.ticket] { step.joined.append((ticket, place)) }
        }
        return isUsed
    }

    /// Joins a reading to what came before it, or lets it wait.
    private mutating func join(
        _ compiled: CompiledReading, _ home: Int, _ bytes: [UInt8], _ index: Int, _ fields: inout Fields, _ now: Int64?,
        _ place: Int, _ own: inout Ticket?, _ used: inout Set<Ticket>, _ found: inout Found, _ step: inout Step
    ) {
        var entry = Waiting(ticket: 0, frame: index, bytes: bytes, home: home)
        var partners: [Waiting] = []
        var within: Int64 = 0
        for join in compiled.joins {
            var joint = Joint(isWanted: join.isWanted(&fields), key: join.ownKey(&fields))
            if joint.isWanted {
                if join.isLatest {
                    joint.bytes = known(join, joint.key)
                    joint.isWanted = joint.bytes != nil || join.isRequired
                } else if let partner = partner(join, joint.key) {
                    joint.bytes = partner.bytes
                    partners.append(partner)
                } else {
                    within = max(within, join.within)
                }
            }
            entry.joins.append(joint)
        }
        if let missing = compiled.joins.indices.first(where: { compiled.joins[$0].isLatest && entry.joins[$0].isOpen }) {
            return found.add(.incomplete(missing: compiled.joins[missing].name, isError: false))
        }
        let earlier = partners.flatMap { $0.earlier + [$0.ticket] }
        used.formUnion(partners.map(\.ticket))
        guard let missing = entry.joins.firstIndex(where: \.isOpen) else {
            found.add(reading(of: entry, isUnjoined: false))
            for ticket in earlier { step.joined.append((ticket, place)) }
            return
        }
        entry.ticket = own ?? ticket()
        own = entry.ticket
        entry.earlier = earlier
        entry.deadline = Assembly.deadline(now, within)
        waiting.append(entry)
        found.add(.waiting(for: compiled.joins[missing].name))
    }

    /// What was told before, once for all that follows.
    private func known(_ join: CompiledJoin, _ key: [Int64?]) -> [UInt8]? {
        guard let bytes = latest[join.frame], !key.isEmpty else { return latest[join.frame] }
        var fields = Fields()
        guard (try? profile.frames[join.frame].frame.run(bytes.span.bytes, into: &fields)) != nil else { return nil }
        return join.joinedKey(&fields) == key ? bytes : nil
    }

    /// The oldest frame that waits to be joined by this.
    private func partner(_ join: CompiledJoin, _ key: [Int64?]) -> Waiting? {
        waiting.first { entry in
            guard entry.home == nil, entry.frame == join.frame else { return false }
            var fields = Fields()
            guard (try? profile.frames[entry.frame].frame.run(entry.bytes.span.bytes, into: &fields)) != nil else { return false }
            return join.joinedKey(&fields) == key
        }
    }

    /// What a frame and those joined to it become.
    func reading(of entry: Waiting, isUnjoined: Bool) -> DecodeOutcome {
        guard let home = entry.home else { return .nothingToDecode }
        let compiled = profile.frames[entry.frame].readings[home].compiled
        var fields = Fields()
        do throws(DecodeFailure) {
            try profile.frames[entry.frame].frame.run(entry.bytes.span.bytes, into: &fields)
            for (join, joint) in zip(compiled.joins, entry.joins) {
                guard let bytes = joint.bytes else { continue }
                var other = Fields()
                try profile.frames[join.frame].frame.run(bytes.span.bytes, into: &other)
                fields.take(&other, count: join.count, at: join.base)
            }
        } catch {
            return .rejected(error)
        }
        var decoded = DecodedReading()
        let verdict = compiled.read(&fields, into: &decoded)
        guard case .reading = verdict else { return compiled.outcome(verdict) }
        return .readings([compiled.reading(decoded, isUnjoined: isUnjoined)])
    }

    /// Counts equal values in a row; nil when the reading is final by it.
    private mutating func count(
        _ number: WireNumber, _ name: String, _ frames: Int, _ fields: inout Fields, _ reading: Int, _ now: Int64?
    ) -> DecodeOutcome? {
        guard case .number(let value, let exponent) = number.value(&fields) else {
            runs[reading] = nil
            return .incomplete(missing: name, isError: fields.isError(number.firstSlot))
        }
        var run = runs[reading] ?? Run(value: value, exponent: exponent, count: 0, lastAt: now)
        let isBroken = if let now, let last = run.lastAt { now - last > Assembly.silence } else { false }
        if run.value != value || run.exponent != exponent || isBroken { run = Run(value: value, exponent: exponent, count: 0) }
        run.lastAt = now
        run.count = min(run.count + 1, frames + 1)
        runs[reading] = run
        if run.count == frames { return nil }
        return run.count > frames ? .ignored(because: "\(name) unchanged") : .waiting(for: "\(frames) equal \(name)")
    }

    /// Keeps a reading until something else, or nothing, follows it.
    private mutating func hold(
        _ reading: Reading, _ text: String, _ settles: CompiledSettles?, _ place: Int, _ now: Int64?, _ own: inout Ticket?,
        _ found: inout Found, _ step: inout Step
    ) {
        found.add(.waiting(for: text))
        var silence: Int64?
        if case .silence(let time) = settles { silence = time }
        let deadline = Assembly.deadline(now, silence ?? Assembly.hold)
        if var hold = held[place] {
            // The same again only makes it last.
            if hold.reading == reading {
                hold.deadline = deadline
                held[place] = hold
                return
            }
            step.settled.append(Settled(ticket: hold.ticket, earlier: hold.earlier, outcome: .waiting(for: hold.text)))
        }
        let ticket = own ?? self.ticket()
        own = ticket
        held[place] = Held(ticket: ticket, reading: reading, text: text, isSilence: silence != nil, deadline: deadline)
    }
}

extension CompiledSettles {
    /// What a reading waits for that the next frame decides; nil where the frames before it do.
    fileprivate var following: String? {
        switch self {
        case .equal: nil
        case .on(_, let name): name
        case .silence: "silence"
        }
    }
}
