import Readings

extension Talk {
    mutating func take(_ step: ConversationPlan.Step) async throws(Stop) {
        let rounds = values.loop.sorted { $0.key < $1.key }.map { ", \($0.key) \($0.value)" }.joined()
        place = step.words + rounds
        do throws(Stop) {
            try await perform(step)
        } catch {
            guard step.isOptional, case .failed(let reason) = error, reason.isPassable else { throw error }
        }
    }

    private mutating func perform(_ step: ConversationPlan.Step) async throws(Stop) {
        switch step.kind {
        case .subscribe(let all):
            for characteristic in all {
                do throws(Stop) {
                    try await through { link throws(LinkFailure) in try await link.subscribe(to: characteristic) }
                    subscribed.insert(characteristic)
                } catch {
                    guard step.isOptional, case .failed(let reason) = error, reason.isPassable else { throw error }
                }
            }
        case .read(let characteristic):
            let arrived = try await read(characteristic)
            _ = try await hear(arrived)
        case .write(let write): try await self.write(write)
        case .ask(let write, let expectation, let tries): try await ask(write, expectation, tries: tries)
        case .expect(let expectation): try await expect(expectation)
        case .listen(let listening): try await listen(listening)
        case .pause(let span): try await pause(span)
        case .forEach(let loop): try await forEach(loop)
        case .clock(let clock): try await readAndSet(clock)
        case .records(let access): try await fetch(access)
        case .consent(let control, let limit): try await consent(control, within: limit)
        case .driver(let limit, let tries): try await askByDriver(within: limit, tries: tries)
        case .delete(let write, let expectation):
            guard context.mayDelete else { return }
            guard let expectation else { return try await self.write(write) }
            try await ask(write, expectation, tries: 1)
        }
    }

    mutating func read(_ characteristic: BluetoothUUID) async throws(Stop) -> Arrived {
        try await through { link throws(LinkFailure) in try await link.read(characteristic) }
    }

    mutating func ask(
        _ write: ConversationPlan.Write, _ expectation: ConversationPlan.Expectation, tries: Int
    ) async throws(Stop) {
        var left = tries
        while true {
            left -= 1
            try await drain()
            try await self.write(write)
            do throws(Stop) { return try await expect(expectation) } catch {
                switch error {
                case .failed(.silence), .failed(.unreadable):
                    guard left > 0 else { throw error }
                default: throw error
                }
            }
        }
    }

    mutating func expect(_ expectation: ConversationPlan.Expectation) async throws(Stop) {
        let deadline = await moment() + expectation.within
        while let arrived = try await wait(until: deadline) {
            let heard = try await hear(arrived)
            if let answer = match(expectation.awaited, heard) {
                if let fault = answer.fault {
                    throw .failed(.unreadable(expected: expectation.words, came: answer.bytes, because: fault.detail))
                }
                try keep(expectation.keeps, of: answer.bytes)
                if let clock = expectation.clock { _ = try await tellClock(clock, in: answer.bytes, arrived) }
                for depth in loops.indices { loops[depth].answers += 1 }
                return
            }
            if let refusal = expectation.refusal, match(refusal, heard) != nil {
                throw .failed(.refused(expected: expectation.words, came: arrived.bytes))
            }
            try leaveLoop(at: heard)
        }
        throw .failed(.silence(expected: expectation.words, within: expectation.within))
    }

    private mutating func listen(_ listening: ConversationPlan.Listening) async throws(Stop) {
        do throws(Stop) {
            let start = await moment()
            let end = listening.limit.map { start + $0 } ?? .longest
            var quiet = start
            while true {
                let deadline = min(end, listening.silence.map { quiet + $0 } ?? .longest)
                guard let arrived = try await wait(until: deadline) else { return }
                let heard = try await hear(arrived)
                if !heard.isBroken, listening.until.contains(where: { match($0, heard) != nil }) { return }
                try leaveLoop(at: heard)
                quiet = await moment()
            }
        } catch {
            switch error {
            case .failed(.link(.disconnected)) where listening.endsWithDisconnection: throw .over
            case .failed(.overLimit): throw .over
            default: throw error
            }
        }
    }

    private mutating func forEach(_ loop: ConversationPlan.Loop) async throws(Stop) {
        let last: UInt32
        switch loop.last {
        case .number(let number): last = number
        case .kept(let name, let most):
            let keep = values.kept[name] ?? []
            guard let number = loop.keptType?.number(keep) else { throw .failed(.lacks("'\(name)', which the device has not told")) }
            // Fewer than there are would be records lost without a word.
            guard number <= most else { throw .failed(.unreadable(expected: "\(name) up to \(most)", came: keep, because: "it is \(number)")) }
            last = number
        }
        guard loop.first <= last else { return }
        let depth = loops.count
        loops.append(Round(until: loop.until))
        defer {
            loops.removeLast(loops.count - depth)
            values.loop[loop.name] = nil
        }
        for value in loop.first...last {
            values.loop[loop.name] = value
            loops[depth].answers = 0
            do throws(Stop) {
                for step in loop.body { try await take(step) }
            } catch {
                switch error {
                case .loopEnded(depth): return
                // Half a record is no end of the records.
                case .failed(.silence) where loop.endsWithSilence && loops[depth].answers == 0: return
                default: throw error
                }
            }
        }
    }

    private mutating func readAndSet(_ clock: ConversationPlan.ClockStep) async throws(Stop) {
        let field = ConversationPlan.ClockField(layout: clock.layout)
        var found: ClockOffset?
        if !clock.isWriteOnly {
            let arrived = try await read(clock.characteristic)
            found = try await tellClock(field, in: arrived.bytes, arrived)
        }
        switch clock.setting {
        case .never: return
        case .always: break
        case .whenOff(let most):
            if let seconds = found?.seconds, Duration.seconds(abs(seconds)) <= most { return }
        }
        try await write(ConversationPlan.Write(template: clock.layout.template, to: clock.characteristic))
        guard !clock.isWriteOnly else { return }
        let arrived = try await read(clock.characteristic)
        _ = try await tellClock(field, in: arrived.bytes, arrived)
    }

    /// User Data Service 1.0, section 3.7: `02 user code`, answered by `20 02 01`, or by another code for "no".
    private mutating func consent(_ control: BluetoothUUID, within limit: Duration) async throws(Stop) {
        let template = WriteTemplate(pieces: [.literal([0x02]), .number(.user, .u8), .number(.consent, .u16le)])
        guard let yes = BytePattern("20 02 01"), let any = BytePattern("20 02") else { return }
        let expectation = ConversationPlan.Expectation(
            awaited: .bytes(yes, from: control), words: "consent", refusal: .bytes(any, from: control), within: limit)
        try await ask(ConversationPlan.Write(template: template, to: control), expectation, tries: 1)
    }
}

extension ConversationFailure.Reason {
    /// Whether an optional step may be passed over for it.
    var isPassable: Bool {
        switch self {
        case .link(.missing), .link(.refused), .link(.needsBond), .lacks, .refused, .silence, .unreadable: true
        default: false
        }
    }
}

extension Duration {
    /// No conversation lasts so long.
    static let longest = Duration.seconds(10 * 365 * 86_400)
}
