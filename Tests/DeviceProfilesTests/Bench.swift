import DeviceProfiles
import Readings
import Testing

/// A made-up profile of any frames and readings on the characteristics `a`, `b` and `c`, and what it makes of bytes.
struct Bench {
    let profile: Profile

    static func yaml(_ frames: String, _ readings: String, head: String = "") -> String {
        """
        profile: test/bench
        title: A bench
        source: these tests
        match: { services: ["181D"] }
        \(head)
        characteristics:
          a: { service: "181D", uuid: "2A9D" }
          b: { service: "181D", uuid: "2A9C" }
          c: { service: "181D", uuid: "2A9B", framing: { starts-with: "AA", length: { at: 1, type: u8 }, within: 2 s } }
        frames:
        \(indented(frames))
        readings:
        \(indented(readings))
        vectors:
          - { name: a, source: computed, notifications: ["a: 00"], fails: nothing }
          - { name: b, source: computed, notifications: ["a: 00"], reads: [ { kind: body-weight, measured-at: arrival } ] }
        """
    }

    private static func indented(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { "  \($0)" }.joined(separator: "\n")
    }

    init(_ frames: String, _ readings: String, head: String = "", drivers: [DriverKind] = []) throws {
        let text = Bench.yaml(frames, readings, head: head)
        let set = try ProfileSet([ProfileSet.Source(path: "test/bench", file: "bench.yaml", text: text)], drivers: drivers)
        profile = try #require(set["test/bench"])
    }

    /// What the loader says of it.
    static func problems(_ frames: String, _ readings: String, head: String = "", drivers: [DriverKind] = []) -> [String] {
        do throws(ProfileSet.Problems) {
            let text = Bench.yaml(frames, readings, head: head)
            _ = try ProfileSet([ProfileSet.Source(path: "test/bench", file: "bench.yaml", text: text)], drivers: drivers)
            return []
        } catch {
            return error.problems.map(\.message)
        }
    }

    static func content(_ characteristic: Character, _ hex: String) throws -> Observation.Content {
        let uuids: [Character: String] = ["a": "2a9d", "b": "2a9c", "c": "2a9b"]
        return .frame(
            try #require(uuids[characteristic].flatMap { BluetoothUUID($0) }), try #require([UInt8](hex: hex), "\(hex)"))
    }

    /// What one frame on `a` becomes by itself.
    func decode(_ hex: String) throws -> DecodeOutcome { profile.decode(try Bench.content("a", hex)) }

    /// The readings in it, in words.
    func read(_ hex: String) throws -> [String] {
        let outcome = try decode(hex)
        return outcome.readings.isEmpty ? [outcome.detail ?? ""] : outcome.readings.map(\.words)
    }
}

extension Reading {
    /// `weight 80 kg; user 2; at 2026-11-21T08:30:00; flag`
    var words: String {
        var parts = values.map { "\($0.name) \($0.reported.text)" }
        if let user { parts.append("user \(user)") }
        if let number { parts.append("number \(number)") }
        if let qualifier { parts.append(qualifier) }
        if let deviceTime { parts.append("at \(deviceTime.text)\(isUTC ? "Z" : "")") }
        if let secondsAgo { parts.append("\(secondsAgo) s ago") }
        return (parts + marks).joined(separator: "; ")
    }
}

extension Assembly {
    /// Feeds one value of a characteristic, and tells in words what came of it and of earlier ones.
    mutating func feed(_ characteristic: Character, _ hex: String, at now: Int64? = nil) throws -> [String] {
        let step = take(try Bench.content(characteristic, hex), at: now)
        return step.settled.map { "then \($0.outcome.words)" } + step.outcomes.map(\.outcome.words)
    }
}

extension DecodeOutcome {
    var words: String { readings.isEmpty ? detail ?? "" : readings.map(\.words).joined(separator: " | ") }
}
