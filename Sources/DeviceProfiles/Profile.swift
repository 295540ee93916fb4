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
    /// Any of these claims a device; all are of one rank.
    let matches: [MatchRule]
    let relay: Relay?
    /// The profile that it extends, if any.
    let extends: String?
    /// Whether it reads all bytes as the profile that it extends.
    let readsAsItsBase: Bool
    let frames: [Frame]
    /// The places it listens to, each once, in the order of the frames.
    let ports: [Port]
    let vectors: [Vector]
    let messageVectors: [MessageVector]
    /// As it is for a device of which nothing was heard yet.
    let driver: (any Driver)?
    /// Whether it must remember something between frames: see `Assembly`.
    package let remembers: Bool
    /// Whether it counts frames or waits for silence, so that the same bytes again mean something.
    package let countsFrames: Bool
    /// Whether any of its readings are samples of a continuous signal.
    package let hasStreams: Bool
    /// What the profile says to a connected device.
    package let conversation: ConversationPlan?
    /// What to do with a connected device: its conversation, else listen to all that is read. nil for one that only broadcasts.
    package let plan: ConversationPlan?

    struct Frame: Sendable {
        var frame: CompiledFrame
        var readings: [Home] = []
        /// The readings of other frames that this one adds to.
        var adds: [Role] = []
        /// Whether it is told once, and added to whatever follows.
        var isLatest = false
        /// The readings that it makes final, by their place in the profile.
        var stops: [Int] = []
        /// Whether nothing that it becomes hangs on another frame.
        var isAlone: Bool { adds.isEmpty && stops.isEmpty && readings.allSatisfy { $0.compiled.joins.isEmpty && $0.compiled.settles == nil } }
    }

    struct Home: Sendable {
        /// The reading's place in the profile.
        var reading: Int
        var compiled: CompiledReading
    }

    struct Role: Sendable {
        var frame: Int
        /// Place among the readings of that frame, and among the joins of that reading.
        var home: Int
        var join: Int
    }

    struct Port: Sendable {
        var source: FrameSource
        var framing: Framing?
        /// Indices into `frames`.
        var frames: [Int] = []
    }

    init(_ definition: ProfileDefinition, version: String, driver: (any Driver)? = nil) throws(YAMLProblem) {
        name = definition.name
        title = definition.title
        models = definition.models
        self.version = version
        self.driver = driver
        matches = definition.matches
        relay = definition.relay
        extends = definition.extends?.name
        readsAsItsBase = definition.readsAsItsBase
        vectors = definition.vectors
        messageVectors = definition.messageVectors
        let compiled = try CompiledFrame.compile(definition.frames)
        conversation = try definition.conversation.map { node throws(YAMLProblem) in
            try ConversationReader.read(
                node, characteristics: definition.characteristics.map { ($0.name, $0.uuid) },
                frames: ConversationFrames(compiled, of: definition), driver: driver as? any AskingDriver)
        }
        let read = definition.readCharacteristics
        let places = definition.characteristics.map(\.uuid).filter(read.contains)
        let listening = places.isEmpty ? nil : ConversationPlan.listening(to: places, ConversationFrames(compiled, of: definition))
        plan = conversation ?? listening
        var frames = compiled.map { Frame(frame: $0) }
        for (place, reading) in definition.readings.enumerated() {
            for index in try reading.homes(among: compiled) {
                let reading = try CompiledReading(reading, over: compiled[index], at: index, among: compiled)
                for (number, join) in reading.joins.enumerated() {
                    frames[join.frame].adds.append(Role(frame: index, home: frames[index].readings.count, join: number))
                    if join.isLatest { frames[join.frame].isLatest = true }
                }
                if case .on(let stop, _) = reading.settles, !frames[stop].stops.contains(place) { frames[stop].stops.append(place) }
                frames[index].readings.append(Home(reading: place, compiled: reading))
            }
        }
        self.frames = frames
        var ports: [Port] = []
        for (index, frame) in compiled.enumerated() {
            let at = ports.firstIndex { $0.source == frame.source } ?? ports.endIndex
            if at == ports.endIndex { ports.append(Port(source: frame.source, framing: definition.framing(of: frame.source))) }
            ports[at].frames.append(index)
        }
        if driver != nil {
            // What the driver is fed, beside the frames it unwraps.
            for characteristic in definition.characteristics where !ports.contains(where: { $0.source == .characteristic(characteristic.uuid) }) {
                ports.append(Port(source: .characteristic(characteristic.uuid), framing: characteristic.framing))
            }
        }
        self.ports = ports
        let readings = frames.flatMap(\.readings).map(\.compiled)
        remembers = driver != nil || ports.contains { $0.framing != nil } || frames.contains { !$0.isAlone }
        countsFrames = readings.contains { $0.settles != nil }
        hasStreams = readings.contains(where: \.isContinuous)
    }

    var rank: MatchRule.Rank { matches.first?.rank ?? .vendor }
    package var isStandard: Bool { rank != .vendor }
    /// Whether it is read beside the profile that a device has.
    package var isCommon: Bool { rank == .common }
    package var vectorCount: Int { vectors.count }
    /// What it reads, each once.
    package var kinds: [Kind] {
        let kinds = Set(frames.flatMap { $0.readings.map(\.compiled.kind) } + (relay?.readings.map(\.kind) ?? []))
        return Kind.allCases.filter(kinds.contains)
    }
    /// Whether it reads an MQTT bridge's messages rather than a device's frames.
    package var isRelay: Bool { relay != nil }

    /// Whether what comes from there is whole or nothing, whichever of its frames it is. A driver's frames are lists of objects.
    func isRigid(_ content: Observation.Content) -> Bool {
        driver == nil && ports.filter { $0.source.isOf(content) }.allSatisfy { port in
            port.framing == nil && port.frames.allSatisfy { frames[$0].frame.isRigid }
        }
    }

    /// Whether these bytes are encrypted, each time with another counter.
    package func isSealed(_ content: Observation.Content) -> Bool { driver?.isSealed(content) ?? false }

    /// Whether it knows the characteristic.
    func listens(to uuid: BluetoothUUID) -> Bool { ports.contains { $0.source == .characteristic(uuid) } }

    /// How many of the characteristics that it sends the profile knows.
    func countOfCharacteristics(in seen: Observation) -> Int {
        ports.count { port in if case .characteristic(let uuid) = port.source { seen.sends { $0 == uuid } } else { false } }
    }

    /// Whether the profile could read something of it by its bytes alone, whatever its names say.
    package func reads(_ seen: Observation) -> Bool {
        guard relay == nil else { return false }
        return ports.contains { port in
            switch port.source {
            case .characteristic(let uuid): seen.sends { $0 == uuid }
            case .serviceData(let uuid): seen.advertises(serviceData: uuid)
            case .manufacturerData(let company): seen.advertises(company: company)
            case .anyManufacturer: seen.adverts.contains { !$0.manufacturerData.isEmpty }
            case .object: false
            }
        } || (driver != nil && matches.contains { match in match.isOfData && seen.adverts.contains(where: match.fits) })
    }
}

extension FrameSource {
    /// Whether there is something of this place in it.
    func isOf(_ content: Observation.Content) -> Bool {
        switch (self, content) {
        case (.characteristic(let uuid), .frame(let from, _)): uuid == from
        case (.serviceData(let uuid), .advertisement(let advert)): advert.serviceData[uuid] != nil
        case (.manufacturerData(let company), .advertisement(let advert)): advert.manufacturerData[company] != nil
        case (.anyManufacturer, .advertisement(let advert)): !advert.manufacturerData.isEmpty
        default: false
        }
    }
}

extension MatchRule {
    /// Whether it asks for advertised data.
    var isOfData: Bool { serviceData != nil || company != nil || isAnyCompany }
}

extension ProfileDefinition {
    fileprivate func framing(of source: FrameSource) -> Framing? {
        characteristics.first { source == .characteristic($0.uuid) }?.framing
    }
}

extension ReadingDefinition {
    /// The frames that it is read from: those named, else all that have all of its fields.
    fileprivate func homes(among frames: [CompiledFrame]) throws(YAMLProblem) -> [Int] {
        guard from.isEmpty else {
            return try from.map { frame throws(YAMLProblem) in
                if let index = frames.firstIndex(where: { $0.name == frame.text }) { return index }
                let names = frames.map(\.name)
                throw frame.node.problem(
                    "no frame is called '\(frame.text)'" + (Spelling.nearest(frame.text, among: names).map { "; did you mean '\($0)'?" } ?? ""))
            }
        }
        guard !frames.isEmpty else { throw node.problem("a reading needs a frame to be read from: give 'frames'") }
        let joined = joins.map(\.frame.text)
        let fields = Set(subjects.map { text in String(text.prefix { $0 != "." }) })
        let own = fields.subtracting(joined)
        let known = frames.indices.map { index in own.count { frames[index].slots[$0] != nil } }
        let homes = frames.indices.filter { known[$0] == own.count && !joined.contains(frames[$0].name) }
        guard homes.isEmpty else { return homes }
        // With no home, compiling against the nearest frame names the field that is missing.
        let nearest = frames.indices.filter { !joined.contains(frames[$0].name) }.max { known[$0] < known[$1] }
        return [nearest ?? 0]
    }

    /// Every field that it speaks of.
    private var subjects: [Substring] {
        var references = requires + marks
        var numbers: [Number] = values.map(\.number)
        var conditions = waitsFor + ignores + joins.flatMap(\.when)
        for value in values { conditions += value.when + value.units.flatMap(\.when) }
        switch time?.form {
        case .first(let fields): references += fields
        case .ago(let number, _): numbers.append(number)
        case .parts(let parts): numbers += parts
        case nil: break
        }
        for case .number(let number) in [time?.plusMinutes, time?.plusSeconds].compactMap(\.self) { numbers.append(number) }
        for case .number(let number) in [user, number].compactMap(\.self) { numbers.append(number) }
        if case .first(let fields) = qualifier { references += fields }
        if case .equal(let number, _, _) = settles { numbers.append(number) }
        references += joins.flatMap(\.by) + numbers.flatMap(\.references)
        return references.map { $0.text[...] } + conditions.map { Scope.subject(of: $0.text) }
    }
}
