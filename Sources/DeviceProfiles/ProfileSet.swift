import StrictYAML

/// All profiles of a gateway, checked together.
package struct ProfileSet: Sendable {
    /// In the order of their names.
    package let profiles: [Profile]
    private let byName: [String: Profile]
    private let index: MatchIndex

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
        var loader = ProfileLoader(sources, drivers: drivers)
        profiles = try loader.load().sorted { $0.name < $1.name }
        byName = Dictionary(profiles.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        index = MatchIndex(profiles)
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
        let claiming = index.candidates(for: seen).filter { profiles[$0].claims(seen) }.map { profiles[$0] }
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
