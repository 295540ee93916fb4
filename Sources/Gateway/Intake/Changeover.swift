import DeviceProfiles
import Readings
import Store

/// What changed when the profiles were read again.
package struct Changeover: Sendable, Hashable {
    /// How many profiles there are now.
    package let count: Int
    package private(set) var new: [String] = []
    /// Those whose text, or that of one they extend, is another.
    package private(set) var changed: [String] = []
    package private(set) var gone: [String] = []
    /// Frames that waited for others, and were offered to the new text of their profile.
    package internal(set) var offeredAgain = 0
    /// How many devices have a key, and how many of these keys are not as they were.
    package internal(set) var keys = 0
    package internal(set) var changedKeys = 0

    /// For a person: how many there are, and the names of those that are not as they were.
    package var text: String {
        var parts = ["\(count) profiles"]
        for (word, names) in [("new", new), ("changed", changed), ("gone", gone)] where !names.isEmpty {
            parts.append("\(word): \(names.prefix(8).joined(separator: " "))" + (names.count > 8 ? " and \(names.count - 8) more" : ""))
        }
        if parts.count == 1 { parts.append("none of them changed") }
        if keys > 0 || changedKeys > 0 { parts.append("\(keys) keys, \(changedKeys) changed") }
        if offeredAgain > 0 { parts.append(offeredAgain == 1 ? "1 frame that waited was offered again" : "\(offeredAgain) frames that waited were offered again") }
        return parts.joined(separator: "; ")
    }

    init(count: Int, new: [String] = [], changed: [String] = [], gone: [String] = [], offeredAgain: Int = 0, keys: Int = 0, changedKeys: Int = 0) {
        self.count = count
        (self.new, self.changed, self.gone) = (new, changed, gone)
        (self.offeredAgain, self.keys, self.changedKeys) = (offeredAgain, keys, changedKeys)
    }

    init(from old: ProfileSet, to profiles: ProfileSet) {
        count = profiles.profiles.count
        new = profiles.profiles.map(\.name).filter { old[$0] == nil }
        gone = old.profiles.map(\.name).filter { profiles[$0] == nil }
        changed = old.profiles.filter { was in profiles[was.name].map { $0.version != was.version } ?? false }.map(\.name)
    }
}

extension Intake {
    /// Why what was read again is not taken, a sentence each; all that was there before goes on.
    package struct Refusal: Error, Hashable, CustomStringConvertible {
        package var problems: [String]
        package var description: String { problems.joined(separator: "\n") }

        package init(_ problems: [String]) { self.problems = problems }
    }
}

extension Intake.State {
    /// A set that would leave a device without the profile that it is enrolled with would lose its readings.
    func check(_ profiles: ProfileSet) throws {
        guard !profiles.profiles.isEmpty else { throw Intake.Refusal(["there is no profile in the folders"]) }
        let missing = Set(devices.all.compactMap(\.profile).filter { profiles[$0] == nil && self.profiles[$0] != nil }).sorted()
        guard missing.isEmpty else {
            throw Intake.Refusal(missing.map {
                "a device is enrolled with \($0), and there is no such profile any more: put it back, or enroll the device with "
                    + "another one first ('vitalgate devices list' names it)"
            })
        }
    }
}
