/// Finds the one value of a continuous signal that counts as a measurement of its own: the first of a session at the end of ten
/// seconds in which no value left a narrow band and no two valid samples were further than three seconds apart. What leaves the
/// band begins the ten seconds anew. One spot a session; a session ends after thirty seconds without a valid sample.
package struct Settling: Sendable, Hashable {
    /// Milliseconds that a value must hold.
    package static let hold: Int64 = 10_000
    /// Milliseconds without a sample after which nobody can say that it held.
    package static let gap: Int64 = 3000
    /// Milliseconds without a sample after which another session begins: the finger was out.
    package static let silence: Int64 = 30_000

    private struct Band: Sendable, Hashable {
        var least: ExactDecimal
        var most: ExactDecimal
    }

    private var since: Instant?
    private var last: Instant?
    private var bands: [String: Band] = [:]
    private var isTold: Bool

    /// - Parameter isTold: whether the session that goes on has its spot already.
    package init(isTold: Bool = false) { self.isTold = isTold }

    /// Takes a valid sample in.
    /// - Returns: whether this is the spot.
    package mutating func take(_ reading: Reading, at instant: Instant) -> Bool {
        let apart = last.map { instant.milliseconds - $0.milliseconds } ?? 0
        last = instant
        if apart < 0 || apart >= Settling.silence { self = Settling(); last = instant }
        guard !isTold else { return false }
        if apart > Settling.gap { since = nil }
        var widened = bands
        var holds = since != nil
        for value in reading.values {
            guard let width = value.vital.settledWidth else { continue }
            let now = value.canonical.value
            var band = widened[value.name] ?? Band(least: now, most: now)
            band = Band(least: min(band.least, now), most: max(band.most, now))
            if let top = band.least.plus(width), top < band.most { holds = false }
            widened[value.name] = band
        }
        guard holds, let since else {
            since = instant
            bands = Dictionary(
                reading.values.map { ($0.name, Band(least: $0.canonical.value, most: $0.canonical.value)) }, uniquingKeysWith: { first, _ in first })
            return false
        }
        bands = widened
        guard instant.milliseconds - since.milliseconds >= Settling.hold else { return false }
        isTold = true
        return true
    }

    /// The device hung up, or the finger is out for good.
    package mutating func end() { self = Settling() }

    /// Whether the session has its spot.
    package var hasSpot: Bool { isTold }
}

extension Vital {
    /// How far a settled value may move, in the canonical unit: rates by 6 a minute, all else by two of the last decimal that means
    /// something (2 % of saturation). nil for the perfusion index, which never holds still.
    fileprivate var settledWidth: ExactDecimal? {
        if id.hasSuffix(".perfusion") { return nil }
        return unit == .perMinute ? ExactDecimal(6) : ExactDecimal(2, exponent: Int8(-precision))
    }
}

extension ExactDecimal {
    /// The sum; nil beyond 64 bits.
    fileprivate func plus(_ other: ExactDecimal) -> ExactDecimal? {
        let places = max(-Int(exponent), -Int(other.exponent))
        let (left, right) = (Int(exponent) + places, Int(other.exponent) + places)
        guard (0...18).contains(left), (0...18).contains(right) else { return nil }
        let sum = Int128(mantissa) * .power(of: 10, left) + Int128(other.mantissa) * .power(of: 10, right)
        guard let mantissa = Int64(exactly: sum), let exponent = Int8(exactly: -places) else { return nil }
        return ExactDecimal(mantissa, exponent: exponent)
    }
}
