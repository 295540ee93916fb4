import DeviceProfiles
import Readings

/// Tells strangers that a profile would read from those that nobody knows. The same device says the same all day.
struct Strangers {
    private static let most = 1000
    private var codes: [DeviceID: String] = [:]

    mutating func code(of seen: Observation, by profiles: ProfileSet) -> String {
        guard let device = seen.address else { return "bad-address" }
        if let known = codes[device] { return known }
        let code = if case .none = profiles.match(seen) { "no-profile" } else { "not-enrolled" }
        // It may say its name a moment later: what is not known is asked again.
        if code == "not-enrolled" {
            if codes.count >= Strangers.most { codes = [:] }
            codes[device] = code
        }
        return code
    }
}
