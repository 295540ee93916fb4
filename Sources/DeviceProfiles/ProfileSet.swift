import StrictYAML

/// All profiles of a gateway, checked together.
package struct ProfileSet: Sendable {
    /// In the order of their names.
    package let profiles: [Profile]
    private let byName: [String: Profile]
    private let index: MatchIndex
    private let relays: RelayIndex

    /// One profile file: where it stands below its profiles folder without the ending (the profile must be named so), its name
    /// for messages, its text, and what the text says, if it was read before.
    package struct Source: Sendable {
        package var path: String
        package var file: String
        package var text: String
        package var tree: YAMLNode?
        /// Whether its vectors were read before, by this same program; then they are not asked for.
        package var isProved = false
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
    /// - Parameters:
    ///   - drivers: the protocols that profiles may ask for with `driver`.
    ///   - keepsProof: whether the vectors are kept when they were read; only those who check profiles look at them again.
    package init(_ sources: [Source], drivers: [DriverKind] = [], keepsProof: Bool = true) throws(Problems) {
        var loader = ProfileLoader(sources, drivers: drivers, keepsProof: keepsProof)
        profiles = try loader.load().sorted { $0.name < $1.name }
        byName = Dictionary(profiles.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        index = MatchIndex(profiles)
        relays = RelayIndex(profiles)
    }

    package subscript(name: String) -> Profile? { byName[name] }

    /// Who answers for a device.
    package enum Match: Sendable {
        case profile(Profile)
        case none
        case ambiguous([Profile])
    }

    /// Exactly one profile, or none; two is an error. A vendor profile beats a standard one, and that one that is common.
    package func match(_ seen: Observation) -> Match {
        let claiming = index.candidates(for: seen).filter { profiles[$0].claims(seen) }.map { profiles[$0] }
        let rank = claiming.map(\.rank).max()
        var best = claiming.filter { $0.rank == rank }
        if best.count > 1, rank == .standard { best = nearest(best, to: seen) }
        return switch best.count {
        case 0: .none
        case 1: .profile(best[0])
        default: .ambiguous(best)
        }
    }

    /// Standard profiles that know the same characteristics: the one that reads the most of what is sent; and between one and
    /// that which it extends, the richer one where the device tells its services, else the plainer one.
    private func nearest(_ standards: [Profile], to seen: Observation) -> [Profile] {
        let counts = standards.map { $0.countOfCharacteristics(in: seen) }
        let nearest = zip(standards, counts).filter { $0.1 == counts.max() }.map(\.0)
        if seen.services.isEmpty { return nearest.filter { one in !nearest.contains { one.extends == $0.name } } }
        let named = nearest.filter { $0.matches.contains { $0.services.contains(where: seen.services.contains) } }
        let among = named.isEmpty ? nearest : named
        return among.filter { one in !among.contains { $0.extends == one.name } }
    }

    /// Who reads this of a device that has a profile: that profile, or for what it does not know the one common to all devices.
    package func reader(of content: Observation.Content, for profile: Profile) -> Profile {
        guard case .frame(let uuid, _) = content, !profile.listens(to: uuid) else { return profile }
        return profiles.first { $0.isCommon && $0.listens(to: uuid) } ?? profile
    }

    /// Every profile that could read it by its bytes alone; of those that read alike the one that the others extend.
    package func readers(of seen: Observation) -> [Profile] { profiles.filter { !$0.readsAsItsBase && $0.reads(seen) } }

    /// The profile of the bridge that publishes under this topic. Of several, the one that names the topic most precisely.
    package func relay(for topic: String) -> Match {
        let relays = relays.most(precise: topic).map { profiles[$0] }
        return switch relays.count {
        case 0: .none
        case 1: .profile(relays[0])
        default: .ambiguous(relays)
        }
    }
}
