import Readings

/// What the device says: recorded first, then answered.
extension Talk {
    /// The next value, or nil if there is none until then. Keep-alives go out meanwhile.
    mutating func wait(until deadline: Duration) async throws(Stop) -> Arrived? {
        while true {
            let now = await moment()
            if let limit = plan.limit, now >= limit { throw .failed(.overLimit(limit)) }
            var end = min(deadline, plan.limit ?? deadline)
            if let alive = plan.keepAlive {
                if now >= lastKeepAlive + alive.every {
                    lastKeepAlive = now
                    try await write(alive.write)
                }
                end = min(end, lastKeepAlive + alive.every)
            }
            guard now < deadline else { return nil }
            let (places, slice) = (subscribed, end - now)
            if let arrived = try await through({ link throws(LinkFailure) in try await link.next(from: places, within: slice) }) {
                return arrived
            }
            latest = max(latest, now + slice)
        }
    }

    /// Takes what came before a question: none of it is its answer.
    mutating func drain() async throws(Stop) {
        let places = subscribed
        while let arrived = try await through({ link throws(LinkFailure) in try await link.next(from: places, within: .zero) }) {
            let heard = try await hear(arrived)
            try leaveLoop(at: heard)
        }
    }

    /// Records a value and, only then, answers it.
    mutating func hear(_ arrived: Arrived) async throws(Stop) -> Heard {
        let heard = Heard(arrived: arrived, frames: frames(in: arrived))
        if plan.frames.reads(arrived.characteristic) { try await tell(.value(arrived)) }
        hearByDriver(arrived)
        // An acknowledged record is forgotten by its device: what arrived broken is not acknowledged.
        guard !heard.isBroken else { return heard }
        for (number, frame) in (heard.frames.isEmpty ? [HeardFrame(bytes: [])] : heard.frames).enumerated() {
            for (index, answer) in plan.answers.enumerated() {
                let answered: [UInt8]
                switch answer.on {
                case .frame(frame.name): answered = frame.bytes
                case .bytes where number == 0 && match(answer.on, heard) != nil: answered = arrived.bytes
                default: continue
                }
                if let times = answer.times, given[index, default: 0] >= times { continue }
                given[index, default: 0] += 1
                try await give(answer, to: answered, arrived)
                break
            }
        }
        return heard
    }

    private mutating func frames(in arrived: Arrived) -> [HeardFrame] {
        let place = arrived.characteristic
        var whole = [arrived.bytes]
        if let framing = plan.frames.framing(of: place) {
            whole = buffers[place, default: FramingBuffer()].take(arrived.bytes, by: framing, at: arrived.after.milliseconds)
        }
        return whole.map { plan.frames.frame($0, from: place) }
    }

    private mutating func give(_ answer: ConversationPlan.Answer, to bytes: [UInt8], _ arrived: Arrived) async throws(Stop) {
        let before = place
        place = "\(before), \(answer.words)"
        try keep(answer.keeps, of: bytes)
        if let clock = answer.clock { _ = try await tellClock(clock, in: bytes, arrived) }
        for write in answer.writes { try await self.write(write, answering: bytes) }
        place = before
    }

    /// The frame, or the value, that is awaited; nil if it is another.
    func match(_ awaited: ConversationPlan.Awaited, _ heard: Heard) -> HeardFrame? {
        switch awaited {
        case .frame(let name): return heard.frames.first { $0.name == name }
        case .bytes(let pattern, let source):
            let bytes = heard.arrived.bytes
            guard heard.arrived.characteristic == source, pattern?.fits(bytes.span.bytes, at: 0) ?? true else { return nil }
            return HeardFrame(bytes: bytes, fault: heard.frames.compactMap(\.fault).first)
        }
    }

    func leaveLoop(at heard: Heard) throws(Stop) {
        guard !heard.isBroken else { return }
        for depth in loops.indices.reversed() {
            if let until = loops[depth].until, match(until, heard) != nil { throw .loopEnded(depth) }
        }
    }

    mutating func keep(_ keeps: [ConversationPlan.Keep], of bytes: [UInt8]) throws(Stop) {
        for keep in keeps {
            guard keep.first + keep.width <= bytes.count else {
                throw .failed(.unreadable(expected: keep.name, came: bytes, because: "too short"))
            }
            values.kept[keep.name] = Array(bytes[keep.first..<keep.first + keep.width])
        }
    }

    /// Hands out how far the device's clock is off. Only the first offset of a session tells how its records were dated.
    mutating func tellClock(
        _ clock: ConversationPlan.ClockField, in bytes: [UInt8], _ arrived: Arrived
    ) async throws(Stop) -> ClockOffset {
        let stage: ClockOffset.Stage = hasToldClock ? .set : .found
        hasToldClock = true
        let offset: ClockOffset
        switch clock.layout.said(in: bytes.dropFirst(clock.at)) {
        case .tooShort: throw .failed(.unreadable(expected: "a clock", came: bytes, because: "too short"))
        case .nothing: offset = ClockOffset(stage: stage, said: nil, seconds: nil)
        case .time(let said):
            offset = clock.layout.offset(said, now: instant(arrived.after), secondsFromUTC: context.secondsFromUTC, stage: stage)
        }
        try await tell(.clock(offset))
        return offset
    }
}
