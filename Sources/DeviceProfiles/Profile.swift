import Readings
import StrictYAML

/// A profile ready to read: matched, compiled, with its proof.
package final class Profile: Sendable {
    /// `maker/protocol`, as the file is called.
    package let name: String
    package let title: String
    package let models: [Model]
    /// Changes whenever the profile's text, or that of a profile it extends, changes.
    package let version: String
    let match: MatchRule
    let relay: Relay?
    let frames: [Frame]
    let vectors: [Vector]
    let messageVectors: [MessageVector]

    struct Frame: Sendable {
        var frame: CompiledFrame
        var readings: [CompiledReading]
    }

    init(_ definition: ProfileDefinition, version: String) throws(YAMLProblem) {
        name = definition.name
        title = definition.title
        models = definition.models
        self.version = version
        match = definition.match
        relay = definition.relay
        vectors = definition.vectors
        messageVectors = definition.messageVectors
        let compiled = try definition.frames.map { frame throws(YAMLProblem) in try CompiledFrame(frame) }
        var frames = compiled.map { Frame(frame: $0, readings: []) }
        for reading in definition.readings {
            let fields = reading.values.map(\.field)
            let homes = frames.indices.filter { index in fields.allSatisfy { frames[index].frame.slots[$0] != nil } }
            // With no home, compiling against any frame names the field that is missing.
            for index in homes.isEmpty ? Array(frames.indices.prefix(1)) : homes {
                frames[index].readings.append(try CompiledReading(reading, over: frames[index].frame.slots))
            }
        }
        self.frames = frames
    }

    package var isStandard: Bool { match.isStandard }
    /// Whether it reads an MQTT bridge's messages rather than a device's frames.
    package var isRelay: Bool { relay != nil }

    /// Whether the profile claims the device that was observed, by name and by what it sends.
    func claims(_ seen: Observation) -> Bool {
        guard relay == nil else { return false }
        var isNamed = false
        if let names = match.names, !names.isOptional {
            guard let name = seen.name, names.contains(name) else { return false }
            isNamed = true
        }
        if let uuid = match.serviceData, !seen.advertises(serviceData: uuid) { return false }
        if let company = match.company, !seen.advertises(company: company) { return false }
        let sendsFrames = seen.sends { _ in true }
        if sendsFrames { return reads(seen) }
        guard !match.services.isEmpty else { return true }
        if seen.services.isEmpty { return isNamed }
        return seen.services.contains(where: match.services.contains)
    }

    /// Whether the profile could read something of it by its bytes alone, whatever its names say.
    func reads(_ seen: Observation) -> Bool {
        frames.contains { frame in
            switch frame.frame.source {
            case .characteristic(let uuid): seen.sends { $0 == uuid }
            case .serviceData(let uuid): seen.advertises(serviceData: uuid)
            case .manufacturerData(let company): seen.advertises(company: company)
            case .anyManufacturer, .object: false
            }
        }
    }
}

extension Profile {
    /// Decodes one item of an observation.
    package func decode(_ content: Observation.Content) -> DecodeOutcome {
        switch content {
        case .frame(let uuid, let bytes):
            return decode(bytes, from: .characteristic(uuid)) ?? .nothingToDecode
        case .advertisement(let advert):
            for frame in frames {
                let bytes: [UInt8]? = switch frame.frame.source {
                case .serviceData(let uuid): advert.serviceData[uuid]
                case .manufacturerData(let company): advert.manufacturerData[company]
                case .characteristic, .anyManufacturer, .object: nil
                }
                if let bytes, let outcome = decode(bytes, from: frame.frame.source) { return outcome }
            }
            return .nothingToDecode
        }
    }

    private func decode(_ bytes: [UInt8], from source: FrameSource) -> DecodeOutcome? {
        let candidates = frames.filter { $0.frame.source == source }
        guard !candidates.isEmpty else { return nil }
        let span = bytes.span.bytes
        guard let frame = candidates.first(where: { $0.frame.begins(span) }) else {
            return .rejected(.unknownFrame(Array(bytes.prefix(4)).hex))
        }
        var fields = Fields()
        do throws(DecodeFailure) {
            try frame.frame.run(span, into: &fields)
        } catch {
            return .rejected(error)
        }
        return outcome(frame.readings, &fields)
    }

    private func outcome(_ readings: [CompiledReading], _ fields: inout Fields) -> DecodeOutcome {
        var found: [Reading] = []
        var reason: DecodeOutcome?
        var decoded = DecodedReading()
        for compiled in readings {
            switch compiled.read(&fields, into: &decoded) {
            case .reading: found.append(compiled.reading(decoded))
            case .waiting(let index): reason = reason ?? .waiting(for: compiled.waitingText(index))
            case .ignored(let index): reason = reason ?? .ignored(because: compiled.ignoredText(index))
            case .missing(let field, let isError): reason = reason ?? .incomplete(missing: field, isError: isError)
            }
        }
        return found.isEmpty ? reason ?? .nothingToDecode : .readings(found)
    }
}
