import Readings

extension Profile {
    /// What comes from one place on the air, as to samples.
    package enum StreamRole: Sendable, Hashable {
        /// No samples.
        case none
        /// Samples among other things.
        case some
        /// Samples, what goes along with them (see `Kind.goesAlong`), and frames that say nothing.
        case only
    }

    package func streamRole(of content: Observation.Content) -> StreamRole {
        guard hasStreams else { return .none }
        // A driver unwraps what it will.
        if driver != nil { return .some }
        let readings = ports.filter { $0.source.isOf(content) }.flatMap { port in
            port.frames.flatMap { frames[$0].readings.map(\.compiled) }
        }
        guard readings.contains(where: \.isContinuous) else { return .none }
        return readings.allSatisfy { $0.isContinuous || $0.kind.goesAlong } ? .only : .some
    }

    /// How often it gives readings of this kind, where they are samples.
    package func pace(of kind: Kind) -> Pace? {
        for frame in frames {
            for home in frame.readings where home.compiled.kind == kind {
                if let pace = home.compiled.pace { return pace }
            }
        }
        return nil
    }
}
