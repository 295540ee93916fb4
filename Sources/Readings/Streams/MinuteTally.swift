/// Adds up one minute of one stream. It holds no sample: what it takes of memory does not grow with the rate.
///
/// Means are exact: whole numbers are added, at two decimals more than the vital has, and the sum is divided once, rounded
/// half to even. Whoever replays the same samples gets the same digits.
package struct MinuteTally: Sendable, Hashable {
    fileprivate struct Signal: Hashable, Sendable {
        var kind: Kind
        var qualifier: String?
        var user: Int?
    }

    fileprivate struct Sum: Hashable, Sendable {
        var name: String
        var vital: Vital
        var least: ExactDecimal
        var most: ExactDecimal
        /// In units of the last decimal that counts.
        var total: Int128 = 0
        var count = 0
    }

    fileprivate struct Part: Hashable, Sendable {
        var signal: Signal
        var sums: [Sum] = []
        var valid = 0
        var seconds: UInt64 = 0
        var marks: [String] = []
    }

    /// Frames of the stream, whatever they said.
    package private(set) var frames = 0
    package private(set) var dropped: [String: Int] = [:]
    private var parts: [Part] = []
    private var companions: [Reading] = []

    package init() {}

    package mutating func countFrame() { frames += 1 }

    /// Leaves out what is no valid sample.
    package mutating func drop(_ code: String) { dropped[code, default: 0] += 1 }

    /// Adds a sample, or drops it where nobody should believe it.
    /// - Parameters:
    ///   - offset: milliseconds since the minute began.
    ///   - period: milliseconds for which a sample stands; for at least a second.
    /// - Returns: whether it counts.
    @discardableResult
    package mutating func take(_ reading: Reading, at offset: Int64, period: Int64) -> Bool {
        if let implausible = reading.implausible {
            drop(implausible.code)
            return false
        }
        let scaled = reading.values.map { ($0, $0.canonical.value, $0.canonical.value.scaled(toPlaces: $0.vital.precision + 2)) }
        guard scaled.allSatisfy({ $0.2 != nil }) else {
            drop("implausible-value")
            return false
        }
        let signal = Signal(kind: reading.kind, qualifier: reading.qualifier, user: reading.user)
        let place = parts.firstIndex { $0.signal == signal } ?? parts.endIndex
        if place == parts.endIndex { parts.append(Part(signal: signal)) }
        parts[place].valid += 1
        parts[place].seconds |= MinuteTally.seconds(from: offset, for: period)
        for mark in reading.marks where !parts[place].marks.contains(mark) { parts[place].marks.append(mark) }
        for (value, canonical, number) in scaled {
            guard let number else { continue }
            let index = parts[place].sums.firstIndex { $0.name == value.name } ?? parts[place].sums.endIndex
            if index == parts[place].sums.endIndex {
                parts[place].sums.append(Sum(name: value.name, vital: value.vital, least: canonical, most: canonical))
            }
            parts[place].sums[index].add(canonical, number)
        }
        return true
    }

    /// What comes along with samples and is none, such as the battery's level: the last of the minute counts.
    package mutating func note(_ companion: Reading) {
        let same = companions.firstIndex { ($0.kind, $0.qualifier, $0.user) == (companion.kind, companion.qualifier, companion.user) }
        if let same { companions[same] = companion } else { companions.append(companion) }
    }

    /// The bits of the seconds for which a sample at `offset` stands.
    private static func seconds(from offset: Int64, for period: Int64) -> UInt64 {
        let first = min(max(offset, 0), 59_999)
        let last = min(first + min(max(period, 1000), 60_000) - 1, 59_999)
        return (first / 1000...last / 1000).reduce(0) { $0 | 1 << UInt64($1) }
    }

    /// One reading for each kind of which there was a valid sample; then the companions.
    package var readings: [Reading] {
        parts.map { part in
            var reading = Reading(
                part.signal.kind, part.sums.map { Reading.Value($0.name, Quantity($0.mean, $0.vital.unit), $0.vital) },
                user: part.signal.user, qualifier: part.signal.qualifier, marks: part.marks, isContinuous: true)
            reading.summary = MinuteSummary(
                frames: frames, valid: part.valid, dropped: dropped, seconds: part.seconds,
                ranges: part.sums.map { MinuteSummary.Range($0.name, least: $0.least, most: $0.most, count: $0.count) })
            return reading
        } + companions
    }

    /// Whether there was any valid sample.
    package var isEmpty: Bool { parts.isEmpty }
}

extension MinuteTally.Sum {
    fileprivate mutating func add(_ value: ExactDecimal, _ number: Int128) {
        if value < least { least = value }
        if most < value { most = value }
        total += number
        count += 1
    }

    fileprivate var mean: ExactDecimal {
        let places = vital.precision + 2
        return ExactDecimal(Int64(clamping: total.dividedHalfToEven(by: Int128(max(count, 1)))), exponent: Int8(-places)).withoutPadding
    }
}

extension ExactDecimal {
    /// In units of the last of `places` decimals; nil where it has more of them, or is beyond all use.
    fileprivate func scaled(toPlaces places: Int) -> Int128? {
        guard mantissa != 0 else { return 0 }
        let shift = Int(exponent) + places
        return (0...18).contains(shift) ? Int128(mantissa) * .power(of: 10, shift) : nil
    }
}
