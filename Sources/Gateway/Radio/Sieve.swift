import DeviceProfiles
import Readings
import Store

/// What of all that is on the air goes into the intake: what enrolled devices broadcast, and of that what is not only said again.
struct Sieve {
    struct Verdict {
        /// For the intake.
        var frame: RadioFrame?
        /// Why not.
        var code: String?
        /// Who reads the device, where it is enrolled.
        var profile: Profile?
    }

    private var strangers = Strangers()
    private var bursts = Bursts()

    mutating func judge(_ seen: Observation, of device: EnrolledDevice?, by profiles: ProfileSet, at monotonic: UInt64) -> Verdict {
        guard let device else { return Verdict(code: strangers.code(of: seen, by: profiles)) }
        let answer = Decoding.Answer(to: seen, by: profiles, forced: device.profile.flatMap { profiles[$0] })
        guard case .profile(let profile) = answer else { return Verdict(code: answer.refusal?.outcome ?? "no-profile") }
        guard profile.reads(seen) else { return Verdict(profile: profile) }
        // What is only said again would wake the disk ten times a second. The intake judges the same way.
        let isRepeat = seen.items.allSatisfy { bursts.repeats($0.content, of: device.id, at: monotonic) }
        if isRepeat, !profile.countsFrames { return Verdict(code: "repeat", profile: profile) }
        return Verdict(frame: RadioFrame(seen, custody: .bestEffort), profile: profile)
    }
}
