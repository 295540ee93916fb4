/// What makes two readings the same reading, whoever heard it and however often.
///
/// Made of the device, the kind, the device's own record time and number, and the user slot: never of a corrected time and
/// never of values. Two gateways that hear one device give it the same text, and so does one gateway after a restart.
/// A device with neither clock nor number gets an identity that only this gateway can give (`Unclocked`).
package struct ReadingIdentity: Sendable, Hashable, CustomStringConvertible {
    /// e.g. `C8478CC09589.body-weight.20210411T161901`, parts joined by dots: device, kind, time, `n` number, `u` slot.
    package let description: String

    /// What stands in for the time of a device that tells none.
    package enum Unclocked: Sendable, Hashable {
        /// The publisher stamped the frame itself.
        case stamped(Instant)
        /// Boot id and monotonic time of the first frame of this burst of repeats.
        case burst(boot: String, nanoseconds: UInt64)
    }

    package init(_ text: String) { description = text }

    package init(of reading: Reading, from device: DeviceID, unclocked: @autoclosure () -> Unclocked) {
        var text = "\(device.compact).\(reading.kind.rawValue)"
        if let time = reading.recordTime { text += ".\(time.compact)" }
        if let number = reading.number { text += ".n\(number)" }
        if reading.recordTime == nil, reading.number == nil {
            switch unclocked() {
            case .stamped(let instant): text += ".r\(instant.milliseconds)"
            case .burst(let boot, let nanoseconds): text += ".b\(boot.filter { $0 != "-" }.prefix(8))-\(nanoseconds)"
            }
        }
        if let user = reading.user { text += ".u\(user)" }
        description = text
    }
}

extension ReadingIdentity {
    /// When the minute of a summary was, or the spot of a stream.
    package enum StreamTime: Sendable, Hashable {
        /// By a wall clock that is right: any gateway that heard the device in that minute gives the same identity.
        case minute(Instant)
        /// By none: boot id and monotonic time of the minute's first frame. Only this gateway can give it.
        case boot(String, nanoseconds: UInt64)
    }

    /// Of what came of a stream: `C8478CC09589.heart-rate.m20260101T1200`, with `s` instead of `m` for a spot.
    package init(of reading: Reading, from device: DeviceID, in time: StreamTime, isSpot: Bool = false) {
        var text = "\(device.compact).\(reading.kind.rawValue)"
        if let qualifier = reading.qualifier { text += "-\(qualifier)" }
        text += isSpot ? ".s" : ".m"
        switch time {
        case .minute(let start): text += CivilTime(secondsSince1970: Int(start.milliseconds / 1000)).compact.dropLast(2)
        case .boot(let boot, let nanoseconds): text += "b\(boot.filter { $0 != "-" }.prefix(8))-\(nanoseconds)"
        }
        if let user = reading.user { text += ".u\(user)" }
        description = text
    }

    /// The identity for the `copy`th reading (from 2) that says something else under this one.
    package func contradiction(_ copy: Int) -> ReadingIdentity { ReadingIdentity("\(description)~\(copy)") }

    /// The identity whose values this reading contradicts; nil for all but contradictions.
    package var contradicted: ReadingIdentity? {
        description.firstIndex(of: "~").map { ReadingIdentity(String(description[..<$0])) }
    }
}

/// How a reading stands to what is stored under its identity.
package enum Recurrence: Sendable, Hashable {
    /// Nothing is stored under it.
    case new
    /// Everything it says is stored already.
    case duplicate
    /// It says what is stored and more (a scale that adds the impedance): the next revision of the same reading.
    case completes(revision: Int)
    /// It contradicts what is stored: both are kept.
    case conflict
}

extension ReadingIdentity {
    /// Compares a reading with the latest revision stored under its identity.
    package static func recurrence(of values: [Reading.Value], after stored: StoredValues?) -> Recurrence {
        guard let stored else { return .new }
        // What was withdrawn and is told again stands again.
        guard !stored.isRetracted else { return .completes(revision: stored.revision + 1) }
        let known = Dictionary(stored.values.map { ($0.name, $0.reported) }, uniquingKeysWith: { first, _ in first })
        var adds = false
        for value in values {
            guard let before = known[value.name] else { adds = true; continue }
            guard before.unit == value.reported.unit, before.value.compared(to: value.reported.value) == 0 else {
                return .conflict
            }
        }
        guard adds else { return .duplicate }
        let names = Set(values.map(\.name))
        return known.keys.allSatisfy(names.contains) ? .completes(revision: stored.revision + 1) : .conflict
    }

    /// The latest revision of a reading as the store has it.
    package struct StoredValues: Sendable, Hashable {
        package struct Value: Sendable, Hashable {
            package var name: String
            package var reported: Quantity
            package init(_ name: String, _ reported: Quantity) {
                self.name = name
                self.reported = reported
            }
        }
        package var revision: Int
        package var values: [Value]
        /// Whether sinks were told that there is no such reading.
        package var isRetracted: Bool
        package init(revision: Int, values: [Value], isRetracted: Bool = false) {
            self.revision = revision
            self.values = values
            self.isRetracted = isRetracted
        }
    }
}
