import Readings
import StrictYAML

/// The laws that every set of profiles is held to. Each broken one is a problem at the vector's line.
package struct ProfileCheck {
    package private(set) var problems: [YAMLProblem] = []
    package private(set) var vectorCount = 0
    private let set: ProfileSet

    package init(_ set: ProfileSet) {
        self.set = set
        for profile in set.profiles {
            for vector in profile.vectors {
                vectorCount += 1
                check(vector, of: profile)
                checkPrefixes(of: vector, profile)
                checkThatOnlyItsOwnProfileAnswers(vector, profile)
            }
            for vector in profile.messageVectors {
                vectorCount += 1
                for sentence in MessageCheck(profile, in: set).problems(of: vector) {
                    problems.append(vector.node.problem("vector '\(vector.name)': \(sentence)"))
                }
            }
        }
    }

    /// A vector gives what it says.
    private mutating func check(_ vector: Vector, of profile: Profile) {
        let outcomes = Ends(of: vector, by: profile).outcomes
        switch vector.expectation {
        case .reads(let expected):
            let found = outcomes.flatMap(\.readings).map(ExpectedReading.init)
            if found != expected {
                let got = found.isEmpty ? outcomes.compactMap(\.detail).joined(separator: "; ") : found.map(\.text).joined(separator: "; ")
                problem(vector, "expected \(expected.map(\.text).joined(separator: "; ")), but got \(got)")
            }
        case .none(let because):
            expect(because, vector, outcomes, oneOf: ["waiting", "ignored", "incomplete"])
        case .fails(let failure):
            expect(failure, vector, outcomes, oneOf: ["rejected"])
        }
    }

    /// Of a sequence the last word counts, and nothing before it may have been a reading.
    private mutating func expect(_ detail: String, _ vector: Vector, _ outcomes: [DecodeOutcome], oneOf names: Set<String>) {
        let last = vector.isSequence ? outcomes.suffix(1) : outcomes[...]
        let readings = outcomes.dropLast(last.count).filter { !$0.readings.isEmpty }
        for outcome in readings + last where outcome.detail != detail || !names.contains(outcome.name) {
            problem(vector, "expected '\(detail)', but got '\(outcome.detail ?? "a reading")'")
        }
    }

    /// Cut anywhere, a frame is refused or reads as less; it never reads as something else. Of a sequence, everything behind the
    /// cut is missing; and what it gives without its last item, or with it, it may give when that is cut. What is refused for
    /// being too much may well read when there is less of it.
    private mutating func checkPrefixes(of vector: Vector, _ profile: Profile) {
        if case .fails = vector.expectation { return }
        var vector = vector
        let items = vector.observation.items
        var before: [Reading] = []
        for (index, item) in items.enumerated() {
            let start = vector.isSequence ? items[..<index] : []
            vector.observation.items = start + [item]
            let whole = Ends(of: vector, by: profile).outcomes.flatMap(\.readings)
            // Where the whole is no reading, a part of it may well be one.
            for cut in whole == before ? [] : item.content.prefixes {
                vector.observation.items = start + [Observation.Item(cut)]
                for less in Ends(of: vector, by: profile).outcomes.flatMap(\.readings) where !(whole + before).contains(where: less.isLess) {
                    problem(vector, "cut to \(cut.byteCount) bytes it reads \(ExpectedReading(less).text)")
                }
            }
            before = whole
        }
    }

    /// Offered to all profiles as it was on the air, exactly its own claims it.
    private mutating func checkThatOnlyItsOwnProfileAnswers(_ vector: Vector, _ profile: Profile) {
        // Without what it advertised, a vendor's vector of a standard characteristic is anybody's.
        let isNamed = vector.observation.name != nil || !vector.observation.services.isEmpty
        let isAdvertised = vector.observation.items.contains { if case .advertisement = $0.content { true } else { false } }
        guard isNamed || isAdvertised || profile.isStandard else { return }
        switch set.match(vector.observation) {
        case .profile(let winner) where winner === profile: break
        case .profile(let winner): problem(vector, "claimed by \(winner.name)")
        case .none: problem(vector, "claimed by no profile: what does it advertise?")
        case .ambiguous(let all): problem(vector, "claimed by \(all.map(\.name).joined(separator: " and "))")
        }
    }

    private mutating func problem(_ vector: Vector, _ message: String) {
        problems.append(vector.node.problem("vector '\(vector.name)': \(message)"))
    }
}

/// What became of all frames of a vector in the end.
private struct Ends {
    private(set) var outcomes: [DecodeOutcome] = []
    private var places: [Assembly.Ticket: Int] = [:]

    init(of vector: Vector, by profile: Profile) {
        var assembly = Assembly(of: profile)
        for item in vector.observation.items {
            let step = assembly.take(item.content, of: vector.observation.address, key: vector.key)
            settle(step.settled)
            for outcome in step.outcomes {
                if let ticket = outcome.ticket { places[ticket] = outcomes.count }
                outcomes.append(outcome.outcome)
            }
        }
        settle(assembly.finish())
    }

    private mutating func settle(_ ends: [Assembly.Settled]) {
        for end in ends {
            guard let place = places[end.ticket] else { continue }
            // A frame may have given one reading at once, and another in the end.
            outcomes[place] = DecodeOutcome([outcomes[place], end.outcome].filter { $0.name != "waiting" || end.outcome.name == "waiting" })
        }
    }
}

extension Reading {
    /// Whether it says nothing that `whole` does not say.
    fileprivate func isLess(_ whole: Reading) -> Bool {
        kind == whole.kind && values.allSatisfy { whole.values.contains($0) }
    }
}

extension ExpectedReading {
    var text: String {
        var parts = [kind.rawValue] + values.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" } + ["at \(measuredAt)"]
        if let user { parts.append("user \(user)") }
        if let number { parts.append("number \(number)") }
        if let qualifier { parts.append(qualifier) }
        return (parts + marks).joined(separator: " ")
    }
}

extension Observation.Content {
    /// The same content with its bytes cut at every length.
    fileprivate var prefixes: [Observation.Content] {
        switch self {
        case .frame(let uuid, let bytes):
            return bytes.indices.map { .frame(uuid, Array(bytes.prefix($0))) }
        case .advertisement(let advert):
            let services = advert.serviceData.flatMap { uuid, bytes in
                bytes.indices.map { Observation.Content.advertisement(Advertisement(serviceData: [uuid: Array(bytes.prefix($0))])) }
            }
            return services + advert.manufacturerData.flatMap { company, bytes in
                bytes.indices.map { Observation.Content.advertisement(Advertisement(manufacturerData: [company: Array(bytes.prefix($0))])) }
            }
        }
    }

    fileprivate var byteCount: Int {
        switch self {
        case .frame(_, let bytes): bytes.count
        case .advertisement(let advert): (advert.serviceData.values.first ?? advert.manufacturerData.values.first)?.count ?? 0
        }
    }
}
