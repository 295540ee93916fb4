import ExactJSON
import Readings

/// The laws that message formats are held to.
struct MessageCheck {
    private let profile: Profile
    private let set: ProfileSet

    init(_ profile: Profile, in set: ProfileSet) {
        (self.profile, self.set) = (profile, set)
    }

    /// What is wrong with a vector, in sentences.
    func problems(of vector: MessageVector) -> [String] {
        var problems: [String] = []
        for (topic, _) in vector.messages {
            if case .profile(let winner) = set.relay(for: topic), winner === profile { continue }
            problems.append("the topic '\(topic)' is not this profile's alone")
        }
        let said = Said(vector.messages, by: profile)
        switch vector.expectation {
        case .reads(let expected):
            if said.readings != expected {
                problems.append("expected \(expected.map(\.text).joined(separator: "; ")), but got \(said.text)")
            }
        case .gives(let texts):
            let expected = texts.compactMap { text in
                (try? JSON(parsing: text))?.object.flatMap { object in try? ObservationJSON.read(object) }
            }
            if expected.count != texts.count { problems.append("'gives' is no raw-frame JSON") }
            if said.observations != expected { problems.append("hands on something else: \(said.text)") }
        case .none(let because):
            let reasons = said.reasons.isEmpty ? ["nothing to decode"] : said.reasons
            if !said.readings.isEmpty || !said.observations.isEmpty || reasons.contains(where: { $0 != because }) {
                problems.append("expected '\(because)', but got \(said.text)")
            }
        case .fails(let failure):
            if said.failures != [failure] || !said.readings.isEmpty || !said.observations.isEmpty {
                problems.append("expected '\(failure)', but got \(said.text)")
            }
        }
        return problems
    }

    /// What messages say, one after the other.
    private struct Said {
        var readings: [MessageVector.Expected] = []
        var observations: [Observation] = []
        /// Why there is no reading.
        var reasons: [String] = []
        var failures: [String] = []

        init(_ messages: [(topic: String, payload: String)], by profile: Profile) {
            var joins: [DeviceID: MessageJoin] = [:]
            for (index, message) in messages.enumerated() {
                do throws(BadInput) {
                    for item in try profile.relayed(topic: message.topic, payload: Array(message.payload.utf8)) {
                        switch item {
                        case .observation(let seen, _): observations.append(seen)
                        case .refused(let bad): failures.append(bad.detail)
                        case .decoded(let device, let outcomes): outcomes.forEach { take($0, of: device) }
                        case .part(let part):
                            let at = UInt64(index) * 1_000_000_000
                            for result in profile.join(part, into: &joins[part.device], at: at, isRetained: false).results {
                                take(result.outcome, of: part.device)
                            }
                        }
                    }
                } catch {
                    failures.append(error.detail)
                }
            }
            // What waited and came is no reason.
            if !readings.isEmpty { reasons.removeAll { $0.hasPrefix("waiting for") } }
        }

        private mutating func take(_ outcome: DecodeOutcome, of device: DeviceID) {
            switch outcome {
            case .readings(let found): readings += found.map { MessageVector.Expected(device: device, reading: ExpectedReading($0)) }
            case .rejected(let failure): failures.append(failure.detail)
            default: reasons.append(outcome.detail ?? outcome.name)
            }
        }

        var text: String {
            var parts = readings.map(\.text) + observations.map { "\($0)" }
            parts += (reasons + failures).map { "'\($0)'" }
            return parts.isEmpty ? "nothing to decode" : parts.joined(separator: "; ")
        }
    }
}

extension MessageVector.Expected {
    fileprivate var text: String { "\(device) \(reading.text)" }
}
