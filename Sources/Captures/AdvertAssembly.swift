import DeviceProfiles
import Readings

/// Puts advertisements together that a controller tells in pieces.
struct AdvertAssembly: Sendable {
    enum Advert {
        case whole(AdvertStructures)
        case goesOn
        /// A structure leads out of it, it is too long, or its rest was not heard.
        case broken
    }

    private struct Key: Hashable {
        var device: DeviceID
        var set: UInt8
    }

    /// An advertisement has at most 1650 bytes. Core Specification vol. 4 part E 7.8.54.
    private static let mostBytes = 1650
    /// A controller puts a few together at once. Who begins many and ends none does not fill our memory.
    private static let mostBegun = 256

    private var begun: [Key: [UInt8]] = [:]

    mutating func take(_ report: AdvertReport) -> Advert {
        var bytes = Array(report.data)
        // Only those told in the extended form have a set, and may be continued.
        if report.set != AdvertReport.noSet || report.completeness != .whole {
            let key = Key(device: report.device, set: report.set)
            let before = begun.removeValue(forKey: key) ?? []
            guard before.count + bytes.count <= AdvertAssembly.mostBytes else { return .broken }
            bytes = before + bytes
            switch report.completeness {
            case .whole: break
            case .goesOn:
                if begun.count >= AdvertAssembly.mostBegun { begun = [:] }
                begun[key] = bytes
                return .goesOn
            case .broken: return .broken
            }
        }
        return AdvertStructures(bytes).map { .whole($0) } ?? .broken
    }
}
