import Readings

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
    /// Frames that are not whole yet.
    var buffers: [BluetoothUUID: FramingBuffer] = [:]
    private var hasBonded = false
    var hasToldClock = false
    private var lastWrite: Duration?
    var lastKeepAlive = Duration.zero
    /// The latest moment that is known.
    var latest = Duration.zero

    struct Round {
        var until: ConversationPlan.Awaited?
        /// Answers in this round.
        var answers = 0
    }

    typealias Stop = TalkStop

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
            // Told to hang up, it may do so before it confirms.
            if case .failed(.link(.disconnected)) = error, isAtLastWrite { return }
            if case .failed(let reason) = error { throw ConversationFailure(step: place, reason: reason) }
        }
    }

    private var isAtLastWrite: Bool {
        guard let last = plan.steps.last, case .write = last.kind else { return false }
        return place == last.words
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

/// Why a step is not simply followed by the next. Outside of `Talk`: a typed error that is generic takes the optimiser of Swift
/// 6.3.1 down.
enum TalkStop: Error {
    case failed(ConversationFailure.Reason)
    /// A loop, by its depth.
    case loopEnded(Int)
    /// All is said.
    case over
}
