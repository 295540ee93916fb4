import Readings

extension Profile {
    /// Decodes one item of an observation, by itself: as if nothing else were ever heard of the device.
    package func decode(_ content: Observation.Content) -> DecodeOutcome {
        if !remembers {
            if case .frame(let uuid, let bytes) = content {
                guard let port = ports.first(where: { $0.source == .characteristic(uuid) }) else { return .nothingToDecode }
                return outcome(of: bytes, from: port)
            }
        }
        var assembly = Assembly(of: self)
        var outcomes = assembly.take(content).outcomes.map(\.outcome)
        for settled in assembly.finish() { outcomes.append(settled.outcome) }
        return DecodeOutcome(outcomes)
    }

    /// The frame that these bytes are.
    func frame(of bytes: [UInt8], from port: Port) -> Int? {
        let span = bytes.span.bytes
        return port.frames.first { frames[$0].frame.fits(span) }
    }

    /// What a frame becomes that hangs on no other.
    func outcome(of bytes: [UInt8], from port: Port) -> DecodeOutcome {
        guard let index = frame(of: bytes, from: port) else { return .rejected(.unknownFrame(Array(bytes.prefix(4)).hex)) }
        return outcome(of: bytes, as: frames[index])
    }

    func outcome(of bytes: [UInt8], as frame: Frame) -> DecodeOutcome {
        var fields = Fields()
        var found = Found()
        do throws(DecodeFailure) { try frame.decode(bytes, into: &fields, &found) } catch { return .rejected(error) }
        for home in frame.readings where !home.compiled.isRepeated { found.add(home.compiled, &fields) }
        return found.outcome
    }
}

extension Profile.Frame {
    /// Reads the fields, and with each round of those that come several times the readings made of them.
    func decode(_ bytes: [UInt8], into fields: inout Fields, _ found: inout Found) throws(DecodeFailure) {
        guard frame.repeats else { return try frame.run(bytes.span.bytes, into: &fields) }
        try frame.runEach(bytes.span.bytes, into: &fields) { fields in
            for home in readings where home.compiled.isRepeated { found.add(home.compiled, &fields) }
        }
    }
}

/// The readings of one frame, or the first reason why there is none.
struct Found: Sendable {
    var readings: [Reading] = []
    var reason: DecodeOutcome?
    private var decoded = DecodedReading()

    var outcome: DecodeOutcome { readings.isEmpty ? reason ?? .nothingToDecode : .readings(readings) }

    mutating func add(_ compiled: CompiledReading, _ fields: inout Fields) {
        let verdict = compiled.read(&fields, into: &decoded)
        if case .reading = verdict {
            readings.append(compiled.reading(decoded))
        } else if reason == nil {
            reason = compiled.outcome(verdict)
        }
    }

    mutating func add(_ outcome: DecodeOutcome) {
        if case .readings(let more) = outcome { readings += more } else { reason = reason ?? outcome }
    }
}

extension DecodeOutcome {
    /// One word for several: the readings if there are any, else the worst that happened.
    package init(_ outcomes: some Collection<DecodeOutcome>) {
        let readings = outcomes.flatMap { outcome in if case .readings(let readings) = outcome { readings } else { [Reading]() } }
        guard readings.isEmpty else { self = .readings(readings); return }
        let worstFirst = ["rejected", "incomplete", "ignored", "waiting"]
        let worst = worstFirst.lazy.compactMap { name in outcomes.first { $0.name == name && $0 != .nothingToDecode } }.first
        self = worst ?? .nothingToDecode
    }
}
