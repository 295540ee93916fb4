import Readings

/// One session of a profile's conversation.
package struct ScriptedConversation: Conversation {
    let plan: ConversationPlan

    package mutating func run(
        over link: some Link, in context: ConversationContext, record: @escaping Recording
    ) async throws(ConversationFailure) {
        // All that the device tells lives in here, and ends with it.
        var talk = Talk(link: link, plan: plan, context: context, record: record)
        try await talk.run()
    }
}

/// A conversation under way.
struct Talk<Line: Link> {
    let link: Line
    let plan: ConversationPlan
    let context: ConversationContext
    let record: Conversation.Recording
    var values: SlotValues
    var subscribed: Set<BluetoothUUID> = []
    /// What the driver has heard in this session.
    var driver: (any AskingDriver)?
    /// How often each answer was given.
    var given: [Int: Int] = [:]
    /// The loops that are under way, the innermost last.
    var loops: [Round] = []
    /// Where we are, in words.
    var place = "the beginning"
    private var buffers: [BluetoothUUID: FramingBuffer] = [:]
    private var hasBonded = false
    private var hasToldClock = false
    private var lastWrite: Duration?
    private var lastKeepAlive = Duration.zero
    private var latest = Duration.zero

    struct Round {
        var until: ConversationPlan.Awaited?
        /// Answers in this round.
        var answers = 0
    }

    /// Why a step is not simply followed by the next.
    enum Stop: Error {
        case failed(ConversationFailure.Reason)
        /// A loop, by its depth.
        case loopEnded(Int)
        /// All is said.
        case over
    }

    /// What came, and the frames that are whole with it.
    struct Heard {
        var arrived: Arrived
        var frames: [HeardFrame] = []
        var isBroken: Bool { frames.contains { $0.fault != nil } }
    }

    init(link: Line, plan: ConversationPlan, context: ConversationContext, record: @escaping Conversation.Recording) {
        (self.link, self.plan, self.context, self.record) = (link, plan, context, record)
        values = SlotValues(
            now: context.now, secondsFromUTC: context.secondsFromUTC, address: context.address, user: context.user,
            consent: context.consent, bindKey: context.bindKey)
        driver = plan.driver
    }

    mutating func run() async throws(ConversationFailure) {
        do throws(Stop) {
            if plan.bond == .required || plan.bond == .eachTime { try await bond() }
            if let rest = plan.rest { try await pause(rest) }
            lastKeepAlive = await moment()
            for step in plan.steps { try await take(step) }
        } catch {
            if case .failed(let reason) = error { throw ConversationFailure(step: place, reason: reason) }
        }
    }

    /// How long the link has been up; it never runs back.
    mutating func moment() async -> Duration {
        latest = max(latest, await link.elapsed)
        return latest
    }

    func instant(_ elapsed: Duration) -> Instant {
        Instant(milliseconds: context.now.milliseconds + elapsed.milliseconds)
    }
}

// Doing.
extension Talk {
    private mutating func bond() async throws(Stop) {
        hasBonded = true
        do throws(LinkFailure) {
            try await link.bond(BondTerms(passkey: plan.passkey, anew: plan.bond == .eachTime))
        } catch {
            throw .failed(.link(error))
        }
    }

    /// Asks something of the link, and once more with a bond where that is what the device wants.
    mutating func through<Answer: Sendable>(
        _ act: (Line) async throws(LinkFailure) -> Answer
    ) async throws(Stop) -> Answer {
        let failure: LinkFailure
        do throws(LinkFailure) { return try await act(link) } catch { failure = error }
        guard case .needsBond = failure, plan.bond == .ifAsked, !hasBonded else { throw .failed(.link(failure)) }
        try await bond()
        do throws(LinkFailure) { return try await act(link) } catch { throw .failed(.link(error)) }
    }

    mutating func pause(_ span: Duration) async throws(Stop) {
        let start = await moment()
        _ = try await through { link throws(LinkFailure) in try await link.next(from: [], within: span) }
        latest = max(latest, start + span)
    }

    /// - Parameter answered: the value that this is the answer to.
    mutating func write(_ write: ConversationPlan.Write, answering answered: [UInt8] = []) async throws(Stop) {
        values.now = instant(await moment())
        values.answered = answered
        let bytes: [UInt8]
        do throws(MissingSlot) { bytes = try write.template.filled(from: values) } catch { throw .failed(.lacks(error.what)) }
        let size = write.pieces ?? max(bytes.count, 1)
        for start in stride(from: 0, to: bytes.count, by: size) {
            if let pace = plan.pace, let lastWrite {
                let rest = lastWrite + pace - (await moment())
                if rest > .zero { try await pause(rest) }
            }
            let piece = Array(bytes[start..<min(start + size, bytes.count)])
            try await through { link throws(LinkFailure) in try await link.write(piece, to: write.to) }
            lastWrite = await moment()
        }
    }

    mutating func tell(_ event: ConversationEvent) async throws(Stop) {
        do {
            try await record(event)
        } catch {
            throw .failed(.notRecorded(because: "\(error)"))
        }
    }
}

// Hearing.
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
