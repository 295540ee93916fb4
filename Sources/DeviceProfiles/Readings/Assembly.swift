import Readings

/// What a profile remembers between the frames of one device: parts of frames, frames that wait for another, readings that
/// are not final, and what its driver knows. A value that knows no clock: whoever feeds it says what time it is.
package struct Assembly: Sendable {
    /// Names something that waits, among all of one assembly.
    package typealias Ticket = Int

    /// How many frames may wait; of more, the oldest is given up.
    package static let most = 64

    /// What one frame became.
    package struct Outcome: Sendable, Hashable {
        package var outcome: DecodeOutcome
        /// Under which its end will be told; nil where this is the end.
        package var ticket: Ticket?
    }

    /// The end of something that waited.
    package struct Settled: Sendable, Hashable {
        /// The frame, and before it the earlier parts and frames that went into it.
        package var ticket: Ticket
        package var earlier: [Ticket] = []
        package var outcome: DecodeOutcome
    }

    /// What came of one item.
    package struct Step: Sendable, Hashable {
        /// One for each frame that the item brought, or was a part of; never empty.
        package var outcomes: [Outcome] = []
        /// Those that waited and became part of what `outcomes[index]` says.
        package var joined: [(ticket: Ticket, index: Int)] = []
        /// Those that waited and ended by themselves.
        package var settled: [Settled] = []

        init() {}

        /// Of an item that hangs on no other.
        package init(_ outcome: DecodeOutcome) { outcomes = [Outcome(outcome: outcome)] }

        package static func == (one: Step, other: Step) -> Bool {
            one.outcomes == other.outcomes && one.settled == other.settled && one.joined.elementsEqual(other.joined, by: ==)
        }

        package func hash(into hasher: inout Hasher) {
            hasher.combine(outcomes)
            hasher.combine(settled)
        }
    }

    package let profile: Profile
    private var driver: (any Driver)?
    private var buffers: [Int: Buffer] = [:]
    var waiting: [Waiting] = []
    /// The last of readings that settle by what follows, by the reading's place in the profile.
    var held: [Int: Held] = [:]
    /// Equal values in a row, likewise.
    var runs: [Int: Run] = [:]
    /// The newest of frames that are told once and added to whatever follows, by their index.
    var latest: [Int: [UInt8]] = [:]
    private var last: Ticket = 0

    package init(of profile: Profile) {
        self.profile = profile
        driver = profile.driver
    }

    mutating func ticket() -> Ticket {
        last += 1
        return last
    }

    /// Takes in what was heard of the device.
    /// - Parameter now: milliseconds on a clock that never goes back; nil where nobody knows, and then nothing is ever overdue.
    package mutating func take(
        _ content: Observation.Content, of device: DeviceID? = nil, key: [UInt8]? = nil, at now: Int64? = nil
    ) -> Step {
        var step = Step()
        if let now { step.settled = overdue(at: now) }
        switch content {
        case .frame(let uuid, let bytes):
            if let port = port(.characteristic(uuid)) { take(bytes, from: port, device, key, now, &step) }
        case .advertisement(let advert):
            if let frames = unwrap(content, device, key, now, &step) {
                take(frames, now, &step)
            } else if step.outcomes.isEmpty {
                for (index, port) in profile.ports.enumerated() {
                    for bytes in port.source.bytes(in: advert) { take(frame: bytes, from: index, now, &step) }
                }
            }
        }
        if step.outcomes.isEmpty { step.outcomes = [Outcome(outcome: .nothingToDecode)] }
        while waiting.count > Assembly.most { giveUp(waiting.removeFirst(), &step.settled) }
        return step
    }

    private func port(_ source: FrameSource) -> Int? { profile.ports.firstIndex { $0.source == source } }

    /// A notification: a frame, several, or a part of one.
    private mutating func take(
        _ bytes: [UInt8], from index: Int, _ device: DeviceID?, _ key: [UInt8]?, _ now: Int64?, _ step: inout Step
    ) {
        guard let framing = profile.ports[index].framing else { return frame(bytes, from: index, device, key, now, &step) }
        guard bytes.count <= Assembly.longest else {
            step.outcomes.append(Outcome(outcome: .rejected(.tooLong(is: bytes.count, expected: Assembly.longest))))
            return
        }
        var buffer = buffers[index] ?? Buffer()
        let frames = buffer.bytes.take(bytes, by: framing, at: now)
        if frames.isEmpty {
            if buffer.bytes.isEmpty {
                step.outcomes.append(Outcome(outcome: .rejected(.unknownFrame(Array(bytes.prefix(4)).hex))))
                for part in buffer.parts { step.joined.append((part, step.outcomes.count - 1)) }
                buffer.parts = []
            } else {
                buffer.parts.append(ticket())
                step.outcomes.append(Outcome(outcome: .waiting(for: Assembly.rest), ticket: buffer.parts.last))
                buffer.deadline = now.map { $0 + (framing.within ?? Assembly.patience) }
                if buffer.parts.count > Assembly.most { step.settled.append(Settled(ticket: buffer.parts.removeFirst(), outcome: Assembly.noRest)) }
            }
            buffers[index] = buffer
            return
        }
        let parts = buffer.parts
        buffer.parts = []
        // Bytes of a next frame may be there already.
        buffer.deadline = buffer.bytes.isEmpty ? nil : now.map { $0 + (framing.within ?? Assembly.patience) }
        buffers[index] = buffer
        let first = step.outcomes.count
        for (number, bytes) in frames.enumerated() {
            let before = step.outcomes.count
            frame(bytes, from: index, device, key, now, &step)
            if number == 0, before < step.outcomes.count { attach(parts, to: first, &step) }
        }
    }

    /// Says of the parts of a frame that they became what it became.
    private mutating func attach(_ parts: [Ticket], to index: Int, _ step: inout Step) {
        guard !parts.isEmpty else { return }
        if let ticket = step.outcomes[index].ticket {
            for place in waiting.indices where waiting[place].ticket == ticket { waiting[place].earlier += parts }
            for (reading, hold) in held where hold.ticket == ticket { held[reading]?.earlier += parts }
        } else {
            for part in parts { step.joined.append((part, index)) }
        }
    }

    /// A whole frame of a characteristic.
    private mutating func frame(
        _ bytes: [UInt8], from port: Int, _ device: DeviceID?, _ key: [UInt8]?, _ now: Int64?, _ step: inout Step
    ) {
        if driver != nil, case .characteristic(let uuid) = profile.ports[port].source {
            let before = step.outcomes.count
            if let frames = unwrap(.frame(uuid, bytes), device, key, now, &step) { return take(frames, now, &step) }
            guard step.outcomes.count == before, !profile.ports[port].frames.isEmpty else { return }
        }
        take(frame: bytes, from: port, now, &step)
    }

    /// What the driver finds inside; nil where there is no driver, or it finds nothing of its protocol, or refuses it.
    private mutating func unwrap(
        _ content: Observation.Content, _ device: DeviceID?, _ key: [UInt8]?, _ now: Int64?, _ step: inout Step
    ) -> [UnwrappedFrame]? {
        do throws(DecodeFailure) {
            return try driver?.unwrap(content, of: device, key: key)
        } catch {
            step.outcomes.append(Outcome(outcome: .rejected(error)))
            return nil
        }
    }

    private mutating func take(_ frames: [UnwrappedFrame], _ now: Int64?, _ step: inout Step) {
        let before = step.outcomes.count
        for frame in frames {
            guard let port = port(.object(frame.object)) else { continue }
            take(frame: frame.bytes, from: port, now, &step)
        }
        if step.outcomes.count == before { step.outcomes.append(Outcome(outcome: .nothingToDecode)) }
    }

    private mutating func take(frame bytes: [UInt8], from port: Int, _ now: Int64?, _ step: inout Step) {
        guard let index = profile.frame(of: bytes, from: profile.ports[port]) else {
            step.outcomes.append(Outcome(outcome: .rejected(.unknownFrame(Array(bytes.prefix(4)).hex))))
            return
        }
        if profile.frames[index].isAlone {
            step.outcomes.append(Outcome(outcome: profile.outcome(of: bytes, as: profile.frames[index])))
        } else {
            take(bytes, as: index, now, &step)
        }
    }
}

extension Assembly {
    /// A characteristic's value is never longer (Core Specification vol. 3 part F 3.2.9).
    static let longest = 512
    /// How long the rest of a frame may take where the profile does not say, in milliseconds.
    static let patience: Int64 = 10_000
    static let rest = "the rest of the frame"
    static let noRest = DecodeOutcome.incomplete(missing: rest, isError: false)

    /// What of a frame is there of one characteristic.
    struct Buffer: Sendable {
        var bytes = FramingBuffer()
        var parts: [Ticket] = []
        var deadline: Int64?
    }

    /// Parts of frames whose rest never came.
    mutating func dropParts(before now: Int64, _ settled: inout [Settled]) {
        for (index, buffer) in buffers where buffer.deadline.map({ $0 <= now }) ?? false {
            for part in buffer.parts { settled.append(Settled(ticket: part, outcome: Assembly.noRest)) }
            buffers[index] = Buffer()
        }
    }

    func hasPart(_ ticket: Ticket) -> Bool { buffers.values.contains { $0.parts.contains(ticket) } }
    var hasParts: Bool { buffers.values.contains { !$0.parts.isEmpty } }
    var partsDeadline: Int64? { buffers.values.compactMap(\.deadline).min() }
}

extension FrameSource {
    /// The bytes of this source in an advertisement.
    fileprivate func bytes(in advert: Advertisement) -> [[UInt8]] {
        switch self {
        case .serviceData(let uuid): advert.serviceData[uuid].map { [$0] } ?? []
        case .manufacturerData(let company): advert.manufacturerData[company].map { [$0] } ?? []
        case .anyManufacturer:
            advert.manufacturerData.sorted { $0.key < $1.key }.map { $0.value.behind($0.key) }
        case .characteristic, .object: []
        }
    }
}
