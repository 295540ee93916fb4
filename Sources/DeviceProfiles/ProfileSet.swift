import StrictYAML

/// All profiles of a gateway, checked together.
package struct ProfileSet: Sendable {
    /// In the order of their names.
    package let profiles: [Profile]
    private let byName: [String: Profile]

    /// One profile file: where it stands below its profiles folder without the ending, its name for messages, its text.
    package struct Source: Sendable {
        package var path: String
        package var file: String
        package var text: String
        package init(path: String, file: String, text: String) {
            self.path = path
            self.file = file
            self.text = text
        }
    }

    /// Every file that could not be taken, in the order of the files.
    package struct Problems: Error, Sendable, Hashable, CustomStringConvertible {
        package var problems: [YAMLProblem]
        package var description: String { problems.map(\.description).joined(separator: "\n") }
    }

    /// Reads, resolves and compiles all of them, or tells every file's first problem.
    ///
    /// - Parameter drivers: the protocols that profiles may ask for with `driver`.
    package init(_ sources: [Source], drivers: [DriverKind] = []) throws(Problems) {
        var loader = ProfileLoader(sources)
        profiles = try loader.load().sorted { $0.name < $1.name }
        byName = Dictionary(profiles.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    package subscript(name: String) -> Profile? { byName[name] }

    /// Who answers for a device.
    package enum Match: Sendable {
        case profile(Profile)
        case none
        case ambiguous([Profile])
    }

    /// Exactly one profile, or none; two is an error. A vendor profile beats a standard one.
    package func match(_ seen: Observation) -> Match {
        let claiming = profiles.filter { $0.claims(seen) }
        let vendors = claiming.filter { !$0.isStandard }
        let best = vendors.isEmpty ? claiming : vendors
        return switch best.count {
        case 0: .none
        case 1: .profile(best[0])
        default: .ambiguous(best)
        }
    }

    /// Every profile that could read it by its bytes alone.
    package func readers(of seen: Observation) -> [Profile] { profiles.filter { $0.reads(seen) } }

    /// The profile of the bridge that publishes under this topic. Of several, the one that names the topic most precisely.
    package func relay(for topic: String) -> Match {
        var relays: [Profile] = []
        var best: [Int] = []
        for profile in profiles {
            let matching = profile.relay?.topics.map(\.filter).filter { $0.matches(topic) } ?? []
            guard let precision = matching.map(\.precision).max(by: { $0.lexicographicallyPrecedes($1) }) else { continue }
            if precision == best {
                relays.append(profile)
            } else if best.lexicographicallyPrecedes(precision) {
                (relays, best) = ([profile], precision)
            }
        }
        return switch relays.count {
        case 0: .none
        case 1: .profile(relays[0])
        default: .ambiguous(relays)
        }
    }
}

/// Resolves `extends` between the files of one set.
private struct ProfileLoader {
    private let sources: [ProfileSet.Source]
    private var resolved: [String: (ProfileDefinition, version: String)] = [:]
    private var underWay: Set<String> = []

    init(_ sources: [ProfileSet.Source]) { self.sources = sources }

    mutating func load() throws(ProfileSet.Problems) -> [Profile] {
        var problems: [YAMLProblem] = []
        var profiles: [Profile] = []
        for source in sources {
            do throws(YAMLProblem) {
                if let twin = sources.first(where: { $0.path == source.path }), twin.file != source.file {
                    throw YAMLProblem(file: source.file, line: 1, column: 1, message: "a second profile '\(source.path)'; the first is \(twin.file)")
                }
                let (definition, version) = try resolve(source)
                profiles.append(try Profile(definition, version: version))
            } catch {
                // A mistake in an extended profile comes up again in each that extends it.
                if !problems.contains(error) { problems.append(error) }
            }
        }
        guard problems.isEmpty else { throw ProfileSet.Problems(problems: problems) }
        return profiles
    }

    private mutating func resolve(_ source: ProfileSet.Source) throws(YAMLProblem) -> (ProfileDefinition, version: String) {
        if let known = resolved[source.path] { return known }
        let text = try YAMLNode.load(source.text, file: source.file)
        var definition = try ProfileReader.read(source.text, path: source.path, file: source.file)
        var version = source.text
        if let (base, node) = definition.extends {
            guard let baseSource = sources.first(where: { $0.path == base }) else {
                throw node.problem("extends '\(base)', but there is no such profile")
            }
            guard underWay.insert(source.path).inserted else {
                throw node.problem("extends itself by way of '\(base)'")
            }
            defer { underWay.remove(source.path) }
            let (inherited, inheritedVersion) = try resolve(baseSource)
            try definition.inherit(from: inherited, changes: ProfileReader.changes(of: text))
            version += inheritedVersion
        } else if let change = try ProfileReader.changes(of: text).first {
            throw change.change.problem("'changes' needs 'extends'")
        }
        let vectors = try text.map().optional("vectors")
        if definition.relay == nil {
            definition.vectors = try VectorReader(definition: definition).vectors(vectors)
        } else {
            definition.messageVectors = try MessageVectorReader.vectors(vectors, of: definition)
        }
        let result = (definition, version: version.fingerprint)
        resolved[source.path] = result
        return result
    }
}

extension ProfileDefinition {
    /// Takes what it does not say itself from the profile it extends, and changes what it changes.
    fileprivate mutating func inherit(
        from base: ProfileDefinition, changes: [(path: String, change: YAMLNode)]
    ) throws(YAMLProblem) {
        if characteristics.isEmpty { characteristics = base.characteristics }
        if frames.isEmpty { frames = base.frames }
        if readings.isEmpty { readings = base.readings }
        try FrameReader.apply(changes, to: &frames)
    }
}

extension String {
    /// FNV-1a, 64 bits, in hex: tells versions of a text apart; no protection against forgery.
    fileprivate var fingerprint: String {
        let hash = utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        let hex = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - hex.count) + hex
    }
}
